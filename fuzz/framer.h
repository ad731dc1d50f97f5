// SPDX-License-Identifier: Apache-2.0
// Framer: what a peer would put around handshake messages under the fuzz driver, which protects
// nothing: records of all four protocols, under any epoch. What the messages say is the caller's
// business.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "record/content_type.h"
#include "tls/core/input.h"

namespace merlon::fuzz {

struct Protocol {
  tls::Transport transport;  // a stream or datagrams
  bool is12;                 // TLS 1.2 or DTLS 1.2
  bool datagrams() const { return transport == tls::Transport::kDatagram; }
};

class Framer {
 public:
  explicit Framer(const Protocol& protocol, uint16_t next_sequence = 0)
      : protocol_(protocol), next_sequence_(next_sequence) {}

  // A record with a whole message, which has its 4-byte header. An epoch of 0 is in the clear; on
  // streams all others are the same. Datagrams: under the next message_seq.
  std::string Message(std::string_view message, uint64_t epoch);
  std::string Record(record::ContentType type, std::string_view content, uint64_t epoch);

 private:
  std::string DatagramRecord(record::ContentType type, std::string_view content, uint64_t epoch);

  Protocol protocol_;
  uint16_t next_sequence_;
  std::array<uint16_t, 16> next_record_{};  // of each epoch
};

}  // namespace merlon::fuzz
