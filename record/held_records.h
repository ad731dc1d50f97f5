// SPDX-License-Identifier: Apache-2.0
// Datagram records that came too early, in the order in which they came: as they are until there
// are keys for them, or their application data until it may be handed out. They grow from the end
// of memory whose beginning is another's. Which they are is the connection's business.
#pragma once
#include <optional>

#include "crypto/base/bytes.h"

namespace merlon::record {

class HeldRecords {
 public:
  static constexpr size_t kOverhead = 3;  // bytes that one takes beyond its own

  explicit HeldRecords(MutableBytes memory) : memory_(memory) {}
  HeldRecords(const HeldRecords&) = delete;
  HeldRecords& operator=(const HeldRecords&) = delete;
  ~HeldRecords() { Clear(); }

  // Bytes at the end of the memory that are taken.
  size_t used() const { return used_; }
  // `room`: how many may be, with this one. False: there is no room.
  bool AddSealed(Bytes record, size_t room) { return Add(record, Kind::kSealed, room); }
  bool AddData(Bytes data, size_t room) { return Add(data, Kind::kData, room); }

  // A sealed record: where it is, and its bytes, to be opened where they lie.
  struct Sealed {
    size_t at;
    MutableBytes record;
    size_t next() const { return at + kOverhead + record.size(); }
  };
  // The first at `from` or behind.
  std::optional<Sealed> FindSealed(size_t from = 0);
  void Remove(const Sealed& sealed) { Shrink(sealed.at, 0); }
  // In its place its application data, which are a part of its bytes.
  void Replace(const Sealed& sealed, Bytes data);

  // The oldest application data, for good: readable until the next call that is not const. Empty:
  // there is none.
  MutableBytes TakeData();

  // Wipes all.
  void Clear();

 private:
  enum class Kind : uint8_t { kSealed, kData, kTaken };
  bool Add(Bytes bytes, Kind kind, size_t room);
  // Of the one at `at`, which is counted from the end: bytes, kind (1), size (2).
  uint8_t* EndOf(size_t at) const { return memory_.data() + memory_.size() - at; }
  Kind KindAt(size_t at) const { return Kind{EndOf(at)[-3]}; }
  size_t SizeAt(size_t at) const { return size_t{EndOf(at)[-2]} << 8 | EndOf(at)[-1]; }
  void Describe(size_t at, Kind kind, size_t size);
  MutableBytes BytesAt(size_t at) const {
    return MutableBytes(EndOf(at) - kOverhead - SizeAt(at), SizeAt(at));
  }
  // Where the first of its kind is, at `from` or behind; used_: nowhere.
  size_t Find(Kind kind, size_t from = 0) const;
  // Of the one at `at` the last `left` bytes stay, 0: nothing; those behind it move up.
  void Shrink(size_t at, size_t left);
  void EraseTaken();

  MutableBytes memory_;
  size_t used_ = 0;
};

}  // namespace merlon::record
