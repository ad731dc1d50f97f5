// SPDX-License-Identifier: Apache-2.0
#include "crypto/key_store.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "crypto/bound_key.h"
#include "crypto/derive_key.h"
#include "crypto/drivers/portable/driver.h"
#include "crypto/drivers/portable/sha256.h"
#include "crypto/drivers/testing/conformance_opaque.h"
#include "crypto/drivers/testing/soft_element.h"
#include "crypto/key_derivation.h"
#include "crypto/sealed_blob.h"
#include "crypto/testing/deterministic_rng.h"
#include "crypto/testing/vectors.h"

namespace merlon::crypto {
namespace {

using testing::ByteString;
using testing::DeterministicRng;
using testing::FailingRng;

// A stand-in for P-256 that makes visible what the store does with a driver: private keys are 32
// bytes that do not start with 0, the public key is their complement, a "signature" is key[0] |
// hash size | message.
Result<uint16_t> CheckToy(Bytes key) {
  if (key.size() != 32 || key[0] == 0) return Misuse(Code::kBadKey);
  return uint16_t{256};
}
Result<size_t> ToyPublic(Bytes key, MutableBytes out) {
  if (out.size() < key.size()) return NoSpace();
  for (size_t i = 0; i < key.size(); ++i) out[i] = static_cast<uint8_t>(~key[i]);
  return key.size();
}
Result<size_t> ToySign(Bytes key, const HashAlgorithm* hash, Bytes message, Rng&,
                       MutableBytes out) {
  out[0] = key[0];
  out[1] = hash->size;
  std::copy(message.begin(), message.end(), out.begin() + 2);
  return message.size() + 2;
}
Result<size_t> ToyGenerate(uint16_t bits, Rng& rng, MutableBytes out) {
  if (bits != 256) return Misuse(Code::kBadKey);
  if (out.size() < 32) return NoSpace();
  MERLON_TRY(rng.Fill(Slice(out, 0, 32)));
  out[0] |= 1;
  return size_t{32};
}
constexpr SignAlgorithm kToy = {SignFamily::kEcdsa, KeyType::kEcP256, ToySign,    nullptr,
                                ToyPublic,          CheckToy,         ToyGenerate};
// A driver that only verifies: no private keys.
constexpr SignAlgorithm kVerifyOnly = {
    SignFamily::kRsaPss, KeyType::kRsa, nullptr, nullptr, nullptr, nullptr, nullptr};
constexpr const SignAlgorithm* kSigns[] = {&kToy, &kVerifyOnly};
constexpr Driver kToyDriver = {"toy", kLocalStorage, nullptr, {}, {}, {}, {}, kSigns};
const Driver* const kDrivers[] = {&kToyDriver, &kPortableDriver};
const Driver* const kOnlyPortable[] = {&kPortableDriver};

constexpr KeyAttributes kPskAttributes{.type = KeyType::kSecret, .usage = Usage::kDerive};
constexpr KeyAttributes kTicketAttributes{.type = KeyType::kAes,
                                          .usage = Usage::kEncrypt | Usage::kDecrypt};
constexpr KeyAttributes kSigningAttributes{.type = KeyType::kEcP256, .usage = Usage::kSign};

class KeyStoreTest : public ::testing::Test {
 protected:
  static constexpr size_t kSlots = 3, kShare = 48;

  KeyHandle Import(const KeyAttributes& attributes, Bytes material) {
    return *store_.Import(attributes, material);
  }
  Code ImportFails(const KeyAttributes& attributes, Bytes material) {
    const Result<KeyHandle> result = store_.Import(attributes, material);
    if (result.ok()) return Code{};
    EXPECT_EQ(result.error().origin, Origin::kMisuse);
    return result.error().code;
  }
  size_t CountInMemory(uint8_t byte) const {
    return static_cast<size_t>(std::count(memory_.begin(), memory_.end(), byte));
  }

