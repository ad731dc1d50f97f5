// SPDX-License-Identifier: Apache-2.0
// The mask of a record number under the suites that are not AES-GCM. Those, and numbers themselves,
// are in datagram_record_test.cc.
#include "record/record_number.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "crypto/drivers/portable/aes.h"
#include "crypto/drivers/portable/aes_ccm.h"
#include "crypto/drivers/portable/chacha20.h"
#include "crypto/drivers/portable/chacha20_poly1305.h"
#include "crypto/drivers/portable/sha256.h"
#include "crypto/key_derivation.h"
#include "record/record_keys.h"

namespace merlon::record {
namespace {

const std::array<uint8_t, 32> kSecret = {1, 2, 3, 4, 5};
const std::array<uint8_t, 20> kCiphertext = {0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
                                             0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee,
                                             0xff, 0x01, 0x02, 0x03, 0x04, 0x05};

template <size_t kSize>
std::array<uint8_t, kSize> NumberKey() {
  std::array<uint8_t, kSize> key;
  crypto::HkdfExpandLabel(crypto::kPortableSha256, kSecret, crypto::LabelPrefix::kDtls13, "sn", {},
                          absl::MakeSpan(key));
  return key;
}

// What the number 0 becomes under the AEAD's mask.
template <size_t kKeySize>
std::array<uint8_t, 2> Masked(const crypto::AeadAlgorithm& aead) {
  RecordKeys keys;
  std::array<uint8_t, kKeySize> key;
  EXPECT_TRUE(keys.Install({&aead, &crypto::kPortableSha256, TrafficSecret::CopyOf(kSecret)},
                           crypto::LabelPrefix::kDtls13, 0, absl::MakeSpan(key))
                  .ok());
  EXPECT_EQ(key, NumberKey<kKeySize>());
  NumberMask mask;
  EXPECT_TRUE(mask.Bind(*aead.mask, key).ok());
  const uint16_t number = mask.Of(kCiphertext).value();
  return {static_cast<uint8_t>(number >> 8), static_cast<uint8_t>(number)};
}

// RFC 9147 s4.2.3: "Mask = ChaCha20(sn_key, Ciphertext[0..3], Ciphertext[4..15])", the counter's
// bytes least significant first as RFC 9001 s5.4.4 has them.
TEST(RecordNumberMask, IsABlockOfChaCha20) {
  crypto::ChaCha20State state =
      crypto::ChaCha20Start(NumberKey<32>().data(), 0x44332211, kCiphertext.data() + 4);
  std::array<uint8_t, 64> block = {};
  crypto::ChaCha20Xor(state, block.data(), block.data(), 1);
  const std::array<uint8_t, 2> masked = Masked<32>(crypto::kPortableChaCha20Poly1305);
  EXPECT_TRUE(std::equal(masked.begin(), masked.end(), block.begin()));
}

// "When the AEAD is based on AES", CCM as well: AES of the first 16 bytes.
TEST(RecordNumberMask, IsABlockOfAesForCcm) {
  crypto::Aes128Keys keys;
  crypto::AesExpandKey(NumberKey<16>(), keys);
  std::array<uint8_t, 64> blocks = {};
  std::copy(kCiphertext.begin(), kCiphertext.begin() + 16, blocks.begin());
  crypto::AesEncrypt4(keys, blocks.data());
  for (const crypto::AeadAlgorithm* aead :
       {&crypto::kPortableAes128Ccm, &crypto::kPortableAes128Ccm8}) {
    const std::array<uint8_t, 2> masked = Masked<16>(*aead);
    EXPECT_TRUE(std::equal(masked.begin(), masked.end(), blocks.begin()));
  }
}

}  // namespace
}  // namespace merlon::record
