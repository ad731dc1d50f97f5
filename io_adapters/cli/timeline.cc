// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/cli/timeline.h"

#include <algorithm>
#include <cstdio>
#include <optional>

#include "io_adapters/text.h"
#include "record/content_type.h"

namespace merlon::cli {
namespace {

using io::Cat;
using record::ContentType;

std::string_view MessageName(uint8_t type) {
  switch (type) {  // RFC 9846 s4, RFC 5246 s7.4
    case 1:
      return "ClientHello";
    case 2:
      return "ServerHello";  // or HelloRetryRequest
    case 3:
      return "HelloVerifyRequest";
    case 4:
      return "NewSessionTicket";
    case 11:
      return "Certificate";
    case 12:
      return "ServerKeyExchange";
    case 13:
      return "CertificateRequest";
    case 14:
      return "ServerHelloDone";
    case 15:
      return "CertificateVerify";
    case 16:
      return "ClientKeyExchange";
    default:
      return "handshake message";
  }
}

size_t Number24(Bytes at) { return static_cast<size_t>(at[0]) << 16 | at[1] << 8 | at[2]; }

std::string Protected(Bytes body) { return Cat("protected ", body.size(), " B"); }

// Messages of a stream's record. TLS 1.2 encrypts Finished under the same content type; what is
// then in place of the length is not one.
std::string DescribeMessages(Bytes body) {
  std::vector<std::string> parts;
  for (Bytes rest = body; !rest.empty();) {
    if (rest.size() < 4 || Number24(Slice(rest, 1)) > rest.size() - 4) return Protected(body);
    parts.emplace_back(MessageName(rest[0]));
    rest = Slice(rest, 4 + Number24(Slice(rest, 1)));
  }
  return parts.empty() ? "empty record" : io::Join(parts, ", ");
}

// A record in the clear.
std::string DescribePlain(uint8_t type, Bytes body) {
  switch (ContentType{type}) {
    case ContentType::kHandshake:
      return DescribeMessages(body);
    case ContentType::kChangeCipherSpec:
      return "ChangeCipherSpec";
    case ContentType::kAlert:
      return "alert";
    default:
      return Protected(body);
  }
}

// DTLS: a fragment of a message, and where it begins (RFC 9147 s5.2, RFC 6347 s4.2.2).
std::string DescribePlainDatagram(uint8_t type, Bytes body) {
  if (ContentType{type} == ContentType::kAck) return "ACK";
  if (ContentType{type} != ContentType::kHandshake) return DescribePlain(type, body);
  std::vector<std::string> parts;
  while (body.size() >= 12 && Number24(Slice(body, 9)) <= body.size() - 12) {
    const size_t offset = Number24(Slice(body, 6));
    parts.push_back(Cat(MessageName(body[0]), offset == 0 ? "" : Cat(" from byte ", offset)));
    body = Slice(body, 12 + Number24(Slice(body, 9)));
  }
  if (!body.empty()) parts.push_back(Cat(body.size(), " B more"));
  return io::Join(parts, ", ");
}

// One record of the unified header (RFC 9147 s4), without connection ID; nothing when it is cut.
std::optional<std::string> TakeUnified(Bytes& rest) {
  const uint8_t flags = rest[0];
  const size_t sequence = (flags & 0x08) != 0 ? 2 : 1;
  size_t header = 1 + sequence;
  size_t body = rest.size();
  if ((flags & 0x04) != 0) {
    if (rest.size() < header + 2) return std::nullopt;
    body = static_cast<size_t>(rest[header]) << 8 | rest[header + 1];
    header += 2;
  } else {
    body -= std::min(body, header);
  }
  if (rest.size() < header + body) return std::nullopt;
  rest = Slice(rest, header + body);
  return Cat("protected ", body, " B (epoch ..", (flags & 2) != 0 ? "1" : "0",
             (flags & 1) != 0 ? "1" : "0", ")");
}

std::string Line(Instant at, bool from_left, size_t bytes, const std::string& content) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch());
  char head[64];
  snprintf(head, sizeof(head), "  %5lld ms  client %s server  %6zu B  ",
           static_cast<long long>(ms.count()), from_left ? "-->" : "<--", bytes);
  return Cat(head, content, "\n");
}

}  // namespace

