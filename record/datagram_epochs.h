// SPDX-License-Identifier: Apache-2.0
// The keys of a datagram connection: for each direction the newest epoch and the one before it,
// found by what stands on the wire. When keys come and go is decided by the core and the
// connection.
#pragma once
#include <array>

#include "crypto/base/result.h"
#include "record/datagram_record.h"

namespace merlon::record {

// What is held of an epoch in one direction. Its key is bound only while it is the one in use,
// since a bound key is large and the older epoch's is rarely needed.
struct HeldEpoch {
  Epoch epoch = Epoch::kPlain;
  TrafficKeys traffic;
  bool held() const { return traffic.aead != nullptr; }
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
  DatagramEpochs() = default;
  DatagramEpochs(const DatagramEpochs&) = delete;
  DatagramEpochs& operator=(const DatagramEpochs&) = delete;

  // The older of two epochs held gives way. A new epoch is above those held.
  Result<void> InstallRead(Epoch epoch, const TrafficKeys& keys);
  Result<void> InstallWrite(Epoch epoch, const TrafficKeys& keys);
  void DropRead(Epoch epoch);
  void DropWrite(Epoch epoch);
  void ClearReads();

  // The highest epoch held, kPlain without any; kEarly does not count, since it carries no
  // handshake.
  Epoch newest_read() const;
  Epoch newest_write() const;

  // The epoch of a unified record: of those held that end in its two bits, the newest (RFC 9147
  // s4.2.2). Null: none.
  ReadEpoch* Reader(uint64_t epoch_bits);
  // Opens a record in place and counts failures. An error is the peer's: authentic and malformed.
  Result<Opened> Open(const DatagramRecord& record, ReadEpoch& epoch);

  // Bytes before the plaintext in a record of this epoch.
  static size_t HeaderSize(Epoch epoch) {
    return epoch == Epoch::kPlain ? kPlainHeaderSize : kUnifiedHeaderSize;
  }
  // Bytes of plaintext that fit in a record of `room` bytes; 0 for an epoch that is not held.
  size_t MaxPlaintext(Epoch epoch, size_t room) const;
  // The bound key of an epoch that is held: how far it is used up.
  Result<const RecordKeys*> Writer(Epoch epoch);
  // Seals one record; `plaintext` may start at out + HeaderSize(epoch). kNoSpace when it does not
  // fit, kAeadLimit when the key is used up.
  Result<SealedRecord> Seal(Epoch epoch, ContentType type, Bytes plaintext, MutableBytes out);
  // Drops the write keys of all epochs below the newest that `needed` does not name.
  template <class Needed>
  void ReleaseWrites(Needed needed) {
    for (WriteEpoch& held : write_) {
      if (held.held() && held.epoch < newest_write() && !needed(held.epoch)) DropWrite(held.epoch);
    }
  }

 private:
  std::array<ReadEpoch, 2> read_;
  std::array<WriteEpoch, 2> write_;
  BoundKeys bound_read_, bound_write_;
  const ReadEpoch* reading_ = nullptr;  // whose key is bound
  WriteEpoch* writing_ = nullptr;
  uint64_t next_plain_ = 0;  // record number in the clear
};

}  // namespace merlon::record
