// SPDX-License-Identifier: Apache-2.0
// KeyCall: work with a key of another location that goes on while nobody waits for it. Bound keys
// begin it; what it gives is what their synchronous call would have given.
#pragma once
#include <cstddef>
#include <optional>
#include <utility>

#include "crypto/opaque_keys.h"

namespace merlon::crypto {

// Cancels what is under way when it dies. The owner of the key outlives it.
class KeyCall {
 public:
  // OpaqueKeys::Start's errors.
  static Result<KeyCall> Start(const OpaqueKeys& keys, const OpaqueWork& work) {
    MERLON_ASSIGN_OR_RETURN(const OpaqueCall call, keys.Start(work));
    return KeyCall(keys, call);
  }
  KeyCall(KeyCall&& from) noexcept : keys_(std::exchange(from.keys_, nullptr)), call_(from.call_) {}
  KeyCall& operator=(KeyCall&& from) noexcept {
    std::swap(keys_, from.keys_);
    std::swap(call_, from.call_);
    return *this;
  }
  KeyCall(const KeyCall&) = delete;
  KeyCall& operator=(const KeyCall&) = delete;
  ~KeyCall() {
    if (keys_ != nullptr) keys_->Cancel(call_);
  }

  // Goes on without waiting. The size of the result, in `out`: it is over. Nothing: not yet. After
  // an error it is over too, but for kNoSpace; from then on kMisuse.
  Result<std::optional<size_t>> Resume(MutableBytes out) {
    if (keys_ == nullptr) return Misuse();
    const Result<std::optional<size_t>> result = keys_->Resume(call_, out);
    const bool goes_on =
        result.ok() ? !result->has_value() : result.error() == Misuse(Code::kNoSpace);
    if (!goes_on) keys_ = nullptr;
    return result;
  }
  // By which its owner knows it: what to wait for is the owner's to say.
  OpaqueCall call() const { return call_; }

 private:
  KeyCall(const OpaqueKeys& keys, OpaqueCall call) : keys_(&keys), call_(call) {}
  const OpaqueKeys* keys_;
  OpaqueCall call_;
};

}  // namespace merlon::crypto
