// SPDX-License-Identifier: Apache-2.0
// Constant time, because aes.cc and ghash.cc are, and tags are compared without a branch on their
// bytes. Time depends on the sizes of the parts and on whether the tag was right.
#include "crypto/drivers/portable/aes_gcm.h"

#include <algorithm>
#include <cstring>

#include "crypto/base/constant_time.h"
#include "crypto/base/endian.h"
#include "crypto/drivers/portable/aes.h"
#include "crypto/drivers/portable/ghash.h"

namespace merlon::crypto {
namespace {

constexpr size_t kTagSize = 16;
// SP 800-38D s5.2.1.1: 2^39 - 256 bits; beyond them the counter would repeat.
constexpr uint64_t kMaxTextSize = (uint64_t{1} << 36) - 32;

template <class Keys>
struct Context {
  Keys keys;
  GhashKey hash_key;
  std::array<uint8_t, kAeadIvSize> iv;
};

using Block = std::array<uint8_t, 16>;

// One message's key stream: the encrypted counter blocks, four at a time.
template <class Keys>
class CounterMode {
 public:
  CounterMode(const Context<Keys>& context, uint64_t nonce64) : keys_(context.keys) {
    memcpy(nonce_.data(), context.iv.data(), 4);
    StoreBigEndian(LoadBigEndian<uint64_t>(&context.iv[4]) ^ nonce64, &nonce_[4]);
    Refill();
    memcpy(tag_mask_.data(), stream_.data(), 16);  // counter 1 is the tag's (s7.1)
    used_ = 16;
  }
  ~CounterMode() {
    WipeObject(nonce_);  // the IV is derived from the traffic secret
    WipeObject(stream_);
    WipeObject(tag_mask_);
  }

  // in and out are the same bytes or do not overlap.
  void Crypt(Bytes in, uint8_t* out) {
    while (!in.empty()) {
      if (used_ == stream_.size()) Refill();
      const size_t size = std::min(in.size(), stream_.size() - used_);
      for (size_t i = 0; i < size; ++i) out[i] = in[i] ^ stream_[used_ + i];
      used_ += size;
      out += size;
      in.remove_prefix(size);
    }
  }
  Block Tag(const Block& hash) const {
    Block tag;
    for (size_t i = 0; i < tag.size(); ++i) tag[i] = hash[i] ^ tag_mask_[i];
    return tag;
  }

 private:
  void Refill() {
    for (size_t k = 0; k < 4; ++k) {
      memcpy(&stream_[16 * k], nonce_.data(), nonce_.size());
      StoreBigEndian(++counter_, &stream_[16 * k + 12]);
    }
    AesEncrypt4(keys_, stream_.data());
    used_ = 0;
  }

  const Keys& keys_;
  std::array<uint8_t, kAeadIvSize> nonce_;
  uint32_t counter_ = 0;
  std::array<uint8_t, 64> stream_;
  Block tag_mask_;
  size_t used_;
};

Block HashOf(const GhashKey& key, Bytes ad, Bytes ciphertext) {
  Ghash ghash(key);
  ghash.Update(ad);
  ghash.Update(ciphertext);
  return ghash.Finish(ad.size(), ciphertext.size());
}

template <class Keys>
void Bind(void* context, Bytes key, Bytes iv) {
  Context<Keys>& c = *static_cast<Context<Keys>*>(context);
  AesExpandKey(key, c.keys);
  std::array<uint8_t, 64> zeros = {};
  AesEncrypt4(c.keys, zeros.data());
  Block h;
  memcpy(h.data(), zeros.data(), h.size());
  c.hash_key = Ghash::KeyFrom(h);
  memcpy(c.iv.data(), Slice(iv, 0, kAeadIvSize).data(), kAeadIvSize);
  WipeObject(zeros);
  WipeObject(h);
}

template <class Keys>
void SealScatter(const void* context, uint64_t nonce64, Bytes ad, absl::Span<const Bytes> in,
                 Bytes tail, MutableBytes out) {
  if (out.size() > kMaxTextSize) __builtin_trap();
  const Context<Keys>& c = *static_cast<const Context<Keys>*>(context);
  CounterMode<Keys> counter_mode(c, nonce64);
  size_t size = 0;
  const auto add = [&](Bytes part) {
    counter_mode.Crypt(part, Slice(out, size, part.size()).data());
    size += part.size();
  };
  for (Bytes part : in) add(part);
  add(tail);
  if (out.size() != size + kTagSize) __builtin_trap();
  const Block tag = counter_mode.Tag(HashOf(c.hash_key, ad, Slice(Bytes(out), 0, size)));
  memcpy(out.data() + size, tag.data(), kTagSize);
}

template <class Keys>
void SealBatch(const void* context, absl::Span<const SealJob> jobs) {
  for (const SealJob& job : jobs) {
    SealScatter<Keys>(context, job.nonce64, job.ad, absl::Span<const Bytes>(&job.plaintext, 1), {},
                      job.out);
  }
}

template <class Keys>
bool OpenInPlace(const void* context, uint64_t nonce64, Bytes ad, MutableBytes in_out) {
  const Context<Keys>& c = *static_cast<const Context<Keys>*>(context);
  if (in_out.size() < kTagSize || in_out.size() > kMaxTextSize) {
    Wipe(in_out);
    return false;
  }
  const size_t size = in_out.size() - kTagSize;
  const Bytes ciphertext = Slice(Bytes(in_out), 0, size);
  CounterMode<Keys> counter_mode(c, nonce64);
  const Block tag = counter_mode.Tag(HashOf(c.hash_key, ad, ciphertext));
  const bool valid = ConstantTimeEqual(tag, Slice(Bytes(in_out), size));
  if (!valid) {  // public: the verdict
    Wipe(in_out);
    return false;
  }
  counter_mode.Crypt(ciphertext, in_out.data());
  return true;
}

template <class Keys>
constexpr AeadAlgorithm Gcm(AeadId id, uint8_t key_size, const MaskAlgorithm& mask) {
  static_assert(sizeof(Context<Keys>) <= kMaxAeadContextSize);
  return {
      .id = id,
      .key_size = key_size,
      .tag_size = kTagSize,
      .context_size = sizeof(Context<Keys>),
      .seal_limit = kGcmSealLimit,
      .open_limit = kGcmOpenLimit,
      .mask = &mask,
      .bind = Bind<Keys>,
      .seal_scatter = SealScatter<Keys>,
      .seal_batch = SealBatch<Keys>,
      .open_in_place = OpenInPlace<Keys>,
  };
}

}  // namespace

constinit const AeadAlgorithm kPortableAes128Gcm =
    Gcm<Aes128Keys>(AeadId::kAes128Gcm, 16, kPortableAes128Mask);
constinit const AeadAlgorithm kPortableAes192Gcm =
    Gcm<Aes192Keys>(AeadId::kAes192Gcm, 24, kPortableAes192Mask);
constinit const AeadAlgorithm kPortableAes256Gcm =
    Gcm<Aes256Keys>(AeadId::kAes256Gcm, 32, kPortableAes256Mask);

}  // namespace merlon::crypto
