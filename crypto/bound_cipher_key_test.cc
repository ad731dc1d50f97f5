// SPDX-License-Identifier: Apache-2.0
// Keys by handle that encrypt, authenticate, wrap and decrypt, and what their policies refuse.
#include "crypto/bound_cipher_key.h"

#include <gtest/gtest.h>

#include "crypto/bound_decryption_key.h"
#include "crypto/bound_key.h"
#include "crypto/drivers/portable/asymmetric/rsa_oaep.h"
#include "crypto/drivers/portable/asymmetric/rsa_test_keys.h"
#include "crypto/drivers/portable/driver.h"
#include "crypto/drivers/portable/sha256.h"
#include "crypto/testing/deterministic_rng.h"
#include "crypto/testing/vectors.h"

namespace merlon::crypto {
namespace {

using testing::ByteString;
using testing::FromHex;
using testing::ToHex;

constexpr const Driver* kDrivers[] = {&kPortableDriver};

class BoundCipherKeyTest : public ::testing::Test {
 protected:
  KeyHandle Import(KeyType type, Permitted permitted, Usage usage, Bytes material) {
    return *store_->Import({.type = type, .permitted = permitted, .usage = usage}, material);
  }
  KeyHandle Aes(Permitted permitted, Usage usage) {
    return Import(KeyType::kAes, permitted, usage, ByteString(24, 7));
  }
  KeyStore& store() { return *store_; }

  testing::DeterministicRng rng_{1};

