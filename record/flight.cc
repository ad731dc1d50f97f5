// SPDX-License-Identifier: Apache-2.0
// Range arithmetic on what is missing, and the writing of fragments.
#include "record/flight.h"

#include <algorithm>

#include "crypto/base/writer.h"

namespace merlon::record {

void MissingUnits::Append(UnitRange range) {
  if (size_ != 0 && (ranges_[size_ - 1].end == range.begin || size_ == kMax)) {
    // Full: what lies between was acknowledged, and is taken for missing again.
    ranges_[size_ - 1].end = range.end;
  } else {
    ranges_[size_++] = range;
  }
}

bool MissingUnits::Remove(UnitRange range) {
  bool removed = false;
  for (size_t i = 0; i < size_; ++i) {
    UnitRange& have = ranges_[i];
    const UnitRange cut = {std::max(have.begin, range.begin), std::min(have.end, range.end)};
    if (cut.begin >= cut.end) continue;
    const bool keeps_front = cut.begin != have.begin, keeps_back = cut.end != have.end;
    if (keeps_front && keeps_back) {
      if (size_ == kMax) continue;
      std::copy_backward(&have, &ranges_[size_], &ranges_[size_] + 1);
      ++size_;
      have.end = cut.begin;
      ranges_[i + 1].begin = cut.end;
    } else if (keeps_front) {
      have.end = cut.begin;
    } else {
      have.begin = cut.end;
    }
    removed = true;
  }
  const auto end = ranges_.begin() + size_;
  size_ = static_cast<uint8_t>(
      std::remove_if(ranges_.begin(), end, [](UnitRange r) { return r.empty(); }) -
      ranges_.begin());
  return removed;
}

UnitRange MissingUnits::First(UnitRange within) const {
  for (size_t i = 0; i < size_; ++i) {
    const UnitRange cut = {std::max(ranges_[i].begin, within.begin),
                           std::min(ranges_[i].end, within.end)};
    if (cut.begin < cut.end) return cut;
  }
  return {};
}

void MissingUnits::Shift(uint32_t units) {
  (void)Remove({0, units});
  for (size_t i = 0; i < size_; ++i) {
    ranges_[i].begin -= std::min(units, ranges_[i].begin);
    ranges_[i].end -= std::min(units, ranges_[i].end);
  }
}

uint32_t WriteFragment(const FlightMessage& message, UnitRange units, MutableBytes out,
                       size_t& size) {
  if (message.is_change_cipher_spec()) {
    if (out.empty()) return 0;
    out[0] = 1;
    ++size;
    return 1;
  }
  const size_t body = message.body_size();
  const size_t least = kDatagramHandshakeHeaderSize + (body == 0 ? 0 : 1);
  if (out.size() < least) return 0;
  const size_t at = units.begin - message.begin;
  const size_t length =
      body == 0 ? 0 : std::min<size_t>(units.size(), out.size() - kDatagramHandshakeHeaderSize);
  Writer writer(out);
  writer.Raw(Slice(message.bytes, 0, kHandshakeHeaderSize));  // type and length
  writer.Int<2>(message.sequence);
  writer.Int<3>(at);
  writer.Int<3>(length);
  writer.Raw(Slice(message.bytes, kHandshakeHeaderSize + at, length));
  size += writer.size();
  return body == 0 ? 1 : static_cast<uint32_t>(length);
}

}  // namespace merlon::record
