// SPDX-License-Identifier: Apache-2.0
// Constant time: see aes_ni.h.
#include "crypto/drivers/x86/aes.h"

#include "crypto/drivers/x86/aes_ni.h"

#if defined(__x86_64__)
namespace merlon::crypto {
namespace {

using x86::RoundKeys;

template <int kRounds>
void Bind(void* context, Bytes key) {
  x86::ExpandKey(key, *static_cast<RoundKeys<kRounds>*>(context));
}

template <int kRounds>
[[gnu::target("aes,sse4.1")]] void EncryptBlocks(const void* context, Bytes in, MutableBytes out) {
  if (in.size() != out.size() || in.size() % 16 != 0) __builtin_trap();
  const RoundKeys<kRounds>& keys = *static_cast<const RoundKeys<kRounds>*>(context);
  size_t at = 0;
  for (; in.size() - at >= 128; at += 128) {
    __m128i blocks[8];
    for (size_t i = 0; i < 8; ++i) blocks[i] = x86::Load(in.data() + at + 16 * i);
    x86::EncryptEight(keys, blocks);
    for (size_t i = 0; i < 8; ++i) x86::Store(blocks[i], out.data() + at + 16 * i);
  }
  for (; at < in.size(); at += 16) {
    x86::Store(x86::EncryptBlock(keys, x86::Load(in.data() + at)), out.data() + at);
  }
}

template <int kRounds>
[[gnu::target("aes,sse4.1")]] void MaskOf(const void* context, Bytes sample, MutableBytes out) {
  const RoundKeys<kRounds>& keys = *static_cast<const RoundKeys<kRounds>*>(context);
  const __m128i block = x86::Load(Slice(sample, 0, 16).data());
  x86::Store(x86::EncryptBlock(keys, block), Slice(out, 0, 16).data());
}

template <int kRounds>
constexpr CipherAlgorithm Cipher(CipherId id) {
  static_assert(sizeof(RoundKeys<kRounds>) <= kMaxCipherContextSize);
  return {id, 4 * (kRounds - 6), sizeof(RoundKeys<kRounds>), Bind<kRounds>, EncryptBlocks<kRounds>};
}
template <int kRounds>
constexpr MaskAlgorithm MaskBy() {
  return {4 * (kRounds - 6), sizeof(RoundKeys<kRounds>), Bind<kRounds>, MaskOf<kRounds>};
}

}  // namespace

constinit const CipherAlgorithm kX86Aes128 = Cipher<10>(CipherId::kAes128);
constinit const CipherAlgorithm kX86Aes256 = Cipher<14>(CipherId::kAes256);
constinit const MaskAlgorithm kX86Aes128Mask = MaskBy<10>();
constinit const MaskAlgorithm kX86Aes256Mask = MaskBy<14>();

}  // namespace merlon::crypto
#endif
