// SPDX-License-Identifier: Apache-2.0
// Epochs, and the names of flights: what the record layers and the handshake core agree on.
#pragma once
#include <cstdint>

namespace merlon::record {

// Which keys protect a record. The numbers are DTLS 1.3's (RFC 9147 s6.1); a stream counts the same
// way. kApplication is the first of the application epochs: each key update counts on.
// TLS 1.2 has one epoch behind the clear, kFirstKeys, on streams and (RFC 6347 s4.1) on datagrams.
enum class Epoch : uint64_t {
  kPlain = 0,
  kEarly = 1,
  kFirstKeys = 1,
  kHandshake = 2,
  kApplication = 3
};
inline constexpr uint64_t kMaxEpoch = (uint64_t{1} << 48) - 1;  // RFC 9147 s4.2.1

constexpr Epoch Next(Epoch epoch) { return static_cast<Epoch>(static_cast<uint64_t>(epoch) + 1); }

// All that answers one input is one flight. Named in order, from 1; wraps after 65535.
struct FlightId {
  uint16_t value = 0;
  friend bool operator==(FlightId, FlightId) = default;
};

}  // namespace merlon::record
