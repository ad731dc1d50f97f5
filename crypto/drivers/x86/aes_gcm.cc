// SPDX-License-Identifier: Apache-2.0
// Eight counter blocks in flight; while they pass the rounds, eight blocks of ciphertext are
// hashed. Sealing hashes the ciphertext that it wrote one chunk ago, so that parts of any sizes
// join without a copy; opening hashes a chunk before it decrypts it.
//
// Constant time: see aes_ni.h and ghash_clmul.h; tags are compared without a branch on their bytes.
#include "crypto/drivers/x86/aes_gcm.h"

#include <algorithm>

#include "crypto/base/endian.h"
#include "crypto/drivers/portable/aes_gcm.h"
#include "crypto/drivers/x86/aes.h"
#include "crypto/drivers/x86/ghash_clmul.h"

#if defined(__x86_64__)
namespace merlon::crypto {
namespace {

constexpr size_t kTagSize = 16;
constexpr size_t kChunk = 128;  // bytes: eight blocks
// SP 800-38D s5.2.1.1: 2^39 - 256 bits; beyond them the counter would repeat.
constexpr uint64_t kMaxTextSize = (uint64_t{1} << 36) - 32;

template <int kRounds>
struct Context {
  x86::RoundKeys<kRounds> keys;
  x86::GhashKey hash_key;
  uint8_t iv[16];
};

// The i-th counter block after `counter`, whose last lane is the number in native order.
[[gnu::target("aes,pclmul,ssse3,sse4.1")]] inline __m128i CounterBlock(__m128i counter, int i) {
  const __m128i next = _mm_add_epi32(counter, _mm_set_epi32(i, 0, 0, 0));
  return _mm_shuffle_epi8(next, _mm_set_epi8(12, 13, 14, 15, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0));
}

// One record on its way: the counter and the hash so far.
template <int kRounds>
class Operation {
 public:
  [[gnu::target("aes,pclmul,ssse3,sse4.1")]] Operation(const Context<kRounds>& context,
                                                       uint64_t nonce64, Bytes ad,
                                                       uint64_t text_size)
      : keys_(context.keys),
        hash_key_(context.hash_key),
        text_size_(text_size),
        ad_size_(ad.size()) {
    if (text_size > kMaxTextSize) __builtin_trap();
    // In registers: what is stored in parts and loaded whole waits for all that goes before.
    const __m128i number = _mm_cvtsi64_si128(static_cast<long long>(__builtin_bswap64(nonce64)));
    const __m128i nonce = _mm_xor_si128(x86::Load(context.iv), _mm_slli_si128(number, 4));
    counter_ = _mm_insert_epi32(nonce, 1, 3);
    hash_ = _mm_setzero_si128();
    HashPadded(ad, /*with_lengths=*/false);
    Refill(text_size <= kChunk - 16 ? 8 : 1);
    tag_mask_ = x86::Load(stream_);
    used_ = 16;
  }
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;
  ~Operation() {
    WipeObject(stream_);
    WipeObject(tag_mask_);
    WipeObject(hash_);
    WipeObject(counter_);
  }

  // Encrypts `in` behind what was sealed so far; `out` is the record's start.
  [[gnu::target("aes,pclmul,ssse3,sse4.1")]] void Seal(Bytes in, uint8_t* out) {
    CryptBytes(in, out, std::min(in.size(), available()));  // goes on in the stream begun before
    while (in.size() >= kChunk && available() == 0) {
      if (done_ - hashed_ >= kChunk) {
        CryptChunk<true>(in.data(), out + done_, out + hashed_);
        hashed_ += kChunk;
      } else {
        CryptChunk<false>(in.data(), out + done_, nullptr);
      }
      Advance(in, kChunk);
    }
    CryptBytes(in, out, in.size());
  }

  // Decrypts all of the text in place, hashing it first.
  [[gnu::target("aes,pclmul,ssse3,sse4.1")]] void Open(MutableBytes text) {
    Bytes in = text;
    while (in.size() >= kChunk && available() == 0) {
      CryptChunk<true>(in.data(), text.data() + done_, in.data());
      Advance(in, kChunk);
      hashed_ += kChunk;
    }
    HashPadded(in, /*with_lengths=*/true);
    CryptBytes(in, text.data(), in.size());
  }

  // Hashes what is left of a sealed text.
  void FinishHash(const uint8_t* text) {
    HashPadded(Bytes(text + hashed_, done_ - hashed_), /*with_lengths=*/true);
  }
  [[gnu::target("aes,pclmul,ssse3,sse4.1")]] void Tag(uint8_t* out) const {
    x86::Store(Tag(), out);
  }
  [[gnu::target("aes,pclmul,ssse3,sse4.1")]] bool HasTag(const uint8_t* tag) const {
    const __m128i difference = _mm_xor_si128(Tag(), x86::Load(tag));
    return _mm_testz_si128(difference, difference) != 0;
  }

