// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/pkcs11/token.h"

#include <dlfcn.h>

#include <algorithm>
#include <string_view>

#include "crypto/base/secret.h"

namespace merlon::crypto {

using cryptoki::Rv;
using cryptoki::Session;
using cryptoki::SlotId;
using cryptoki::TokenInfo;
using cryptoki::Ulong;

namespace {

constexpr size_t kMostIdle = 16;  // sessions

// Base Specification, 5.4: with locks of the operating system, for calls from many threads.
Result<void> Initialize(const cryptoki::FunctionList& functions) {
  cryptoki::InitializeArgs args = {};
  args.flags = cryptoki::kOsLockingOk;
  const Rv rv = functions.initialize(&args);
  if (rv == cryptoki::kOk || rv == cryptoki::kCryptokiAlreadyInitialized) return {};
  return Pkcs11Error(rv);
}

// A field of a token's, without the spaces behind.
template <size_t size>
std::string_view Field(const cryptoki::Byte (&field)[size]) {
  std::string_view text(reinterpret_cast<const char*>(field), size);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

bool Matches(const Pkcs11Uri& uri, const TokenInfo& info) {
  const auto fits = [](const std::string& wanted, std::string_view is) {
    return wanted.empty() || wanted == is;
  };
  return fits(uri.token, Field(info.label)) && fits(uri.manufacturer, Field(info.manufacturer)) &&
         fits(uri.model, Field(info.model)) && fits(uri.serial, Field(info.serial));
}

}  // namespace

Result<const cryptoki::FunctionList*> LoadPkcs11Module(const std::string& path) {
  void* const library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return DriverError(Code::kUnreachable);
  using List = Rv (*)(cryptoki::FunctionList**);
  const auto list = reinterpret_cast<List>(::dlsym(library, "C_GetFunctionList"));
  cryptoki::FunctionList* functions = nullptr;
  const bool found = list != nullptr && list(&functions) == cryptoki::kOk && functions != nullptr &&
                     (functions->version.major == 2 || functions->version.major == 3);
  if (found) return functions;
  ::dlclose(library);
  return DriverError(Code::kUnreachable);
}

Error Pkcs11Error(Rv rv) {
  switch (rv) {
    case cryptoki::kPinIncorrect:
    case cryptoki::kPinInvalid:
    case cryptoki::kPinLenRange:
    case cryptoki::kPinExpired:
    case cryptoki::kPinLocked:
    case cryptoki::kUserPinNotInitialized:
      return DriverError(Code::kBadPin);
    case cryptoki::kDeviceError:
    case cryptoki::kDeviceRemoved:
    case cryptoki::kTokenNotPresent:
    case cryptoki::kTokenNotRecognized:
    case cryptoki::kSessionCount:
    case cryptoki::kCryptokiNotInitialized:
      return DriverError(Code::kUnreachable);
    case cryptoki::kArgumentsBad:  // SoftHSM's word for parameters that it does not know
    case cryptoki::kAttributeTypeInvalid:
    case cryptoki::kAttributeValueInvalid:
    case cryptoki::kFunctionNotSupported:
    case cryptoki::kMechanismInvalid:
    case cryptoki::kMechanismParamInvalid:
    case cryptoki::kKeySizeRange:
    case cryptoki::kKeyTypeInconsistent:
    case cryptoki::kTemplateIncomplete:
    case cryptoki::kTemplateInconsistent:
    case cryptoki::kDomainParamsInvalid:
    case cryptoki::kCurveNotSupported:
    case cryptoki::kNeedToCreateThreads:
      return DriverError(Code::kUnsupported);
    case cryptoki::kActionProhibited:
    case cryptoki::kKeyFunctionNotPermitted:
    case cryptoki::kSessionReadOnly:
    case cryptoki::kTokenWriteProtected:
    case cryptoki::kUserNotLoggedIn:
      return DriverError(Code::kNotPermitted);
    case cryptoki::kKeyHandleInvalid:
    case cryptoki::kObjectHandleInvalid:
      return DriverError(Code::kNoSuchKey);
    case cryptoki::kHostMemory:
    case cryptoki::kDeviceMemory:
      return DriverError(Code::kTooManyKeys);
    case cryptoki::kEncryptedDataInvalid:
    case cryptoki::kEncryptedDataLenRange:
      return PeerError(Code::kBadMac, Alert::kDecryptError);
    case cryptoki::kOk:
      return DriverError(Code::kInternal);
    default:
      return DriverError(Code::kOperationFailed);
  }
}

Result<void> Pkcs11Token::Check(Rv rv) {
  switch (rv) {
    case cryptoki::kOk:
      return {};
    case cryptoki::kSessionClosed:
    case cryptoki::kSessionHandleInvalid:
    case cryptoki::kUserNotLoggedIn:
    case cryptoki::kDeviceRemoved:
    case cryptoki::kTokenNotPresent:
    case cryptoki::kCryptokiNotInitialized:
      return kLost;
    default:
      return Pkcs11Error(rv);
  }
}

Result<void> Pkcs11Token::CheckLogin(Session session) const {
  if ((flags_ & cryptoki::kLoginRequired) == 0) return {};
  cryptoki::SessionInfo info = {};
  MERLON_TRY(Check(functions_.get_session_info(session, &info)));
  const bool in =
      info.state == cryptoki::kRoUserFunctions || info.state == cryptoki::kRwUserFunctions;
  return in ? Result<void>() : kLost;
}

Result<std::unique_ptr<Pkcs11Token>> Pkcs11Token::Open(const cryptoki::FunctionList& functions,
                                                       const Pkcs11Uri& uri, std::string pin) {
  MERLON_TRY(Initialize(functions));
  std::unique_ptr<Pkcs11Token> token(new Pkcs11Token(functions, uri, std::move(pin)));
  MERLON_TRY(token->FindSlot());
  // Whether the PIN is good shows now.
  MERLON_TRY(token->With(Where::kHome, [](Session) { return Result<void>(); }));
  return token;
}

Pkcs11Token::~Pkcs11Token() {
  Forget();
  Wipe(MutableBytes(reinterpret_cast<uint8_t*>(pin_.data()), pin_.size()));
}

Result<void> Pkcs11Token::FindSlot() {
  std::vector<SlotId> slots(8);
  Ulong count = slots.size();
  // 5.5: too small a buffer is told of by the count that it should have had.
  Rv rv = functions_.get_slot_list(1, nullptr, &count);
  if (rv != cryptoki::kOk) return Pkcs11Error(rv);
  slots.resize(count);
  rv = functions_.get_slot_list(1, slots.data(), &count);
  if (rv != cryptoki::kOk) return Pkcs11Error(rv);
  slots.resize(std::min<size_t>(count, slots.size()));
  size_t found = 0;
  for (const SlotId slot : slots) {
    TokenInfo info;
    if (functions_.get_token_info(slot, &info) != cryptoki::kOk || !Matches(uri_, info)) continue;
    slot_ = slot;
    flags_ = info.flags;
    ++found;
  }
  if (found > 1) return Misuse();
  if (found == 0) return DriverError(Code::kNoSuchKey);
  return {};
}

Result<Session> Pkcs11Token::Take(Where where) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!has_home_) {
    // Those that come after it need no login of their own: it is the token's (5.6).
    MERLON_ASSIGN_OR_RETURN(home_, OpenSession());
    const Result<void> in = Login(home_);
    if (!in.ok()) {
      (void)functions_.close_session(home_);
      return in.error();
    }
    has_home_ = true;
  }
  if (where == Where::kHome) return home_;
  if (idle_.empty()) return OpenSession();
  const Session session = idle_.back();
  idle_.pop_back();
  return session;
}

