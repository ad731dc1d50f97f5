// SPDX-License-Identifier: Apache-2.0
// Counter with CBC-MAC (SP 800-38C, RFC 3610), over any driver's kernel of AES, and the AEADs of
// RFC 5116 s5.3 and RFC 6655 s4 that it makes.
//
// A kernel has a type Keys and
//   Expand(key, keys);
//   EncryptTwo(keys, a, b): two blocks in place;
//   Mac(keys, mac, in, blocks): mac = E(mac ^ in[i]), block by block;
//   Crypt<kSeal>(keys, mac, counter, in, out, blocks): the same over the plaintext, which is what
//     goes in (kSeal) or comes out; out[i] = in[i] ^ E(counter++).
// A block is 16 bytes; the counter of a block is its last eight bytes, most significant first.
// Constant time where the kernel is: tags are compared without a branch on their bytes.
#pragma once
#include <algorithm>
#include <array>
#include <cstring>

#include "crypto/aead.h"
#include "crypto/base/constant_time.h"
#include "crypto/base/endian.h"

namespace merlon::crypto {

using CcmBlock = std::array<uint8_t, 16>;

// One message under any of CCM's parameters.
template <class Kernel>
class Ccm {
 public:
  // `nonce` is 7 to 13 bytes, tag_size even and 4 to 16, text_size what 15 - nonce.size() bytes can
  // count; `ad` is shorter than 2^32 bytes.
  Ccm(const typename Kernel::Keys& keys, Bytes nonce, size_t tag_size, Bytes ad, uint64_t text_size)
      : keys_(keys) {
    const size_t length_size = 15 - nonce.size();
    // SP 800-38C A.2.1 and A.3. The tag's key stream is that of counter 0.
    mac_ = counter_ = {};
    mac_[0] =
        static_cast<uint8_t>((ad.empty() ? 0 : 0x40) | (tag_size - 2) / 2 << 3 | (length_size - 1));
    counter_[0] = static_cast<uint8_t>(length_size - 1);
    StoreBigEndian<uint64_t>(text_size, &mac_[8]);
    for (CcmBlock* block : {&mac_, &counter_}) {
      memcpy(block->data() + 1, nonce.data(), nonce.size());
    }
    tag_mask_ = counter_;
    Kernel::EncryptTwo(keys_, mac_, tag_mask_);
    counter_[15] = 1;
    AddAd(ad);
  }
  Ccm(const Ccm&) = delete;
  Ccm& operator=(const Ccm&) = delete;
  ~Ccm() {
    WipeObject(mac_);
    WipeObject(counter_);  // the nonce is secret: derived from the traffic secret
    WipeObject(tag_mask_);
    WipeObject(stream_);
  }

  // What follows in the text: sealed (kSeal) or opened. in and out are the same bytes or do not
  // overlap.
  template <bool kSeal>
  void Crypt(Bytes in, uint8_t* out) {
    CryptBytes<kSeal>(in, out, std::min(in.size(), (16 - used_) % 16));  // ends a block begun
    if (const size_t blocks = in.size() / 16; blocks != 0) {
      Kernel::template Crypt<kSeal>(keys_, mac_, counter_, in.data(), out, blocks);
      in.remove_prefix(16 * blocks);
      out += 16 * blocks;
    }
    if (in.empty()) return;
    stream_ = {};
    CcmBlock unused = {};
    Kernel::template Crypt<true>(keys_, unused, counter_, stream_.data(), stream_.data(), 1);
    CryptBytes<kSeal>(in, out, in.size());
  }

  // All 16 bytes of the tag, of which the first are sent.
  CcmBlock Tag() {
    if (used_ != 0) EndBlock();
    CcmBlock tag;
    for (size_t i = 0; i < tag.size(); ++i) tag[i] = mac_[i] ^ tag_mask_[i];
    return tag;
  }

 private:
  // The additional data behind its size (SP 800-38C A.2.2), filled up to whole blocks.
  void AddAd(Bytes ad) {
    if (ad.empty()) return;
    if (uint64_t{ad.size()} >> 32 != 0) __builtin_trap();
    std::array<uint8_t, 6> size = {0xff, 0xfe};
    StoreBigEndian(static_cast<uint32_t>(ad.size()), &size[2]);
    // Two bytes alone below 2^16 - 2^8.
    const bool is_short = ad.size() < 0xff00;
    for (uint8_t byte : Slice(Bytes(size), is_short ? 4 : 0)) mac_[used_++] ^= byte;
    while (!ad.empty() && used_ != 16) {
      mac_[used_++] ^= ad.front();
      ad.remove_prefix(1);
    }
    EndBlock();
    if (const size_t blocks = ad.size() / 16; blocks != 0) {
      Kernel::Mac(keys_, mac_, ad.data(), blocks);
      ad.remove_prefix(16 * blocks);
    }
    if (ad.empty()) return;
    for (uint8_t byte : ad) mac_[used_++] ^= byte;
    EndBlock();
  }
  void EndBlock() {
    const CcmBlock zeros = {};
    Kernel::Mac(keys_, mac_, zeros.data(), 1);
    used_ = 0;
  }
  // The first `size` bytes, which do not reach into another block.
  template <bool kSeal>
  void CryptBytes(Bytes& in, uint8_t*& out, size_t size) {
    for (size_t i = 0; i < size; ++i) {
      const uint8_t from = in[i], to = from ^ stream_[used_];
      mac_[used_++] ^= kSeal ? from : to;
      out[i] = to;
    }
    if (used_ == 16) EndBlock();
    in.remove_prefix(size);
    out += size;
  }

