// SPDX-License-Identifier: Apache-2.0
#include "record/held_records.h"

#include <cstring>

#include "crypto/base/secret.h"

namespace merlon::record {

bool HeldRecords::Add(Bytes bytes, Kind kind, size_t room) {
  EraseTaken();
  const size_t size = kOverhead + bytes.size();
  if (bytes.empty() || bytes.size() > 0xffff || used_ > room || size > room - used_) return false;
  Describe(used_, kind, bytes.size());
  memcpy(BytesAt(used_).data(), bytes.data(), bytes.size());
  used_ += size;
  return true;
}

std::optional<HeldRecords::Sealed> HeldRecords::FindSealed(size_t from) {
  if (from == 0) EraseTaken();
  const size_t at = Find(Kind::kSealed, from);
  if (at == used_) return std::nullopt;
  return Sealed{at, BytesAt(at)};
}

void HeldRecords::Replace(const Sealed& sealed, Bytes data) {
  const MutableBytes place = BytesAt(sealed.at);
  memmove(place.data() + place.size() - data.size(), data.data(), data.size());
  Shrink(sealed.at, data.size());
  Describe(sealed.at, Kind::kData, data.size());
}

MutableBytes HeldRecords::TakeData() {
  EraseTaken();
  const size_t at = Find(Kind::kData);
  if (at == used_) return {};
  Describe(at, Kind::kTaken, SizeAt(at));
  return BytesAt(at);
}

void HeldRecords::Clear() {
  Wipe(Slice(memory_, memory_.size() - used_));
  used_ = 0;
}

void HeldRecords::Describe(size_t at, Kind kind, size_t size) {
  uint8_t* const end = EndOf(at);
  end[-3] = static_cast<uint8_t>(kind);
  end[-2] = static_cast<uint8_t>(size >> 8);
  end[-1] = static_cast<uint8_t>(size);
}

size_t HeldRecords::Find(Kind kind, size_t from) const {
  size_t at = from;
  while (at < used_ && KindAt(at) != kind) at += kOverhead + SizeAt(at);
  return at;
}

void HeldRecords::Shrink(size_t at, size_t left) {
  const size_t gone = left == 0 ? kOverhead + SizeAt(at) : SizeAt(at) - left;
  const size_t moved = used_ - at - kOverhead - SizeAt(at);  // bytes of those behind it
  uint8_t* const first = EndOf(used_);
  memmove(first + gone, first, moved);
  used_ -= gone;
  Wipe(MutableBytes(first, gone));
}

void HeldRecords::EraseTaken() {
  if (const size_t at = Find(Kind::kTaken); at != used_) Shrink(at, 0);
}

}  // namespace merlon::record
