// SPDX-License-Identifier: Apache-2.0
// Pkcs11Token: a token of a PKCS #11 module, with sessions in which the user is logged in: opened
// when they are needed, shared by threads, opened and logged in anew when they were lost. What is
// done in a session is pkcs11_keys.h's.
#pragma once
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "crypto/base/bytes.h"
#include "crypto/base/result.h"
#include "crypto/drivers/pkcs11/cryptoki.h"
#include "crypto/drivers/pkcs11/uri.h"

namespace merlon::crypto {

// Loads a module for the life of the process. kUnreachable (Origin::kDriver): no such file, or no
// module of PKCS #11 version 2 or 3.
Result<const cryptoki::FunctionList*> LoadPkcs11Module(const std::string& path);

// What a function's return value says. kOk gives kInternal: it is no error.
Error Pkcs11Error(cryptoki::Rv rv);

class Pkcs11Token {
 public:
  // The token that the URI names; with a PIN, if it has one, which is kept for when the login is
  // lost. kNoSuchKey: there is no such token; kBadPin; kUnreachable (Origin::kDriver all); kMisuse:
  // more than one token has that name.
  static Result<std::unique_ptr<Pkcs11Token>> Open(const cryptoki::FunctionList& functions,
                                                   const Pkcs11Uri& uri, std::string pin);
  Pkcs11Token(const Pkcs11Token&) = delete;
  Pkcs11Token& operator=(const Pkcs11Token&) = delete;
  ~Pkcs11Token();

  const cryptoki::FunctionList& functions() const { return functions_; }

  // Has `work(session)`, a Result, done in a session of its own; again in a new one, once, if it is
  // lost. Objects that end with their session are made in Where::kHome alone, which lives as long
  // as the token does, and serves one at a time.
  enum class Where : uint8_t { kAny, kHome };
  template <class Work>
  auto With(Where where, Work work) -> decltype(work(cryptoki::Session())) {
    std::unique_lock<std::mutex> home(home_mutex_, std::defer_lock);
    if (where == Where::kHome) home.lock();
    for (int attempt = 0;; ++attempt) {
      MERLON_ASSIGN_OR_RETURN(const cryptoki::Session session, Take(where));
      auto result = work(session);
      const bool lost = !result.ok() && result.error() == kLost;
      Return(where, session, result.ok());
      if (lost && attempt == 0) {
        Forget();
        continue;
      }
      if (lost) return DriverError(Code::kUnreachable);
      return result;
    }
  }

  // What With's work returns of a session that is not there any more.
  static constexpr Error kLost = {Code::kStaleHandle, Alert::kInternalError, Origin::kDriver};
  // kLost where nobody is logged in who should be: what is private is not to be seen then.
  Result<void> CheckLogin(cryptoki::Session session) const;
  // As Pkcs11Error, and kLost. kOk is no error.
  static Result<void> Check(cryptoki::Rv rv);

 private:
  Pkcs11Token(const cryptoki::FunctionList& functions, Pkcs11Uri uri, std::string pin)
      : functions_(functions), uri_(std::move(uri)), pin_(std::move(pin)) {}
  Result<void> FindSlot();
  Result<cryptoki::Session> Take(Where where);
  Result<cryptoki::Session> OpenSession();
  Result<void> Login(cryptoki::Session session);
  void Return(Where where, cryptoki::Session session, bool healthy);
  void Forget();

  const cryptoki::FunctionList& functions_;
  const Pkcs11Uri uri_;
  std::string pin_;
  std::mutex home_mutex_;
  std::mutex mutex_;  // of what follows
  cryptoki::SlotId slot_ = 0;
  std::atomic<cryptoki::Ulong> flags_ = 0;
  bool has_home_ = false;
  cryptoki::Session home_ = 0;
  std::vector<cryptoki::Session> idle_;
};

}  // namespace merlon::crypto