  const typename Kernel::Keys& keys_;
  CcmBlock mac_, counter_, tag_mask_;
  CcmBlock stream_ = {};  // of the block begun
  size_t used_ = 0;       // bytes of it that are spent; 0: none is begun
};

// Records that one CCM key may seal (RFC 9147 B.1), and that may fail to open: 2^23.5, rounded down
// (B.2). With a tag of 8 bytes only 2^7 may fail to open for the same margin (B.3): a forger who
// sends as many ends the connection, which is why those AEADs are "not suitable for general use".
inline constexpr uint64_t kCcmSealLimit = uint64_t{1} << 23;
inline constexpr uint64_t kCcmOpenLimit = 11863283;
inline constexpr uint64_t kCcm8OpenLimit = uint64_t{1} << 7;

template <class Kernel>
class CcmMode {
 public:
  template <AeadId kId, size_t kTagSize>
  static constexpr AeadAlgorithm Algorithm(uint8_t key_size, const MaskAlgorithm& mask) {
    static_assert(sizeof(Context) <= kMaxAeadContextSize);
    return {
        .id = kId,
        .key_size = key_size,
        .tag_size = kTagSize,
        .context_size = sizeof(Context),
        .seal_limit = kCcmSealLimit,
        .open_limit = kTagSize == 8 ? kCcm8OpenLimit : kCcmOpenLimit,
        .mask = &mask,
        .bind = Bind,
        .seal_scatter = SealScatter<kTagSize>,
        .seal_batch = SealBatch<kTagSize>,
        .open_in_place = OpenInPlace<kTagSize>,
    };
  }

 private:
  struct Context {
    typename Kernel::Keys keys;
    std::array<uint8_t, kAeadIvSize> iv;
  };
  // What three bytes count (SP 800-38C A.1, with nonces of 12 bytes).
  static constexpr size_t kMaxTextSize = (size_t{1} << 24) - 1;

  static void Bind(void* context, Bytes key, Bytes iv) {
    Context& c = *static_cast<Context*>(context);
    Kernel::Expand(key, c.keys);
    memcpy(c.iv.data(), Slice(iv, 0, c.iv.size()).data(), c.iv.size());
  }
  static std::array<uint8_t, kAeadIvSize> Nonce(const Context& c, uint64_t nonce64) {
    std::array<uint8_t, kAeadIvSize> nonce = c.iv;
    StoreBigEndian(LoadBigEndian<uint64_t>(&nonce[4]) ^ nonce64, &nonce[4]);
    return nonce;
  }

  template <size_t kTagSize>
  static void SealScatter(const void* context, uint64_t nonce64, Bytes ad,
                          absl::Span<const Bytes> in, Bytes tail, MutableBytes out) {
    if (out.size() < kTagSize || out.size() - kTagSize > kMaxTextSize) __builtin_trap();
    const Context& c = *static_cast<const Context*>(context);
    std::array<uint8_t, kAeadIvSize> nonce = Nonce(c, nonce64);
    const size_t text_size = out.size() - kTagSize;
    Ccm<Kernel> ccm(c.keys, nonce, kTagSize, ad, text_size);
    WipeObject(nonce);
    size_t size = 0;
    const auto add = [&](Bytes part) {
      ccm.template Crypt<true>(part, Slice(out, size, part.size()).data());
      size += part.size();
    };
    for (Bytes part : in) add(part);
    add(tail);
    if (size != text_size) __builtin_trap();
    memcpy(out.data() + size, ccm.Tag().data(), kTagSize);
  }

  template <size_t kTagSize>
  static void SealBatch(const void* context, absl::Span<const SealJob> jobs) {
    for (const SealJob& job : jobs) {
      SealScatter<kTagSize>(context, job.nonce64, job.ad,
                            absl::Span<const Bytes>(&job.plaintext, 1), {}, job.out);
    }
  }

  template <size_t kTagSize>
  static bool OpenInPlace(const void* context, uint64_t nonce64, Bytes ad, MutableBytes in_out) {
    if (in_out.size() < kTagSize || in_out.size() - kTagSize > kMaxTextSize) {
      Wipe(in_out);
      return false;
    }
    const Context& c = *static_cast<const Context*>(context);
    std::array<uint8_t, kAeadIvSize> nonce = Nonce(c, nonce64);
    const size_t size = in_out.size() - kTagSize;
    Ccm<Kernel> ccm(c.keys, nonce, kTagSize, ad, size);
    WipeObject(nonce);
    ccm.template Crypt<false>(Slice(Bytes(in_out), 0, size), in_out.data());
    CcmBlock tag = ccm.Tag();
    const bool valid =
        ConstantTimeEqual(Slice(Bytes(tag), 0, kTagSize), Slice(Bytes(in_out), size));
    if (!valid) Wipe(in_out);  // public: the verdict
    WipeObject(tag);
    return valid;
  }
};

}  // namespace merlon::crypto
