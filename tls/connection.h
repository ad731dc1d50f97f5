// SPDX-License-Identifier: Apache-2.0
// What all faces share: the types of their calls, the memory they borrow, and their contract.
//
// Contract of every face. After any call, a failed one too (its alert waits), drain PollTransmit,
// PollEvent and Operations, then read NextTimeout. No call blocks, calls back, or keeps a pointer
// into its arguments. Misuse (Origin::kMisuse) changes nothing; any other error is final, and all
// but PollTransmit and PollEvent return it from then on.
#pragma once
#include <concepts>
#include <optional>

#include "crypto/base/bytes.h"
#include "crypto/base/result.h"
#include "crypto/base/time.h"
#include "tls/event.h"
#include "tls/operation.h"

namespace merlon::tls {

struct Received {
  size_t consumed;  // bytes of `in` done with: whole records; 0 = need more, or come back later
  MutableBytes plaintext;  // application data, a part of `in`
};
struct PathId {
  uint8_t value = 0;
  friend bool operator==(PathId, PathId) = default;
};
struct Transmit {
  size_t size;  // bytes written to `out`; 0 = nothing to send
  PathId path{};
};
struct Sealed {
  size_t consumed;  // bytes of plaintext
  size_t written;   // bytes of `out`
};

// What every face offers.
template <class F>
concept Face =
    requires(F face, const F& view, MutableBytes buffer, OpId id, const OpResult& answer, Now now) {
      { face.Receive(buffer, now) } -> std::same_as<Result<Received>>;
      { face.PollTransmit(buffer, now) } -> std::same_as<Result<Transmit>>;
      { face.PollEvent() } -> std::same_as<std::optional<Event>>;
      { face.Complete(id, answer, now) } -> std::same_as<Result<void>>;
      { view.Operations() } -> std::same_as<absl::Span<const Pending>>;
      { view.failure() } -> std::same_as<std::optional<Error>>;
    };

}  // namespace merlon::tls
