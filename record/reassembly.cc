// SPDX-License-Identifier: Apache-2.0
// Fragments are kept packed, in the order of their messages and offsets; a message is whole when it
// is one piece, and then its body lies at the front of the buffer.
#include "record/reassembly.h"

#include <algorithm>
#include <cstring>

#include "crypto/base/secret.h"

namespace merlon::record {

Result<Fragment> Fragment::Read(Reader& reader) {
  Fragment out;
  uint32_t size = 0;
  if (!reader.Int(&out.type) || !reader.Int<uint32_t, 3>(&out.length) ||
      !reader.Int(&out.sequence) || !reader.Int<uint32_t, 3>(&out.offset) ||
      !reader.Int<uint32_t, 3>(&size) || !reader.Take(size, &out.data)) {
    return DecodeError();
  }
  if (out.offset > out.length || size > out.length - out.offset) return IllegalParameter();
  return out;
}

Reassembly::Reassembly(MutableBytes buffer, size_t max_message, uint16_t next)
    : buffer_(buffer), max_message_(std::min(max_message, buffer.size())), next_(next) {}

Result<Reassembly::Kept> Reassembly::Add(const Fragment& fragment, uint8_t level, size_t taken) {
  if (fragment.sequence < next_) return Kept::kOld;
  if (fragment.length > max_message_) return IllegalParameter(Code::kMessageTooLarge);
  if (fragment.sequence - next_ >= kWindow) return Kept::kNoRoom;
  Info& info = InfoOf(fragment.sequence);
  // What fragments of one message say about it "MUST" be the same (RFC 9147 s5.2, s5.5).
  if (info.known &&
      (info.type != fragment.type || info.length != fragment.length || info.level != level)) {
    return IllegalParameter(Code::kDuplicateFragment);
  }
  if (!HasRoomFor(fragment, taken)) return Kept::kNoRoom;
  info = {.known = 1, .length = fragment.length, .type = fragment.type, .level = level};

  // Only what is not held yet: a later copy does not replace an earlier one.
  const uint32_t end = fragment.offset + static_cast<uint32_t>(fragment.data.size());
  uint32_t at = fragment.offset;
  for (size_t i = 0; at < end; ++i) {
    while (i < pieces_count_ &&
           (pieces_[i].sequence < fragment.sequence ||
            (pieces_[i].sequence == fragment.sequence && pieces_[i].end <= at))) {
      ++i;
    }
    const bool mine = i < pieces_count_ && pieces_[i].sequence == fragment.sequence;
    const uint32_t gap_end = mine ? std::min(end, std::max(at, pieces_[i].begin)) : end;
    const uint32_t skip_to = mine ? std::max(gap_end, std::min(end, pieces_[i].end)) : end;
    if (gap_end > at) {
      Insert(fragment.sequence, at, Slice(fragment.data, at - fragment.offset, gap_end - at));
      i = static_cast<size_t>(-1);  // pieces may have merged: look from the start
    }
    at = skip_to;
  }
  return Kept::kKept;
}

size_t Reassembly::Early() const {
  size_t early = 0;
  for (size_t i = 0; i < pieces_count_; ++i) {
    if (pieces_[i].sequence != next_) early += pieces_[i].end - pieces_[i].begin;
  }
  return early;
}

bool Reassembly::HasRoomFor(const Fragment& fragment, size_t taken) const {
  bool joins = false;  // it starts in, or right behind, a piece that is held
  for (size_t i = 0; i < pieces_count_; ++i) {
    const Piece& piece = pieces_[i];
    if (piece.sequence == fragment.sequence && piece.begin <= fragment.offset &&
        fragment.offset <= piece.end) {
      joins = true;
    }
  }
  const bool early = fragment.sequence != next_;
  // Too early: only into what the largest next message would leave free.
  if (early && taken + fragment.data.size() > spare()) return false;
  if (joins) return true;
  // The last piece is kept for the beginning of the next message, the last but one for any of it:
  // so it can always be completed in order.
  const size_t kept_free = early ? 2 : fragment.offset != 0 ? 1 : 0;
  return pieces_count_ + kept_free < kMaxPieces;
}

// Puts data that is not held yet, and that touches at most its neighbours, where it belongs.
void Reassembly::Insert(uint16_t sequence, uint32_t begin, Bytes data) {
  const uint32_t end = begin + static_cast<uint32_t>(data.size());
  size_t at = 0, offset = 0;  // of the first piece behind the new one; of the new data
  while (at < pieces_count_ && (pieces_[at].sequence < sequence ||
                                (pieces_[at].sequence == sequence && pieces_[at].begin < begin))) {
    offset += pieces_[at].end - pieces_[at].begin;
    ++at;
  }
  Piece* const before = at > 0 ? &pieces_[at - 1] : nullptr;
  Piece* const behind = at < pieces_count_ ? &pieces_[at] : nullptr;
  const bool joins_before = before && before->sequence == sequence && before->end == begin;
  const bool joins_behind = behind && behind->sequence == sequence && behind->begin == end;
  if (used_ + data.size() > buffer_.size()) __builtin_trap();
  if (!joins_before && !joins_behind && pieces_count_ == kMaxPieces) __builtin_trap();

  uint8_t* const place = buffer_.data() + offset;
  memmove(place + data.size(), place, used_ - offset);
  memcpy(place, data.data(), data.size());
  used_ += data.size();

  if (joins_before && joins_behind) {
    before->end = behind->end;
    std::copy(behind + 1, pieces_.data() + pieces_count_, behind);
    --pieces_count_;
  } else if (joins_before) {
    before->end = end;
  } else if (joins_behind) {
    behind->begin = begin;
  } else {
    std::copy_backward(pieces_.begin() + at, pieces_.begin() + pieces_count_,
                       pieces_.begin() + pieces_count_ + 1);
    pieces_[at] = {sequence, begin, end};
    ++pieces_count_;
  }
}

std::optional<Reassembly::Message> Reassembly::Front() const {
  if (next_ > 0xffff) return std::nullopt;
  const Info& info = InfoOf(next_);
  if (!info.known) return std::nullopt;
  if (info.length != 0) {
    if (pieces_count_ == 0 || pieces_[0].sequence != next_ || pieces_[0].begin != 0 ||
        pieces_[0].end != info.length) {
      return std::nullopt;
    }
  }
  return Message{info.type, info.level, static_cast<uint16_t>(next_),
                 Slice(Bytes(buffer_), 0, info.length)};
}

void Reassembly::Pop() {
  Info& info = InfoOf(next_);
  if (info.length != 0) {
    memmove(buffer_.data(), buffer_.data() + info.length, used_ - info.length);
    used_ -= info.length;
    Wipe(Slice(buffer_, used_, info.length));
    std::copy(pieces_.begin() + 1, pieces_.begin() + pieces_count_, pieces_.begin());
    --pieces_count_;
  }
  info = {};
  ++next_;
}

bool Reassembly::HoldsBelow(uint8_t level) const {
  return std::any_of(info_.begin(), info_.end(),
                     [&](const Info& info) { return info.known && info.level < level; });
}

void Reassembly::Clear() {
  Wipe(Slice(buffer_, 0, used_));
  used_ = 0;
  pieces_count_ = 0;
  info_ = {};
}

}  // namespace merlon::record
