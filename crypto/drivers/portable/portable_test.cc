// SPDX-License-Identifier: Apache-2.0
// The portable driver's symmetric algorithms against the conformance kit and Wycheproof.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "crypto/drivers/portable/aes.h"
#include "crypto/drivers/portable/aes_ccm.h"
#include "crypto/drivers/portable/aes_ccm_kernel.h"
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

using testing::ByteString;
using testing::FromHex;
using testing::ToHex;

TEST(PortableHashTest, Sha224Conforms) { testing::CheckHash(kPortableSha224); }
TEST(PortableHashTest, Sha256Conforms) { testing::CheckHash(kPortableSha256); }
TEST(PortableHashTest, Sha384Conforms) { testing::CheckHash(kPortableSha384); }
TEST(PortableHashTest, Sha512Conforms) { testing::CheckHash(kPortableSha512); }

TEST(PortableAesTest, Aes128Conforms) { testing::CheckCipher(kPortableAes128); }
TEST(PortableAesTest, Aes256Conforms) { testing::CheckCipher(kPortableAes256); }
TEST(PortableAesTest, Aes192Conforms) { testing::CheckCipher(kPortableAes192); }

constexpr struct {
  const CipherAlgorithm& encrypt;
  const BlockDecryptAlgorithm& decrypt;
  int cmac, wrap, wrap_padded;  // cases of Wycheproof
} kAes[] = {{kPortableAes128, kPortableAes128Decrypt, 82, 34, 60},
            {kPortableAes192, kPortableAes192Decrypt, 82, 44, 68},
            {kPortableAes256, kPortableAes256Decrypt, 81, 54, 76}};

