// SPDX-License-Identifier: Apache-2.0
#include "crypto/hpke.h"

#include <gtest/gtest.h>

#include <map>
#include <sstream>

#include "crypto/drivers/portable/driver.h"
#include "crypto/testing/deterministic_rng.h"
#include "crypto/testing/vectors.h"

namespace merlon::crypto {
namespace {

using testing::ByteString;
using testing::FromHex;
using testing::ToHex;

constexpr const Driver* kDrivers[] = {&kPortableDriver};
constexpr DriverTable kTable{kDrivers};
const Error kRefused = PeerError(Code::kBadMac, Alert::kDecryptError);

HpkeSuite Suite(HpkeKem kem, HpkeAead aead = HpkeAead::kAes128Gcm,
                HpkeKdf kdf = HpkeKdf::kHkdfSha256) {
  return *HpkeSuite::Find(kTable, kem, kdf, aead);
}

// Gives these bytes once: what the sender draws.
class OnceRng final : public Rng {
 public:
  explicit OnceRng(ByteString bytes) : bytes_(std::move(bytes)) {}
  Result<void> Fill(MutableBytes out) override {
    if (out.size() != bytes_.size()) return DriverError(Code::kEntropyFailure);
    std::copy(bytes_.begin(), bytes_.end(), out.begin());
    return {};
  }

 private:
  ByteString bytes_;
};

// RFC 9180 A.1, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM: keys and PSK; the sender's
// are those of A.1.3. Exported values of the modes but the first are by an independent computation
// in Python, of the same ephemeral key.
constexpr char kRecipientSecret[] =
    "4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8";
constexpr char kRecipient[] = "3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d";
constexpr char kRecipientIkm[] = "6db9df30aa07dd42ee5e8181afdb977e538f5e1fec8a06223f33f7013e525037";
constexpr char kEphemeral[] = "52c4a758a802cd8b936eceea314432798d5baf2d7e9235dc084ab1b9cfa2f736";
constexpr char kEnc[] = "37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431";
constexpr char kSenderSecret[] = "dc4a146313cce60a278a5323d321f051c5707e9c45ba21a3479fecdf76fc69dd";
constexpr char kSender[] = "8b0c70873dc5aecb7f9ee4e62406a397b350e57012be45cf53b7105ae731790b";
constexpr char kPsk[] = "0247fd33b913760fa1fa51e1892d9f307fbe65eb171e8132c2af18555a738b82";
constexpr const char* kExported[] = {
    "e9e43065102c3836401bed8c3c3c75ae46be1639869391d62c61f1ec7af54931",
    "c977e8bcb48329614d38f9a6848af78e04bab08907bb625da0658748e134ea40",
    "fc8848e735292543ad9c3119d8dfdbbe664812f38cda7c883b82ccefc77ed7bb",
    "0155bc2ae6e4d27c0e221fc9be6292d411dcd9287e22c4c7437d3ff6824d72ab",
};
const Bytes kInfo = AsBytes("Ode on a Grecian Urn"), kAd = AsBytes("Count-0");

class HpkeModesTest : public ::testing::TestWithParam<int> {
 protected:
  bool psk() const { return GetParam() % 2 != 0; }
  bool auth() const { return GetParam() >= 2; }
  HpkeOptions Sender() const {
    HpkeOptions options = Recipient();
    if (auth()) options.sender.private_key = sender_secret_;
    return options;
  }
  HpkeOptions Recipient() const {
    HpkeOptions options;
    if (psk()) {
      options.psk = psk_;
      options.psk_id = AsBytes("Ennyn Durin aran Moria");
    }
    if (auth()) options.sender.public_key = sender_;
    return options;
  }