Result<Session> Pkcs11Token::OpenSession() {
  Session session = 0;
  constexpr Ulong kReadWrite = cryptoki::kSerialSession | cryptoki::kRwSession;
  const auto open = [&](Ulong flags) {
    const Rv rv = functions_.open_session(slot_, flags, nullptr, nullptr, &session);
    return rv == cryptoki::kTokenWriteProtected && flags == kReadWrite
               ? functions_.open_session(slot_, cryptoki::kSerialSession, nullptr, nullptr,
                                         &session)
               : rv;
  };
  Rv rv = open(kReadWrite);
  if (rv == cryptoki::kCryptokiNotInitialized || rv == cryptoki::kTokenNotPresent) {
    // After a fork nobody is initialised (5.4); a token may come back in another slot.
    MERLON_TRY(Initialize(functions_));
    const Result<void> found = FindSlot();
    if (!found.ok()) return DriverError(Code::kUnreachable);
    rv = open(kReadWrite);
  }
  if (rv != cryptoki::kOk) return Pkcs11Error(rv);
  return session;
}

Result<void> Pkcs11Token::Login(Session session) {
  const bool elsewhere = (flags_ & cryptoki::kProtectedAuthenticationPath) != 0;
  if ((flags_ & cryptoki::kLoginRequired) == 0) return {};
  if (pin_.empty() && !elsewhere) return DriverError(Code::kBadPin);
  auto* const pin = pin_.empty() ? nullptr : reinterpret_cast<cryptoki::Byte*>(pin_.data());
  const Rv rv = functions_.login(session, cryptoki::kUser, pin, pin_.size());
  if (rv == cryptoki::kOk || rv == cryptoki::kUserAlreadyLoggedIn) return {};
  return Pkcs11Error(rv);
}

// What went wrong may have left something begun in the session: then it is not used again.
void Pkcs11Token::Return(Where where, Session session, bool healthy) {
  if (where == Where::kHome) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  if (healthy && idle_.size() < kMostIdle) {
    idle_.push_back(session);
  } else {
    (void)functions_.close_session(session);
  }
}

void Pkcs11Token::Forget() {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const Session session : idle_) (void)functions_.close_session(session);
  idle_.clear();
  if (has_home_) (void)functions_.close_session(home_);
  has_home_ = false;
}

}  // namespace merlon::crypto
