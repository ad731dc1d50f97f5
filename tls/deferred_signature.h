// SPDX-License-Identifier: Apache-2.0
// DeferredSignature: a connection's signature by a key of another location (a token, an agent), on
// which its owner works while this thread does other things. All else is LocalOperations'.
#pragma once
#include <array>
#include <optional>

#include "crypto/key_call.h"
#include "tls/config.h"
#include "tls/operation.h"

namespace merlon::tls {

// Of one connection, which it does not outlive; neither does it outlive the keys.
class DeferredSignature {
 public:
  // Takes it on if it is a signature by a key whose owner does it later (OpaqueKeys::Start), and
  // none is under way: as PumpHandlers::later. False: it is LocalOperations' to answer. An owner
  // that has too much to do at once is asked again by Proceed.
  bool Take(const Pending& pending);
  // Goes on without waiting. True: nothing is under way, the connection has its answer, which is
  // OpFailed when the owner of the key fails. Complete's errors.
  template <class Connection>
  Result<bool> Proceed(Connection& connection, Now now) {
    if (!waiting_) return true;
    const std::optional<OpResult> answer = Go(connection.Operations());
    if (!answer) return false;
    const OpId id = *waiting_;
    waiting_.reset();
    call_.reset();
    MERLON_TRY(connection.Complete(id, *answer, now));
    return true;
  }
  bool waiting() const { return waiting_.has_value(); }
  // What the key's owner knows it by, who says what to wait for; nothing: to be asked again.
  std::optional<crypto::OpaqueCall> call() const {
    return call_ ? std::optional(call_->call()) : std::nullopt;
  }

 private:
  std::optional<OpResult> Go(absl::Span<const Pending> operations);

  std::optional<OpId> waiting_;
  std::optional<crypto::KeyCall> call_;
  std::array<uint8_t, crypto::kMaxSignatureSize> signature_;
};

}  // namespace merlon::tls