  const ByteString recipient_secret_ = FromHex(kRecipientSecret), recipient_ = FromHex(kRecipient),
                   sender_secret_ = FromHex(kSenderSecret), sender_ = FromHex(kSender),
                   psk_ = FromHex(kPsk);
  const HpkeKeyPair pair_{recipient_secret_, recipient_};
};
INSTANTIATE_TEST_SUITE_P(Modes, HpkeModesTest, ::testing::Range(0, 4));

TEST_P(HpkeModesTest, GivesTheKnownAnswersAndOpensThem) {
  const HpkeSuite suite = Suite(HpkeKem::kX25519);
  HpkeContext sender, recipient;
  OnceRng rng(FromHex(kEphemeral));
  ByteString enc(suite.enc_size());
  ASSERT_TRUE(
      sender.SetupSender(suite, recipient_, kInfo, Sender(), rng, absl::MakeSpan(enc)).ok());
  EXPECT_EQ(ToHex(enc), kEnc);
  ASSERT_TRUE(recipient.SetupRecipient(suite, enc, pair_, kInfo, Recipient()).ok());
  for (const HpkeContext* context : {&sender, &recipient}) {
    ByteString out(32);
    ASSERT_TRUE(context->Export(AsBytes("TestContext"), absl::MakeSpan(out)).ok());
    EXPECT_EQ(ToHex(out), kExported[GetParam()]);
  }
  const Bytes text = AsBytes("Beauty is truth, truth beauty");
  ByteString sealed(text.size() + suite.tag_size()), opened(sealed.size());
  for (int message = 0; message < 3; ++message) {
    ASSERT_EQ(*sender.Seal(kAd, text, absl::MakeSpan(sealed)), sealed.size());
    if (message == 0 && GetParam() == 0) {
      EXPECT_EQ(ToHex(sealed),
                "f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a9"
                "6d8770ac83d07bea87e13c512a");
    }
    // A forgery changes nothing: the message is still awaited.
    ByteString forged = sealed;
    forged[3] ^= 1;
    EXPECT_EQ(recipient.Open(kAd, forged, absl::MakeSpan(opened)).error(), kRefused);
    ASSERT_EQ(*recipient.Open(kAd, sealed, absl::MakeSpan(opened)), text.size());
    EXPECT_EQ(Slice(Bytes(opened), 0, text.size()), text);
    EXPECT_EQ(recipient.Open(kAd, sealed, absl::MakeSpan(opened)).error(), kRefused) << "again";
  }
}

TEST_P(HpkeModesTest, SealsInOneShotWithEverySuite) {
  testing::DeterministicRng rng(6);
  for (const HpkeKem kem : {HpkeKem::kP256, HpkeKem::kP384, HpkeKem::kP521, HpkeKem::kX25519}) {
    for (const HpkeKdf kdf : {HpkeKdf::kHkdfSha256, HpkeKdf::kHkdfSha384, HpkeKdf::kHkdfSha512}) {
      const HpkeSuite suite = Suite(kem, HpkeAead::kChaCha20Poly1305, kdf);
      ByteString secret(suite.private_key_size()), key(suite.public_key_size()),
          sender_secret(secret), sender_key(key);
      ASSERT_TRUE(
          suite.DeriveKeyPair(AsBytes("ikm"), absl::MakeSpan(secret), absl::MakeSpan(key)).ok());
      ASSERT_TRUE(suite
                      .DeriveKeyPair(AsBytes("other"), absl::MakeSpan(sender_secret),
                                     absl::MakeSpan(sender_key))
                      .ok());
      HpkeOptions sends = Sender(), receives = Recipient();
      if (auth()) {
        sends.sender = {sender_secret, sender_key};
        receives.sender.public_key = sender_key;
      }
      ByteString sealed(suite.enc_size() + 3 + suite.tag_size()), opened(3 + suite.tag_size());
      ASSERT_EQ(
          *HpkeSeal(suite, key, kInfo, sends, kAd, AsBytes("abc"), rng, absl::MakeSpan(sealed)),
          sealed.size());
      const HpkeKeyPair pair{secret, key};
      const auto open = [&](Bytes info) {
        return HpkeOpen(suite, pair, info, receives, kAd, sealed, absl::MakeSpan(opened));
      };
      EXPECT_EQ(*open(kInfo), 3u);
      EXPECT_EQ(AsText(Slice(Bytes(opened), 0, 3)), "abc");
      EXPECT_EQ(open(AsBytes("other")).error(), kRefused);
      EXPECT_EQ(HpkeOpen(suite, pair, kInfo, {}, kAd, sealed, absl::MakeSpan(opened)).ok(),
                GetParam() == 0);
    }
  }
}

TEST(HpkeTest, DerivesTheKeyPairOfTheRfc) {
  const HpkeSuite suite = Suite(HpkeKem::kX25519);
  ByteString secret(32), key(32);
  ASSERT_TRUE(
      suite.DeriveKeyPair(FromHex(kRecipientIkm), absl::MakeSpan(secret), absl::MakeSpan(key))
          .ok());
  EXPECT_EQ(ToHex(secret), kRecipientSecret);
  EXPECT_EQ(ToHex(key), kRecipient);
}

TEST(HpkeTest, WrongInputIsAnError) {
  EXPECT_EQ(
      HpkeSuite::Find(kTable, static_cast<HpkeKem>(7), HpkeKdf::kHkdfSha256, HpkeAead::kAes128Gcm)
          .error(),
      Misuse(Code::kUnsupported));
  const HpkeSuite suite = Suite(HpkeKem::kX25519), kem = Suite(HpkeKem::kMlKem768);
  const ByteString key = FromHex(kRecipient), secret = FromHex(kRecipientSecret), zero(32, 0),
                   psk(32, 1);
  const HpkeKeyPair pair{secret, key};
  testing::DeterministicRng rng(1);
  testing::FailingRng failing;
  ByteString enc(32), out(64);
  HpkeContext context;
  const auto setup = [&](Bytes to, const HpkeOptions& options, Rng& by) {
    return context.SetupSender(suite, to, kInfo, options, by, absl::MakeSpan(enc)).error();
  };
  const Error bad_value = IllegalParameter(Code::kBadPublicValue);
  EXPECT_EQ(setup(zero, {}, rng), bad_value);
  EXPECT_EQ(setup(Slice(Bytes(key), 1), {}, rng), bad_value);
  EXPECT_EQ(setup(key, {}, failing), DriverError(Code::kEntropyFailure));
  EXPECT_EQ(setup(key, {.psk = psk}, rng), Misuse());
  EXPECT_EQ(setup(key, {.psk_id = psk}, rng), Misuse());
  EXPECT_EQ(setup(key, {.psk = Slice(Bytes(psk), 1), .psk_id = psk}, rng), Misuse());
  EXPECT_EQ(setup(key, {.sender = {.public_key = key}}, rng), Misuse());
  EXPECT_EQ(context.SetupRecipient(suite, zero, pair, kInfo, {}).error(), bad_value);
  EXPECT_EQ(context.SetupRecipient(suite, {}, pair, kInfo, {}).error(), bad_value);
  EXPECT_EQ(context.SetupRecipient(suite, key, {secret, {}}, kInfo, {}).error(),
            Misuse(Code::kBadKey));
  ByteString kem_enc(kem.enc_size());
  EXPECT_EQ(
      context.SetupRecipient(kem, kem_enc, pair, kInfo, {.sender = {.public_key = key}}).error(),
      Misuse(Code::kUnsupported));
  // Nothing was set up by any of these.
  EXPECT_EQ(context.Seal({}, {}, absl::MakeSpan(out)).error(), Misuse());
  EXPECT_EQ(context.Open({}, {}, absl::MakeSpan(out)).error(), Misuse());
  EXPECT_EQ(context.Export({}, absl::MakeSpan(out)).error(), Misuse());
  ASSERT_TRUE(context.SetupSender(suite, key, kInfo, {}, rng, absl::MakeSpan(enc)).ok());
  EXPECT_EQ(context.Seal({}, psk, Slice(absl::MakeSpan(out), 0, 47)).error(),
            Misuse(Code::kNoSpace));
  ByteString long_out(255 * 32 + 1);
  EXPECT_EQ(context.Export({}, absl::MakeSpan(long_out)).error(), Misuse());
  ASSERT_TRUE(context
                  .SetupSender(Suite(HpkeKem::kX25519, HpkeAead::kExportOnly), key, kInfo, {}, rng,
                               absl::MakeSpan(enc))
                  .ok());
  EXPECT_EQ(context.Seal({}, {}, absl::MakeSpan(out)).error(), Misuse());
  EXPECT_TRUE(context.Export({}, absl::MakeSpan(out)).ok());
}

TEST(HpkeTest, TheRecipientsKeyMayBeAHandle) {
  InlineKeyStore<3> store(kTable);
  testing::DeterministicRng rng(2);
  for (const auto& [kem, type, usage] :
       {std::tuple(HpkeKem::kP256, KeyType::kEcP256, Usage::kDerive),
        std::tuple(HpkeKem::kP521, KeyType::kEcP521, Usage::kDerive),
        std::tuple(HpkeKem::kMlKem768, KeyType::kMlKem768, Usage::kDecrypt)}) {
    const HpkeSuite suite = Suite(kem);
    const KeyHandle key = *store->Generate({.type = type, .usage = usage}, rng);
    ByteString public_key(suite.public_key_size()), enc(suite.enc_size()), a(32), b(32);
    ASSERT_TRUE(store->PublicKey(key, absl::MakeSpan(public_key)).ok());
    HpkeContext sender, recipient;
    ASSERT_TRUE(sender.SetupSender(suite, public_key, kInfo, {}, rng, absl::MakeSpan(enc)).ok());
    ASSERT_TRUE(recipient.SetupRecipient(suite, enc, *store, key, kInfo, {}).ok());
    ASSERT_TRUE(sender.Export({}, absl::MakeSpan(a)).ok());
    ASSERT_TRUE(recipient.Export({}, absl::MakeSpan(b)).ok());
    EXPECT_EQ(a, b);
    EXPECT_EQ(
        recipient.SetupRecipient(Suite(HpkeKem::kP384), ByteString(97), *store, key, kInfo, {})
            .error(),
        Misuse(Code::kUnsupported));
    ASSERT_TRUE(store->Destroy(key).ok());
  }
  const KeyHandle signs = *store->Generate({.type = KeyType::kEcP256, .usage = Usage::kSign}, rng);
  HpkeContext recipient;
  EXPECT_EQ(
      recipient.SetupRecipient(Suite(HpkeKem::kP256), ByteString(65), *store, signs, kInfo, {})
          .error(),
      Misuse(Code::kNotPermitted));
}

// BoringSSL's files: names and values of one suite, then of its messages and exported secrets.
class BoringSslCase {
 public:
  // Takes what stands up to the next "mode".
  explicit BoringSslCase(std::istream& lines) {
    for (std::string line; lines.peek() != EOF;) {
      const std::streampos start = lines.tellg();
      std::getline(lines, line);
      const size_t equals = line.find(" =");
      if (equals == std::string::npos) continue;
      const std::string name = line.substr(0, equals);
      if (name == "mode" && !fields_.empty()) {
        lines.seekg(start);
        return;
      }
      const std::string value = line.substr(std::min(line.size(), equals + 3));
      if (name == "aad") messages_.emplace_back();
      if (name == "exporter_context") exports_.emplace_back();
      auto& into = !exports_.empty()    ? exports_.back()
                   : !messages_.empty() ? messages_.back()
                                        : fields_;
      into[name] = value;
    }
  }

