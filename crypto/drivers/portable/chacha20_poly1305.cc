// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/portable/chacha20_poly1305.h"

#include "crypto/drivers/portable/chacha20_poly1305_mode.h"

namespace merlon::crypto {
namespace {

struct Kernel {
  static constexpr size_t kBlocks = 1, kFewBlocks = 1;
  static constexpr const MaskAlgorithm* kMask = &kPortableChaCha20Mask;
  static void Xor(ChaCha20State& state, const uint8_t* in, uint8_t* out, size_t chunks) {
    ChaCha20Xor(state, in, out, chunks);
  }
  static void XorFew(ChaCha20State& state, const uint8_t* in, uint8_t* out) {
    ChaCha20Xor(state, in, out, 1);
  }
  static void Tag(const uint8_t* key, Bytes ad, Bytes text, uint8_t* tag) {
    Poly1305AeadTag(key, ad, text, tag);
  }
};

}  // namespace

constinit const AeadAlgorithm kPortableChaCha20Poly1305 = ChaCha20Poly1305Mode<Kernel>::Algorithm();

}  // namespace merlon::crypto
