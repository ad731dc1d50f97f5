// SPDX-License-Identifier: Apache-2.0
// The driver on SoftHSM2, with a token in the test's folder: the kit, failure of each call of the
// module, sessions and logins that are lost, PINs, and what names a token and a key.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <utility>

#include "crypto/bound_decryption_key.h"
#include "crypto/bound_key.h"
#include "crypto/drivers/pkcs11/pkcs11_keys.h"
#include "crypto/drivers/portable/driver.h"
#include "crypto/drivers/testing/conformance_opaque.h"
#include "crypto/testing/deterministic_rng.h"
#include "crypto/testing/vectors.h"

// SoftHSM loses parameters of curves: not our leak (read by LeakSanitizer alone).
extern "C" const char* __lsan_default_suppressions() {  // NOLINT: its name
  return "leak:libcrypto.so\nleak:libsofthsm2.so\n";
}

namespace merlon::crypto {
namespace {

using testing::ByteString;

constexpr Location kLocation{11};
constexpr SignAlg kEcdsa{SignFamily::kEcdsa, HashId::kSha256};
const Driver* const kLocal[] = {&kPortableDriver};

TEST(Pkcs11Uri, NamesATokenAndAKey) {
  const auto uri = ParsePkcs11Uri(
      "pkcs11:token=My%20token;manufacturer=Snake%20Oil;serial=1;object=web%3bkey;id=%69%FF;"
      "type=private?module-path=/lib/m.so&pin-source=file:/etc/pin&x-other=1");
  ASSERT_TRUE(uri.has_value());
  EXPECT_EQ(uri->token, "My token");
  EXPECT_EQ(uri->manufacturer, "Snake Oil");
  EXPECT_EQ(uri->serial, "1");
  EXPECT_EQ(uri->object, "web;key");
  EXPECT_EQ(uri->id, "i\xff");
  EXPECT_EQ(uri->module_path, "/lib/m.so");
  EXPECT_EQ(uri->pin_source, "file:/etc/pin");
  EXPECT_TRUE(ParsePkcs11Uri("pkcs11:").has_value());
  EXPECT_EQ(ParsePkcs11Uri("pkcs11:?pin-value=1%34")->pin_value, "14");
  for (const char* bad :
       {"", "pkcs11", "PKCS11:", "pkcs11:token", "pkcs11:token=a;token=b", "pkcs11:token=%4",
        "pkcs11:token=%4g", "pkcs11:token=a b", "pkcs11:slot-id=1", "pkcs11:type=cert",
        "pkcs11:object=a?pin-value", "pkcs11:object=\"a\""}) {
    EXPECT_FALSE(ParsePkcs11Uri(bad).has_value()) << bad;
  }
}

TEST(Pkcs11Error, IsTyped) {
  EXPECT_EQ(Pkcs11Error(cryptoki::kPinLocked), DriverError(Code::kBadPin));
  EXPECT_EQ(Pkcs11Error(cryptoki::kDeviceRemoved), DriverError(Code::kUnreachable));
  EXPECT_EQ(Pkcs11Error(cryptoki::kMechanismInvalid), DriverError(Code::kUnsupported));
  EXPECT_EQ(Pkcs11Error(cryptoki::kTokenWriteProtected), DriverError(Code::kNotPermitted));
  EXPECT_EQ(Pkcs11Error(cryptoki::kObjectHandleInvalid), DriverError(Code::kNoSuchKey));
  EXPECT_EQ(Pkcs11Error(0x80001234), DriverError(Code::kOperationFailed));
  EXPECT_EQ(LoadPkcs11Module("no/such/module.so").error(), DriverError(Code::kUnreachable));
  EXPECT_EQ(LoadPkcs11Module("libc.so.6").error(), DriverError(Code::kUnreachable));
}

// The module, each of whose functions fails when its turn comes.
const cryptoki::FunctionList* real = nullptr;
int fail_at = 0;
bool failed = false;

bool Fails() {
  if (fail_at == 0) return false;
  --fail_at;
  failed = failed || fail_at == 0;
  return fail_at == 0;
}
template <auto member>
struct Faulty;
template <class... Args, cryptoki::Rv (*cryptoki::FunctionList::*member)(Args...)>
struct Faulty<member> {
  static cryptoki::Rv Call(Args... args) {
    return Fails() ? cryptoki::kDeviceError : (real->*member)(args...);
  }
};
cryptoki::FunctionList FaultyModule() {
  using List = cryptoki::FunctionList;
  List list = *real;
  list.get_session_info = Faulty<&List::get_session_info>::Call;
  list.open_session = Faulty<&List::open_session>::Call;
  list.login = Faulty<&List::login>::Call;
  list.create_object = Faulty<&List::create_object>::Call;
  list.destroy_object = Faulty<&List::destroy_object>::Call;
  list.get_attribute_value = Faulty<&List::get_attribute_value>::Call;
  list.find_objects_init = Faulty<&List::find_objects_init>::Call;
  list.find_objects = Faulty<&List::find_objects>::Call;
  list.find_objects_final = Faulty<&List::find_objects_final>::Call;
  list.sign_init = Faulty<&List::sign_init>::Call;
  list.sign = Faulty<&List::sign>::Call;
  list.decrypt_init = Faulty<&List::decrypt_init>::Call;
  list.decrypt = Faulty<&List::decrypt>::Call;
  list.generate_key_pair = Faulty<&List::generate_key_pair>::Call;
  list.derive_key = Faulty<&List::derive_key>::Call;
  list.generate_random = Faulty<&List::generate_random>::Call;
  return list;
}

class Pkcs11Test : public ::testing::Test {
 protected:
  static constexpr char kPin[] = "1234";