 private:
  InlineKeyStore<8> store_{DriverTable(kDrivers)};
};

constexpr Usage kBoth = Usage::kEncrypt | Usage::kDecrypt;
const Error kNotPermitted = Misuse(Code::kNotPermitted);
const Error kRefused = PeerError(Code::kBadMac, Alert::kDecryptError);

TEST_F(BoundCipherKeyTest, CounterModeOpensWhatItSealed) {
  const KeyHandle key = Aes(Permitted::kCtr, kBoth);
  const auto bound = BoundCtrKey::Bind(store(), key);
  ASSERT_TRUE(bound.ok());
  const ByteString text(100, 3);
  ByteString sealed(116), opened(100);
  ASSERT_EQ(*bound->Encrypt(text, rng_, absl::MakeSpan(sealed)), sealed.size());
  ASSERT_EQ(*bound->Decrypt(sealed, absl::MakeSpan(opened)), opened.size());
  EXPECT_EQ(opened, text);
  // In parts, under the counter that is in front.
  std::optional<CtrCipher> stream;
  ASSERT_TRUE(bound->Start(Slice(Bytes(sealed), 0, 16), stream).ok());
  stream->Crypt(Slice(Bytes(sealed), 16, 33), Slice(absl::MakeSpan(opened), 0, 33));
  stream->Crypt(Slice(Bytes(sealed), 49), Slice(absl::MakeSpan(opened), 33));
  EXPECT_EQ(opened, text);

  const MutableBytes small = Slice(absl::MakeSpan(opened), 1);
  EXPECT_EQ(bound->Encrypt(text, rng_, absl::MakeSpan(opened)).error(), Misuse(Code::kNoSpace));
  EXPECT_EQ(bound->Decrypt(sealed, small).error(), Misuse(Code::kNoSpace));
  EXPECT_EQ(bound->Decrypt(Slice(Bytes(sealed), 0, 15), small).error(), DecodeError());
  EXPECT_EQ(bound->Start({}, stream).error(), Misuse());
  testing::FailingRng failing;
  EXPECT_EQ(bound->Encrypt(text, failing, absl::MakeSpan(sealed)).error(),
            DriverError(Code::kEntropyFailure));
  ASSERT_TRUE(store().Destroy(key).ok());
  EXPECT_EQ(bound->Decrypt(sealed, absl::MakeSpan(opened)).error(), Misuse(Code::kStaleHandle));
}

TEST_F(BoundCipherKeyTest, CmacVerifiesWhatItComputed) {
  const auto bound = BoundCmacKey::Bind(store(), Aes(Permitted::kAny, Usage::kSign));
  ASSERT_TRUE(bound.ok());
  const Bytes parts[] = {AsBytes("one"), AsBytes("two")}, whole[] = {AsBytes("onetwo")};
  ByteString tag(16);
  ASSERT_TRUE(bound->Compute(parts, absl::MakeSpan(tag)).ok());
  EXPECT_TRUE(bound->Verify(whole, tag).ok());
  tag[3] ^= 1;
  EXPECT_EQ(bound->Verify(whole, tag).error(), kRefused);
  EXPECT_EQ(bound->Compute(whole, Slice(absl::MakeSpan(tag), 1)).error(), Misuse());
}

TEST_F(BoundCipherKeyTest, AKeyIsForWhatItsPolicyNames) {
  const KeyHandle gcm = Aes(Permitted::kGcm, kBoth | Usage::kSign),
                  ctr = Aes(Permitted::kCtr, kBoth), any = Aes(Permitted::kAny, Usage::kEncrypt),
                  hmac = Import(KeyType::kHmac, Permitted::kAny, Usage::kSign, ByteString(24, 1));
  EXPECT_EQ(BoundCtrKey::Bind(store(), gcm).error(), kNotPermitted);
  EXPECT_EQ(BoundCtrKey::Bind(store(), any).error(), kNotPermitted);
  EXPECT_EQ(BoundCmacKey::Bind(store(), gcm).error(), kNotPermitted);
  EXPECT_EQ(BoundCmacKey::Bind(store(), hmac).error(), Misuse(Code::kUnsupported));
  EXPECT_EQ(BoundAeadKey::Bind(store(), ctr).error(), kNotPermitted);
  EXPECT_TRUE(BoundAeadKey::Bind(store(), gcm).ok());
  EXPECT_EQ(BoundWrappingKey::Bind(store(), ctr, WrapPadding::kNone).error(), kNotPermitted);
}

TEST_F(BoundCipherKeyTest, WrapsAKeyThatMayLeaveAndImportsItAgain) {
  const KeyHandle wrapping = Aes(Permitted::kKeyWrapPadded, kBoth);
  const auto bound = BoundWrappingKey::Bind(store(), wrapping, WrapPadding::kPadded);
  ASSERT_TRUE(bound.ok());
  EXPECT_EQ(BoundWrappingKey::Bind(store(), wrapping, WrapPadding::kNone).error(), kNotPermitted);
  const ByteString material(19, 0x42);
  const KeyHandle inner =
      Import(KeyType::kSecret, Permitted::kAny, Usage::kExport | Usage::kDerive, material);
  ByteString wrapped(32);
  ASSERT_EQ(*bound->Wrap(inner, absl::MakeSpan(wrapped)), wrapped.size());

  const KeyAttributes attributes{.type = KeyType::kSecret, .usage = Usage::kExport};
  const auto again = bound->Unwrap(attributes, wrapped);
  ASSERT_TRUE(again.ok());
  ByteString out(19);
  ASSERT_EQ(*store().Export(*again, absl::MakeSpan(out)), out.size());
  EXPECT_EQ(out, material);

  EXPECT_EQ(bound->Wrap(inner, Slice(absl::MakeSpan(wrapped), 1)).error(), Misuse(Code::kNoSpace));
  EXPECT_EQ(bound->Unwrap({.type = KeyType::kAes}, wrapped).error(), Misuse(Code::kBadKey));
  wrapped[9] ^= 1;
  EXPECT_EQ(bound->Unwrap(attributes, wrapped).error(), kRefused);
  const KeyHandle stays = Import(KeyType::kSecret, Permitted::kAny, Usage::kDerive, material);
  EXPECT_EQ(bound->Wrap(stays, absl::MakeSpan(wrapped)).error(), kNotPermitted);
  const KeyHandle unwraps = Aes(Permitted::kKeyWrapPadded, Usage::kDecrypt);
  EXPECT_EQ(BoundWrappingKey::Bind(store(), unwraps, WrapPadding::kPadded)
                ->Wrap(inner, absl::MakeSpan(wrapped))
                .error(),
            kNotPermitted);
}

TEST_F(BoundCipherKeyTest, APasswordIsStretchedWhereItIs) {
  const KeyHandle key =
      Import(KeyType::kSecret, Permitted::kAny, Usage::kDerive, AsBytes("passwd"));
  ByteString out(8);
  ASSERT_TRUE(BoundSecret::Bind(store(), key)
                  ->Pbkdf2(kPortableSha256, AsBytes("salt"), 1, absl::MakeSpan(out))
                  .ok());
  EXPECT_EQ(ToHex(out), "55ac046e56e3089f");  // RFC 7914 s11
}

TEST_F(BoundCipherKeyTest, OaepDecryptsByHandle) {
  const KeyHandle key =
      Import(KeyType::kRsa, Permitted::kRsaOaep, Usage::kDecrypt, FromHex(testing::kRsaPrivateKey));
  const auto bound = BoundDecryptionKey::Bind(store(), key, Permitted::kRsaOaep);
  ASSERT_TRUE(bound.ok());
  const EncryptionParameters parameters{.hash = &kPortableSha256, .label = AsBytes("label")};
  ByteString sealed(256), out(256);
  ASSERT_TRUE(bound->algorithm()
                  .encrypt(FromHex(testing::kRsaPublicKey), parameters, AsBytes("text"), rng_,
                           absl::MakeSpan(sealed))
                  .ok());
  out.resize(*bound->Decrypt(parameters, sealed, rng_, absl::MakeSpan(out)));
  EXPECT_EQ(AsText(out), "text");
  out.resize(256);
  EXPECT_EQ(bound->Decrypt({.hash = &kPortableSha256}, sealed, rng_, absl::MakeSpan(out)).error(),
            kRefused);
  EXPECT_EQ(bound->Decrypt(parameters, sealed, rng_, Slice(absl::MakeSpan(out), 1)).error(),
            Misuse(Code::kNoSpace));
  EXPECT_EQ(BoundDecryptionKey::Bind(store(), key, Permitted::kRsaPkcs1Decryption).error(),
            kNotPermitted);
  const KeyHandle signs =
      Import(KeyType::kRsa, Permitted::kAny, Usage::kSign, FromHex(testing::kRsaPrivateKey));
  EXPECT_EQ(BoundDecryptionKey::Bind(store(), signs, Permitted::kRsaOaep).error(), kNotPermitted);
}

}  // namespace
}  // namespace merlon::crypto
