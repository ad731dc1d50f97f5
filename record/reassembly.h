// SPDX-License-Identifier: Apache-2.0
// Handshake fragments to whole messages, in order (RFC 9147 s5.5). Memory is a buffer of the
// caller's, of which fragments take exactly as much as they bring. Records and epochs are the
// connection's business; it says with a level which messages may mix.
#pragma once
#include <array>
#include <optional>

#include "crypto/base/bytes.h"
#include "crypto/base/reader.h"
#include "crypto/base/result.h"
#include "record/content_type.h"

namespace merlon::record {

// One fragment as it stands in a record (RFC 9147 s5.2).
struct Fragment {
  uint8_t type = 0;
  uint32_t length = 0;  // of the whole message
  uint16_t sequence = 0;
  uint32_t offset = 0;
  Bytes data;

  // Takes one off the reader. kTruncated (decode_error) when there is no whole one;
  // illegal_parameter when it reaches beyond its message.
  static Result<Fragment> Read(Reader& reader);
};

class Reassembly {
 public:
  static constexpr size_t kWindow = 7;      // messages: the next one and six after it
  static constexpr size_t kMaxPieces = 12;  // of all messages, that are apart from each other

  // Messages are at most `max_message` bytes, itself at most the buffer. What the buffer holds
  // beyond that is for messages that came too early; so the next one always fits. `next` is the
  // first message_seq.
  Reassembly(MutableBytes buffer, size_t max_message, uint16_t next = 0);
  Reassembly(const Reassembly&) = delete;
  Reassembly& operator=(const Reassembly&) = delete;
  ~Reassembly() { Clear(); }

  // The message_seq that is delivered next; 65536 when there is none any more.
  uint32_t next() const { return next_; }
  enum class Kept : uint8_t {
    kKept,   // or already had
    kOld,    // of a message that was delivered
    kNoRoom  // dropped: it must not be acknowledged
  };
  // Fails when it contradicts an earlier fragment (kDuplicateFragment) or the message is too large
  // (kMessageTooLarge). Fragments of one message with different levels contradict each other.
  // `taken`: bytes at the buffer's end that are somebody else's, at most spare() when they were
  // taken.
  Result<Kept> Add(const Fragment& fragment, uint8_t level, size_t taken = 0);
  // Bytes at the buffer's end that nothing of ours is in, and that the next message does not need.
  size_t spare() const { return buffer_.size() - max_message_ - Early(); }

  struct Message {
    uint8_t type;
    uint8_t level;
    uint16_t sequence;
    Bytes body;  // valid until the next call that is not const
  };
  // The next message, if it is whole. Take it off with Pop.
  std::optional<Message> Front() const;
  void Pop();
  // Whether any part of a message is held that came with a level below `level`.
  bool HoldsBelow(uint8_t level) const;
  // Forgets and wipes what is held.
  void Clear();
  size_t used() const { return used_; }

 private:
  // Bytes [begin, end) of a message. Their data follows the data of the pieces before.
  struct Piece {
    uint16_t sequence = 0;
    uint32_t begin = 0, end = 0;
  };
  struct Info {
    uint32_t known : 1 = 0;
    uint32_t length : 24 = 0;
    uint8_t type = 0;
    uint8_t level = 0;
  };
  Info& InfoOf(uint32_t sequence) { return info_[sequence % kWindow]; }
  const Info& InfoOf(uint32_t sequence) const { return info_[sequence % kWindow]; }
  // Bytes held of messages after the next.
  size_t Early() const;
  bool HasRoomFor(const Fragment& fragment, size_t taken) const;
  void Insert(uint16_t sequence, uint32_t begin, Bytes data);

  MutableBytes buffer_;
  size_t max_message_;
  size_t used_ = 0;
  uint32_t next_;
  uint8_t pieces_count_ = 0;
  std::array<Piece, kMaxPieces> pieces_;  // by sequence, then begin; never touching
  std::array<Info, kWindow> info_;        // by sequence modulo kWindow
};

}  // namespace merlon::record
