// SPDX-License-Identifier: Apache-2.0
// Deframing: at most one copy of each byte, and none of a message that is whole where it arrives.
#include "record/handshake_deframer.h"

#include <algorithm>
#include <cstring>

namespace merlon::record {
namespace {

// Header and body; `bytes` holds the header.
size_t MessageSize(Bytes bytes) {
  return kHandshakeHeaderSize + (size_t{bytes[1]} << 16 | size_t{bytes[2]} << 8 | bytes[3]);
}
// Nothing: not whole.
std::optional<FramedMessage> FirstMessage(Bytes bytes) {
  if (bytes.size() < kHandshakeHeaderSize) return std::nullopt;
  const size_t size = MessageSize(bytes);
  if (bytes.size() < size) return std::nullopt;
  return FramedMessage{bytes[0], Slice(bytes, kHandshakeHeaderSize, size - kHandshakeHeaderSize)};
}

}  // namespace

Result<std::optional<FramedMessage>> HandshakeDeframer::Next() {
  if (kept() == 0) {
    if (const auto message = FirstMessage(fragment_)) return message;
    if (fragment_.empty()) return std::optional<FramedMessage>();
  }
  // Complete the kept message, first its header and then its body; not a byte beyond it.
  for (const bool header : {true, false}) {
    const Bytes bytes = Kept();
    if (!header && bytes.size() < kHandshakeHeaderSize) break;
    const size_t wanted = header ? kHandshakeHeaderSize : MessageSize(bytes);
    if (wanted > buffer_.size()) return IllegalParameter(Code::kMessageTooLarge);
    if (wanted > bytes.size()) {
      Keep(std::min(wanted - bytes.size(), fragment_.size()));
    }
  }
  return FirstMessage(Kept());
}

void HandshakeDeframer::Taken() {
  if (kept() == 0) {
    fragment_.remove_prefix(MessageSize(fragment_));
    return;
  }
  begin_ += MessageSize(Kept());
  if (begin_ == end_) begin_ = end_ = 0;
}

size_t HandshakeDeframer::Hold() {
  Keep(std::min(fragment_.size(), free()));
  const size_t left = fragment_.size();
  fragment_ = {};
  return left;
}

void HandshakeDeframer::Keep(size_t size) {
  if (size > buffer_.size() - end_) {
    memmove(buffer_.data(), buffer_.data() + begin_, kept());
    end_ = kept();
    begin_ = 0;
  }
  if (size != 0) memcpy(buffer_.data() + end_, fragment_.data(), size);
  end_ += size;
  fragment_.remove_prefix(size);
}

std::optional<uint8_t> HandshakeDeframer::last_kept() const {
  std::optional<uint8_t> last;
  for (Bytes rest = Kept(); const auto message = FirstMessage(rest);) {
    last = message->type;
    rest.remove_prefix(kHandshakeHeaderSize + message->body.size());
  }
  return last;
}

bool HandshakeDeframer::EndsInside() const {
  Bytes rest = Kept();
  while (const auto message = FirstMessage(rest)) {
    rest.remove_prefix(kHandshakeHeaderSize + message->body.size());
  }
  return !rest.empty();
}

Result<MessageBoundary> HandshakeDeframer::Boundary() const {
  if (!idle()) return PeerError(Code::kKeyChangeInMessage, Alert::kUnexpectedMessage);
  return MessageBoundary();
}

void HandshakeDeframer::Clear() {
  fragment_ = {};
  begin_ = end_ = 0;
}

}  // namespace merlon::record
