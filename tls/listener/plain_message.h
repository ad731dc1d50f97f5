// SPDX-License-Identifier: Apache-2.0
// A handshake message of DTLS, whole, in one record in the clear: what goes in front of its body.
#pragma once
#include "crypto/base/writer.h"
#include "record/datagram_record.h"

namespace merlon::tls {

// Bytes in front of the body.
inline constexpr size_t kPlainMessageHeader =
    record::kPlainHeaderSize + record::kDatagramHandshakeHeaderSize;

// Writes the first kPlainMessageHeader bytes of `out`.
inline void WritePlainMessageHeader(uint8_t type, uint16_t sequence, uint64_t record,
                                    size_t body_size, MutableBytes out) {
  record::WritePlainHeader({record::Epoch::kPlain, record}, record::ContentType::kHandshake,
                           record::kDatagramHandshakeHeaderSize + body_size, out);
  // RFC 9147 s5.2.
  Writer writer(Slice(out, record::kPlainHeaderSize));
  writer.Int<1>(type);
  writer.Int<3>(body_size);
  writer.Int<2>(sequence);
  writer.Int<3>(0);
  writer.Int<3>(body_size);
}

}  // namespace merlon::tls
