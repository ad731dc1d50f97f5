// SPDX-License-Identifier: Apache-2.0
// HMAC on the chaining values of SHA-2, two messages side by side: what an HmacKernel is made of
// with a driver's block functions. Contexts, and hashing itself, are sha256's and sha512's.
#pragma once
#include <algorithm>
#include <array>
#include <cstring>

#include "crypto/base/endian.h"
#include "crypto/hash.h"

namespace merlon::crypto {

// What SHA-256 (32-bit words) and SHA-384 and SHA-512 (64-bit words) differ in.
template <class Word>
struct Sha2 {
  using Chain = std::array<Word, 8>;
  static constexpr size_t kBlock = 16 * sizeof(Word);  // bytes
  static constexpr size_t kMostContent =
      14 * sizeof(Word);  // of the last block: the length follows
};

// Two blocks, each mixed into a chaining value of its own. For drivers that do no better.
template <class Word, auto kBlocks>
void OneAfterTheOther(typename Sha2<Word>::Chain& a, const uint8_t* block_a,
                      typename Sha2<Word>::Chain& b, const uint8_t* block_b) {
  kBlocks(a, block_a, 1);
  kBlocks(b, block_b, 1);
}

// The hash that a chaining value is, kSize bytes. The same.
template <class Word, size_t kSize>
void StoreHash(const typename Sha2<Word>::Chain& chain, uint8_t* out) {
  for (size_t i = 0; i < kSize / sizeof(Word); ++i) {
    StoreBigEndian<Word>(chain[i], out + i * sizeof(Word));
  }
}

// A key, as the chaining values behind its two padded blocks.
template <class Word>
struct Sha2HmacState {
  typename Sha2<Word>::Chain inner, outer;
};

// The blocks that one MAC is hashed from, one after the other. Times depend on lengths alone.
template <class Word, size_t kDigestSize, auto kStoreHash>
class Sha2HmacRun {
  static constexpr size_t kBlock = Sha2<Word>::kBlock, kMostContent = Sha2<Word>::kMostContent;

 public:
  Sha2HmacRun(const Sha2HmacState<Word>& key, const HmacMessage& message)
      : chain(key.inner), outer_(key.outer), parts_(message.parts), out_(message.out) {}
  Sha2HmacRun(const Sha2HmacRun&) = delete;
  Sha2HmacRun& operator=(const Sha2HmacRun&) = delete;
  ~Sha2HmacRun() {
    WipeObject(chain);
    WipeObject(block_);
  }

  // The block to mix into `chain` next; null: the MAC is written.
  const uint8_t* Next() {
    switch (phase_) {
      case Phase::kMessage:
        return NextOfMessage();
      case Phase::kLength:
        block_ = {};
        return LastOfMessage();
      case Phase::kOuter:
        return OuterBlock();
      case Phase::kDone:
        break;
    }
    if (out_.size() == kDigestSize) {
      kStoreHash(chain, out_.data());
    } else {
      kStoreHash(chain, block_.data());
      Copy(Slice(Bytes(block_), 0, out_.size()), out_.data());
    }
    return nullptr;
  }

  typename Sha2<Word>::Chain chain;

 private:
  enum class Phase : uint8_t { kMessage, kLength, kOuter, kDone };

  const uint8_t* NextOfMessage() {
    block_ = {};
    size_t used = 0;
    while (!parts_.empty()) {
      const Bytes part = parts_.front();
      const size_t take = std::min(part.size() - at_, kBlock - used);
      Copy(Slice(part, at_, take), block_.data() + used);
      used += take;
      at_ += take;
      if (at_ == part.size()) {
        parts_.remove_prefix(1);
        at_ = 0;
      }
      if (used == kBlock) {
        size_ += kBlock;
        return block_.data();
      }
    }
    size_ += used;
    block_[used] = 0x80;
    if (used < kMostContent) return LastOfMessage();
    phase_ = Phase::kLength;
    return block_.data();
  }
  const uint8_t* LastOfMessage() {
    phase_ = Phase::kOuter;
    return WithLength(kBlock + size_);  // the key's block counts
  }
  const uint8_t* OuterBlock() {
    block_ = {};
    kStoreHash(chain, block_.data());
    chain = outer_;
    block_[kDigestSize] = 0x80;
    phase_ = Phase::kDone;
    return WithLength(kBlock + kDigestSize);
  }
  const uint8_t* WithLength(uint64_t hashed) {
    StoreBigEndian<uint64_t>(hashed * 8, block_.data() + kBlock - 8);
    return block_.data();
  }
  // In pieces as they are stored and loaded elsewhere: a processor is slow to load what was stored
  // in other ones just before.
  static void Copy(Bytes from, uint8_t* to) {
    for (; from.size() >= 16; from.remove_prefix(16), to += 16) memcpy(to, from.data(), 16);
    if (!from.empty()) memcpy(to, from.data(), from.size());
  }

  const typename Sha2<Word>::Chain& outer_;
  absl::Span<const Bytes> parts_;  // of the first: from at_ on
  MutableBytes out_;
  size_t at_ = 0;
  uint64_t size_ = 0;  // bytes of the message so far
  Phase phase_ = Phase::kMessage;
  std::array<uint8_t, kBlock> block_;
};

// kBlocks(chain, data, count); kTwoBlocks as OneAfterTheOther, kStoreHash as StoreHash; kStart: the
// hash's first chaining value.
template <class Word, size_t kDigestSize, const typename Sha2<Word>::Chain& kStart, auto kBlocks,
          auto kTwoBlocks, auto kStoreHash = StoreHash<Word, kDigestSize>>
struct Sha2Hmac {
  using State = Sha2HmacState<Word>;
  using Run = Sha2HmacRun<Word, kDigestSize, kStoreHash>;
  static_assert(sizeof(State) <= kMaxHmacStateSize);

  static void Key(void* state, Bytes key) {
    State& s = *static_cast<State*>(state);
    std::array<uint8_t, Sha2<Word>::kBlock> inner{}, outer;
    if (!key.empty()) memcpy(inner.data(), key.data(), std::min(key.size(), inner.size()));
    for (size_t i = 0; i < inner.size(); ++i) {
      outer[i] = inner[i] ^ 0x5c;
      inner[i] ^= 0x36;
    }
    s.inner = s.outer = kStart;
    kTwoBlocks(s.inner, inner.data(), s.outer, outer.data());
    WipeObject(inner);
    WipeObject(outer);
  }

  static void Compute(const void* state, absl::Span<const HmacMessage> messages) {
    const State& s = *static_cast<const State*>(state);
    for (; messages.size() > 1; messages.remove_prefix(2)) ComputeTwo(s, messages[0], messages[1]);
    if (messages.empty()) return;
    Run run(s, messages[0]);
    Finish(run, run.Next());
  }

  static constexpr HmacKernel kKernel = {
      .state_size = sizeof(State), .key = Key, .compute = Compute};

 private:
  static void ComputeTwo(const State& s, const HmacMessage& one, const HmacMessage& other) {
    Run a(s, one), b(s, other);
    const uint8_t *block_a = a.Next(), *block_b = b.Next();
    while (block_a != nullptr && block_b != nullptr) {
      kTwoBlocks(a.chain, block_a, b.chain, block_b);
      block_a = a.Next();
      block_b = b.Next();
    }
    Finish(a, block_a);
    Finish(b, block_b);
  }
  static void Finish(Run& run, const uint8_t* block) {
    for (; block != nullptr; block = run.Next()) kBlocks(run.chain, block, 1);
  }
};

}  // namespace merlon::crypto