  // Makes two tokens: "merlon", and "other".
  static void SetUpTestSuite() {
    if (real != nullptr) return;
    const std::string folder = ::testing::TempDir() + "/softhsm";
    ASSERT_EQ(::mkdir(folder.c_str(), 0700), 0);
    const std::string config = folder + ".conf";
    FILE* file = fopen(config.c_str(), "w");
    ASSERT_NE(file, nullptr);
    fprintf(file, "directories.tokendir = %s\nlog.level = ERROR\n", folder.c_str());
    ASSERT_EQ(fclose(file), 0);
    ::setenv("SOFTHSM2_CONF", config.c_str(), 1);
    for (const char* label : {"merlon", "other"}) {
      const std::string command = std::string("softhsm2-util --init-token --free --label ") +
                                  label + " --so-pin 5678 --pin " + kPin + " >/dev/null 2>&1";
      if (::system(command.c_str()) != 0) return;  // NOLINT: a command of our own words
    }
    const auto loaded = LoadPkcs11Module("libsofthsm2.so");
    const auto module = loaded.ok() ? loaded : LoadPkcs11Module("/usr/lib/softhsm/libsofthsm2.so");
    if (module.ok()) real = *module;
  }
  void SetUp() override {
    if (real == nullptr) GTEST_SKIP() << "softhsm2 is not installed";
    list_ = FaultyModule();
  }
  void TearDown() override { fail_at = 0; }

  Result<std::unique_ptr<Pkcs11Token>> Token(const std::string& pin = kPin,
                                             const char* label = "merlon") {
    Pkcs11Uri uri;
    uri.token = label;
    return Pkcs11Token::Open(list_, uri, pin);
  }
  std::unique_ptr<Pkcs11Keys> Keys() {
    auto token = Token();
    EXPECT_TRUE(token.ok());
    return std::make_unique<Pkcs11Keys>(*std::move(token), kLocation, DriverTable(kLocal));
  }
  static cryptoki::SlotId SlotOf(std::string_view label) {
    cryptoki::SlotId slots[8];
    cryptoki::Ulong count = 8;
    EXPECT_EQ(real->get_slot_list(1, slots, &count), cryptoki::kOk);
    for (size_t i = 0; i < count; ++i) {
      cryptoki::TokenInfo info;
      if (real->get_token_info(slots[i], &info) != cryptoki::kOk) continue;
      if (std::string_view(reinterpret_cast<const char*>(info.label), label.size()) == label) {
        return slots[i];
      }
    }
    ADD_FAILURE() << "no slot of " << label;
    return 0;
  }