std::string DescribeStream(Bytes bytes) {
  std::vector<std::string> parts;
  while (bytes.size() >= 5) {
    const size_t size = static_cast<size_t>(bytes[3]) << 8 | bytes[4];
    if (bytes.size() < 5 + size) break;
    parts.push_back(DescribePlain(bytes[0], Slice(bytes, 5, size)));
    bytes = Slice(bytes, 5 + size);
  }
  if (!bytes.empty()) parts.push_back(Cat(bytes.size(), " B more"));
  return io::Join(parts, ", ");
}

std::string DescribeDatagram(Bytes datagram) {
  std::vector<std::string> parts;
  while (!datagram.empty()) {
    if ((datagram[0] & 0xe0) == 0x20) {
      const std::optional<std::string> part = TakeUnified(datagram);
      if (!part) break;
      parts.push_back(*part);
      continue;
    }
    if (datagram.size() < 13) break;  // DTLSPlaintext's header, in DTLS 1.2 every record's
    const size_t size = static_cast<size_t>(datagram[11]) << 8 | datagram[12];
    if (datagram.size() < 13 + size) break;
    const Bytes body = Slice(datagram, 13, size);
    const int epoch = datagram[3] << 8 | datagram[4];
    parts.push_back(epoch == 0 ? DescribePlainDatagram(datagram[0], body)
                               : Cat(Protected(body), " (epoch ", epoch, ")"));
    datagram = Slice(datagram, 13 + size);
  }
  return io::Join(parts, ", ");
}

void Timeline::Add(const io::LossyLink::Sent& sent) {
  if (flights_.empty() || flights_.back().at != sent.at ||
      flights_.back().from_left != sent.from_left) {
    flights_.push_back({.at = sent.at, .from_left = sent.from_left, .stream = {}, .datagrams = {}});
  }
  using Fate = io::LossyLink::Fate;
  Flight& flight = flights_.back();
  flight.pieces += 1;
  flight.bytes += sent.datagram.size();
  const bool lost = sent.fate == Fate::kLost || sent.fate == Fate::kTooLarge;
  if (lost) flight.lost += 1;
  if (kind_ == Kind::kDatagrams) {
    const char* const fate = lost                             ? "LOST "
                             : sent.fate == Fate::kDuplicated ? "TWICE "
                             : sent.fate == Fate::kLate       ? "LATE "
                                                              : "";
    flight.datagrams.push_back(
        Cat(fate, "[", sent.datagram.size(), " B: ", DescribeDatagram(sent.datagram), "]"));
  } else {
    const size_t skip = kind_ == Kind::kFrames ? 1 : 0;
    flight.stream += AsText(Slice(sent.datagram, std::min(skip, sent.datagram.size())));
  }
}

std::string Timeline::Content(const Flight& flight) const {
  if (kind_ == Kind::kStream) return DescribeStream(AsBytes(flight.stream));
  if (kind_ == Kind::kFrames) {
    return Cat(flight.pieces, flight.pieces == 1 ? " frame: " : " frames: ",
               DescribeStream(AsBytes(flight.stream)));
  }
  std::string out = Cat(flight.pieces, flight.pieces == 1 ? " datagram" : " datagrams");
  if (flight.lost != 0) out += Cat(", ", flight.lost, " lost");
  for (const std::string& datagram : flight.datagrams) {
    out += Cat("\n                                        ", datagram);
  }
  return out;
}

std::string Timeline::Draw() const {
  std::string out;
  for (const Flight& flight : flights_) {
    out += Line(flight.at, flight.from_left, flight.bytes, Content(flight));
  }
  return out;
}

}  // namespace merlon::cli