 private:
  [[gnu::target("aes,pclmul,ssse3,sse4.1")]] __m128i Tag() const {
    return _mm_xor_si128(x86::ReverseBytes(hash_), tag_mask_);
  }
  size_t available() const { return streamed_ - used_; }
  void Advance(Bytes& in, size_t size) {
    in.remove_prefix(size);
    done_ += size;
  }

  // The next 1 or 8 blocks of key stream into stream_.
  [[gnu::target("aes,pclmul,ssse3,sse4.1")]] void Refill(int blocks) {
    __m128i b[8];
    if (blocks == 1) {
      x86::Store(x86::EncryptBlock(keys_, CounterBlock(counter_, 0)), stream_);
    } else {
#pragma GCC unroll 8
      for (int i = 0; i < 8; ++i) b[i] = CounterBlock(counter_, i);
      x86::EncryptEight(keys_, b);
#pragma GCC unroll 8
      for (int i = 0; i < 8; ++i) x86::Store(b[i], stream_ + 16 * i);
    }
    counter_ = _mm_add_epi32(counter_, _mm_set_epi32(blocks, 0, 0, 0));
    streamed_ = 16 * static_cast<size_t>(blocks);
    used_ = 0;
  }

  // The first `size` bytes of `in`, with key stream from stream_.
  [[gnu::target("aes,pclmul,ssse3,sse4.1")]] void CryptBytes(Bytes& in, uint8_t* out, size_t size) {
    while (size != 0) {
      if (available() == 0) Refill(size > 16 ? 8 : 1);
      size_t take = std::min(size, available());
      const uint8_t* stream = stream_ + used_;
      uint8_t* to = out + done_;
      size_t i = 0;
      for (; take - i >= 16; i += 16) {
        x86::Store(_mm_xor_si128(x86::Load(in.data() + i), x86::Load(stream + i)), to + i);
      }
      for (; i < take; ++i) to[i] = in[i] ^ stream[i];
      used_ += take;
      size -= take;
      Advance(in, take);
    }
  }

  // Crypts 128 bytes from `in` to `out`, and hashes 128 bytes at `hashed` meanwhile.
  template <bool kHash>
  [[gnu::target("aes,pclmul,ssse3,sse4.1")]] void CryptChunk(const uint8_t* in, uint8_t* out,
                                                             const uint8_t* hashed) {
    __m128i b[8];
    x86::GhashSum sum = {};
    const __m128i first = keys_.keys[0];
#pragma GCC unroll 8
    for (int i = 0; i < 8; ++i) b[i] = _mm_xor_si128(CounterBlock(counter_, i), first);
    counter_ = _mm_add_epi32(counter_, _mm_set_epi32(8, 0, 0, 0));
#pragma GCC unroll 16
    for (int round = 1; round < kRounds; ++round) {
      const __m128i key = keys_.keys[round];
#pragma GCC unroll 8
      for (int i = 0; i < 8; ++i) b[i] = _mm_aesenc_si128(b[i], key);
      if (kHash && round <= 8) {
        __m128i x = x86::ReverseBytes(x86::Load(hashed + 16 * (round - 1)));
        if (round == 1) x = _mm_xor_si128(x, hash_);
        x86::Accumulate(hash_key_, 8 - round, x, sum);
      }
    }
    const __m128i last = keys_.keys[kRounds];
#pragma GCC unroll 8
    for (int i = 0; i < 8; ++i) {
      const __m128i text = x86::Load(in + 16 * i);
      x86::Store(_mm_aesenclast_si128(b[i], _mm_xor_si128(last, text)), out + 16 * i);
    }
    if (kHash) hash_ = x86::Reduce(sum);
  }

