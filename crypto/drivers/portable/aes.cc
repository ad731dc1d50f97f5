// SPDX-License-Identifier: Apache-2.0
// Constant time: 64-bit bitwise operations and fixed shifts only. The S-box is a Boolean circuit
// (Boyar and Peralta, "A depth-16 circuit for the AES S-box", 2011), so there is no table and no
// index.
//
// Layout. Eight words hold four blocks: word b holds bit b of each byte, and the byte in row r,
// column c of block k is bit 16r + 4c + k. So ShiftRows rotates within 16-bit lanes and MixColumns
// rotates whole words.
#include "crypto/drivers/portable/aes.h"

#include <bit>
#include <cstring>

#include "crypto/base/endian.h"
#include "crypto/base/secret.h"

namespace merlon::crypto {
namespace {

using Slices = std::array<uint64_t, 8>;

// Swaps the bits of `a` that `mask` << shift names with those of `b` that `mask` names.
void SwapBits(uint64_t& a, uint64_t& b, uint64_t mask, int shift) {
  const uint64_t difference = (a >> shift ^ b) & mask;
  b ^= difference;
  a ^= difference << shift;
}

// Bit j of byte m of word i and bit i of byte m of word j change places. Its own inverse.
void Transpose(Slices& q) {
  for (size_t i = 0; i < 8; i += 2) SwapBits(q[i], q[i + 1], 0x5555555555555555, 1);
  for (size_t i : {0, 1, 4, 5}) SwapBits(q[i], q[i + 2], 0x3333333333333333, 2);
  for (size_t i = 0; i < 4; ++i) SwapBits(q[i], q[i + 4], 0x0f0f0f0f0f0f0f0f, 4);
}

// Byte r of a column goes to byte 2r.
uint64_t SpreadColumn(uint32_t column) {
  const uint64_t x = (column | static_cast<uint64_t>(column) << 16) & 0x0000ffff0000ffff;
  return (x | x << 8) & 0x00ff00ff00ff00ff;
}
uint32_t GatherColumn(uint64_t spread) {
  uint64_t x = spread & 0x00ff00ff00ff00ff;
  x = (x | x >> 8) & 0x0000ffff0000ffff;
  return static_cast<uint32_t>(x | x >> 16);
}

// Block k as columns 0 and 2 in word k, columns 1 and 3 in word k + 4: what Transpose wants.
void LoadBlock(const uint8_t* block, Slices& q, size_t k) {
  q[k] = SpreadColumn(LoadLittleEndian<uint32_t>(block)) |
         SpreadColumn(LoadLittleEndian<uint32_t>(block + 8)) << 8;
  q[k + 4] = SpreadColumn(LoadLittleEndian<uint32_t>(block + 4)) |
             SpreadColumn(LoadLittleEndian<uint32_t>(block + 12)) << 8;
}
void StoreBlock(const Slices& q, size_t k, uint8_t* block) {
  StoreLittleEndian<uint32_t>(GatherColumn(q[k]), block);
  StoreLittleEndian<uint32_t>(GatherColumn(q[k + 4]), block + 4);
  StoreLittleEndian<uint32_t>(GatherColumn(q[k] >> 8), block + 8);
  StoreLittleEndian<uint32_t>(GatherColumn(q[k + 4] >> 8), block + 12);
}

// S-box on all 64 bytes. Names are the paper's; its bit 0 is the most significant.
void SubBytes(Slices& q) {
  const uint64_t x0 = q[7], x1 = q[6], x2 = q[5], x3 = q[4];
  const uint64_t x4 = q[3], x5 = q[2], x6 = q[1], x7 = q[0];
  // Top linear transformation.
  const uint64_t y14 = x3 ^ x5, y13 = x0 ^ x6, y9 = x0 ^ x3, y8 = x0 ^ x5, t0 = x1 ^ x2;
  const uint64_t y1 = t0 ^ x7, y4 = y1 ^ x3, y12 = y13 ^ y14, y2 = y1 ^ x0, y5 = y1 ^ x6;
  const uint64_t y3 = y5 ^ y8, t1 = x4 ^ y12, y15 = t1 ^ x5, y20 = t1 ^ x1, y6 = y15 ^ x7;
  const uint64_t y10 = y15 ^ t0, y11 = y20 ^ y9, y7 = x7 ^ y11, y17 = y10 ^ y11, y19 = y10 ^ y8;
  const uint64_t y16 = t0 ^ y11, y21 = y13 ^ y16, y18 = x0 ^ y16;
  // Inversion in GF(2^8), through GF(2^4).
  const uint64_t t2 = y12 & y15, t3 = y3 & y6, t4 = t3 ^ t2, t5 = y4 & x7, t6 = t5 ^ t2;
  const uint64_t t7 = y13 & y16, t8 = y5 & y1, t9 = t8 ^ t7, t10 = y2 & y7, t11 = t10 ^ t7;
  const uint64_t t12 = y9 & y11, t13 = y14 & y17, t14 = t13 ^ t12, t15 = y8 & y10, t16 = t15 ^ t12;
  const uint64_t t17 = t4 ^ t14, t18 = t6 ^ t16, t19 = t9 ^ t14, t20 = t11 ^ t16;
  const uint64_t t21 = t17 ^ y20, t22 = t18 ^ y19, t23 = t19 ^ y21, t24 = t20 ^ y18;
  const uint64_t t25 = t21 ^ t22, t26 = t21 & t23, t27 = t24 ^ t26, t28 = t25 & t27;
  const uint64_t t29 = t28 ^ t22, t30 = t23 ^ t24, t31 = t22 ^ t26, t32 = t31 & t30;
  const uint64_t t33 = t32 ^ t24, t34 = t23 ^ t33, t35 = t27 ^ t33, t36 = t24 & t35;
  const uint64_t t37 = t36 ^ t34, t38 = t27 ^ t36, t39 = t29 & t38, t40 = t25 ^ t39;
  const uint64_t t41 = t40 ^ t37, t42 = t29 ^ t33, t43 = t29 ^ t40, t44 = t33 ^ t37;
  const uint64_t t45 = t42 ^ t41;
  const uint64_t z0 = t44 & y15, z1 = t37 & y6, z2 = t33 & x7, z3 = t43 & y16, z4 = t40 & y1;
  const uint64_t z5 = t29 & y7, z6 = t42 & y11, z7 = t45 & y17, z8 = t41 & y10, z9 = t44 & y12;
  const uint64_t z10 = t37 & y3, z11 = t33 & y4, z12 = t43 & y13, z13 = t40 & y5, z14 = t29 & y2;
  const uint64_t z15 = t42 & y9, z16 = t45 & y14, z17 = t41 & y8;
  // Bottom linear transformation, with the affine constant.
  const uint64_t t46 = z15 ^ z16, t47 = z10 ^ z11, t48 = z5 ^ z13, t49 = z9 ^ z10, t50 = z2 ^ z12;
  const uint64_t t51 = z2 ^ z5, t52 = z7 ^ z8, t53 = z0 ^ z3, t54 = z6 ^ z7, t55 = z16 ^ z17;
  const uint64_t t56 = z12 ^ t48, t57 = t50 ^ t53, t58 = z4 ^ t46, t59 = z3 ^ t54, t60 = t46 ^ t57;
  const uint64_t t61 = z14 ^ t57, t62 = t52 ^ t58, t63 = t49 ^ t58, t64 = z4 ^ t59, t65 = t61 ^ t62;
  const uint64_t t66 = z1 ^ t63, t67 = t64 ^ t65, s3 = t53 ^ t66;
  q[7] = t59 ^ t63;
  q[6] = t64 ^ ~s3;
  q[5] = t55 ^ ~t67;
  q[4] = s3;
  q[3] = t51 ^ t66;
  q[2] = t47 ^ t65;
  q[1] = t56 ^ ~t62;
  q[0] = t48 ^ ~t60;
}

// Row r moves r columns: four bits each, within lane r.
void ShiftRows(Slices& q) {
  for (uint64_t& x : q) {
    x = (x & 0x000000000000ffff) | (x & 0x00000000fff00000) >> 4 | (x & 0x00000000000f0000) << 12 |
        (x & 0x0000ff0000000000) >> 8 | (x & 0x000000ff00000000) << 8 |
        (x & 0xf000000000000000) >> 12 | (x & 0x0fff000000000000) << 4;
  }
}

// Row r becomes 2 a[r] + 3 a[r+1] + a[r+2] + a[r+3]. With s = a[r] + a[r+1], that is
// 2 s + a[r+1] + (s two rows on); doubling moves bit b to b + 1 and reduces by x^8 = x^4+x^3+x+1.
void MixColumns(Slices& q) {
  Slices s;
  for (size_t b = 0; b < 8; ++b) s[b] = q[b] ^ std::rotr(q[b], 16);
  for (size_t b = 0; b < 8; ++b) q[b] = std::rotr(q[b], 16) ^ std::rotr(s[b], 32);
  for (size_t b = 1; b < 8; ++b) q[b] ^= s[b - 1];
  for (size_t b : {0, 1, 3, 4}) q[b] ^= s[7];
}

// SubBytes backwards: with the S-box as the affine map A of the inversion I, and B the inverse of
// A's linear part, I(B(x + 0x63)) = B(S(B(x + 0x63)) + 0x63). B: bit i is the sum of bits i + 2,
// i + 5 and i + 7.
void InverseAffine(Slices& q) {
  for (size_t b : {0, 1, 5, 6}) q[b] = ~q[b];
  const Slices x = q;
  for (size_t b = 0; b < 8; ++b) q[b] = x[(b + 2) % 8] ^ x[(b + 5) % 8] ^ x[(b + 7) % 8];
}
void InverseSubBytes(Slices& q) {
  InverseAffine(q);
  SubBytes(q);
  InverseAffine(q);
}

void InverseShiftRows(Slices& q) {
  for (uint64_t& x : q) {
    x = (x & 0x000000000000ffff) | (x & 0x000000000fff0000) << 4 | (x & 0x00000000f0000000) >> 12 |
        (x & 0x000000ff00000000) << 8 | (x & 0x0000ff0000000000) >> 8 |
        (x & 0x000f000000000000) << 12 | (x & 0xfff0000000000000) >> 4;
  }
}

// Row r becomes 14 a[r] + 11 a[r+1] + 13 a[r+2] + 9 a[r+3]: MixColumns of a[r] + 4 (a[r] + a[r+2]).
void InverseMixColumns(Slices& q) {
  Slices s;
  for (size_t b = 0; b < 8; ++b) s[b] = q[b] ^ std::rotr(q[b], 32);
  // Doubled twice: bits 6 and 7 come back reduced.
  const uint64_t x6 = s[6], x7 = s[7];
  for (size_t b = 2; b < 8; ++b) q[b] ^= s[b - 2];
  q[0] ^= x6;
  q[1] ^= x6 ^ x7;
  q[2] ^= x7;
  q[3] ^= x6;
  q[4] ^= x6 ^ x7;
  q[5] ^= x7;
  MixColumns(q);
}

// From two words, one bit for the four of a slice, to the eight that are added to the state.
void AddRoundKey(Slices& q, const uint64_t* key) {
  for (size_t b = 0; b < 8; ++b) {
    const uint64_t x = key[b / 4] >> b % 4 & 0x1111111111111111;
    q[b] ^= (x << 4) - x;
  }
}

// The S-box on the four bytes of a word.
uint32_t SubWord(uint32_t word) {
  Slices q = {};
  q[0] = SpreadColumn(word);
  Transpose(q);
  SubBytes(q);
  Transpose(q);
  const uint32_t out = GatherColumn(q[0]);
  WipeObject(q);
  return out;
}

}  // namespace

// FIPS 197 s5.2, on little-endian words: RotWord is a rotation to the right.
template <int kRounds>
void AesExpandKey(Bytes key, AesKeys<kRounds>& keys) {
  constexpr size_t kKeyWords = kRounds - 6;
  std::array<uint32_t, 4 * (kRounds + 1)> w;
  const Bytes checked = Slice(key, 0, 4 * kKeyWords);
  for (size_t i = 0; i < kKeyWords; ++i) w[i] = LoadLittleEndian<uint32_t>(checked.data() + 4 * i);
  uint32_t round_constant = 1;
  for (size_t i = kKeyWords; i < w.size(); ++i) {
    uint32_t t = w[i - 1];
    if (i % kKeyWords == 0) {
      t = SubWord(std::rotr(t, 8)) ^ round_constant;
      round_constant =
          round_constant == 0x80 ? 0x1b : round_constant << 1;  // public: counts rounds
    } else if (kKeyWords > 6 && i % kKeyWords == 4) {
      t = SubWord(t);
    }
    w[i] = w[i - kKeyWords] ^ t;
  }
  Slices q;
  for (size_t round = 0; round <= kRounds; ++round) {
    std::array<uint8_t, 16> block;
    for (size_t i = 0; i < 4; ++i) StoreLittleEndian(w[4 * round + i], block.data() + 4 * i);
    for (size_t k = 0; k < 4; ++k) LoadBlock(block.data(), q, k);
    Transpose(q);
    for (size_t half = 0; half < 2; ++half) {
      uint64_t packed = 0;
      for (size_t b = 0; b < 4; ++b) packed |= q[4 * half + b] & uint64_t{0x1111111111111111} << b;
      keys.words[2 * round + half] = packed;
    }
    WipeObject(block);
  }
  WipeObject(q);
  WipeObject(w);
}

template <int kRounds>
void AesEncrypt4(const AesKeys<kRounds>& keys, uint8_t* blocks) {
  Slices q;
  for (size_t k = 0; k < 4; ++k) LoadBlock(blocks + 16 * k, q, k);
  Transpose(q);
  AddRoundKey(q, &keys.words[0]);
  for (size_t round = 1; round < kRounds; ++round) {
    SubBytes(q);
    ShiftRows(q);
    MixColumns(q);
    AddRoundKey(q, &keys.words[2 * round]);
  }
  SubBytes(q);
  ShiftRows(q);
  AddRoundKey(q, &keys.words[2 * kRounds]);
  Transpose(q);
  for (size_t k = 0; k < 4; ++k) StoreBlock(q, k, blocks + 16 * k);
  WipeObject(q);
}

template void AesExpandKey(Bytes key, Aes128Keys& keys);
template void AesExpandKey(Bytes key, Aes192Keys& keys);
template void AesExpandKey(Bytes key, Aes256Keys& keys);
template void AesEncrypt4(const Aes128Keys& keys, uint8_t* blocks);
template void AesEncrypt4(const Aes192Keys& keys, uint8_t* blocks);
template void AesEncrypt4(const Aes256Keys& keys, uint8_t* blocks);

namespace {

// The equivalent of FIPS 197 s5.3, one step after the other backwards.
template <int kRounds>
void Decrypt4(const AesKeys<kRounds>& keys, uint8_t* blocks) {
  Slices q;
  for (size_t k = 0; k < 4; ++k) LoadBlock(blocks + 16 * k, q, k);
  Transpose(q);
  AddRoundKey(q, &keys.words[2 * kRounds]);
  for (size_t round = kRounds - 1; round > 0; --round) {
    InverseShiftRows(q);
    InverseSubBytes(q);
    AddRoundKey(q, &keys.words[2 * round]);
    InverseMixColumns(q);
  }
  InverseShiftRows(q);
  InverseSubBytes(q);
  AddRoundKey(q, &keys.words[0]);
  Transpose(q);
  for (size_t k = 0; k < 4; ++k) StoreBlock(q, k, blocks + 16 * k);
  WipeObject(q);
}

template <class Keys>
void Bind(void* context, Bytes key) {
  AesExpandKey(key, *static_cast<Keys*>(context));
}

template <class Keys, auto kFourBlocks>
void EachFour(const void* context, Bytes in, MutableBytes out) {
  if (in.size() != out.size() || in.size() % 16 != 0) __builtin_trap();
  std::array<uint8_t, 64> buffer = {};
  for (size_t at = 0; at < in.size(); at += 64) {
    const size_t size = in.size() - at < 64 ? in.size() - at : 64;
    memcpy(buffer.data(), in.data() + at, size);
    kFourBlocks(*static_cast<const Keys*>(context), buffer.data());
    memcpy(out.data() + at, buffer.data(), size);
  }
  WipeObject(buffer);
}

template <int kRounds>
void MaskOf(const void* context, Bytes sample, MutableBytes out) {
  EachFour<AesKeys<kRounds>, AesEncrypt4<kRounds>>(context, Slice(sample, 0, 16),
                                                   Slice(out, 0, 16));
}

template <int kRounds>
struct Aes {
  using Keys = AesKeys<kRounds>;
  static_assert(sizeof(Keys) <= kMaxCipherContextSize);
  static constexpr uint8_t kKeySize = 4 * (kRounds - 6);

