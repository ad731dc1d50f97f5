// SPDX-License-Identifier: Apache-2.0
// The portable driver's symmetric algorithms against the conformance kit and Wycheproof.
#include <gtest/gtest.h>

#include "crypto/drivers/portable/aes.h"
#include "crypto/drivers/portable/aes_gcm.h"
#include "crypto/drivers/portable/chacha20.h"
#include "crypto/drivers/portable/chacha20_poly1305.h"
#include "crypto/drivers/portable/ghash.h"
#include "crypto/drivers/portable/poly1305.h"
#include "crypto/drivers/portable/sha256.h"
#include "crypto/drivers/portable/sha512.h"
#include "crypto/drivers/testing/conformance.h"
#include "crypto/testing/vectors.h"

namespace merlon::crypto {
namespace {

using testing::FromHex;
using testing::ToHex;

TEST(PortableHashTest, Sha256Conforms) { testing::CheckHash(kPortableSha256); }
TEST(PortableHashTest, Sha384Conforms) { testing::CheckHash(kPortableSha384); }
TEST(PortableHashTest, Sha512Conforms) { testing::CheckHash(kPortableSha512); }

TEST(PortableAesTest, Aes128Conforms) { testing::CheckCipher(kPortableAes128); }
TEST(PortableAesTest, Aes256Conforms) { testing::CheckCipher(kPortableAes256); }
TEST(PortableAesTest, MasksConform) {
  testing::CheckMask(kPortableAes128Mask, kPortableAes128);
  testing::CheckMask(kPortableAes256Mask, kPortableAes256);
}

// GCM specification, appendix B, test case 2: H, the ciphertext and GHASH(H, {}, C).
TEST(PortableGhashTest, GivesTheIntermediateValueOfTheSpecification) {
  std::array<uint8_t, 16> h;
  const auto bytes = FromHex("66e94bd4ef8a2c3b884cfa59ca342b2e");
  std::copy(bytes.begin(), bytes.end(), h.begin());
  const GhashKey key = Ghash::KeyFrom(h);
  Ghash ghash(key);
  ghash.Update(FromHex("0388dace60b6a392f328c2b971b2fe78"));
  EXPECT_EQ(ToHex(ghash.Finish(0, 16)), "f38cbb1ad69223dcc3457ae5b6b0f885");
}

TEST(PortableAesGcmTest, Aes128GcmConforms) { testing::CheckAesGcm(kPortableAes128Gcm); }
TEST(PortableAesGcmTest, Aes256GcmConforms) { testing::CheckAesGcm(kPortableAes256Gcm); }

TEST(PortableAesGcmTest, PassesWycheproof) {
  const int ran128 = testing::CheckWycheproof(kPortableAes128Gcm, "aes_gcm");
  if (ran128 == 0) GTEST_SKIP() << "no published vectors here";
  EXPECT_EQ(ran128, 54);
  EXPECT_EQ(testing::CheckWycheproof(kPortableAes256Gcm, "aes_gcm"), 53);
}

TEST(PortableAesGcmTest, StatesTheLimitsOfTheRfcs) {
  for (const AeadAlgorithm* aead : {&kPortableAes128Gcm, &kPortableAes256Gcm}) {
    EXPECT_LE(aead->seal_limit, 23726566u);  // 2^24.5
    EXPECT_EQ(aead->open_limit, uint64_t{1} << 36);
  }
}

// RFC 8439 appendix A.1, cases 1 and 2: two blocks in a row, of which the counter makes the second.
TEST(PortableChaCha20Test, GivesBlocksInOrder) {
  const std::array<uint8_t, 32> key = {};
  const std::array<uint8_t, 12> nonce = {};
  ChaCha20State state = ChaCha20Start(key.data(), 0, nonce.data());
  std::array<uint8_t, 128> stream = {};
  ChaCha20Xor(state, stream.data(), stream.data(), 2);
  EXPECT_EQ(ToHex(stream),
            "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7"
            "da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586"
            "9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed"
            "29b721769ce64e43d57133b074d839d531ed1f28510afb45ace10a1f4b794d6f");
  EXPECT_EQ(state[kChaCha20Counter], 2u);
}
TEST(PortableChaCha20Test, MaskConforms) { testing::CheckChaCha20Mask(kPortableChaCha20Mask); }

// RFC 8439 appendix A.3, cases 7 to 11: sums next to and beyond the modulus.
TEST(PortablePoly1305Test, ReducesAtTheEdges) {
  const struct {
    const char *r, *s, *message, *tag;
  } kCases[] = {
      {"02000000000000000000000000000000", "00000000000000000000000000000000",
       "ffffffffffffffffffffffffffffffff", "03000000000000000000000000000000"},
      {"02000000000000000000000000000000", "ffffffffffffffffffffffffffffffff",
       "02000000000000000000000000000000", "03000000000000000000000000000000"},
      {"01000000000000000000000000000000", "00000000000000000000000000000000",
       "ffffffffffffffffffffffffffffffff f0ffffffffffffffffffffffffffffff"
       "11000000000000000000000000000000",
       "05000000000000000000000000000000"},
      {"01000000000000000000000000000000", "00000000000000000000000000000000",
       "ffffffffffffffffffffffffffffffff fbfefefefefefefefefefefefefefefe"
       "01010101010101010101010101010101",
       "00000000000000000000000000000000"},
      {"02000000000000000000000000000000", "00000000000000000000000000000000",
       "fdffffffffffffffffffffffffffffff", "faffffffffffffffffffffffffffffff"},
  };
  for (const auto& c : kCases) {
    const auto key = FromHex(std::string(c.r) + c.s);
    Poly1305 mac(key.data());
    mac.AddPadded(FromHex(c.message));
    std::array<uint8_t, 16> tag;
    mac.Finish(tag.data());
    EXPECT_EQ(ToHex(tag), c.tag);
  }
}

TEST(PortableChaCha20Poly1305Test, Conforms) {
  testing::CheckChaCha20Poly1305(kPortableChaCha20Poly1305);
}
TEST(PortableChaCha20Poly1305Test, PassesWycheproof) {
  const int ran = testing::CheckWycheproof(kPortableChaCha20Poly1305, "chacha20_poly1305");
  if (ran == 0) GTEST_SKIP() << "no published vectors here";
  EXPECT_EQ(ran, 253);
}
TEST(PortableChaCha20Poly1305Test, StatesTheLimitsOfTheRfcs) {
  EXPECT_EQ(kPortableChaCha20Poly1305.seal_limit, ~uint64_t{0});
  EXPECT_EQ(kPortableChaCha20Poly1305.open_limit, uint64_t{1} << 36);
}

}  // namespace
}  // namespace merlon::crypto
