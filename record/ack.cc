// SPDX-License-Identifier: Apache-2.0
// Keeping, writing and reading lists of record numbers.
#include "record/ack.h"

#include <algorithm>

#include "crypto/base/writer.h"

namespace merlon::record {
namespace {

constexpr size_t kAckHeaderSize = 2, kAckedNumberSize = 16;  // bytes (RFC 9147 s7)
constexpr unsigned kSequenceBits = 48;

uint64_t Pack(RecordNumber number) {
  return static_cast<uint64_t>(number.epoch) << kSequenceBits | number.sequence;
}
// The highest epoch up to `newest` that ends in the 16 bits of `packed`.
RecordNumber Unpack(uint64_t packed, Epoch newest) {
  const uint64_t top = static_cast<uint64_t>(newest);
  const uint64_t behind = (top - (packed >> kSequenceBits)) & 0xffff;
  return {Epoch{top - std::min(behind, top)}, packed & ((uint64_t{1} << kSequenceBits) - 1)};
}

}  // namespace

void AckList::Add(RecordNumber number, uint16_t last_message) {
  const uint64_t packed = Pack(number);
  const auto end = numbers_.begin() + size_;
  if (std::find(numbers_.begin(), end, packed) != end) return;
  if (size_ == kMax) Erase(0);
  numbers_[size_] = packed;
  messages_[size_++] = last_message;
}

void AckList::Erase(size_t index) {
  std::copy(numbers_.begin() + index + 1, numbers_.begin() + size_, numbers_.begin() + index);
  std::copy(messages_.begin() + index + 1, messages_.begin() + size_, messages_.begin() + index);
  const uint32_t below = written_ & ((uint32_t{1} << index) - 1);
  written_ = static_cast<uint16_t>(below | (uint32_t{written_} >> (index + 1) << index));
  --size_;
}

void AckList::Clear() {
  size_ = 0;
  written_ = 0;
}

bool AckList::FindNews(uint32_t limit) const {
  for (size_t i = 0; i < size_; ++i) {
    if (messages_[i] < limit && (written_ >> i & 1) == 0) return true;
  }
  return false;
}

Result<size_t> AckList::Write(uint32_t limit, Epoch newest, MutableBytes out) {
  if (out.size() < kAckHeaderSize) return NoSpace();
  const size_t room = std::min((out.size() - kAckHeaderSize) / kAckedNumberSize, kMax);
  std::array<RecordNumber, kMax> chosen;
  size_t count = 0;
  for (size_t i = size_; i-- > 0 && count < room;) {
    if (messages_[i] >= limit) continue;
    chosen[count++] = Unpack(numbers_[i], newest);
    written_ = static_cast<uint16_t>(written_ | uint32_t{1} << i);
  }
  std::sort(chosen.begin(), chosen.begin() + count);
  Writer writer(out);
  writer.Int<2>(count * kAckedNumberSize);
  for (size_t i = 0; i < count; ++i) {
    writer.Int<8>(static_cast<uint64_t>(chosen[i].epoch));
    writer.Int<8>(chosen[i].sequence);
  }
  return writer.Finish();
}

Result<AckReader> AckReader::Parse(Bytes content) {
  Reader reader(content);
  Bytes numbers;
  if (!reader.Prefixed<2>(&numbers)) return DecodeError();
  if (!reader.done()) return DecodeError(Code::kTrailingData);
  if (numbers.size() % kAckedNumberSize != 0) return DecodeError();
  return AckReader(numbers);
}

bool AckReader::Next(RecordNumber* out) {
  uint64_t epoch = 0;
  if (!reader_.Int(&epoch) || !reader_.Int(&out->sequence)) return false;
  out->epoch = Epoch{epoch};
  return true;
}

}  // namespace merlon::record
