// SPDX-License-Identifier: Apache-2.0
// Constant time: see the kernels.
#include "crypto/drivers/x86/chacha20_poly1305.h"

#include "crypto/drivers/portable/chacha20_poly1305_mode.h"
#include "crypto/drivers/x86/chacha20_avx2.h"
#include "crypto/drivers/x86/chacha20_avx512.h"
#include "crypto/drivers/x86/poly1305_avx2.h"
#include "crypto/drivers/x86/poly1305_avx512.h"

#if defined(__x86_64__)
namespace merlon::crypto {
namespace {

void BindMask(void* context, Bytes key) {
  memcpy(context, Slice(key, 0, kChaCha20KeySize).data(), kChaCha20KeySize);
}
void MaskOf(const void* context, Bytes sample, MutableBytes out) {
  x86::ChaCha20MaskAvx2(static_cast<const uint8_t*>(context), Slice(sample, 0, 16).data(),
                        Slice(out, 0, 16).data());
}

struct Kernel {
  static constexpr size_t kBlocks = x86::kChaCha20Lanes, kFewBlocks = x86::kChaCha20Few;
  static constexpr const MaskAlgorithm* kMask = &kX86ChaCha20Mask;
  static void Xor(ChaCha20State& state, const uint8_t* in, uint8_t* out, size_t chunks) {
    x86::ChaCha20XorAvx2(state, in, out, chunks);
  }
  static void XorFew(ChaCha20State& state, const uint8_t* in, uint8_t* out) {
    x86::ChaCha20XorFewAvx2(state, in, out);
  }
  static void Masked(ChaCha20State& state, const uint8_t* mask_key, const uint8_t* sample,
                     uint8_t* out) {
    x86::ChaCha20MaskedAvx2(state, mask_key, sample, out);
  }
  static void MaskedFew(ChaCha20State& state, const uint8_t* mask_key, const uint8_t* sample,
                        uint8_t* out) {
    x86::ChaCha20MaskedFewAvx2(state, mask_key, sample, out);
  }
  static void Mask(const uint8_t* key, const uint8_t* sample, uint8_t* out) {
    x86::ChaCha20MaskAvx2(key, sample, out);
  }
  static void Tag(const uint8_t* key, Bytes ad, Bytes text, uint8_t* tag) {
    // Powers of the multiplier cost more than they save on a few blocks.
    constexpr size_t kShort = 96;
    const auto of_size = text.size() < kShort ? Poly1305AeadTag : x86::Poly1305AeadTagAvx2;
    of_size(key, ad, text, tag);
  }
};

// The same for what is not long.
struct Avx512Kernel : Kernel {
  static void Xor(ChaCha20State& state, const uint8_t* in, uint8_t* out, size_t chunks) {
    x86::ChaCha20XorAvx512(state, in, out, chunks);
  }
  static void Tag(const uint8_t* key, Bytes ad, Bytes text, uint8_t* tag) {
    constexpr size_t kLong = 2048;
    if (text.size() < kLong) return Kernel::Tag(key, ad, text, tag);
    x86::Poly1305AeadTagAvx512(key, ad, text, tag);
  }
};

using Mode = ChaCha20Poly1305Mode<Kernel>;
using Avx512Mode = ChaCha20Poly1305Mode<Avx512Kernel>;
constexpr MaskedAead kMasked = Mode::Masked();
constexpr MaskedAead kAvx512Masked = Avx512Mode::Masked();

}  // namespace

constinit const MaskAlgorithm kX86ChaCha20Mask = {kChaCha20KeySize, kChaCha20KeySize, BindMask,
                                                  MaskOf};
constinit const AeadAlgorithm kX86ChaCha20Poly1305 = Mode::Algorithm(&kMasked);
constinit const AeadAlgorithm kX86Avx512ChaCha20Poly1305 = Avx512Mode::Algorithm(&kAvx512Masked);

}  // namespace merlon::crypto
#endif