  void Run() {
    const auto kem = static_cast<HpkeKem>(std::stoi(fields_["kem_id"]));
    const HpkeSuite suite = Suite(kem, static_cast<HpkeAead>(std::stoi(fields_["aead_id"])),
                                  static_cast<HpkeKdf>(std::stoi(fields_["kdf_id"])));
    const ByteString secret = Field("skRm"), key = Field("pkRm"), info = Field("info");
    const ByteString sender_secret = Field("skSm"), sender_key = Field("pkSm");
    // With X25519 and ML-KEM what is drawn; with P-256 what the ephemeral key is derived from.
    ByteString drawn = Field("sender_seed");
    if (kem == HpkeKem::kP256) {
      ByteString ephemeral(32), share(65);
      ASSERT_TRUE(
          suite.DeriveKeyPair(drawn, absl::MakeSpan(ephemeral), absl::MakeSpan(share)).ok());
      drawn = ephemeral;
    }
    OnceRng rng(drawn);
    ByteString enc(suite.enc_size());
    HpkeContext sender, recipient;
    const HpkeOptions options{.sender = {sender_secret, sender_key}};
    ASSERT_TRUE(sender.SetupSender(suite, key, info, options, rng, absl::MakeSpan(enc)).ok());
    EXPECT_EQ(ToHex(enc), fields_["enc"]);
    ASSERT_TRUE(recipient
                    .SetupRecipient(suite, Field("enc"), {secret, key}, info,
                                    {.sender = {.public_key = sender_key}})
                    .ok());
    for (auto& message : messages_) {
      const ByteString ad = FromHex(message["aad"]), text = FromHex(message["pt"]);
      ByteString sealed(text.size() + 16), opened(sealed.size());
      ASSERT_TRUE(sender.Seal(ad, text, absl::MakeSpan(sealed)).ok());
      EXPECT_EQ(ToHex(sealed), message["ct"]);
      ASSERT_TRUE(recipient.Open(ad, sealed, absl::MakeSpan(opened)).ok());
      EXPECT_EQ(Slice(Bytes(opened), 0, text.size()), Bytes(text));
    }
    for (auto& exported : exports_) {
      ByteString out(static_cast<size_t>(std::stoi(exported["L"])));
      ASSERT_TRUE(
          recipient.Export(FromHex(exported["exporter_context"]), absl::MakeSpan(out)).ok());
      EXPECT_EQ(ToHex(out), exported["exported_value"]);
    }
  }
  bool IsHybrid() { return fields_["kem_id"] == "25722"; }

 private:
  ByteString Field(const std::string& name) { return FromHex(fields_[name]); }

  std::map<std::string, std::string> fields_;
  std::vector<std::map<std::string, std::string>> messages_, exports_;
};

TEST(HpkeTest, PassesBoringSslsVectors) {
  int ran = 0;
  for (const char* name : {"hpke_test_vectors.txt", "hpke_test_vectors_pq.txt"}) {
    const auto text = testing::PublishedFile(std::string("boringssl/crypto/hpke/") + name);
    if (!text) GTEST_SKIP() << testing::kNoVectors;
    std::istringstream lines(*text);
    while (lines.peek() != EOF) {
      BoringSslCase test(lines);
      if (test.IsHybrid()) continue;  // X-Wing, which is not built
      test.Run();
      ++ran;
    }
  }
  EXPECT_EQ(ran, 14);
}

}  // namespace
}  // namespace merlon::crypto
