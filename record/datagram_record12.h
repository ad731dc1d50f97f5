// SPDX-License-Identifier: Apache-2.0
// One protected DTLS 1.2 record: a 13-byte header, and TLS 1.2's protection behind it. Parsing is
// datagram_record's; how it is protected is protection12's.
#pragma once
#include "record/datagram_record.h"
#include "record/protection12.h"

namespace merlon::record {

// Opens a record with a 13-byte header in place. An error is the peer's: it is authentic and
// malformed.
Result<Opened> Open12(const DatagramRecord& record, RecordKeys& keys, ReplayWindow& window);

// Bytes of plaintext that fit in a record of at most `room` bytes, `overhead` of them Overhead12;
// at most 2^14; 0 also when not even one does.
size_t MaxPlaintext12(size_t overhead, size_t room);
// Seals one record. `plaintext` may start where its ciphertext will: then it is sealed in place.
// kNoSpace when it does not fit.
Result<SealedRecord> Seal12(RecordKeys& keys, Epoch epoch, ContentType type, Bytes plaintext,
                            MutableBytes out);

}  // namespace merlon::record
