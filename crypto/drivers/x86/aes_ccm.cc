// SPDX-License-Identifier: Apache-2.0
// The MAC is a chain, each block waiting for the last; a counter block passes the rounds beside it
// for free.
//
// Constant time: see aes_ni.h and ccm_mode.h.
#include "crypto/drivers/x86/aes_ccm.h"

#include "crypto/drivers/portable/ccm_mode.h"
#include "crypto/drivers/x86/aes.h"
#include "crypto/drivers/x86/aes_ni.h"

#if defined(__x86_64__)
namespace merlon::crypto {
namespace {

template <int kRounds>
struct Kernel {
  using Keys = x86::RoundKeys<kRounds>;

  static void Expand(Bytes key, Keys& keys) { x86::ExpandKey(key, keys); }

  [[gnu::target("aes,ssse3,sse4.1")]] static void EncryptTwo(const Keys& keys, CcmBlock& a,
                                                             CcmBlock& b) {
    __m128i x = x86::Load(a.data()), y = x86::Load(b.data());
    Rounds(keys, x, y);
    x86::Store(x, a.data());
    x86::Store(y, b.data());
  }

  [[gnu::target("aes,ssse3,sse4.1")]] static void Mac(const Keys& keys, CcmBlock& mac,
                                                      const uint8_t* in, size_t blocks) {
    __m128i x = x86::Load(mac.data());
    for (; blocks != 0; --blocks, in += 16) {
      x = x86::EncryptBlock(keys, _mm_xor_si128(x, x86::Load(in)));
    }
    x86::Store(x, mac.data());
  }

  template <bool kSeal>
  [[gnu::target("aes,ssse3,sse4.1")]] static void Crypt(const Keys& keys, CcmBlock& mac,
                                                        CcmBlock& counter, const uint8_t* in,
                                                        uint8_t* out, size_t blocks) {
    __m128i x = x86::Load(mac.data());
    __m128i next = SwapCounter(x86::Load(counter.data()));
    __m128i stream = Take(next);
    // The plaintext has to be there before the MAC: one block of stream ahead.
    if (!kSeal) stream = x86::EncryptBlock(keys, stream);
    for (; blocks != 0; --blocks, in += 16, out += 16) {
      const __m128i text = x86::Load(in);
      if constexpr (kSeal) {
        x = _mm_xor_si128(x, text);
        Rounds(keys, x, stream);
        x86::Store(_mm_xor_si128(text, stream), out);
        if (blocks != 1) stream = Take(next);
      } else {
        const __m128i plain = _mm_xor_si128(text, stream);
        x86::Store(plain, out);
        x = _mm_xor_si128(x, plain);
        if (blocks != 1) stream = Take(next);
        Rounds(keys, x, stream);
      }
    }
    x86::Store(x, mac.data());
    x86::Store(SwapCounter(next), counter.data());
  }

 private:
  // The counter's eight bytes in native order, and back.
  [[gnu::target("aes,ssse3,sse4.1")]] static __m128i SwapCounter(__m128i block) {
    return _mm_shuffle_epi8(block,
                            _mm_set_epi8(8, 9, 10, 11, 12, 13, 14, 15, 7, 6, 5, 4, 3, 2, 1, 0));
  }
  [[gnu::target("aes,ssse3,sse4.1")]] static __m128i Take(__m128i& next) {
    const __m128i block = SwapCounter(next);
    next = _mm_add_epi64(next, _mm_set_epi64x(1, 0));
    return block;
  }
  [[gnu::target("aes,ssse3,sse4.1")]] static void Rounds(const Keys& keys, __m128i& x, __m128i& y) {
    x = _mm_xor_si128(x, keys.keys[0]);
    y = _mm_xor_si128(y, keys.keys[0]);
#pragma GCC unroll 16
    for (int round = 1; round < kRounds; ++round) {
      x = _mm_aesenc_si128(x, keys.keys[round]);
      y = _mm_aesenc_si128(y, keys.keys[round]);
    }
    x = _mm_aesenclast_si128(x, keys.keys[kRounds]);
    y = _mm_aesenclast_si128(y, keys.keys[kRounds]);
  }
};

}  // namespace

constinit const AeadAlgorithm kX86Aes128Ccm =
    CcmMode<Kernel<10>>::Algorithm<AeadId::kAes128Ccm, 16>(16, kX86Aes128Mask);
constinit const AeadAlgorithm kX86Aes256Ccm =
    CcmMode<Kernel<14>>::Algorithm<AeadId::kAes256Ccm, 16>(32, kX86Aes256Mask);
constinit const AeadAlgorithm kX86Aes128Ccm8 =
    CcmMode<Kernel<10>>::Algorithm<AeadId::kAes128Ccm8, 8>(16, kX86Aes128Mask);
constinit const AeadAlgorithm kX86Aes256Ccm8 =
    CcmMode<Kernel<14>>::Algorithm<AeadId::kAes256Ccm8, 8>(32, kX86Aes256Mask);

}  // namespace merlon::crypto
#endif
