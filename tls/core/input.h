// SPDX-License-Identifier: Apache-2.0
// What goes into the handshake core: whole messages, ChangeCipherSpec, and word that a flight
// arrived. And the one thing about carriers that it may know: which kind of transport it is.
#pragma once
#include <cstdint>
#include <variant>

#include "crypto/base/bytes.h"
#include "record/epoch.h"

namespace merlon::tls {

using record::Epoch;
using record::FlightId;

enum class Transport : uint8_t { kStream = 1, kDatagram = 2, kMessage = 4 };
constexpr uint8_t operator|(Transport a, Transport b) {
  return static_cast<uint8_t>(static_cast<uint8_t>(a) | static_cast<uint8_t>(b));
}

// One whole handshake message, without the header of its carrier; borrowed for the call.
struct HandshakeMessage {
  uint8_t type = 0;
  Bytes body;
  uint16_t sequence = 0;  // message_seq of DTLS (RFC 9147 s5.2); 0 elsewhere
  // The epoch of the records that brought it; all application epochs are kApplication here.
  Epoch epoch = Epoch::kPlain;
};
// A ChangeCipherSpec record with its one legal byte. TLS 1.3 ignores it (RFC 9846 s5); in TLS 1.2
// the next record is protected (RFC 5246 s7.1): answer with InstallRead. Streams alone.
struct ChangeCipherSpec {};
// The peer has the flight: sealed, on a stream; acknowledged, on datagrams (DTLS 1.2: answered, or
// kFinalFlightRetention after a final one was sent); handed over, in QUIC.
struct Delivered {
  FlightId flight;
};
using Input = std::variant<HandshakeMessage, ChangeCipherSpec, Delivered>;

// What a decoder may depend on besides its bytes.
struct DecodeContext {
  Transport transport;
  uint8_t mac_size;  // bytes of a Finished
};

// kHeld: an operation is pending and nothing was touched; offer the message again after Complete.
enum class Disposition : uint8_t { kTaken, kHeld };

}  // namespace merlon::tls