  static constexpr CipherAlgorithm Encryption(CipherId id) {
    return {id, kKeySize, sizeof(Keys), Bind<Keys>, EachFour<Keys, AesEncrypt4<kRounds>>};
  }
  static constexpr BlockDecryptAlgorithm Decryption(CipherId id) {
    return {id, kKeySize, sizeof(Keys), Bind<Keys>, EachFour<Keys, Decrypt4<kRounds>>};
  }
  static constexpr MaskAlgorithm Mask() {
    return {kKeySize, sizeof(Keys), Bind<Keys>, MaskOf<kRounds>};
  }
};

}  // namespace

constinit const CipherAlgorithm kPortableAes128 = Aes<10>::Encryption(CipherId::kAes128);
constinit const CipherAlgorithm kPortableAes192 = Aes<12>::Encryption(CipherId::kAes192);
constinit const CipherAlgorithm kPortableAes256 = Aes<14>::Encryption(CipherId::kAes256);
constinit const BlockDecryptAlgorithm kPortableAes128Decrypt =
    Aes<10>::Decryption(CipherId::kAes128);
constinit const BlockDecryptAlgorithm kPortableAes192Decrypt =
    Aes<12>::Decryption(CipherId::kAes192);
constinit const BlockDecryptAlgorithm kPortableAes256Decrypt =
    Aes<14>::Decryption(CipherId::kAes256);
constinit const MaskAlgorithm kPortableAes128Mask = Aes<10>::Mask();
constinit const MaskAlgorithm kPortableAes192Mask = Aes<12>::Mask();
constinit const MaskAlgorithm kPortableAes256Mask = Aes<14>::Mask();

}  // namespace merlon::crypto
