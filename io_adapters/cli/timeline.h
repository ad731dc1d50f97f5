// SPDX-License-Identifier: Apache-2.0
// Timeline: what went over a link, one line for each flight: when, which way, how many bytes, what
// of it was lost.
#pragma once
#include <string>
#include <vector>

#include "io_adapters/lossy_link.h"

namespace merlon::cli {

// What is in records, as far as anyone on the way can see: "ClientHello", "protected 540 B".
std::string DescribeStream(Bytes bytes);
std::string DescribeDatagram(Bytes datagram);

class Timeline {
 public:
  enum class Kind {
    kStream,     // pieces of a byte stream
    kFrames,     // the same in frames that begin with a sequence byte
    kDatagrams,  // DTLS
  };
  explicit Timeline(Kind kind) : kind_(kind) {}

  // The client is the link's left end.
  void Add(const io::LossyLink::Sent& sent);
  std::string Draw() const;

 private:
  // What one side sent at one time.
  struct Flight {
    Instant at;
    bool from_left;
    size_t pieces = 0, bytes = 0, lost = 0;
    std::string stream;                  // without sequence bytes
    std::vector<std::string> datagrams;  // described
  };
  std::string Content(const Flight& flight) const;

  Kind kind_;
  std::vector<Flight> flights_;
};

}  // namespace merlon::cli