  std::array<KeySlot, kSlots> slots_{};
  std::array<uint8_t, kSlots * kShare> memory_{};
  KeyStore store_{DriverTable(kDrivers), absl::MakeSpan(slots_), absl::MakeSpan(memory_)};
  DeterministicRng rng_{1};
};

TEST_F(KeyStoreTest, ImportTakesTheBitsFromTheMaterial) {
  EXPECT_EQ(store_.Attributes(Import(kPskAttributes, ByteString(20, 1)))->bits, 160);
  EXPECT_EQ(store_.Attributes(Import(kTicketAttributes, ByteString(32, 1)))->bits, 256);
  const KeyHandle signing = Import(kSigningAttributes, ByteString(32, 1));
  EXPECT_EQ(store_.Attributes(signing)->bits, 256);
  EXPECT_EQ(store_.Attributes(signing)->usage, Usage::kSign);
  EXPECT_EQ(store_.Attributes(signing)->type, KeyType::kEcP256);
}

TEST_F(KeyStoreTest, ImportChecksTheMaterial) {
  const auto aes = kTicketAttributes;
  for (size_t size : {0, 15, 17, 23, 25, 31, 33}) {
    EXPECT_EQ(ImportFails(aes, ByteString(size, 1)), Code::kBadKey) << size;
  }
  EXPECT_EQ(ImportFails(kPskAttributes, {}), Code::kBadKey);
  EXPECT_EQ(ImportFails(kPskAttributes, ByteString(8192, 1)), Code::kBadKey);
  EXPECT_EQ(ImportFails(kSigningAttributes, ByteString(31, 1)), Code::kBadKey);
  EXPECT_EQ(ImportFails(kSigningAttributes, ByteString(32, 0)), Code::kBadKey);
  EXPECT_EQ(CountInMemory(1), 0u) << "nothing of a refused key stays";
}

TEST_F(KeyStoreTest, ImportHoldsTheAttributesToWhatTheMaterialIs) {
  KeyAttributes wrong = kTicketAttributes;
  wrong.bits = 128;
  EXPECT_EQ(ImportFails(wrong, ByteString(32, 1)), Code::kBadKey);
  wrong.bits = 256;
  EXPECT_EQ(ImportFails(wrong, ByteString(32, 1)), Code{});
}

TEST_F(KeyStoreTest, ImportRefusesWhatNoDriverOrThisStoreDoes) {
  KeyAttributes a = kSigningAttributes;
  a.type = KeyType{200};
  EXPECT_EQ(ImportFails(a, ByteString(48, 1)), Code::kUnsupported);
  a.type = KeyType::kNone;
  EXPECT_EQ(ImportFails(a, ByteString(32, 1)), Code::kUnsupported);
  a.type = KeyType::kRsa;
  EXPECT_EQ(ImportFails(a, ByteString(32, 1)), Code::kUnsupported) << "verifies only";
  a = kSigningAttributes;
  a.location = Location{7};
  EXPECT_EQ(ImportFails(a, ByteString(32, 1)), Code::kUnsupported);
  a = kSigningAttributes;
  a.lifetime = Lifetime::kPersistent;
  EXPECT_EQ(ImportFails(a, ByteString(32, 1)), Code::kUnsupported);
}

TEST_F(KeyStoreTest, ImportRefusesAKeyLargerThanASlotsShare) {
  EXPECT_EQ(ImportFails(kPskAttributes, ByteString(kShare, 1)), Code{});
  EXPECT_EQ(ImportFails(kPskAttributes, ByteString(kShare + 1, 2)), Code::kNoSpace);
  EXPECT_EQ(CountInMemory(2), 0u);
}

TEST_F(KeyStoreTest, RefusesOneKeyTooMany) {
  for (size_t i = 0; i < kSlots; ++i) (void)Import(kPskAttributes, ByteString(8, 1));
  EXPECT_EQ(ImportFails(kPskAttributes, ByteString(8, 1)), Code::kTooManyKeys);
  EXPECT_EQ(store_.Generate(kSigningAttributes, rng_).error(), Misuse(Code::kTooManyKeys));
  EXPECT_TRUE(store_.Destroy({1, 1}).ok());
  EXPECT_EQ(ImportFails(kPskAttributes, ByteString(8, 1)), Code{});
}

TEST_F(KeyStoreTest, AHandleStaysStaleWhenItsSlotHoldsAnotherKey) {
  const KeyHandle old = Import(kPskAttributes, ByteString(8, 1));
  ASSERT_TRUE(store_.Destroy(old).ok());
  const KeyHandle fresh = Import(kPskAttributes, ByteString(8, 2));
  ASSERT_EQ(fresh.slot, old.slot);
  EXPECT_NE(fresh.generation, old.generation);
  ByteString out(64);
  EXPECT_EQ(store_.Attributes(old).error(), Misuse(Code::kStaleHandle));
  EXPECT_EQ(store_.Export(old, absl::MakeSpan(out)).error(), Misuse(Code::kStaleHandle));
  EXPECT_EQ(store_.PublicKey(old, absl::MakeSpan(out)).error(), Misuse(Code::kStaleHandle));
  EXPECT_EQ(store_.Destroy(old).error(), Misuse(Code::kStaleHandle));
  EXPECT_TRUE(store_.Attributes(fresh).ok());
}

TEST_F(KeyStoreTest, HandlesThatWereNeverGivenAreStale) {
  (void)Import(kPskAttributes, ByteString(8, 1));
  for (KeyHandle handle : {KeyHandle{}, KeyHandle{0, 2}, KeyHandle{1, 1}, KeyHandle{kSlots, 1},
                           KeyHandle{UINT32_MAX, UINT32_MAX}}) {
    EXPECT_EQ(store_.Attributes(handle).error(), Misuse(Code::kStaleHandle));
  }
}

TEST(KeyStoreSlotsTest, ASlotWhoseGenerationsAreSpentIsNotUsedAgain) {
  std::array<KeySlot, 1> slots{};
  slots[0].generation = UINT32_MAX - 1;
  std::array<uint8_t, 32> memory{};
  KeyStore store(DriverTable(kDrivers), absl::MakeSpan(slots), absl::MakeSpan(memory));
  const Result<KeyHandle> last = store.Import(kPskAttributes, ByteString(8, 1));
  ASSERT_TRUE(last.ok());
  ASSERT_TRUE(store.Destroy(*last).ok());
  EXPECT_EQ(store.Import(kPskAttributes, ByteString(8, 1)).error(), Misuse(Code::kTooManyKeys));
}

TEST_F(KeyStoreTest, DestroyWipesTheMemory) {
  const KeyHandle one = Import(kPskAttributes, ByteString(40, 0xa1));
  const KeyHandle two = Import(kPskAttributes, ByteString(40, 0xa2));
  EXPECT_EQ(CountInMemory(0xa1), 40u);
  ASSERT_TRUE(store_.Destroy(one).ok());
  EXPECT_EQ(CountInMemory(0xa1), 0u);
  EXPECT_EQ(CountInMemory(0xa2), 40u);
  ASSERT_TRUE(store_.Destroy(two).ok());
  EXPECT_EQ(CountInMemory(0), memory_.size());
}

TEST(KeyStoreSlotsTest, TheStoreWipesAllWhenItDies) {
  std::array<KeySlot, 2> slots{};
  std::array<uint8_t, 64> memory{};
  {
    KeyStore store(DriverTable(kDrivers), absl::MakeSpan(slots), absl::MakeSpan(memory));
    ASSERT_TRUE(store.Import(kPskAttributes, ByteString(32, 0xaa)).ok());
    ASSERT_TRUE(store.Import(kPskAttributes, ByteString(32, 0xaa)).ok());
    EXPECT_EQ(std::count(memory.begin(), memory.end(), 0xaa), 64);
  }
  EXPECT_EQ(std::count(memory.begin(), memory.end(), 0), 64);
}

TEST_F(KeyStoreTest, ExportsOnlyWhatThePolicyLetsOut) {
  const ByteString material(20, 0x42);
  KeyAttributes exportable = kPskAttributes;
  exportable.usage = Usage::kDerive | Usage::kExport;
  const KeyHandle open = Import(exportable, material), closed = Import(kPskAttributes, material);
  ByteString out(20);
  EXPECT_EQ(*store_.Export(open, absl::MakeSpan(out)), 20u);
  EXPECT_EQ(out, material);
  EXPECT_EQ(store_.Export(open, absl::MakeSpan(out.data(), 19)).error(), Misuse(Code::kNoSpace));
  ByteString untouched(20, 7);
  EXPECT_EQ(store_.Export(closed, absl::MakeSpan(untouched)).error(), Misuse(Code::kNotPermitted));
  EXPECT_EQ(untouched, ByteString(20, 7));
}

TEST_F(KeyStoreTest, ThePublicKeyLeavesWithoutExport) {
  const KeyHandle key = Import(kSigningAttributes, ByteString(32, 0x0f));
  ByteString out(32);
  EXPECT_EQ(*store_.PublicKey(key, absl::MakeSpan(out)), 32u);
  EXPECT_EQ(out, ByteString(32, 0xf0));
  const KeyHandle psk = Import(kPskAttributes, ByteString(8, 1));
  EXPECT_EQ(store_.PublicKey(psk, absl::MakeSpan(out)).error(), Misuse(Code::kUnsupported));
}

TEST_F(KeyStoreTest, GeneratesKeys) {
  KeyAttributes aes = kTicketAttributes;
  aes.bits = 128;
  EXPECT_EQ(store_.Attributes(*store_.Generate(aes, rng_))->bits, 128);
  KeyAttributes secret = kPskAttributes;
  secret.bits = 256;
  secret.usage = Usage::kExport;
  const KeyHandle psk = *store_.Generate(secret, rng_);
  ByteString out(32);
  EXPECT_EQ(*store_.Export(psk, absl::MakeSpan(out)), 32u);
  EXPECT_NE(out, ByteString(32, 0));
  EXPECT_EQ(store_.Attributes(*store_.Generate(kSigningAttributes, rng_))->bits, 256);
}

TEST_F(KeyStoreTest, GenerateRefusesWhatItCannotMake) {
  const auto fails = [&](KeyType type, uint16_t bits) {
    KeyAttributes a{.type = type, .bits = bits};
    return store_.Generate(a, rng_).error().code;
  };
  EXPECT_EQ(fails(KeyType::kAes, 0), Code::kBadKey);
  EXPECT_EQ(fails(KeyType::kAes, 200), Code::kBadKey);
  EXPECT_EQ(fails(KeyType::kSecret, 0), Code::kBadKey);
  EXPECT_EQ(fails(KeyType::kSecret, 13), Code::kBadKey);
  EXPECT_EQ(fails(KeyType::kSecret, 8 * (kShare + 1)), Code::kNoSpace);
  EXPECT_EQ(fails(KeyType::kEcP256, 384), Code::kBadKey);
  EXPECT_EQ(fails(KeyType::kRsa, 2048), Code::kUnsupported);
  EXPECT_EQ(fails(KeyType::kNone, 0), Code::kUnsupported);
}

TEST_F(KeyStoreTest, GenerateFailsWithTheGeneratorAndLeavesNoKey) {
  FailingRng failing;
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(store_.Generate(kSigningAttributes, failing).error(),
              DriverError(Code::kEntropyFailure));
  }
  for (size_t i = 0; i < kSlots; ++i) EXPECT_TRUE(store_.Generate(kSigningAttributes, rng_).ok());
}

TEST_F(KeyStoreTest, ASigningKeySignsAsItsPolicySays) {
  KeyAttributes attributes = kSigningAttributes;
  attributes.algorithm = {SignFamily::kEcdsa, HashId::kSha256};
  const KeyHandle key = Import(attributes, ByteString(32, 5));
  const Result<BoundSigningKey> bound = BoundSigningKey::Bind(store_, key, attributes.algorithm);
  ASSERT_TRUE(bound.ok());
  EXPECT_EQ(bound->key(), key);
  EXPECT_EQ(bound->algorithm(), attributes.algorithm);
  ByteString out(8);
  EXPECT_EQ(*bound->Sign(AsBytes("m"), rng_, absl::MakeSpan(out)), 3u);
  EXPECT_EQ(out, (ByteString{5, 32, 'm', 0, 0, 0, 0, 0}));

  const auto refused = [&](SignAlg algorithm) {
    return BoundSigningKey::Bind(store_, key, algorithm).error().code;
  };
  EXPECT_EQ(refused({SignFamily::kEcdsa, HashId::kSha384}), Code::kNotPermitted);
  EXPECT_EQ(refused({SignFamily::kRsaPss, HashId::kSha256}), Code::kNotPermitted);
}

TEST_F(KeyStoreTest, ASigningKeyWithAnOpenPolicyNeedsADriver) {
  const KeyHandle key = Import(kSigningAttributes, ByteString(32, 5));
  const auto bind = [&](SignAlg algorithm) {
    return BoundSigningKey::Bind(store_, key, algorithm);
  };
  EXPECT_TRUE(bind({SignFamily::kEcdsa, HashId::kSha384}).ok());
  EXPECT_EQ(bind({SignFamily::kRsaPss, HashId::kSha256}).error(), Misuse(Code::kUnsupported));
  EXPECT_EQ(bind({SignFamily::kEcdsa, HashId::kNone}).error(), Misuse(Code::kUnsupported));
}

TEST_F(KeyStoreTest, ASigningKeyNeedsPermissionAndLife) {
  KeyAttributes silent = kSigningAttributes;
  silent.usage = Usage::kExport;
  const SignAlg algorithm{SignFamily::kEcdsa, HashId::kSha256};
  EXPECT_EQ(BoundSigningKey::Bind(store_, Import(silent, ByteString(32, 5)), algorithm).error(),
            Misuse(Code::kNotPermitted));
  const KeyHandle key = Import(kSigningAttributes, ByteString(32, 5));
  const Result<BoundSigningKey> bound = BoundSigningKey::Bind(store_, key, algorithm);
  ASSERT_TRUE(bound.ok() && store_.Destroy(key).ok());
  ByteString out(8);
  EXPECT_EQ(bound->Sign({}, rng_, absl::MakeSpan(out)).error(), Misuse(Code::kStaleHandle));
  EXPECT_EQ(BoundSigningKey::Bind(store_, key, algorithm).error(), Misuse(Code::kStaleHandle));
}

TEST_F(KeyStoreTest, ABoundSecretExtracts) {
  const ByteString psk(32, 9), salt(32, 0);
  const KeyHandle key = Import(kPskAttributes, psk);
  const Result<BoundSecret> bound = BoundSecret::Bind(store_, key);
  ASSERT_TRUE(bound.ok());
  EXPECT_EQ(bound->key(), key);
  ByteString out(32), expected(32), wrong_size(31);
  ASSERT_TRUE(bound->Extract(kPortableSha256, salt, absl::MakeSpan(out)).ok());
  HkdfExtract(kPortableSha256, salt, psk, absl::MakeSpan(expected));
  EXPECT_EQ(out, expected);
  EXPECT_EQ(bound->Extract(kPortableSha256, salt, absl::MakeSpan(wrong_size)).error(), Misuse());
  ASSERT_TRUE(store_.Destroy(key).ok());
  EXPECT_EQ(bound->Extract(kPortableSha256, salt, absl::MakeSpan(out)).error(),
            Misuse(Code::kStaleHandle));
}

TEST_F(KeyStoreTest, ABoundSecretIsASecretThatMayDerive) {
  KeyAttributes attributes = kPskAttributes;
  attributes.usage = Usage::kExport;
  EXPECT_EQ(BoundSecret::Bind(store_, Import(attributes, ByteString(8, 1))).error(),
            Misuse(Code::kNotPermitted));
  attributes = kTicketAttributes;
  attributes.usage = Usage::kDerive;
  EXPECT_EQ(BoundSecret::Bind(store_, Import(attributes, ByteString(16, 1))).error(),
            Misuse(Code::kUnsupported));
  EXPECT_EQ(BoundSecret::Bind(store_, {}).error(), Misuse(Code::kStaleHandle));
}

// RFC 4231 s4.3 has a shorter key than we take; s4.2's is of 20 bytes.
TEST_F(KeyStoreTest, ABoundMacKeyComputesHmac) {
  KeyAttributes attributes{.type = KeyType::kHmac, .usage = Usage::kSign};
  const KeyHandle key = Import(attributes, ByteString(20, 0x0b));
  const Result<BoundMacKey> bound = BoundMacKey::Bind(store_, key, HashId::kSha256);
  ASSERT_TRUE(bound.ok());
  ASSERT_EQ(bound->size(), 32u);
  const Bytes data[] = {AsBytes("Hi "), AsBytes("There")};
  ByteString out(32), wrong_size(31);
  ASSERT_TRUE(bound->Compute(data, absl::MakeSpan(out)).ok());
  EXPECT_EQ(testing::ToHex(out),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(bound->Compute(data, absl::MakeSpan(wrong_size)).error(), Misuse());
  ASSERT_TRUE(store_.Destroy(key).ok());
  EXPECT_EQ(bound->Compute(data, absl::MakeSpan(out)).error(), Misuse(Code::kStaleHandle));

  EXPECT_EQ(store_.Import(attributes, ByteString(15, 1)).error(), Misuse(Code::kBadKey));
  attributes.usage = Usage::kDerive;
  EXPECT_EQ(
      BoundMacKey::Bind(store_, Import(attributes, ByteString(16, 1)), HashId::kSha256).error(),
      Misuse(Code::kNotPermitted));
  attributes = {.type = KeyType::kSecret, .usage = Usage::kSign};
  EXPECT_EQ(
      BoundMacKey::Bind(store_, Import(attributes, ByteString(16, 1)), HashId::kSha256).error(),
      Misuse(Code::kUnsupported));
}

TEST_F(KeyStoreTest, ABoundAeadKeyOpensWhatItSealed) {
  for (size_t key_size : {16, 32}) {
    const KeyHandle key = Import(kTicketAttributes, ByteString(key_size, 3));
    const Result<BoundAeadKey> bound = BoundAeadKey::Bind(store_, key);
    ASSERT_TRUE(bound.ok());
    const Bytes ad = AsBytes("ad"), text = AsBytes("a session ticket");
    ByteString sealed(text.size() + BoundAeadKey::kOverhead), again(sealed.size());
    ASSERT_EQ(*bound->Seal(ad, text, rng_, absl::MakeSpan(sealed)), sealed.size());
    ASSERT_EQ(*bound->Seal(ad, text, rng_, absl::MakeSpan(again)), sealed.size());
    EXPECT_NE(sealed, again) << "nonces are fresh";
    ByteString out(text.size() + 16);
    ASSERT_EQ(*bound->Open(ad, sealed, absl::MakeSpan(out)), text.size());
    EXPECT_EQ(AsText(Slice(Bytes(out), 0, text.size())), AsText(text));
    ASSERT_TRUE(store_.Destroy(key).ok());
    EXPECT_EQ(bound->Open(ad, sealed, absl::MakeSpan(out)).error(), Misuse(Code::kStaleHandle));
    EXPECT_EQ(bound->Seal(ad, text, rng_, absl::MakeSpan(sealed)).error(),
              Misuse(Code::kStaleHandle));
  }
}

TEST_F(KeyStoreTest, ABoundAeadKeyRefusesWhatIsNotItsOwn) {
  const BoundAeadKey bound =
      *BoundAeadKey::Bind(store_, Import(kTicketAttributes, ByteString(32, 3)));
  const Error bad_mac = PeerError(Code::kBadMac, Alert::kDecryptError);
  ByteString sealed(5 + BoundAeadKey::kOverhead), out(sealed.size());
  ASSERT_TRUE(bound.Seal({}, AsBytes("abcde"), rng_, absl::MakeSpan(sealed)).ok());
  for (size_t i = 0; i < sealed.size(); ++i) {
    ByteString forged = sealed;
    forged[i] ^= 1;
    EXPECT_EQ(bound.Open({}, forged, absl::MakeSpan(out)).error(), bad_mac);
    EXPECT_EQ(bound.Open({}, Slice(Bytes(sealed), 0, i), absl::MakeSpan(out)).error(), bad_mac);
  }
  EXPECT_EQ(bound.Open(AsBytes("x"), sealed, absl::MakeSpan(out)).error(), bad_mac);
  EXPECT_EQ(std::count(out.begin(), out.end(), 0), static_cast<ptrdiff_t>(out.size()));
}

TEST_F(KeyStoreTest, ABoundAeadKeySaysWhenThereIsNoRoomOrNoRandomness) {
  const BoundAeadKey bound =
      *BoundAeadKey::Bind(store_, Import(kTicketAttributes, ByteString(16, 3)));
  ByteString sealed(5 + BoundAeadKey::kOverhead), out(5 + 15);
  const Bytes text = AsBytes("abcde");
  EXPECT_EQ(bound.Seal({}, text, rng_, absl::MakeSpan(sealed.data(), sealed.size() - 1)).error(),
            Misuse(Code::kNoSpace));
  EXPECT_EQ(bound.Seal({}, {}, rng_, {}).error(), Misuse(Code::kNoSpace));
  FailingRng failing;
  EXPECT_EQ(bound.Seal({}, text, failing, absl::MakeSpan(sealed)).error(),
            DriverError(Code::kEntropyFailure));
  ASSERT_TRUE(bound.Seal({}, text, rng_, absl::MakeSpan(sealed)).ok());
  EXPECT_EQ(bound.Open({}, sealed, absl::MakeSpan(out)).error(), Misuse(Code::kNoSpace));
}

TEST_F(KeyStoreTest, ABoundAeadKeyIsAnAesKeyThatMayDoBoth) {
  for (Usage usage : {Usage::kEncrypt, Usage::kDecrypt, Usage::kNone}) {
    KeyAttributes attributes = kTicketAttributes;
    attributes.usage = usage;
    EXPECT_EQ(BoundAeadKey::Bind(store_, Import(attributes, ByteString(16, 1))).error(),
              Misuse(Code::kNotPermitted));
  }
  ASSERT_TRUE(store_.Destroy({0, 1}).ok());
  KeyAttributes secret = kPskAttributes;
  secret.usage = kTicketAttributes.usage;
  EXPECT_EQ(BoundAeadKey::Bind(store_, Import(secret, ByteString(16, 1))).error(),
            Misuse(Code::kUnsupported));
}

TEST_F(KeyStoreTest, ACopyMayDoWhatBothPoliciesAllow) {
  KeyAttributes attributes = kSigningAttributes;
  attributes.usage = Usage::kSign | Usage::kCopy | Usage::kExport;
  attributes.algorithm = {SignFamily::kEcdsa, HashId::kNone};
  const KeyHandle source = Import(attributes, ByteString(32, 5));
  const KeyAttributes wish{.usage = Usage::kSign | Usage::kDerive,
                           .algorithm = {SignFamily::kNone, HashId::kSha256}};
  const Result<KeyHandle> copy = store_.Copy(source, wish);
  ASSERT_TRUE(copy.ok());
  const KeyAttributes got = *store_.Attributes(*copy);
  EXPECT_EQ(got.usage, Usage::kSign);
  EXPECT_EQ(got.algorithm, (SignAlg{SignFamily::kEcdsa, HashId::kSha256}));
  EXPECT_EQ(got.type, KeyType::kEcP256);
  EXPECT_EQ(got.bits, 256);
  ByteString out(32);
  EXPECT_EQ(store_.Export(*copy, absl::MakeSpan(out)).error(), Misuse(Code::kNotPermitted));
  EXPECT_EQ(store_.Copy(*copy, wish).error(), Misuse(Code::kNotPermitted)) << "without kCopy";
  ASSERT_TRUE(store_.Destroy(source).ok());
  EXPECT_TRUE(BoundSigningKey::Bind(store_, *copy, got.algorithm).ok()) << "it lives on";
}

TEST_F(KeyStoreTest, ACopyIsForNothingThatItsSourceIsNotFor) {
  KeyAttributes attributes = kTicketAttributes;
  attributes.usage = attributes.usage | Usage::kCopy;
  attributes.permitted = Permitted::kGcm;
  const KeyHandle gcm = Import(attributes, ByteString(16, 5));
  const auto refused = [&](KeyHandle source, const KeyAttributes& wish) {
    return store_.Copy(source, wish).error().code;
  };
  EXPECT_EQ(refused(gcm, {.permitted = Permitted::kCtr}), Code::kNotPermitted);
  EXPECT_EQ(refused(gcm, {.type = KeyType::kHmac}), Code::kBadKey);
  EXPECT_EQ(refused(gcm, {.bits = 256}), Code::kBadKey);
  EXPECT_EQ(refused(gcm, {.lifetime = Lifetime::kPersistent}), Code::kUnsupported);
  EXPECT_EQ(store_.Attributes(*store_.Copy(gcm, {}))->permitted, Permitted::kGcm);
  attributes.permitted = Permitted::kAny;
  EXPECT_EQ(refused(Import(attributes, ByteString(16, 5)), {.permitted = Permitted::kCbc}),
            Code::kNotPermitted);
}

TEST_F(KeyStoreTest, PurgeLeavesVolatileKeys) {
  const KeyHandle key = Import(kPskAttributes, ByteString(8, 1));
  EXPECT_TRUE(store_.Purge(key).ok());
  EXPECT_TRUE(store_.Attributes(key).ok());
  EXPECT_EQ(store_.Purge({}).error(), Misuse(Code::kStaleHandle));
}

TEST(KeyName, IsAFilesWhereverItComesFrom) {
  for (const char* good : {"1", "web", "a.b-c_D9", "0123456789abcdef0123456789abcdef"}) {
    EXPECT_TRUE(IsKeyName(good)) << good;
  }
  for (const char* bad : {"", ".", "..", ".key", "-x", "a/b", "../a", "a b", "a\n", "\xc3\xa4",
                          "0123456789abcdef0123456789abcdefg"}) {
    EXPECT_FALSE(IsKeyName(bad)) << bad;
  }
}

// Keys elsewhere whose "signature" is reference | message.
class ToyToken final : public OpaqueKeys {
 public:
  Result<size_t> PublicKey(Bytes reference, MutableBytes out) const override {
    return ToyPublic(reference, out);
  }
  Result<size_t> Sign(Bytes reference, SignAlg, Bytes message, MutableBytes out) const override {
    std::copy(reference.begin(), reference.end(), out.begin());
    std::copy(message.begin(), message.end(), out.begin() + reference.size());
    return reference.size() + message.size();
  }
};

TEST_F(KeyStoreTest, AKeyElsewhereIsWorkedWithThere) {
  const ToyToken token;
  KeyAttributes attributes = kSigningAttributes;
  attributes.usage = Usage::kSign | Usage::kExport | Usage::kCopy;
  attributes.algorithm = {SignFamily::kEcdsa, HashId::kSha256};
  EXPECT_EQ(store_.Register(attributes, AsBytes("k1"), token).error(), Misuse(Code::kUnsupported))
      << "its location is this store's";
  attributes.location = Location{7};
  const Result<KeyHandle> key = store_.Register(attributes, AsBytes("k1"), token);
  ASSERT_TRUE(key.ok());
  EXPECT_EQ(store_.Attributes(*key)->location, Location{7});
  ByteString out(64);
  ASSERT_EQ(*store_.PublicKey(*key, absl::MakeSpan(out)), 2u);
  EXPECT_EQ(out[0], static_cast<uint8_t>(~'k'));
  const Result<BoundSigningKey> bound = BoundSigningKey::Bind(store_, *key, attributes.algorithm);
  ASSERT_TRUE(bound.ok());
  ASSERT_EQ(*bound->Sign(AsBytes("m"), rng_, absl::MakeSpan(out)), 3u);
  EXPECT_EQ(AsText(Slice(Bytes(out), 0, 3)), "k1m");
  EXPECT_EQ(BoundSigningKey::Bind(store_, *key, {SignFamily::kEcdsa, HashId::kSha384}).error(),
            Misuse(Code::kNotPermitted));
  EXPECT_EQ(store_.Export(*key, absl::MakeSpan(out)).error(), Misuse(Code::kUnsupported));
  EXPECT_EQ(store_.Copy(*key, {}).error(), Misuse(Code::kUnsupported));
  // What its owner does not offer.
  EXPECT_EQ(store_.Destroy(*key).error(), Misuse(Code::kUnsupported));
  EXPECT_EQ(bound->Start(AsBytes("m")).error(), Misuse(Code::kUnsupported));
  EXPECT_EQ(store_.Generate(attributes, rng_).error(), Misuse(Code::kUnsupported))
      << "nobody owns the location";
  ASSERT_TRUE(store_.Purge(*key).ok());
  EXPECT_EQ(bound->Sign({}, rng_, absl::MakeSpan(out)).error(), Misuse(Code::kStaleHandle));
}

// Keys in an element that has its own table, which a program found where it runs.
class ElementTest : public ::testing::Test {
 protected:
  ElementTest() {
    EXPECT_TRUE(drivers_.Add(kPortableDriver).ok() && drivers_.Add(driver_).ok());
    EXPECT_EQ(drivers_.Add(driver_).error(), Misuse()) << "the location has an owner";
  }
  testing::SoftElement element_{DriverTable(kOnlyPortable)};
  const Driver driver_{.name = "element", .location = Location{9}, .keys = &element_};
  DriverList<3> drivers_;
  DeterministicRng rng_{1};
};

TEST_F(ElementTest, PassesTheKit) {
  const SignAlg ecdsa{SignFamily::kEcdsa, HashId::kSha256},
      eddsa{SignFamily::kEddsa, HashId::kNone};
  const KeyAttributes kinds[] = {
      {.type = KeyType::kEcP256, .usage = Usage::kSign | Usage::kDerive, .algorithm = ecdsa},
      {.type = KeyType::kEd25519, .usage = Usage::kSign, .algorithm = eddsa}};
  const auto checked =
      testing::CheckOpaqueDriver({.driver = &driver_,
                                  .local = DriverTable(kOnlyPortable),
                                  .kinds = kinds,
                                  .keeps = true,
                                  .imports = true,
                                  .later = true,
                                  .fail_at = [&](int n) { return element_.FailAt(n); }});
  EXPECT_GE(checked.signatures, 30);
  EXPECT_GE(checked.agreements, 5);
  EXPECT_GE(checked.later, 10);
  EXPECT_GE(checked.failures, 10);
  EXPECT_EQ(element_.keys(), 0u);
  EXPECT_EQ(element_.calls(), 0u);
}

TEST_F(ElementTest, VolatileKeysEndWithTheStore) {
  KeyAttributes attributes{
      .type = KeyType::kEcP256, .usage = Usage::kSign, .location = Location{9}};
  {
    InlineKeyStore<2> store{DriverTable(kOnlyPortable)};
    EXPECT_EQ(store->Generate(attributes, rng_).error(), Misuse(Code::kUnsupported));
    store->UseDrivers(drivers_.table());
    ASSERT_TRUE(store->Generate(attributes, rng_).ok());
    attributes.lifetime = Lifetime::kPersistent;
    EXPECT_EQ(store->Generate(attributes, rng_).error(), Misuse()) << "it has no name";
    attributes.name = KeyName(AsBytes("stays"));
    ASSERT_TRUE(store->Generate(attributes, rng_).ok());
    EXPECT_EQ(element_.keys(), 2u);
  }
  EXPECT_EQ(element_.keys(), 1u);
}

// What is derived of a secret there is the key that is derived here of the same, and stays there.
TEST_F(ElementTest, DerivesWhereTheSecretIs) {
  InlineKeyStore<4> store(drivers_.table());
  const Context crypto{*store, drivers_.table(), rng_};
  KeyAttributes secret = kPskAttributes, derived{.type = KeyType::kEcP256, .usage = Usage::kSign};
  const HkdfInputs inputs{.salt = AsBytes("salt"), .info = AsBytes("info")};
  const auto public_of = [&](KeyHandle key) {
    ByteString out(65);
    EXPECT_EQ(*store->PublicKey(key, absl::MakeSpan(out)), 65u);
    return out;
  };
  const KeyHandle here = *store->Import(secret, ByteString(32, 7));
  const ByteString expected = public_of(*DeriveKey(crypto, here, inputs, derived));
  secret.location = Location{9};
  const KeyHandle there = *store->Import(secret, ByteString(32, 7));
  EXPECT_EQ(DeriveKey(crypto, there, inputs, derived).error(), Misuse(Code::kUnsupported))
      << "its bytes would come here";
  derived.location = Location{9};
  const Result<KeyHandle> key = DeriveKey(crypto, there, inputs, derived);
  ASSERT_TRUE(key.ok());
  EXPECT_EQ(public_of(*key), expected);
  EXPECT_EQ(store->Attributes(*key)->location, Location{9});
}

class DeriveKeyTest : public KeyStoreTest {
 protected:
  const Context crypto_{store_, DriverTable(kDrivers), rng_};
};

// RFC 5869 A.1, of which a key takes the first 32 bytes.
TEST_F(DeriveKeyTest, GivesHkdfsOutput) {
  const KeyHandle secret = Import(kPskAttributes, ByteString(22, 0x0b));
  const ByteString salt = testing::FromHex("000102030405060708090a0b0c"),
                   info = testing::FromHex("f0f1f2f3f4f5f6f7f8f9");
  const HkdfInputs inputs{.salt = salt, .info = info};
  KeyAttributes attributes{.type = KeyType::kSecret, .bits = 256, .usage = Usage::kExport};
  const Result<KeyHandle> key = DeriveKey(crypto_, secret, inputs, attributes);
  ASSERT_TRUE(key.ok());
  ByteString out(32);
  ASSERT_EQ(*store_.Export(*key, absl::MakeSpan(out)), 32u);
  EXPECT_EQ(testing::ToHex(out),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
  // On a NIST curve the key is one more.
  attributes.type = KeyType::kEcP256;
  ASSERT_TRUE(store_.Destroy(*key).ok());
  const Result<KeyHandle> scalar = DeriveKey(crypto_, secret, inputs, attributes);
  ASSERT_TRUE(scalar.ok());
  ASSERT_EQ(*store_.Export(*scalar, absl::MakeSpan(out)), 32u);
  EXPECT_EQ(out.back(), 0xc0);
}

TEST_F(DeriveKeyTest, SkipsANumberThatIsNoKey) {
  const ByteString material(32, 1);
  const KeyHandle secret = Import(kPskAttributes, material);
  const KeyAttributes attributes{.type = KeyType::kEcP256, .usage = Usage::kExport};
  int skipped = 0;
  for (int i = 0; i < 2000 && skipped == 0; ++i) {
    const uint8_t number[2] = {static_cast<uint8_t>(i), static_cast<uint8_t>(i >> 8)};
    const Bytes info(number);
    ByteString prk(32), stream(64), out(32);
    HkdfExtract(kPortableSha256, {}, material, absl::MakeSpan(prk));
    HkdfExpand(kPortableSha256, prk, absl::Span<const Bytes>(&info, 1), absl::MakeSpan(stream));
    const Result<KeyHandle> key = DeriveKey(crypto_, secret, {.info = info}, attributes);
    ASSERT_TRUE(key.ok());
    ASSERT_TRUE(store_.Export(*key, absl::MakeSpan(out)).ok());
    const size_t at = stream[0] == 0 ? 32 : 0;  // what the toy refuses
    skipped += at == 32;
    EXPECT_TRUE(std::equal(out.begin(), out.begin() + 31, stream.begin() + at));
    ASSERT_TRUE(store_.Destroy(*key).ok());
  }
  EXPECT_EQ(skipped, 1);
}

TEST_F(DeriveKeyTest, NeedsASecretThatIsForIt) {
  const KeyAttributes aes{.type = KeyType::kAes, .bits = 128};
  KeyAttributes attributes = kPskAttributes;
  const auto refused = [&](KeyHandle secret, const KeyAttributes& wish) {
    return DeriveKey(crypto_, secret, {}, wish).error().code;
  };
  const KeyHandle secret = Import(kPskAttributes, ByteString(32, 1));
  EXPECT_EQ(refused(secret, {.type = KeyType::kRsa, .bits = 2048}), Code::kUnsupported);
  EXPECT_EQ(refused(secret, {.type = KeyType::kAes, .bits = 129}), Code::kUnsupported);
  EXPECT_EQ(refused(secret, {.type = KeyType::kAes, .bits = 136}), Code::kBadKey);
  EXPECT_EQ(refused({}, aes), Code::kStaleHandle);
  attributes.permitted = Permitted::kSealedBlob;
  const KeyHandle blob = Import(attributes, ByteString(32, 1));
  EXPECT_EQ(refused(blob, aes), Code::kNotPermitted);
  EXPECT_EQ(BoundSecret::Bind(store_, blob).error(), Misuse(Code::kNotPermitted));
  ASSERT_TRUE(store_.Destroy(blob).ok());
  EXPECT_EQ(refused(Import(kTicketAttributes, ByteString(16, 1)), aes), Code::kNotPermitted);
}

TEST_F(DeriveKeyTest, ABlobOpensUnderItsKeyAndContextAlone) {
  const KeyAttributes attributes{.type = KeyType::kSecret,
                                 .permitted = Permitted::kSealedBlob,
                                 .usage = Usage::kEncrypt | Usage::kDecrypt};
  const KeyHandle key = Import(attributes, ByteString(32, 1)),
                  other = Import(attributes, ByteString(32, 2));
  const Bytes context = AsBytes("settings"), text = AsBytes("what rests");
  ByteString blob(text.size() + kBlobOverhead), again(blob.size()), out(text.size() + 16);
  ASSERT_EQ(*SealBlob(crypto_, key, context, text, absl::MakeSpan(blob)), blob.size());
  ASSERT_EQ(*SealBlob(crypto_, key, context, text, absl::MakeSpan(again)), blob.size());
  EXPECT_NE(blob, again);
  const auto open = [&](KeyHandle under, std::string_view in, Bytes what) {
    return OpenBlob(crypto_, under, AsBytes(in), what, absl::MakeSpan(out));
  };
  ASSERT_EQ(*open(key, "settings", blob), text.size());
  EXPECT_EQ(AsText(Slice(Bytes(out), 0, text.size())), AsText(text));
  const Error refused = PeerError(Code::kBadMac, Alert::kDecryptError);
  EXPECT_EQ(open(key, "other", blob).error(), refused);
  EXPECT_EQ(open(other, "settings", blob).error(), refused);
  for (size_t i = 0; i < blob.size(); ++i) {
    ByteString forged = blob;
    forged[i] ^= 1;
    EXPECT_EQ(open(key, "settings", forged).error(), refused) << i;
    EXPECT_EQ(open(key, "settings", Slice(Bytes(blob), 0, i)).error(), refused) << i;
  }
  EXPECT_EQ(std::search(out.begin(), out.end(), text.begin(), text.end()), out.end());
}

TEST_F(DeriveKeyTest, ABlobNeedsAKeyThatIsForItAndRoom) {
  KeyAttributes attributes{.type = KeyType::kSecret, .usage = Usage::kEncrypt};
  ByteString out(kBlobOverhead + 4), text(4);
  const auto seal = [&](const KeyAttributes& with, size_t size, size_t room) {
    const KeyHandle key = Import(with, ByteString(size, 1));
    const Result<size_t> sealed =
        SealBlob(crypto_, key, {}, text, absl::MakeSpan(out.data(), room));
    EXPECT_TRUE(store_.Destroy(key).ok());
    return sealed.ok() ? Code{} : sealed.error().code;
  };
  EXPECT_EQ(seal(attributes, 32, out.size()), Code{});
  EXPECT_EQ(seal(attributes, 32, out.size() - 1), Code::kNoSpace);
  EXPECT_EQ(seal(attributes, 31, out.size()), Code::kUnsupported);
  EXPECT_EQ(seal(kPskAttributes, 32, out.size()), Code::kNotPermitted);
  attributes.permitted = Permitted::kDerivation;
  EXPECT_EQ(seal(attributes, 32, out.size()), Code::kNotPermitted);
  attributes = kTicketAttributes;
  EXPECT_EQ(seal(attributes, 32, out.size()), Code::kUnsupported);
  attributes = {.type = KeyType::kSecret, .usage = Usage::kEncrypt};
  const KeyHandle key = Import(attributes, ByteString(32, 1));
  EXPECT_EQ(OpenBlob(crypto_, key, {}, ByteString(4, 1), absl::MakeSpan(out)).error().code,
            Code::kBadMac);
  ByteString blob(kBlobOverhead);
  ASSERT_TRUE(SealBlob(crypto_, key, {}, {}, absl::MakeSpan(blob)).ok());
  EXPECT_EQ(OpenBlob(crypto_, key, {}, blob, absl::MakeSpan(out)).error(),
            Misuse(Code::kNotPermitted))
      << "it may seal, not open";
  FailingRng failing;
  const Context none{store_, DriverTable(kDrivers), failing};
  EXPECT_EQ(SealBlob(none, key, {}, text, absl::MakeSpan(out)).error(),
            DriverError(Code::kEntropyFailure));
}

TEST(InlineKeyStoreTest, HasItsOwnMemory) {
  InlineKeyStore<2, 32> keys{DriverTable(kDrivers)};
  EXPECT_TRUE(keys->Import(kPskAttributes, ByteString(32, 1)).ok());
  EXPECT_TRUE((*keys).Import(kPskAttributes, ByteString(32, 1)).ok());
  EXPECT_EQ(keys->Import(kPskAttributes, ByteString(32, 1)).error(), Misuse(Code::kTooManyKeys));
}

}  // namespace
}  // namespace merlon::crypto
