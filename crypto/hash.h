// SPDX-License-Identifier: Apache-2.0
// Hash functions: what a driver gives (HashAlgorithm), and the multi-part operation (Hasher).
#pragma once
#include <array>
#include <cstddef>

#include "crypto/base/bytes.h"
#include "crypto/base/fixed_vector.h"
#include "crypto/base/secret.h"

namespace merlon::crypto {

enum class HashId : uint8_t {
  kNone = 0,
  kSha256 = 1,
  kSha384 = 2,
  kSha512 = 3,
  kSha224 = 4,
  kSha3_224 = 7,  // as in NIST's object identifiers, all of them
  kSha3_256 = 8,
  kSha3_384 = 9,
  kSha3_512 = 10,
  kSha1 = 128,  // crypto/legacy alone has it
};

inline constexpr size_t kMaxHashSize = 64;          // bytes of output
inline constexpr size_t kMaxHashBlockSize = 144;    // bytes: SHA3-224
inline constexpr size_t kMaxHashContextSize = 216;  // bytes
inline constexpr size_t kMaxHmacStateSize = 144;    // bytes, 8-aligned: at least a block
using Digest = FixedBytes<kMaxHashSize>;

// A message to be authenticated, in parts, and where its MAC goes: its first out.size() bytes, at
// most HashAlgorithm::size.
struct HmacMessage {
  absl::Span<const Bytes> parts;
  MutableBytes out;
};
// HMAC (FIPS 198-1) by a driver that keeps of a key what it hashes to, instead of two contexts, and
// may compute several MACs at once. `state` is state_size bytes, 8-aligned, plain data.
struct HmacKernel {
  uint16_t state_size;                  // bytes, at most kMaxHmacStateSize
  void (*key)(void* state, Bytes key);  // at most a block
  // No `out` overlaps what another message is made of.
  void (*compute)(const void* state, absl::Span<const HmacMessage> messages);
};

// One hash function of one driver; constexpr, named by pointer, so what none names is not linked.
// `context` is context_size bytes, 8-aligned, plain data: copying it forks the operation.
struct HashAlgorithm {
  HashId id;
  uint8_t size;           // bytes of output
  uint8_t block_size;     // bytes
  uint16_t context_size;  // bytes, at most kMaxHashContextSize
  void (*start)(void* context);
  void (*update)(void* context, Bytes data);
  void (*finish)(void* context, MutableBytes out);  // out.size() == size
  const HmacKernel* hmac = nullptr;                 // null: HMAC is made of the functions above
};

// A hash in progress. Copying forks it. Wiped when it dies, because HMAC keys pass through it.
class Hasher {
 public:
  explicit Hasher(const HashAlgorithm& algorithm) : algorithm_(&algorithm) {
    if (algorithm.context_size > kMaxHashContextSize) __builtin_trap();
    algorithm_->start(context_.data());
  }
  Hasher(const Hasher&) = default;
  Hasher& operator=(const Hasher&) = default;
  ~Hasher() { WipeObject(context_); }

  void Update(Bytes data) { algorithm_->update(context_.data(), data); }
  // The hash of what was added so far; more may be added afterwards.
  Digest Peek() const {
    Hasher fork(*this);
    Digest out = Digest::OfSize(algorithm_->size);
    algorithm_->finish(fork.context_.data(), out.mutable_view());
    return out;
  }
  // Writes the hash to `out` (algorithm().size bytes) and restarts.
  void Finish(MutableBytes out) {
    algorithm_->finish(context_.data(), out);
    algorithm_->start(context_.data());
  }
  const HashAlgorithm& algorithm() const { return *algorithm_; }

 private:
  const HashAlgorithm* algorithm_;
  alignas(8) std::array<uint8_t, kMaxHashContextSize> context_;
};

// The hash of data[0] | data[1] | ...
inline Digest HashOf(const HashAlgorithm& algorithm, absl::Span<const Bytes> data) {
  Hasher hasher(algorithm);
  for (Bytes part : data) hasher.Update(part);
  Digest out = Digest::OfSize(algorithm.size);
  hasher.Finish(out.mutable_view());
  return out;
}
inline Digest HashOf(const HashAlgorithm& algorithm, Bytes data) {
  return HashOf(algorithm, absl::Span<const Bytes>(&data, 1));
}

}  // namespace merlon::crypto
