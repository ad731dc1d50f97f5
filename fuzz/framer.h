// SPDX-License-Identifier: Apache-2.0
// Framer: what a peer would put around handshake messages under the fuzz driver, which protects
// nothing: records of all four protocols, under any epoch. What the messages say is the caller's
// business.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/error.h"
#include "record/content_type.h"
#include "tls/core/input.h"

namespace merlon::fuzz {

struct Protocol {
  tls::Transport transport;  // a stream or datagrams
  bool is12;                 // TLS 1.2 or DTLS 1.2
  size_t tag_size = 16;      // of the suite's AEAD
  bool datagrams() const { return transport == tls::Transport::kDatagram; }
};

class Framer {
 public:
  explicit Framer(const Protocol& protocol, uint16_t next_sequence = 0)
      : protocol_(protocol), next_sequence_(next_sequence) {}

  // A record with a whole message, which has its 4-byte header. An epoch of 0 is in the clear; on
  // streams all others are the same. Datagrams: under the next message_seq.
  std::string Message(std::string_view message, uint64_t epoch);
  // The same in two pieces: of its body, what is in front of `cut`, and the rest. On datagrams they
  // are fragments that come in the wrong order.
  std::array<std::string, 2> Halves(std::string_view message, size_t cut, uint64_t epoch);
  // A fragment of DTLS: the body's bytes from `begin` to `end`, under any message_seq.
  std::string Fragment(std::string_view message, uint16_t sequence, size_t begin, size_t end,
                       uint64_t epoch);
  uint16_t next_sequence() const { return next_sequence_; }
  // So many message_seqs were used for fragments.
  void Skip(uint16_t messages) {
    next_sequence_ = static_cast<uint16_t>(next_sequence_ + messages);
  }
  std::string Record(record::ContentType type, std::string_view content, uint64_t epoch);

 private:
  std::string DatagramRecord(record::ContentType type, std::string_view content, uint64_t epoch);

  Protocol protocol_;
  uint16_t next_sequence_;
  std::map<uint64_t, uint16_t> next_record_;  // of each epoch
};

// Whether the last that an end sent is this alert, fatal.
bool SentAlert(const std::vector<std::string>& sent, Alert alert);

}  // namespace merlon::fuzz
