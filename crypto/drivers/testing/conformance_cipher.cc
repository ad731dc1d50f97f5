// SPDX-License-Identifier: Apache-2.0
// Bare block ciphers, and masks.
#include "crypto/drivers/testing/conformance.h"
#include "crypto/drivers/testing/conformance_support.h"

namespace merlon::crypto::testing {

void CheckCipher(const CipherAlgorithm& cipher) {
  ByteString key;
  for (uint8_t i = 0; i < cipher.key_size; ++i) key.push_back(i);
  alignas(16) uint8_t context[kMaxCipherContextSize];
  cipher.bind(context, key);
  const ByteString block = FromHex("00112233445566778899aabbccddeeff");
  ByteString out(16);
  cipher.encrypt_blocks(context, block, absl::MakeSpan(out));
  EXPECT_EQ(ToHex(out), cipher.key_size == 16 ? "69c4e0d86a7b0430d8cdb78070b4c55a"
                                              : "8ea2b7ca516745bfeafc49904b496089");
  Rand rand(2);
  for (size_t blocks = 0; blocks < 20; ++blocks) {
    const ByteString in = RandomBytes(rand, 16 * blocks);
    ByteString each(in.size()), together(in.size()), in_place(in);
    for (size_t at = 0; at < in.size(); at += 16) {
      cipher.encrypt_blocks(context, Slice(Bytes(in), at, 16), Slice(absl::MakeSpan(each), at, 16));
    }
    cipher.encrypt_blocks(context, in, absl::MakeSpan(together));
    cipher.encrypt_blocks(context, in_place, absl::MakeSpan(in_place));
    EXPECT_EQ(together, each);
    EXPECT_EQ(in_place, each);
  }
}

void CheckMask(const MaskAlgorithm& mask, const CipherAlgorithm& cipher) {
  ASSERT_EQ(mask.key_size, cipher.key_size);
  alignas(16) uint8_t mask_context[kMaxCipherContextSize], cipher_context[kMaxCipherContextSize];
  ByteString key = FromHex("9f50449e04a0e810283a1e9933adedd2");
  key.resize(mask.key_size);
  mask.bind(mask_context, key);
  cipher.bind(cipher_context, key);
  const ByteString sample = FromHex("d1b1c98dd7689fb8ec11d242b123dc9b");
  ByteString out(16), expected(16);
  mask.mask(mask_context, sample, absl::MakeSpan(out));
  cipher.encrypt_blocks(cipher_context, sample, absl::MakeSpan(expected));
  EXPECT_EQ(out, expected);
  if (mask.key_size == 16) {
    EXPECT_EQ(ToHex(Slice(Bytes(out), 0, 5)), "437b9aec36");
  }
}

void CheckChaCha20Mask(const MaskAlgorithm& mask) {
  ASSERT_EQ(mask.key_size, 32);
  ASSERT_LE(mask.context_size, kMaxCipherContextSize);
  alignas(16) uint8_t context[kMaxCipherContextSize];
  ByteString out(16);
  mask.bind(context, FromHex("25a282b9e82f06f21f488917a4fc8f1b73573685608597d0efcb076b0ab7a7a4"));
  mask.mask(context, FromHex("5e5cd55c41f69080575d7999c25a5bfb"), absl::MakeSpan(out));
  EXPECT_EQ(ToHex(Slice(Bytes(out), 0, 5)), "aefefe7d03");
  mask.bind(context, FromHex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"));
  mask.mask(context, FromHex("01000000 000000090000004a00000000"), absl::MakeSpan(out));
  EXPECT_EQ(ToHex(out), "10f1e7e4d13b5915500fdd1fa32071c4");
}

void CheckSameCipher(const CipherAlgorithm& a, const CipherAlgorithm& b, uint64_t seed,
                     int rounds) {
  Rand rand(seed);
  alignas(16) uint8_t one[kMaxCipherContextSize], two[kMaxCipherContextSize];
  for (int round = 0; round < rounds; ++round) {
    const ByteString key = RandomBytes(rand, a.key_size), in = RandomBytes(rand, rand() % 30 * 16);
    ByteString from_a(in.size()), from_b(in.size());
    a.bind(one, key);
    b.bind(two, key);
    a.encrypt_blocks(one, in, absl::MakeSpan(from_a));
    b.encrypt_blocks(two, in, absl::MakeSpan(from_b));
    ASSERT_EQ(from_a, from_b) << "seed " << seed << ", " << round;
  }
}

}  // namespace merlon::crypto::testing
