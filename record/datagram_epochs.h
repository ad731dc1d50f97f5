// SPDX-License-Identifier: Apache-2.0
// The keys of a datagram connection: for each direction the newest epoch and the one before it, found
// by what stands on the wire. When keys come and go is decided by the core and the connection.
#pragma once
#include <array>

#include "crypto/base/result.h"
#include "record/datagram_record.h"

namespace merlon::record {

class DatagramEpochs {
 public:
  // The older of two epochs held gives way. A new epoch is above those held.
  Result<void> InstallRead(Epoch epoch, const TrafficKeys& keys);
  Result<void> InstallWrite(Epoch epoch, const TrafficKeys& keys);
  void DropRead(Epoch epoch);
  void DropWrite(Epoch epoch);
  void ClearReads();

  // The highest epoch held, kPlain without any; kEarly does not count, since it carries no handshake.
  Epoch newest_read() const;
  Epoch newest_write() const;

  // The keys for a unified record: of the epochs held that end in its two bits, the newest (RFC 9147
  // s4.2.2). Null: none.
  DatagramReadKeys* Reader(uint64_t epoch_bits);
  Result<Opened> Open(const DatagramRecord& record, DatagramReadKeys& keys) {
    return record::Open(record, keys, read_mask_);
  }

  // Null for kPlain and for what is not held.
  const DatagramKeys* writer(Epoch epoch) const;
  // Bytes before the plaintext in a record of this epoch.
  static size_t HeaderSize(Epoch epoch) {
    return epoch == Epoch::kPlain ? kPlainHeaderSize : kUnifiedHeaderSize;
  }
  // Bytes of plaintext that fit in a record of `room` bytes.
  size_t MaxPlaintext(Epoch epoch, size_t room) const;
  // Seals one record; `plaintext` may start at out + HeaderSize(epoch). kNoSpace when it does not fit,
  // kAeadLimit when the key is used up.
  Result<SealedRecord> Seal(Epoch epoch, ContentType type, Bytes plaintext, MutableBytes out);
  // Drops the write keys of all epochs below the newest that `needed` does not name.
  template <class Needed>
  void ReleaseWrites(Needed needed) {
    for (DatagramKeys& keys : write_) {
      if (keys.held() && keys.epoch < newest_write() && !needed(keys.epoch)) DropWrite(keys.epoch);
    }
  }

 private:
  std::array<DatagramReadKeys, 2> read_;
  std::array<DatagramKeys, 2> write_;
  NumberMask read_mask_, write_mask_;
  uint64_t next_plain_ = 0;  // record number in the clear
};

}  // namespace merlon::record
