// SPDX-License-Identifier: Apache-2.0
// Extendable-output functions: what a driver gives (XofAlgorithm), and the multi-part operation
// (Xof), in the words of PSA: update, then output in as many parts as are wanted.
#pragma once
#include <array>
#include <cstddef>

#include "crypto/base/bytes.h"
#include "crypto/base/secret.h"

namespace merlon::crypto {

enum class XofId : uint8_t { kNone = 0, kShake128 = 1, kShake256 = 2 };

inline constexpr size_t kMaxXofContextSize = 208;  // bytes

// One function of one driver; constexpr, named by pointer, so what none names is not linked.
// `context` is context_size bytes, 8-aligned, plain data: copying it forks the operation.
struct XofAlgorithm {
  XofId id;
  uint8_t block_size;     // bytes: output is cheapest in multiples of it
  uint16_t context_size;  // bytes, at most kMaxXofContextSize
  void (*start)(void* context);
  void (*update)(void* context, Bytes data);  // before the first output alone, or it traps
  void (*output)(void* context, MutableBytes out);
};

// An operation in progress. Copying forks it. Wiped when it dies, because secrets pass through it.
class Xof {
 public:
  explicit Xof(const XofAlgorithm& algorithm) : algorithm_(&algorithm) {
    if (algorithm.context_size > kMaxXofContextSize) __builtin_trap();
    algorithm_->start(context_.data());
  }
  Xof(const Xof&) = default;
  Xof& operator=(const Xof&) = default;
  ~Xof() { WipeObject(context_); }

  // Adds to the input; traps after the first Output.
  void Update(Bytes data) { algorithm_->update(context_.data(), data); }
  // The next out.size() bytes of output; however it is cut into parts, the bytes are the same.
  void Output(MutableBytes out) { algorithm_->output(context_.data(), out); }
  // Forgets input and output.
  void Restart() { algorithm_->start(context_.data()); }
  const XofAlgorithm& algorithm() const { return *algorithm_; }

 private:
  const XofAlgorithm* algorithm_;
  alignas(8) std::array<uint8_t, kMaxXofContextSize> context_;
};

// The first out.size() bytes for `data`.
inline void XofOf(const XofAlgorithm& algorithm, Bytes data, MutableBytes out) {
  Xof xof(algorithm);
  xof.Update(data);
  xof.Output(out);
}

}  // namespace merlon::crypto
