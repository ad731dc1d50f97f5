// SPDX-License-Identifier: Apache-2.0
// Authenticated encryption: what a driver gives (AeadAlgorithm), and a bound key (AeadKey), which
// is what a record is sealed and opened with. One indirect call per record, no heap, no lock.
#pragma once
#include <array>
#include <cstddef>

#include "crypto/base/bytes.h"
#include "crypto/base/secret.h"
#include "crypto/cipher.h"

namespace merlon::crypto {

enum class AeadId : uint8_t {
  kNone = 0,
  kAes128Gcm = 1,
  kAes256Gcm = 2,
  kChaCha20Poly1305 = 3,
  kAes128Ccm = 4,
  kAes128Ccm8 = 5,
  kAes256Ccm = 6,
  kAes256Ccm8 = 7,
  kAes192Gcm = 8,
  kAes192Ccm = 9,
  kAes192Ccm8 = 10,
};

inline constexpr size_t kMaxAeadContextSize = 448;  // bytes, 16-aligned: AES-256-GCM by x86
inline constexpr size_t kMaxAeadKeySize = 32;
inline constexpr size_t kAeadIvSize = 12;

// One of the records that seal_batch protects.
struct SealJob {
  uint64_t nonce64;
  Bytes ad, plaintext;
  MutableBytes out;  // plaintext.size() + tag_size bytes
};

enum class MaskedOpen : uint8_t {
  kOpened,
  kForged,     // in_out is wiped
  kOtherMask,  // not the foreseen one: in_out is as it was
};

// What a driver may offer beside an AEAD: a record together with the mask of its ciphertext's first
// 16 bytes, where that costs less than one after the other. `mask_context` is a key that
// AeadAlgorithm::mask bound; `mask` has 16 bytes; the record has at least 16 with its tag.
struct MaskedAead {
  // seal_scatter, and the mask of `out`.
  void (*seal)(const void* context, const void* mask_context, uint64_t nonce64, Bytes ad,
               absl::Span<const Bytes> in, Bytes tail, MutableBytes out, MutableBytes mask);
  // For one who guesses the record's number, and with it the nonce, the additional data, and what
  // the mask's first two bytes then are: `foreseen`, as bytes in that order. The mask of in_out,
  // whatever it is; and open_in_place, when it is the foreseen one.
  MaskedOpen (*open)(const void* context, const void* mask_context, uint64_t nonce64, Bytes ad,
                     uint16_t foreseen, MutableBytes in_out, MutableBytes mask);
};

// One AEAD of one driver. `context` is context_size bytes, 16-aligned, plain data, that bind
// filled. The nonce of a call is the IV with nonce64 XORed into its last 8 bytes: the record number
// in TLS 1.3 (RFC 9846 s5.3), the explicit nonce in TLS 1.2, whose IV then ends in zeros (RFC 5288
// s3).
struct AeadAlgorithm {
  AeadId id;
  uint8_t key_size, tag_size;
  uint16_t context_size;            // bytes, at most kMaxAeadContextSize
  uint64_t seal_limit, open_limit;  // records per key: sealed; failed to open (RFC 9147 s4.5.3)
  const MaskAlgorithm* mask;        // record-number and header protection that goes with it
  void (*bind)(void* context, Bytes key, Bytes iv);  // key_size and 12 bytes
  // Ciphertext of in[0] | in[1] | ... | tail, then the tag. `tail` is content type and padding.
  // out.size() is exactly the input plus tag_size. Either in[0] starts where out starts and is the
  // only part (in place), or no input overlaps out.
  void (*seal_scatter)(const void* context, uint64_t nonce64, Bytes ad, absl::Span<const Bytes> in,
                       Bytes tail, MutableBytes out);
  void (*seal_batch)(const void* context, absl::Span<const SealJob> jobs);
  // in_out is ciphertext and tag. True: its first size - tag_size bytes are the plaintext. False:
  // it is too short or the tag is wrong, and in_out is wiped.
  bool (*open_in_place)(const void* context, uint64_t nonce64, Bytes ad, MutableBytes in_out);
  const MaskedAead* masked = nullptr;  // null: the mask is had by itself
};

// A key bound to its AEAD. Not movable (its context is large); wiped when it dies or is bound anew.
class AeadKey {
 public:
  AeadKey() = default;
  AeadKey(const AeadKey&) = delete;
  AeadKey& operator=(const AeadKey&) = delete;
  ~AeadKey() { Clear(); }

  void Bind(const AeadAlgorithm& algorithm, Bytes key, Bytes iv) {
    if (algorithm.context_size > kMaxAeadContextSize) __builtin_trap();
    Clear();
    algorithm_ = &algorithm;
    algorithm_->bind(context_.data(), key, iv);
  }
  void Clear() {
    if (algorithm_ == nullptr) return;
    Wipe(MutableBytes(context_.data(), algorithm_->context_size));
    algorithm_ = nullptr;
  }
  // Null: nothing is bound.
  const AeadAlgorithm* algorithm() const { return algorithm_; }
  void SealScatter(uint64_t nonce64, Bytes ad, absl::Span<const Bytes> in, Bytes tail,
                   MutableBytes out) const {
    algorithm_->seal_scatter(context_.data(), nonce64, ad, in, tail, out);
  }
  void SealBatch(absl::Span<const SealJob> jobs) const {
    algorithm_->seal_batch(context_.data(), jobs);
  }
  [[nodiscard]] bool OpenInPlace(uint64_t nonce64, Bytes ad, MutableBytes in_out) const {
    return algorithm_->open_in_place(context_.data(), nonce64, ad, in_out);
  }
  // What MaskedAead has, which is not null.
  void SealMasked(const void* mask_context, uint64_t nonce64, Bytes ad, absl::Span<const Bytes> in,
                  Bytes tail, MutableBytes out, MutableBytes mask) const {
    algorithm_->masked->seal(context_.data(), mask_context, nonce64, ad, in, tail, out, mask);
  }
  [[nodiscard]] MaskedOpen OpenMasked(const void* mask_context, uint64_t nonce64, Bytes ad,
                                      uint16_t foreseen, MutableBytes in_out,
                                      MutableBytes mask) const {
    return algorithm_->masked->open(context_.data(), mask_context, nonce64, ad, foreseen, in_out,
                                    mask);
  }

 private:
  const AeadAlgorithm* algorithm_ = nullptr;
  alignas(16) std::array<uint8_t, kMaxAeadContextSize> context_;
};

}  // namespace merlon::crypto
