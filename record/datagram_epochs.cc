// SPDX-License-Identifier: Apache-2.0
// Two slots and one bound key for each direction.
#include "record/datagram_epochs.h"

#include <algorithm>

namespace merlon::record {
namespace {

// A free slot, or the one with the older epoch.
template <class Held>
Held& SlotFor(std::array<Held, 2>& slots) {
  if (!slots[0].held()) return slots[0];
  if (!slots[1].held()) return slots[1];
  return slots[0].epoch < slots[1].epoch ? slots[0] : slots[1];
}

template <class Held>
Held* Find(std::array<Held, 2>& slots, Epoch epoch) {
  for (Held& slot : slots) {
    if (slot.held() && slot.epoch == epoch) return &slot;
  }
  return nullptr;
}

template <class Held>
Epoch Newest(const std::array<Held, 2>& slots) {
  Epoch newest = Epoch::kPlain;
  for (const Held& slot : slots) {
    if (!slot.held() || (slot.epoch == Epoch::kEarly && !slot.is_dtls12())) continue;
    newest = std::max(newest, slot.epoch);
  }
  return newest;
}

void Hold(HeldEpoch& slot, Epoch epoch, const TrafficKeys& keys) {
  slot.epoch = epoch;
  slot.traffic.aead = keys.aead;
  slot.traffic.hash = keys.hash;
  if (const auto* secret = std::get_if<TrafficSecret>(&keys.secret)) {
    slot.traffic.secret = TrafficSecret::CopyOf(secret->reveal());
  } else {
    const KeyBlockHalf& half = std::get<KeyBlockHalf>(keys.secret);
    slot.traffic.secret = KeyBlockHalf{Secret<32>::CopyOf(half.key.reveal()),
                                       Secret<12>::CopyOf(half.fixed_iv.reveal())};
  }
}

// Bytes of the explicit nonce in a record under these keys of DTLS 1.2.
size_t ExplicitNonceSize(const TrafficKeys& keys) {
  return crypto::kAeadIvSize - std::get<KeyBlockHalf>(keys.secret).fixed_iv.size();
}

}  // namespace

Result<void> DatagramEpochs::InstallRead(Epoch epoch, const TrafficKeys& keys) {
  if (epoch <= newest_read()) return LocalError(Code::kInternal);
  ReadEpoch& slot = SlotFor(read_);
  DropRead(slot.epoch);
  Hold(slot, epoch, keys);
  Recount();
  return {};
}

Result<void> DatagramEpochs::InstallWrite(Epoch epoch, const TrafficKeys& keys) {
  if (epoch <= newest_write()) return LocalError(Code::kInternal);
  WriteEpoch& slot = SlotFor(write_);
  DropWrite(slot.epoch);
  Hold(slot, epoch, keys);
  Recount();
  return {};
}

void DatagramEpochs::DropRead(Epoch epoch) {
  ReadEpoch* held = Find(read_, epoch);
  if (held == nullptr) return;
  if (reading_ == held) {
    bound_read_.Clear();
    reading_ = nullptr;
  }
  *held = ReadEpoch();
  Recount();
}

void DatagramEpochs::DropWrite(Epoch epoch) {
  WriteEpoch* held = Find(write_, epoch);
  if (held == nullptr) return;
  if (writing_ == held) {
    bound_write_.Clear();
    writing_ = nullptr;
  }
  *held = WriteEpoch();
  Recount();
}

void DatagramEpochs::ClearReads() {
  for (ReadEpoch& held : read_) DropRead(held.epoch);
}

void DatagramEpochs::Recount() {
  newest_read_ = Newest(read_);
  newest_write_ = Newest(write_);
  holds_old_read_ = std::any_of(read_.begin(), read_.end(), [&](const ReadEpoch& held) {
    return held.held() && held.epoch >= Epoch::kApplication && held.epoch < newest_read_;
  });
}

void DatagramEpochs::DropOldReads() {
  const Epoch newest = newest_read();
  for (ReadEpoch& held : read_) {
    if (held.epoch >= Epoch::kApplication && held.epoch < newest) DropRead(held.epoch);
  }
}

ReadEpoch* DatagramEpochs::FindReader(uint64_t epoch_bits) {
  ReadEpoch* found = nullptr;
  for (ReadEpoch& held : read_) {
    if (!held.held() || (static_cast<uint64_t>(held.epoch) & 3) != epoch_bits) continue;
    if (found == nullptr || found->epoch < held.epoch) found = &held;
  }
  return found;
}

ReadEpoch* DatagramEpochs::Reader12(uint64_t epoch) {
  ReadEpoch* const held = Find(read_, static_cast<Epoch>(epoch));
  return held != nullptr && held->is_dtls12() ? held : nullptr;
}

bool DatagramEpochs::has_opened() const {
  return std::any_of(read_.begin(), read_.end(),
                     [](const ReadEpoch& held) { return held.window.expected() != 0; });
}

Result<void> DatagramEpochs::BindReader(ReadEpoch& epoch) {
  reading_ = nullptr;
  MERLON_TRY(bound_read_.Bind(epoch.traffic, 0));
  reading_ = &epoch;
  return {};
}

const WriteEpoch* DatagramEpochs::Writing(Epoch epoch) const {
  if (ABSL_PREDICT_TRUE(IsBound(epoch))) return writing_;
  for (const WriteEpoch& held : write_) {
    if (held.held() && held.epoch == epoch) return &held;
  }
  return nullptr;
}

size_t DatagramEpochs::HeaderSize(Epoch epoch) const {
  if (epoch == Epoch::kPlain) return kPlainHeaderSize;
  const WriteEpoch* const held = Writing(epoch);
  if (held == nullptr || !held->is_dtls12()) return kUnifiedHeaderSize;
  return kPlainHeaderSize + ExplicitNonceSize(held->traffic);
}

size_t DatagramEpochs::MaxPlaintext(Epoch epoch, size_t room) const {
  if (epoch == Epoch::kPlain) {
    return room < kPlainHeaderSize ? 0 : std::min(room - kPlainHeaderSize, record::kMaxPlaintext);
  }
  const WriteEpoch* const held = Writing(epoch);
  if (held == nullptr) return 0;
  const size_t tag = held->traffic.aead->tag_size;
  return held->is_dtls12() ? MaxPlaintext12(ExplicitNonceSize(held->traffic) + tag, room)
                           : record::MaxPlaintext(tag, room);
}

Result<void> DatagramEpochs::BindWriter(Epoch epoch) {
  WriteEpoch* const held = Find(write_, epoch);
  if (held == nullptr) return LocalError(Code::kInternal);
  if (writing_ != held) {
    if (writing_ != nullptr) writing_->next = bound_write_.keys.sequence();
    writing_ = nullptr;
    MERLON_TRY(bound_write_.Bind(held->traffic, held->next));
    writing_ = held;
  }
  return {};
}

Result<SealedRecord> DatagramEpochs::Seal(Epoch epoch, ContentType type, Bytes plaintext,
                                          MutableBytes out) {
  if (epoch == Epoch::kPlain) {
    MERLON_ASSIGN_OR_RETURN(const SealedRecord sealed,
                            WritePlain(next_plain_, type, plaintext, out));
    ++next_plain_;
    return sealed;
  }
  if (ABSL_PREDICT_FALSE(!IsBound(epoch))) MERLON_TRY(BindWriter(epoch));
  if (writing_->is_dtls12()) return Seal12(bound_write_.keys, epoch, type, plaintext, out);
  return record::Seal(bound_write_, epoch, type, plaintext, out);
}

}  // namespace merlon::record
