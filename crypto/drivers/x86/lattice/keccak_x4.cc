// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/x86/lattice/keccak_x4.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include "crypto/base/endian.h"
#include "crypto/base/secret.h"

namespace merlon::crypto::x86 {
namespace {

template <int kBits>
[[gnu::target("avx2"), gnu::always_inline]] inline __m256i RotateLeft64(__m256i x) {
  return _mm256_or_si256(_mm256_slli_epi64(x, kBits), _mm256_srli_epi64(x, 64 - kBits));
}

// FIPS 202 s3.2.2, s3.2.3: lane kTo becomes what was in kFrom, turned; gives what was in kTo.
template <int kTurn>
[[gnu::target("avx2"), gnu::always_inline]] inline void Move(__m256i& to, __m256i& moved) {
  const __m256i next = to;
  to = RotateLeft64<kTurn>(moved);
  moved = next;
}
template <size_t kFrom = 0>
[[gnu::target("avx2"), gnu::always_inline]] inline void MoveAll(__m256i* a, __m256i moved) {
  if constexpr (kFrom < kKeccakPi.size()) {
    Move<kKeccakRho[kFrom]>(a[kKeccakPi[kFrom]], moved);
    MoveAll<kFrom + 1>(a, moved);
  }
}

// FIPS 202 s3.2: theta, rho and pi, chi, iota.
[[gnu::target("avx2"), gnu::always_inline]] inline void Round(__m256i* a, uint64_t constant) {
  __m256i c[5];
#pragma GCC unroll 5
  for (int x = 0; x < 5; ++x) {
    c[x] = _mm256_xor_si256(
        _mm256_xor_si256(_mm256_xor_si256(a[x], a[x + 5]), _mm256_xor_si256(a[x + 10], a[x + 15])),
        a[x + 20]);
  }
#pragma GCC unroll 5
  for (int x = 0; x < 5; ++x) {
    const __m256i d = _mm256_xor_si256(c[(x + 4) % 5], RotateLeft64<1>(c[(x + 1) % 5]));
#pragma GCC unroll 5
    for (int y = 0; y < 25; y += 5) a[x + y] = _mm256_xor_si256(a[x + y], d);
  }
  MoveAll(a, a[1]);
#pragma GCC unroll 5
  for (int y = 0; y < 25; y += 5) {
    const __m256i first = a[y], second = a[y + 1];
    a[y] = _mm256_xor_si256(a[y], _mm256_andnot_si256(second, a[y + 2]));
    a[y + 1] = _mm256_xor_si256(a[y + 1], _mm256_andnot_si256(a[y + 2], a[y + 3]));
    a[y + 2] = _mm256_xor_si256(a[y + 2], _mm256_andnot_si256(a[y + 3], a[y + 4]));
    a[y + 3] = _mm256_xor_si256(a[y + 3], _mm256_andnot_si256(a[y + 4], first));
    a[y + 4] = _mm256_xor_si256(a[y + 4], _mm256_andnot_si256(first, second));
  }
  a[0] = _mm256_xor_si256(a[0], _mm256_set1_epi64x(static_cast<int64_t>(constant)));
}

}  // namespace

[[gnu::target("avx2")]] void KeccakPermuteX4(KeccakStatesX4& states) {
  auto* const at = reinterpret_cast<__m256i*>(states.lanes.data());
  __m256i a[25];
#pragma GCC unroll 25
  for (int i = 0; i < 25; ++i) a[i] = _mm256_load_si256(at + i);
  for (const uint64_t constant : kKeccakRoundConstants) Round(a, constant);
#pragma GCC unroll 25
  for (int i = 0; i < 25; ++i) _mm256_store_si256(at + i, a[i]);
}

void ShakeX4::Start(size_t rate_bytes, Bytes seed, const std::array<uint16_t, 4>& numbers,
                    size_t number_size) {
  rate = rate_bytes;
  states = {};
  const size_t words = seed.size() / 8;
  for (size_t i = 0; i < words; ++i) {
    states.lanes[i].fill(LoadLittleEndian<uint64_t>(seed.data() + 8 * i));
  }
  for (size_t n = 0; n < 4; ++n) {
    states.lanes[words][n] = numbers[n] | uint64_t{kShakeSuffix} << (8 * number_size);
    states.lanes[rate / 8 - 1][n] ^= uint64_t{0x80} << 56;  // pad10*1 (FIPS 202 s5.1)
  }
}

void ShakeX4::NextBlocks(uint8_t* out, size_t stride) {
  KeccakPermuteX4(states);
  for (size_t i = 0; i < rate / 8; ++i) {
    for (size_t n = 0; n < 4; ++n) {
      StoreLittleEndian<uint64_t>(states.lanes[i][n], out + n * stride + 8 * i);
    }
  }
}

void Shake256OfFour(Bytes seed, size_t number, size_t number_size, uint8_t* out, size_t size) {
  std::array<uint16_t, 4> numbers;
  for (size_t n = 0; n < 4; ++n) numbers[n] = static_cast<uint16_t>(number + n);
  ShakeX4 shake;
  shake.Start(kShake256Rate, seed, numbers, number_size);
  for (size_t at = 0; at < size; at += kShake256Rate) shake.NextBlocks(out + at, size);
  WipeObject(shake);
}

}  // namespace merlon::crypto::x86
#endif
