// SPDX-License-Identifier: Apache-2.0
// Whole handshake messages out of the fragments that an ordered carrier brings. It knows the 4
// bytes of a message's header (RFC 9846 s4) and no message; datagrams have reassembly.h instead.
#pragma once
#include <optional>

#include "absl/base/attributes.h"
#include "crypto/base/bytes.h"
#include "crypto/base/result.h"
#include "record/content_type.h"

namespace merlon::record {

// Proof that no byte of a handshake message waits: read keys may change now (RFC 9846 s5.1). Only
// HandshakeDeframer makes one.
class MessageBoundary {
 private:
  MessageBoundary() = default;
  friend class HandshakeDeframer;
};

struct FramedMessage {
  uint8_t type;
  Bytes body;  // in the fragment or in the buffer; until Taken, Hold or the next Add
};

// Bytes wait in the buffer, if any, and then in the fragment being read. A message that is whole in
// its fragment, with none waiting, is seen there; only parts, and what is held, are copied, once.
//
//   Add(fragment); while (message = Next()) { handle it; Taken(); }  or Hold(), to go on later
class HandshakeDeframer {
 public:
  explicit HandshakeDeframer(MutableBytes buffer ABSL_ATTRIBUTE_LIFETIME_BOUND) : buffer_(buffer) {}
  HandshakeDeframer(const HandshakeDeframer&) = delete;
  HandshakeDeframer& operator=(const HandshakeDeframer&) = delete;

  // Begins with the next fragment; the one before was read to its end, or held.
  void Add(Bytes fragment) { fragment_ = fragment; }
  // The first message that was not Taken. When there is no whole one, the rest of the fragment is
  // kept. kMessageTooLarge (illegal_parameter): a message in fragments that is larger than the
  // buffer. RFC 9846 names no alert for a limit of our own; this one is BoringSSL's.
  Result<std::optional<FramedMessage>> Next();
  // Done with what Next returned.
  void Taken();
  // Keeps what was not Taken, as much of it as fits. Returns the bytes of the fragment that did
  // not; they are forgotten.
  size_t Hold();

  // Bytes that could be held now.
  size_t free() const { return buffer_.size() - kept(); }
  // A whole message may wait, or part of one.
  bool idle() const { return kept() == 0 && fragment_.empty(); }
  // What waits ends inside a message: no other record type may come (RFC 9846 s5.1).
  bool mid_message() const { return !idle() && EndsInside(); }
  // The type of the last whole message that waits.
  std::optional<uint8_t> last_kept() const;
  // "Handshake messages MUST NOT span key changes." (RFC 9846 s5.1): kKeyChangeInMessage, with
  // unexpected_message, while any byte waits.
  Result<MessageBoundary> Boundary() const;
  // Forgets what waits.
  void Clear();

 private:
  size_t kept() const { return end_ - begin_; }
  Bytes Kept() const { return Slice(Bytes(buffer_), begin_, kept()); }
  bool EndsInside() const;
  // Moves `size` bytes, at most free(), from the fragment behind the kept ones.
  void Keep(size_t size);

  MutableBytes buffer_;
  Bytes fragment_;
  size_t begin_ = 0, end_ = 0;  // kept bytes, within buffer_
};

}  // namespace merlon::record
