// SPDX-License-Identifier: Apache-2.0
// Two slots for each direction.
#include "record/datagram_epochs.h"

#include <algorithm>

namespace merlon::record {
namespace {

// A free slot, or the one with the older epoch.
template <class Keys>
Keys& SlotFor(std::array<Keys, 2>& slots) {
  if (!slots[0].held()) return slots[0];
  if (!slots[1].held()) return slots[1];
  return slots[0].epoch < slots[1].epoch ? slots[0] : slots[1];
}

template <class Keys>
Epoch Newest(const std::array<Keys, 2>& slots) {
  Epoch newest = Epoch::kPlain;
  for (const Keys& keys : slots) {
    if (keys.held() && keys.epoch != Epoch::kEarly) newest = std::max(newest, keys.epoch);
  }
  return newest;
}

}  // namespace

Result<void> DatagramEpochs::InstallRead(Epoch epoch, const TrafficKeys& keys) {
  if (epoch <= newest_read()) return LocalError(Code::kInternal);
  read_mask_.Clear();
  DatagramReadKeys& slot = SlotFor(read_);
  slot.window.Reset();
  return slot.Install(epoch, keys);
}

Result<void> DatagramEpochs::InstallWrite(Epoch epoch, const TrafficKeys& keys) {
  if (epoch <= newest_write()) return LocalError(Code::kInternal);
  write_mask_.Clear();
  return SlotFor(write_).Install(epoch, keys);
}

void DatagramEpochs::DropRead(Epoch epoch) {
  for (DatagramReadKeys& keys : read_) {
    if (!keys.held() || keys.epoch != epoch) continue;
    read_mask_.Clear();
    keys.Clear();
  }
}

void DatagramEpochs::DropWrite(Epoch epoch) {
  for (DatagramKeys& keys : write_) {
    if (!keys.held() || keys.epoch != epoch) continue;
    write_mask_.Clear();
    keys.Clear();
  }
}

void DatagramEpochs::ClearReads() {
  read_mask_.Clear();
  for (DatagramReadKeys& keys : read_) keys.Clear();
}

Epoch DatagramEpochs::newest_read() const { return Newest(read_); }
Epoch DatagramEpochs::newest_write() const { return Newest(write_); }

DatagramReadKeys* DatagramEpochs::Reader(uint64_t epoch_bits) {
  DatagramReadKeys* found = nullptr;
  for (DatagramReadKeys& keys : read_) {
    if (!keys.held() || (static_cast<uint64_t>(keys.epoch) & 3) != epoch_bits) continue;
    if (found == nullptr || found->epoch < keys.epoch) found = &keys;
  }
  return found;
}

const DatagramKeys* DatagramEpochs::writer(Epoch epoch) const {
  for (const DatagramKeys& keys : write_) {
    if (keys.held() && keys.epoch == epoch) return &keys;
  }
  return nullptr;
}

size_t DatagramEpochs::MaxPlaintext(Epoch epoch, size_t room) const {
  if (epoch == Epoch::kPlain) {
    return room < kPlainHeaderSize ? 0 : std::min(room - kPlainHeaderSize, record::kMaxPlaintext);
  }
  const DatagramKeys* keys = writer(epoch);
  return keys == nullptr ? 0 : record::MaxPlaintext(*keys, room);
}

Result<SealedRecord> DatagramEpochs::Seal(Epoch epoch, ContentType type, Bytes plaintext,
                                          MutableBytes out) {
  if (epoch == Epoch::kPlain) {
    MERLON_ASSIGN_OR_RETURN(const SealedRecord sealed,
                            WritePlain(next_plain_, type, plaintext, out));
    ++next_plain_;
    return sealed;
  }
  for (DatagramKeys& keys : write_) {
    if (keys.held() && keys.epoch == epoch) {
      return record::Seal(keys, write_mask_, type, plaintext, out);
    }
  }
  return LocalError(Code::kInternal);
}

}  // namespace merlon::record