TEST(PortableAesTest, DecryptionAndModesConform) {
  for (const auto& aes : kAes) {
    testing::CheckBlockDecrypt(aes.decrypt, aes.encrypt);
    testing::CheckCtr(aes.encrypt);
    testing::CheckCmac(aes.encrypt);
    testing::CheckKeyWrap(aes.encrypt, aes.decrypt);
  }
}
TEST(PortableAesTest, ModesPassWycheproof) {
  if (testing::CheckCmacWycheproof(kPortableAes128) == 0) GTEST_SKIP() << testing::kNoVectors;
  for (const auto& aes : kAes) {
    EXPECT_EQ(testing::CheckCmacWycheproof(aes.encrypt), aes.cmac);
    EXPECT_EQ(testing::CheckKeyWrapWycheproof(aes.encrypt, aes.decrypt, false), aes.wrap);
    EXPECT_EQ(testing::CheckKeyWrapWycheproof(aes.encrypt, aes.decrypt, true), aes.wrap_padded);
  }
}
TEST(PortableAesTest, MasksConform) {
  testing::CheckMask(kPortableAes192Mask, kPortableAes192);
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
TEST(PortableAesGcmTest, Aes192GcmConforms) { testing::CheckAesGcm(kPortableAes192Gcm); }
TEST(PortableAesGcmTest, Aes256GcmConforms) { testing::CheckAesGcm(kPortableAes256Gcm); }

TEST(PortableAesGcmTest, PassesWycheproof) {
  const int ran128 = testing::CheckWycheproof(kPortableAes128Gcm, "aes_gcm");
  if (ran128 == 0) GTEST_SKIP() << "no published vectors here";
  EXPECT_EQ(ran128, 54);
  EXPECT_EQ(testing::CheckWycheproof(kPortableAes192Gcm, "aes_gcm"), 52);
  EXPECT_EQ(testing::CheckWycheproof(kPortableAes256Gcm, "aes_gcm"), 53);
}

TEST(PortableAesGcmTest, StatesTheLimitsOfTheRfcs) {
  for (const AeadAlgorithm* aead : {&kPortableAes128Gcm, &kPortableAes256Gcm}) {
    EXPECT_LE(aead->seal_limit, 23726566u);  // 2^24.5
    EXPECT_EQ(aead->open_limit, uint64_t{1} << 36);
  }
}

TEST(PortableAesCcmTest, Conforms) {
  for (const AeadAlgorithm* aead :
       {&kPortableAes128Ccm, &kPortableAes192Ccm, &kPortableAes256Ccm, &kPortableAes128Ccm8,
        &kPortableAes192Ccm8, &kPortableAes256Ccm8}) {
    testing::CheckAesCcm(*aead);
  }
}

// The text and the tag.
template <class Keys>
ByteString CcmSeal(Bytes key, Bytes nonce, size_t tag_size, Bytes ad, Bytes text) {
  Keys keys;
  AesExpandKey(key, keys);
  Ccm<PortableCcmKernel<Keys>> ccm(keys, nonce, tag_size, ad, text.size());
  ByteString out(text.size());
  ccm.template Crypt<true>(text, out.data());
  const CcmBlock tag = ccm.Tag();
  out.insert(out.end(), tag.begin(), tag.begin() + static_cast<ptrdiff_t>(tag_size));
  return out;
}

// SP 800-38C appendix C, examples 1, 2 and 4: other sizes of nonce and tag, and additional data of
// 65536 bytes, whose size takes six.
TEST(PortableAesCcmTest, GivesTheExamplesOfTheStandard) {
  const ByteString key = FromHex("404142434445464748494a4b4c4d4e4f");
  ByteString ad, text;
  for (size_t i = 0; i < 65536; ++i) ad.push_back(static_cast<uint8_t>(i));
  for (uint8_t i = 0x20; i < 0x40; ++i) text.push_back(i);
  const auto seal = [&](const char* nonce, size_t tag_size, size_t ad_size, size_t size) {
    return ToHex(CcmSeal<Aes128Keys>(key, FromHex(nonce), tag_size, Slice(Bytes(ad), 0, ad_size),
                                     Slice(Bytes(text), 0, size)));
  };
  EXPECT_EQ(seal("10111213141516", 4, 8, 4), "7162015b4dac255d");
  EXPECT_EQ(seal("1011121314151617", 6, 16, 16), "d2a1f0e051ea5f62081a7792073d593d1fc64fbfaccd");
  EXPECT_EQ(seal("101112131415161718191a1b1c", 14, 65536, 32),
            "69915dad1e84c6376a68c2967e4dab615ae0fd1faec44cc484828529463ccf72"
            "b4ac6bec93e8598e7f0dadbcea5b");
}

TEST(PortableAesCcmTest, PassesWycheproof) {
  const int ran = testing::CheckWycheproof(kPortableAes128Ccm, "aes_ccm");
  if (ran == 0) GTEST_SKIP() << "no published vectors here";
  EXPECT_EQ(ran, 63);
  EXPECT_EQ(testing::CheckWycheproof(kPortableAes192Ccm, "aes_ccm"), 62);
  EXPECT_EQ(testing::CheckWycheproof(kPortableAes192Ccm8, "aes_ccm"), 7);
  EXPECT_EQ(testing::CheckWycheproof(kPortableAes256Ccm, "aes_ccm"), 63);
  EXPECT_EQ(testing::CheckWycheproof(kPortableAes128Ccm8, "aes_ccm"), 6);
  EXPECT_EQ(testing::CheckWycheproof(kPortableAes256Ccm8, "aes_ccm"), 6);
}

// All sizes of nonce and tag that SP 800-38C allows.
TEST(PortableAesCcmTest, PassesWycheproofWithEverySize) {
  const auto file = testing::Wycheproof("aes_ccm");
  if (!file) GTEST_SKIP() << "no published vectors here";
  int ran = 0;
  for (const auto& group : file->at("testGroups")) {
    const size_t nonce_bits = group.at("ivSize"), tag_bits = group.at("tagSize");
    if (nonce_bits < 56 || nonce_bits > 104 || tag_bits < 32 || tag_bits % 16 != 0) {
      continue;
    }
    for (const auto& test : group.at("tests")) {
      const auto field = [&](const char* name) {
        return FromHex(test.at(name).get<std::string>());
      };
      ++ran;
      const auto seal = group.at("keySize") == 128   ? CcmSeal<Aes128Keys>
                        : group.at("keySize") == 192 ? CcmSeal<Aes192Keys>
                                                     : CcmSeal<Aes256Keys>;
      ByteString sealed = field("ct");
      const ByteString tag = field("tag");
      sealed.insert(sealed.end(), tag.begin(), tag.end());
      EXPECT_EQ(seal(field("key"), field("iv"), tag_bits / 8, field("aad"), field("msg")) == sealed,
                test.at("result") == "valid")
          << test;
    }
  }
  EXPECT_EQ(ran, 389);
}

// RFC 9147 appendix B.
TEST(PortableAesCcmTest, StatesTheLimitsOfTheRfc) {
  for (const AeadAlgorithm* aead : {&kPortableAes128Ccm, &kPortableAes256Ccm}) {
    EXPECT_EQ(aead->seal_limit, uint64_t{1} << 23);
    EXPECT_EQ(aead->open_limit, 11863283u);  // 2^23.5
  }
  for (const AeadAlgorithm* aead : {&kPortableAes128Ccm8, &kPortableAes256Ccm8}) {
    EXPECT_EQ(aead->seal_limit, uint64_t{1} << 23);
    EXPECT_EQ(aead->open_limit, 128u);
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
