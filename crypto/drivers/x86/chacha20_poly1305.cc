// SPDX-License-Identifier: Apache-2.0
// Constant time: see chacha20_avx2.h and poly1305_avx2.h.
#include "crypto/drivers/x86/chacha20_poly1305.h"

#include "crypto/drivers/portable/chacha20_poly1305_mode.h"
#include "crypto/drivers/x86/chacha20_avx2.h"
#include "crypto/drivers/x86/poly1305_avx2.h"

#if defined(__x86_64__)
namespace merlon::crypto {
namespace {

struct Kernel {
  static constexpr size_t kBlocks = x86::kChaCha20Lanes;
  static void Xor(ChaCha20State& state, const uint8_t* in, uint8_t* out, size_t chunks) {
    x86::ChaCha20XorAvx2(state, in, out, chunks);
  }
  static void Tag(const uint8_t* key, Bytes ad, Bytes text, uint8_t* tag) {
    x86::Poly1305AeadTagAvx2(key, ad, text, tag);
  }
};

}  // namespace

constinit const AeadAlgorithm kX86ChaCha20Poly1305 = ChaCha20Poly1305Mode<Kernel>::Algorithm();

}  // namespace merlon::crypto
#endif