  // Hashes `data`, filled up with zeros to whole blocks, and the block of lengths if asked; up to
  // eight blocks a reduction.
  [[gnu::target("aes,pclmul,ssse3,sse4.1")]] void HashPadded(Bytes data, bool with_lengths) {
    size_t blocks = (data.size() + 15) / 16 + (with_lengths ? 1 : 0);
    while (blocks != 0) {
      const int group = static_cast<int>(std::min<size_t>(blocks, x86::kGhashPowers));
      blocks -= static_cast<size_t>(group);
      x86::GhashSum sum = {};
      for (int i = 0; i < group; ++i) {
        __m128i x = data.empty() ? Lengths() : x86::ReverseBytes(TakeBlock(data));
        if (i == 0) x = _mm_xor_si128(x, hash_);
        x86::Accumulate(hash_key_, group - 1 - i, x, sum);
      }
      hash_ = x86::Reduce(sum);
    }
  }
  [[gnu::target("aes,pclmul,ssse3,sse4.1")]] __m128i Lengths() const {
    return _mm_set_epi64x(static_cast<long long>(ad_size_ * 8),
                          static_cast<long long>(text_size_ * 8));
  }
  [[gnu::target("aes,pclmul,ssse3,sse4.1")]] static __m128i TakeBlock(Bytes& data) {
    if (data.size() >= 16) {
      const __m128i block = x86::Load(data.data());
      data.remove_prefix(16);
      return block;
    }
    const __m128i block = LoadPart(data.data(), data.size());
    data.remove_prefix(data.size());
    return block;
  }
  // Fewer than 16 bytes, and zeros behind them, without memory between.
  [[gnu::target("aes,pclmul,ssse3,sse4.1")]] static __m128i LoadPart(const uint8_t* from,
                                                                     size_t size) {
    const uint8_t* const rest = from + (size & 8);
    uint64_t high = 0;
    if ((size & 1) != 0) high = rest[size & 6];
    if ((size & 2) != 0) {
      uint16_t two;
      memcpy(&two, rest + (size & 4), sizeof(two));
      high = high << 16 | two;
    }
    if ((size & 4) != 0) high = high << 32 | LoadLittleEndian<uint32_t>(rest);
    const __m128i last = _mm_cvtsi64_si128(static_cast<long long>(high));
    if ((size & 8) == 0) return last;
    return _mm_insert_epi64(_mm_slli_si128(last, 8),
                            static_cast<long long>(LoadLittleEndian<uint64_t>(from)), 0);
  }

  const x86::RoundKeys<kRounds>& keys_;
  const x86::GhashKey& hash_key_;
  __m128i counter_, hash_, tag_mask_;
  uint8_t stream_[kChunk];
  size_t streamed_ = 0, used_ = 0;  // bytes of key stream in stream_, and how many are spent
  uint64_t done_ = 0, hashed_ = 0;  // bytes of text crypted, and hashed
  const uint64_t text_size_, ad_size_;
};

template <int kRounds>
[[gnu::target("aes,pclmul,ssse3,sse4.1")]] void Bind(void* context, Bytes key, Bytes iv) {
  Context<kRounds>& c = *static_cast<Context<kRounds>*>(context);
  x86::ExpandKey(key, c.keys);
  x86::BindGhash(x86::EncryptBlock(c.keys, _mm_setzero_si128()), c.hash_key);
  memset(c.iv, 0, sizeof(c.iv));
  memcpy(c.iv, Slice(iv, 0, kAeadIvSize).data(), kAeadIvSize);
}

template <int kRounds>
void SealScatter(const void* context, uint64_t nonce64, Bytes ad, absl::Span<const Bytes> in,
                 Bytes tail, MutableBytes out) {
  uint64_t size = tail.size();
  for (Bytes part : in) size += part.size();
  if (out.size() != size + kTagSize) __builtin_trap();
  Operation<kRounds> operation(*static_cast<const Context<kRounds>*>(context), nonce64, ad, size);
  for (Bytes part : in) operation.Seal(part, out.data());
  operation.Seal(tail, out.data());
  operation.FinishHash(out.data());
  operation.Tag(out.data() + size);
}

template <int kRounds>
void SealBatch(const void* context, absl::Span<const SealJob> jobs) {
  for (const SealJob& job : jobs) {
    SealScatter<kRounds>(context, job.nonce64, job.ad, absl::Span<const Bytes>(&job.plaintext, 1),
                         {}, job.out);
  }
}

template <int kRounds>
bool OpenInPlace(const void* context, uint64_t nonce64, Bytes ad, MutableBytes in_out) {
  if (in_out.size() < kTagSize) {
    Wipe(in_out);
    return false;
  }
  const size_t size = in_out.size() - kTagSize;
  Operation<kRounds> operation(*static_cast<const Context<kRounds>*>(context), nonce64, ad, size);
  operation.Open(Slice(in_out, 0, size));
  const bool valid = operation.HasTag(Slice(Bytes(in_out), size).data());
  if (!valid) Wipe(in_out);  // public: the verdict
  return valid;
}

template <int kRounds>
constexpr AeadAlgorithm Gcm(AeadId id, const MaskAlgorithm& mask) {
  static_assert(sizeof(Context<kRounds>) <= kMaxAeadContextSize);
  return {
      .id = id,
      .key_size = 4 * (kRounds - 6),
      .tag_size = kTagSize,
      .context_size = sizeof(Context<kRounds>),
      .seal_limit = kGcmSealLimit,
      .open_limit = kGcmOpenLimit,
      .mask = &mask,
      .bind = Bind<kRounds>,
      .seal_scatter = SealScatter<kRounds>,
      .seal_batch = SealBatch<kRounds>,
      .open_in_place = OpenInPlace<kRounds>,
  };
}

}  // namespace

constinit const AeadAlgorithm kX86Aes128Gcm = Gcm<10>(AeadId::kAes128Gcm, kX86Aes128Mask);
constinit const AeadAlgorithm kX86Aes256Gcm = Gcm<14>(AeadId::kAes256Gcm, kX86Aes256Mask);

}  // namespace merlon::crypto
#endif
