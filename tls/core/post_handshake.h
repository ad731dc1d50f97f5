// SPDX-License-Identifier: Apache-2.0
// After the handshake, in both roles: key updates (RFC 9846 s4.6.3, RFC 9147 s8), and giving the
// handshake storage back. Tickets belong to the roles.
#pragma once
#include <optional>

#include "tls/core/context.h"
#include "tls/msgs/messages13.h"

namespace merlon::tls {

// A signal: our own caller, or the face at an AEAD's limit, asks.
struct StartKeyUpdate {
  bool request_peer;
};

// The application traffic secrets of an established connection.
struct Traffic {
  TrafficSecret read, write;
  Epoch read_epoch = Epoch::kApplication, write_epoch = Epoch::kApplication;
  std::optional<FlightId> update = {};  // our KeyUpdate, until it is delivered
  bool answer_due = false;              // the peer asked while ours was in flight
};

Result<void> OnKeyUpdate(Traffic& traffic, const KeyUpdate& message, Context& cx);
Result<void> OnStartKeyUpdate(Traffic& traffic, const StartKeyUpdate& signal, Context& cx);
// The rule for all transports: the old keys serve until the peer has our KeyUpdate.
Result<void> OnDelivered(Traffic& traffic, const Delivered& delivered, Context& cx);

}  // namespace merlon::tls
