// SPDX-License-Identifier: Apache-2.0
// The keys of a datagram connection: for each direction the newest epoch and the one before it,
// found by what stands on the wire. When keys come and go is decided by the core and the
// connection. DTLS 1.2's one epoch of keys is kept like the others.
#pragma once
#include <array>

#include "crypto/base/result.h"
#include "record/datagram_record.h"
#include "record/datagram_record12.h"

namespace merlon::record {

// What is held of an epoch in one direction. Its key is bound only while it is the one in use,
// since a bound key is large and the older epoch's is rarely needed.
struct HeldEpoch {
  Epoch epoch = Epoch::kPlain;
  TrafficKeys traffic;
  bool held() const { return traffic.aead != nullptr; }
  bool is_dtls12() const { return std::holds_alternative<KeyBlockHalf>(traffic.secret); }
};
struct ReadEpoch : HeldEpoch {
  ReplayWindow window;
  uint64_t failed_opens = 0;
};
struct WriteEpoch : HeldEpoch {
  uint64_t next = 0;  // record number; out of date while bound
};

class DatagramEpochs {
 public:
  // `next_plain`: the number of the first record to send in the clear.
  explicit DatagramEpochs(uint64_t next_plain = 0) : next_plain_(next_plain) {}
  DatagramEpochs(const DatagramEpochs&) = delete;
  DatagramEpochs& operator=(const DatagramEpochs&) = delete;

  // The older of two epochs held gives way. A new epoch is above those held.
  Result<void> InstallRead(Epoch epoch, const TrafficKeys& keys);
  Result<void> InstallWrite(Epoch epoch, const TrafficKeys& keys);
  void DropRead(Epoch epoch);
  void DropWrite(Epoch epoch);
  void ClearReads();
  // Whether read keys of an application epoch below the newest are held; and drops them.
  bool HoldsOldRead() const { return holds_old_read_; }
  void DropOldReads();

  // The highest epoch held, kPlain without any; DTLS 1.3's kEarly does not count, since it carries
  // no handshake.
  Epoch newest_read() const { return newest_read_; }
  Epoch newest_write() const { return newest_write_; }

  // The epoch of a unified record: of those held that end in its two bits, the newest (RFC 9147
  // s4.2.2). Null: none.
  ReadEpoch* Reader(uint64_t epoch_bits) {
    const bool is_bound = reading_ != nullptr && reading_->epoch == newest_read_ &&
                          (static_cast<uint64_t>(newest_read_) & 3) == epoch_bits;
    return ABSL_PREDICT_TRUE(is_bound) ? reading_ : FindReader(epoch_bits);
  }
  // DTLS 1.2: the epoch of a record with a 13-byte header. Null: it is not held.
  ReadEpoch* Reader12(uint64_t epoch);
  // A record of an epoch that is held has been opened.
  bool has_opened() const;
  // Opens a record in place and counts failures. An error is the peer's: authentic and malformed.
  Result<Opened> Open(const DatagramRecord& record, ReadEpoch& epoch) {
    if (ABSL_PREDICT_FALSE(reading_ != &epoch)) MERLON_TRY(BindReader(epoch));
    return OpenBound(record, epoch);
  }

  // Bytes before the plaintext in a record of this epoch, which is kPlain or held.
  size_t HeaderSize(Epoch epoch) const;
  // Bytes of plaintext that fit in a record of `room` bytes; 0 for an epoch that is not held.
  size_t MaxPlaintext(Epoch epoch, size_t room) const;
  // The bound key of an epoch that is held: how far it is used up.
  Result<const RecordKeys*> Writer(Epoch epoch) {
    if (ABSL_PREDICT_FALSE(!IsBound(epoch))) MERLON_TRY(BindWriter(epoch));
    return &bound_write_.keys;
  }
  // Seals one record; `plaintext` may start at out + HeaderSize(epoch). kNoSpace when it does not
  // fit, kAeadLimit when the key is used up.
  Result<SealedRecord> Seal(Epoch epoch, ContentType type, Bytes plaintext, MutableBytes out);
  // The same for application data, sooner when the key is bound, as Writer leaves it.
  Result<SealedRecord> SealData(Epoch epoch, Bytes plaintext, MutableBytes out) {
    if (ABSL_PREDICT_TRUE(IsBound(epoch) && !writing_->is_dtls12())) {
      return record::Seal(bound_write_, epoch, ContentType::kApplicationData, plaintext, out);
    }
    return Seal(epoch, ContentType::kApplicationData, plaintext, out);
  }
  // Drops the write keys of all epochs below the newest that `needed` does not name.
  template <class Needed>
  void ReleaseWrites(Needed needed) {
    for (WriteEpoch& held : write_) {
      if (held.held() && held.epoch < newest_write() && !needed(held.epoch)) DropWrite(held.epoch);
    }
  }

 private:
  // What is kept of all that is held: asked for with each record.
  void Recount();
  ReadEpoch* FindReader(uint64_t epoch_bits);
  const WriteEpoch* Writing(Epoch epoch) const;
  bool IsBound(Epoch write) const { return writing_ != nullptr && writing_->epoch == write; }
  Result<void> BindReader(ReadEpoch& epoch);
  Result<Opened> OpenBound(const DatagramRecord& record, ReadEpoch& epoch) {
    const uint64_t before = bound_read_.keys.failed_opens();
    Result<Opened> opened = epoch.is_dtls12() ? Open12(record, bound_read_.keys, epoch.window)
                                              : record::Open(record, bound_read_, epoch.window);
    epoch.failed_opens += bound_read_.keys.failed_opens() - before;
    return opened;
  }
  Result<void> BindWriter(Epoch epoch);

  std::array<ReadEpoch, 2> read_;
  std::array<WriteEpoch, 2> write_;
  BoundKeys bound_read_, bound_write_;
  ReadEpoch* reading_ = nullptr;  // whose key is bound
  WriteEpoch* writing_ = nullptr;
  Epoch newest_read_ = Epoch::kPlain, newest_write_ = Epoch::kPlain;
  bool holds_old_read_ = false;
  uint64_t next_plain_;  // record number in the clear
};

}  // namespace merlon::record
