// SPDX-License-Identifier: Apache-2.0
// How ChaCha20 and Poly1305 make an AEAD (RFC 8439 s2.8), over any driver's kernel of the two.
//
// A kernel has
//   kBlocks: blocks of key stream that it makes at once, a chunk;
//   Xor(state, in, out, chunks): XORs that many chunks of key stream, moving the counter on;
//   kFewBlocks and XorFew(state, in, out): the same for a chunk that suits short records;
//   Tag(key, ad, text, tag): the Poly1305 tag of RFC 8439 s2.8;
//   kMask: the algorithm that hides record numbers, whose context is the key.
// and for Masked()
//   Masked(state, mask_key, sample, out): a chunk of key stream with the block that makes the mask
//   of a sample in place of its last, moving the counter on by one less; MaskedFew: of the other;
//   Mask(mask_key, sample, out): 16 bytes, the mask alone.
// Constant time where the kernel is: tags are compared without a branch on their bytes.
#pragma once
#include <algorithm>
#include <cstring>

#include "crypto/aead.h"
#include "crypto/base/constant_time.h"
#include "crypto/base/endian.h"
#include "crypto/drivers/portable/chacha20.h"
#include "crypto/drivers/portable/poly1305.h"

namespace merlon::crypto {

template <class Kernel>
class ChaCha20Poly1305Mode {
 public:
  static constexpr AeadAlgorithm Algorithm(const MaskedAead* masked = nullptr) {
    return {
        .id = AeadId::kChaCha20Poly1305,
        .key_size = kChaCha20KeySize,
        .tag_size = kPoly1305TagSize,
        .context_size = sizeof(Context),
        // "The record sequence number would wrap before the safety limit is reached" (RFC 9846
        // s5.5); RFC 9147 s4.5.3 says the same, and 2^36 for records that do not open.
        .seal_limit = ~uint64_t{0},
        .open_limit = uint64_t{1} << 36,
        .mask = Kernel::kMask,
        .bind = Bind,
        .seal_scatter = SealScatter,
        .seal_batch = SealBatch,
        .open_in_place = OpenInPlace,
        .masked = masked,
    };
  }
  static constexpr MaskedAead Masked() { return {.seal = SealMasked, .open = OpenMasked}; }

 private:
  static constexpr size_t kChunk = Kernel::kBlocks * kChaCha20BlockSize;
  static constexpr size_t kFew = Kernel::kFewBlocks * kChaCha20BlockSize;
  // RFC 8439 s2.8: 2^32 - 1 blocks of text; then the counter would repeat.
  static constexpr uint64_t kMaxTextSize = ((uint64_t{1} << 32) - 1) * kChaCha20BlockSize;

  struct Context {
    std::array<uint8_t, kChaCha20KeySize> key;
    std::array<uint8_t, kAeadIvSize> iv;
  };

  // The block that makes a mask, which takes the place of a chunk's last one where that is to
  // spare.
  struct MaskJob {
    const uint8_t *key, *sample;
    uint8_t* out;  // 16 bytes; null: there is nothing to do
  };

  static constexpr size_t kMaskSize = 16;

  // One record's key stream. Its first block is Poly1305's key (s2.6), the text's follow.
  template <bool kMasked>
  class Stream {
   public:
    // `early`: the mask that is made with the first chunk.
    Stream(const Context& context, uint64_t nonce64, uint64_t text_size, const MaskJob& early = {})
        : job_(early), wanted_(kChaCha20BlockSize + text_size) {
      std::array<uint8_t, kAeadIvSize> nonce = context.iv;
      StoreBigEndian(LoadBigEndian<uint64_t>(&nonce[4]) ^ nonce64, &nonce[4]);
      state_ = ChaCha20Start(context.key.data(), 0, nonce.data());
      WipeObject(nonce);  // the IV is derived from the traffic secret
      Refill(early.out != nullptr);
      memcpy(mac_key_.data(), buffer_.data(), mac_key_.size());
      used_ = kChaCha20BlockSize;
      wanted_ -= kChaCha20BlockSize;
    }
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;
    ~Stream() {
      WipeObject(state_);
      WipeObject(buffer_);
      WipeObject(mac_key_);
    }

    // in and out are the same bytes or do not overlap.
    void Crypt(Bytes in, uint8_t* out) {
      const size_t begun = CryptBuffered(in, out);
      in.remove_prefix(begun);
      out += begun;
      const size_t chunks = in.size() / kChunk;
      if (chunks != 0) Kernel::Xor(state_, in.data(), out, chunks);
      in.remove_prefix(chunks * kChunk);
      out += chunks * kChunk;
      wanted_ -= chunks * kChunk;
      if (in.empty()) return;
      const bool is_last = wanted_ <= kChunk - kChaCha20BlockSize;
      Refill(is_last && job_.out != nullptr);
      CryptBuffered(in, out);
    }
    // The sample of the mask that is made with the last chunk lies in text that the first one
    // covers.
    void MaskLate(const MaskJob& late) { job_ = late; }
    // Makes it when no chunk had room.
    void FinishMask() {
      if (job_.out != nullptr) Kernel::Mask(job_.key, job_.sample, job_.out);
    }
    const uint8_t* mac_key() const { return mac_key_.data(); }