  cryptoki::FunctionList list_{};
};

TEST_F(Pkcs11Test, PassesTheKit) {
  const auto keys = Keys();
  const auto sign = [](KeyType type, uint16_t bits, SignFamily family, HashId hash) {
    return KeyAttributes{
        .type = type, .bits = bits, .usage = Usage::kSign, .algorithm = {family, hash}};
  };
  KeyAttributes kinds[] = {
      sign(KeyType::kEcP256, 256, SignFamily::kEcdsa, HashId::kSha256),
      sign(KeyType::kEd25519, 255, SignFamily::kEddsa, HashId::kNone),
      sign(KeyType::kEcP384, 0, SignFamily::kEcdsa, HashId::kSha384),
      sign(KeyType::kEcP521, 0, SignFamily::kEcdsa, HashId::kSha512),
  };
  kinds[0].usage = Usage::kSign | Usage::kDerive;
  const auto fail = [](int n) {
    fail_at = n;
    return std::exchange(failed, false);
  };
  testing::OpaqueUnderTest test{.driver = &keys->driver(),
                                .local = DriverTable(kLocal),
                                .kinds = absl::MakeConstSpan(kinds, 2),
                                .keeps = true,
                                .imports = true,
                                .fail_at = fail};
  const auto checked = testing::CheckOpaqueDriver(test);
  EXPECT_GE(checked.signatures, 50);
  EXPECT_GE(checked.agreements, 10);
  EXPECT_GE(checked.failures, 50);
  // The same code with other numbers: without failures.
  test.kinds = absl::MakeConstSpan(kinds + 2, 2);
  test.fail_at = nullptr;
  EXPECT_GE(testing::CheckOpaqueDriver(test).signatures, 4);
  EXPECT_TRUE(keys->List()->empty());
}

// One key for all: generation is slow.
TEST_F(Pkcs11Test, AnRsaKeySignsAndDecrypts) {
  const auto keys = Keys();
  const Driver* const drivers[] = {&kPortableDriver, &keys->driver()};
  InlineKeyStore<1> store{DriverTable(drivers)};
  testing::DeterministicRng rng(3);
  const auto key = store->Generate({.type = KeyType::kRsa,
                                    .bits = 2048,
                                    .usage = Usage::kSign | Usage::kDecrypt,
                                    .location = kLocation},
                                   rng);
  ASSERT_TRUE(key.ok());
  ByteString public_key(600), out(512);
  public_key.resize(*store->PublicKey(*key, absl::MakeSpan(public_key)));
  for (const SignFamily family : {SignFamily::kRsaPkcs1, SignFamily::kRsaPss}) {
    for (const HashId hash : {HashId::kSha256, HashId::kSha384, HashId::kSha512}) {
      const auto bound = BoundSigningKey::Bind(*store, *key, {family, hash});
      ASSERT_TRUE(bound.ok());
      const auto size = bound->Sign(AsBytes("message"), rng, absl::MakeSpan(out));
      ASSERT_TRUE(size.ok());
      EXPECT_TRUE(DriverTable(kLocal)
                      .sign(family, KeyType::kRsa)
                      ->verify(public_key, DriverTable(kLocal).hash(hash), AsBytes("message"),
                               Slice(Bytes(out), 0, *size))
                      .ok());
    }
  }
  // SoftHSM knows OAEP with SHA-1 alone; that is what its word for the other is.
  const auto oaep = BoundDecryptionKey::Bind(*store, *key, Permitted::kRsaOaep);
  ASSERT_TRUE(oaep.ok());
  const EncryptionParameters parameters{.hash = DriverTable(kLocal).hash(HashId::kSha256)};
  EXPECT_EQ(oaep->Decrypt(parameters, ByteString(256, 1), rng, absl::MakeSpan(out)).error(),
            DriverError(Code::kUnsupported));
}

TEST_F(Pkcs11Test, PinsAreChecked) {
  EXPECT_EQ(Token("wrong").error(), DriverError(Code::kBadPin));
  EXPECT_EQ(Token("").error(), DriverError(Code::kBadPin));
  EXPECT_EQ(Token(kPin, "absent").error(), DriverError(Code::kNoSuchKey));
  EXPECT_EQ(Token(kPin, "").error(), Misuse()) << "two tokens are there";
  EXPECT_TRUE(Token(kPin, "other").ok());
}

// A key on the token, which its label opens; in the way of each is what may be lost.
class Pkcs11SessionTest : public Pkcs11Test {
 protected:
  void SetUp() override {
    Pkcs11Test::SetUp();
    if (real == nullptr) return;
    keys_ = Keys();
    store_->UseDrivers(Table());
    KeyAttributes attributes{.type = KeyType::kEcP256,
                             .usage = Usage::kSign,
                             .lifetime = Lifetime::kPersistent,
                             .location = kLocation,
                             .name = KeyName(AsBytes("web"))};
    const auto made = store_->Generate(attributes, rng_, Existing::kReplace);
    ASSERT_TRUE(made.ok());
    key_ = *made;
  }
  void TearDown() override {
    const bool gone = keys_ == nullptr || store_->Destroy(key_).ok();
    EXPECT_TRUE(gone);
    Pkcs11Test::TearDown();
  }
  DriverTable Table() {
    drivers_[1] = &keys_->driver();
    return DriverTable(drivers_);
  }
  bool Signs() { return Sign().ok(); }
  Result<size_t> Sign() {
    testing::DeterministicRng rng(2);
    MERLON_ASSIGN_OR_RETURN(const auto bound, BoundSigningKey::Bind(*store_, key_, kEcdsa));
    ByteString out(bound.max_signature_size());
    return bound.Sign(AsBytes("m"), rng, absl::MakeSpan(out));
  }

