// SPDX-License-Identifier: Apache-2.0
// Record keys: what they are derived from, what they count. The numbers are RFC 8448 section 3.
#include "record/record_keys.h"

#include <gtest/gtest.h>

#include <vector>

#include "crypto/base/writer.h"
#include "crypto/drivers/portable/aes_gcm.h"
#include "crypto/drivers/portable/sha256.h"
#include "crypto/testing/vectors.h"
#include "record/content_type.h"

namespace merlon::record {
namespace {

using crypto::testing::ByteString;
using crypto::testing::FromHex;
using crypto::testing::ToHex;

// An AEAD that protects nothing and shows what it was bound to.
struct Bound {
  ByteString key, iv;
} bound;
void SpyBind(void*, Bytes key, Bytes iv) {
  bound.key.assign(key.begin(), key.end());
  bound.iv.assign(iv.begin(), iv.end());
}
void SpySeal(const void*, uint64_t, Bytes, absl::Span<const Bytes>, Bytes, MutableBytes) {}
bool SpyOpen(const void*, uint64_t nonce64, Bytes, MutableBytes) { return nonce64 % 2 == 0; }
constexpr crypto::AeadAlgorithm kSpy = {.id = crypto::AeadId::kNone,
                                        .key_size = 16,
                                        .tag_size = 16,
                                        .context_size = 0,
                                        .seal_limit = 100,
                                        .open_limit = 3,
                                        .mask = nullptr,
                                        .bind = SpyBind,
                                        .seal_scatter = SpySeal,
                                        .seal_batch = nullptr,
                                        .open_in_place = SpyOpen};

TrafficKeys FromSecret(const crypto::AeadAlgorithm& aead, std::string_view hex) {
  return {&aead, &crypto::kPortableSha256, TrafficSecret::CopyOf(FromHex(hex))};
}
// RFC 8448 s3, "derive write traffic keys for handshake data" of the server.
constexpr std::string_view kServerHandshakeSecret =
    "b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38";

TrafficKeys FromKeyBlock(const crypto::AeadAlgorithm& aead, size_t key_size, size_t iv_size) {
  const ByteString bytes(32, 0xa7);
  return {&aead, nullptr,
          KeyBlockHalf{Secret<32>::CopyOf(Slice(Bytes(bytes), 0, key_size)),
                       Secret<12>::CopyOf(Slice(Bytes(bytes), 0, iv_size))}};
}

TEST(RecordKeys, DerivesKeyAndIvFromATrafficSecret) {
  RecordKeys keys;
  EXPECT_FALSE(keys.installed());
  EXPECT_EQ(keys.tag_size(), 0u);
  ASSERT_TRUE(
      keys.Install(FromSecret(kSpy, kServerHandshakeSecret), crypto::LabelPrefix::kTls13).ok());
  EXPECT_EQ(ToHex(bound.key), "3fce516009c21727d0f2e4e86ee403bc");
  EXPECT_EQ(ToHex(bound.iv), "5d313eb2671276ee13000b30");
  EXPECT_EQ(keys.explicit_nonce_size(), 0u);
  EXPECT_EQ(keys.tag_size(), 16u);
  ASSERT_TRUE(
      keys.Install(FromSecret(kSpy, kServerHandshakeSecret), crypto::LabelPrefix::kDtls13).ok());
  EXPECT_NE(ToHex(bound.key), "3fce516009c21727d0f2e4e86ee403bc");  // RFC 9147 s5.9
}

TEST(RecordKeys, TakesAKeyBlockHalfAsItIs) {
  RecordKeys keys;
  ASSERT_TRUE(keys.Install(FromKeyBlock(kSpy, 16, 4), crypto::LabelPrefix::kTls13).ok());
  EXPECT_EQ(bound.key, ByteString(16, 0xa7));
  EXPECT_EQ(ToHex(bound.iv), "a7a7a7a70000000000000000");
  EXPECT_EQ(keys.explicit_nonce_size(), 8u);
  ASSERT_TRUE(keys.Install(FromKeyBlock(kSpy, 16, 12), crypto::LabelPrefix::kTls13).ok());
  EXPECT_EQ(bound.iv, ByteString(12, 0xa7));
  EXPECT_EQ(keys.explicit_nonce_size(), 0u);
}

TEST(RecordKeys, RefusesSizesThatDoNotFit) {
  RecordKeys keys;
  const auto install = [&](const TrafficKeys& from) {
    return keys.Install(from, crypto::LabelPrefix::kTls13);
  };
  EXPECT_EQ(install(FromKeyBlock(kSpy, 32, 4)).error(), LocalError(Code::kInternal));
  EXPECT_EQ(install(FromKeyBlock(kSpy, 16, 8)).error(), LocalError(Code::kInternal));
  EXPECT_EQ(install(FromSecret(kSpy, "00")).error(), LocalError(Code::kInternal));
  EXPECT_EQ(install(TrafficKeys{}).error(), LocalError(Code::kInternal));
  EXPECT_FALSE(keys.installed());
}

TEST(RecordKeys, CountsSealedRecordsUpToTheLimit) {
  RecordKeys keys;
  ASSERT_TRUE(keys.Install(FromKeyBlock(kSpy, 16, 12), crypto::LabelPrefix::kTls13).ok());
  EXPECT_EQ(keys.remaining(), 100u);
  EXPECT_EQ(keys.per_key(), 88u);  // an eighth is kept back
  for (uint64_t i = 0; i < 100; ++i) {
    EXPECT_EQ(keys.sequence(), i);
    EXPECT_EQ(keys.seal_limit_near(), i >= 88);
    EXPECT_EQ(keys.until_limit_near(), i >= 88 ? 0 : 88 - i);
    ASSERT_TRUE(keys.Seal(i, {}, {}, {}, {}).ok());
  }
  EXPECT_EQ(keys.Seal(100, {}, {}, {}, {}).error(), LocalError(Code::kAeadLimit));
  EXPECT_EQ(keys.sequence(), 100u);
  ASSERT_TRUE(keys.Install(FromKeyBlock(kSpy, 16, 12), crypto::LabelPrefix::kTls13).ok());
  EXPECT_EQ(keys.sequence(), 0u);
}

TEST(RecordKeys, NoLimitOfAnAeadLetsTheNumberWrap) {
  crypto::AeadAlgorithm unlimited = kSpy;
  unlimited.seal_limit = ~uint64_t{0};
  RecordKeys keys;
  ASSERT_TRUE(keys.Install(FromKeyBlock(unlimited, 16, 12), crypto::LabelPrefix::kTls13).ok());
  EXPECT_EQ(keys.remaining(), (uint64_t{1} << 48) - 1);
  EXPECT_EQ(keys.limit(), (uint64_t{1} << 48) - 1);
}

TEST(RecordKeys, CountsOpenedAndFailedRecordsApart) {
  RecordKeys keys;
  EXPECT_FALSE(keys.Open(0, {}, {}));  // nothing installed
  ASSERT_TRUE(keys.Install(FromKeyBlock(kSpy, 16, 12), crypto::LabelPrefix::kTls13).ok());
  for (const uint64_t nonce : {0, 1, 2, 3}) EXPECT_EQ(keys.Open(nonce, {}, {}), nonce % 2 == 0);
  EXPECT_EQ(keys.sequence(), 2u);
  EXPECT_EQ(keys.failed_opens(), 2u);
  EXPECT_FALSE(keys.open_limit_reached());
  EXPECT_FALSE(keys.Open(5, {}, {}));
  EXPECT_TRUE(keys.open_limit_reached());
}

// A TLS 1.2 GCM record over the same type (RFC 5288 s3, RFC 5246 s6.2.3.3): the explicit nonce is
// what goes into nonce64, and stands before the ciphertext.
constexpr size_t kAd12 = 13;
ByteString AdditionalData12(uint64_t sequence, ContentType type, size_t size) {
  ByteString ad(kAd12);
  Writer writer(absl::MakeSpan(ad));
  writer.Int<8>(sequence);
  writer.Int<1>(static_cast<uint8_t>(type));
  writer.Int<2>(0x0303);
  writer.Int<2>(size);
  return ad;
}

TEST(RecordKeys, CarriesTls12RecordsWithAnExplicitNonce) {
  RecordKeys writing, reading;
  const crypto::AeadAlgorithm& gcm = crypto::kPortableAes128Gcm;
  ASSERT_TRUE(writing.Install(FromKeyBlock(gcm, 16, 4), crypto::LabelPrefix::kTls13).ok());
  ASSERT_TRUE(reading.Install(FromKeyBlock(gcm, 16, 4), crypto::LabelPrefix::kTls13).ok());
  for (const std::string_view text : {"first", "second"}) {
    ByteString body(writing.explicit_nonce_size() + text.size() + writing.tag_size());
    const uint64_t nonce = 0x1122334455667788 + writing.sequence();
    Writer(absl::MakeSpan(body)).Int<8>(nonce);
    const Bytes plaintext = AsBytes(text);
    const auto ad = AdditionalData12(writing.sequence(), ContentType::kHandshake, text.size());
    ASSERT_TRUE(writing.Seal(nonce, ad, {&plaintext, 1}, {}, Slice(absl::MakeSpan(body), 8)).ok());
    const auto same = AdditionalData12(reading.sequence(), ContentType::kHandshake, text.size());
    ASSERT_TRUE(reading.Open(nonce, same, Slice(absl::MakeSpan(body), 8)));
    EXPECT_EQ(AsText(Slice(Bytes(body), 8, text.size())), text);
  }
  EXPECT_EQ(reading.sequence(), 2u);
}

}  // namespace
}  // namespace merlon::record