   private:
    void Refill(bool with_mask) {
      used_ = 0;
      if constexpr (kMasked) {
        if (with_mask) return RefillMasked();
      }
      buffer_ = {};
      if (wanted_ <= kFew) {
        Kernel::XorFew(state_, buffer_.data(), buffer_.data());
        filled_ = kFew;
      } else {
        Kernel::Xor(state_, buffer_.data(), buffer_.data(), 1);
        filled_ = kChunk;
      }
    }
    void RefillMasked() {
      const bool few = wanted_ <= kFew - kChaCha20BlockSize;
      filled_ = (few ? kFew : kChunk) - kChaCha20BlockSize;
      (few ? Kernel::MaskedFew : Kernel::Masked)(state_, job_.key, job_.sample, buffer_.data());
      memcpy(job_.out, buffer_.data() + filled_, kMaskSize);
      job_.out = nullptr;
    }
    // With what is left in the buffer; gives the number of bytes.
    size_t CryptBuffered(Bytes in, uint8_t* out) {
      const size_t size = std::min(in.size(), filled_ - used_);
      const uint8_t* stream = buffer_.data() + used_;
      size_t i = 0;
      for (; size - i >= 8; i += 8) {
        StoreLittleEndian(
            LoadLittleEndian<uint64_t>(in.data() + i) ^ LoadLittleEndian<uint64_t>(stream + i),
            out + i);
      }
      for (; i < size; ++i) out[i] = in[i] ^ stream[i];
      used_ += size;
      wanted_ -= size;
      return size;
    }

    ChaCha20State state_;
    alignas(32) std::array<uint8_t, kChunk> buffer_;
    std::array<uint8_t, kPoly1305KeySize> mac_key_;
    MaskJob job_;
    size_t filled_, used_;  // bytes in the buffer, and how many are spent
    uint64_t wanted_;       // bytes of key stream that the record still takes
  };

  static void Bind(void* context, Bytes key, Bytes iv) {
    Context& c = *static_cast<Context*>(context);
    memcpy(c.key.data(), Slice(key, 0, c.key.size()).data(), c.key.size());
    memcpy(c.iv.data(), Slice(iv, 0, c.iv.size()).data(), c.iv.size());
  }

  template <bool kMasked>
  static void SealParts(Stream<kMasked>& stream, Bytes ad, absl::Span<const Bytes> in, Bytes tail,
                        MutableBytes out) {
    size_t size = 0;
    const auto add = [&](Bytes part) {
      stream.Crypt(part, Slice(out, size, part.size()).data());
      size += part.size();
    };
    for (Bytes part : in) add(part);
    add(tail);
    if (size != out.size() - kPoly1305TagSize) __builtin_trap();
    Kernel::Tag(stream.mac_key(), ad, Slice(Bytes(out), 0, size), out.data() + size);
  }

  static void SealScatter(const void* context, uint64_t nonce64, Bytes ad,
                          absl::Span<const Bytes> in, Bytes tail, MutableBytes out) {
    if (out.size() < kPoly1305TagSize || out.size() > kMaxTextSize) __builtin_trap();
    Stream<false> stream(*static_cast<const Context*>(context), nonce64,
                         out.size() - kPoly1305TagSize);
    SealParts(stream, ad, in, tail, out);
  }

  static void SealMasked(const void* context, const void* mask_context, uint64_t nonce64, Bytes ad,
                         absl::Span<const Bytes> in, Bytes tail, MutableBytes out,
                         MutableBytes mask) {
    if (out.size() < kPoly1305TagSize || out.size() > kMaxTextSize) __builtin_trap();
    Stream<true> stream(*static_cast<const Context*>(context), nonce64,
                        out.size() - kPoly1305TagSize);
    stream.MaskLate(
        {static_cast<const uint8_t*>(mask_context), out.data(), Slice(mask, 0, kMaskSize).data()});
    SealParts(stream, ad, in, tail, out);
    stream.FinishMask();
  }

  static void SealBatch(const void* context, absl::Span<const SealJob> jobs) {
    for (const SealJob& job : jobs) {
      SealScatter(context, job.nonce64, job.ad, absl::Span<const Bytes>(&job.plaintext, 1), {},
                  job.out);
    }
  }

  template <bool kMasked>
  static bool OpenWith(Stream<kMasked>& stream, Bytes ad, MutableBytes in_out) {
    const size_t size = in_out.size() - kPoly1305TagSize;
    const Bytes text = Slice(Bytes(in_out), 0, size);
    std::array<uint8_t, kPoly1305TagSize> tag;
    Kernel::Tag(stream.mac_key(), ad, text, tag.data());
    const bool valid = ConstantTimeEqual(tag, Slice(Bytes(in_out), size));
    WipeObject(tag);
    if (valid) {  // public: the verdict
      stream.Crypt(text, in_out.data());
    } else {
      Wipe(in_out);
    }
    return valid;
  }

  static bool OpenInPlace(const void* context, uint64_t nonce64, Bytes ad, MutableBytes in_out) {
    if (in_out.size() < kPoly1305TagSize || in_out.size() > kMaxTextSize) {
      Wipe(in_out);
      return false;
    }
    Stream<false> stream(*static_cast<const Context*>(context), nonce64,
                         in_out.size() - kPoly1305TagSize);
    return OpenWith(stream, ad, in_out);
  }

  static MaskedOpen OpenMasked(const void* context, const void* mask_context, uint64_t nonce64,
                               Bytes ad, uint16_t foreseen, MutableBytes in_out,
                               MutableBytes mask) {
    if (in_out.size() < kPoly1305TagSize || in_out.size() > kMaxTextSize) __builtin_trap();
    Stream<true> stream(*static_cast<const Context*>(context), nonce64,
                        in_out.size() - kPoly1305TagSize,
                        {static_cast<const uint8_t*>(mask_context), in_out.data(),
                         Slice(mask, 0, kMaskSize).data()});
    const bool is_foreseen = (mask[0] << 8 | mask[1]) == foreseen;
    if (!is_foreseen) return MaskedOpen::kOtherMask;  // public: whether records come in order
    const bool valid = OpenWith(stream, ad, in_out);
    return valid ? MaskedOpen::kOpened : MaskedOpen::kForged;  // public: the verdict
  }
};

}  // namespace merlon::crypto