  std::unique_ptr<Pkcs11Keys> keys_;
  const Driver* drivers_[2] = {&kPortableDriver, nullptr};
  InlineKeyStore<4> store_{DriverTable(kLocal)};
  testing::DeterministicRng rng_{1};
  KeyHandle key_;
};

TEST_F(Pkcs11SessionTest, ComesBackAfterSessionsAndLoginsAreLost) {
  EXPECT_TRUE(Signs());
  ASSERT_EQ(real->close_all_sessions(SlotOf("merlon")), cryptoki::kOk);
  EXPECT_TRUE(Signs()) << "sessions are lost, and the login with them";
  cryptoki::Session session = 0;
  ASSERT_EQ(
      real->open_session(SlotOf("merlon"), cryptoki::kSerialSession, nullptr, nullptr, &session),
      cryptoki::kOk);
  ASSERT_EQ(real->logout(session), cryptoki::kOk);
  ASSERT_EQ(real->close_session(session), cryptoki::kOk);
  EXPECT_TRUE(Signs()) << "logged out: private keys are not to be seen";
  ASSERT_EQ(real->finalize(nullptr), cryptoki::kOk);
  EXPECT_TRUE(Signs()) << "as in a process that was forked";
}

TEST_F(Pkcs11SessionTest, ThreadsShareIt) {
  std::vector<std::thread> threads;
  std::atomic<int> done = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 10; ++n) done += Signs() ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(done, 40);
}

TEST_F(Pkcs11SessionTest, KeysAreListedAndOpenedByLabel) {
  const auto listed = keys_->List();
  ASSERT_TRUE(listed.ok());
  ASSERT_EQ(listed->size(), 1u);
  EXPECT_EQ((*listed)[0].label, "web");
  EXPECT_EQ((*listed)[0].attributes->type, KeyType::kEcP256);
  EXPECT_EQ((*listed)[0].attributes->usage, Usage::kSign);
  const auto opened = keys_->OpenKey(*store_, "web", "");
  ASSERT_TRUE(opened.ok());
  ByteString one(65), two(65);
  ASSERT_TRUE(store_->PublicKey(*opened, absl::MakeSpan(one)).ok());
  ASSERT_TRUE(store_->PublicKey(key_, absl::MakeSpan(two)).ok());
  EXPECT_EQ(one, two);
  EXPECT_EQ(keys_->OpenKey(*store_, "wed", "").error(), DriverError(Code::kNoSuchKey));
  EXPECT_EQ(keys_->OpenKey(*store_, "web", "id").error(), DriverError(Code::kNoSuchKey));
  EXPECT_EQ(
      store_->Generate({.type = KeyType::kAes, .bits = 128, .location = kLocation}, rng_).error(),
      Misuse(Code::kUnsupported));
}

}  // namespace
}  // namespace merlon::crypto
