// SPDX-License-Identifier: Apache-2.0
// Record content types (RFC 9846 s5.1, RFC 9147 s4.1).
#pragma once
#include <cstddef>
#include <cstdint>

namespace merlon::record {

enum class ContentType : uint8_t {
  kInvalid = 0,
  kChangeCipherSpec = 20,
  kAlert = 21,
  kHandshake = 22,
  kApplicationData = 23,
  kTls12Cid = 25,
  kAck = 26,
};

inline constexpr size_t kMaxPlaintext = 16384;              // bytes: 2^14 (RFC 9846 s5.1)
inline constexpr size_t kMaxCiphertext = 16384 + 256;       // bytes: 2^14 + 256 (RFC 9846 s5.2)
inline constexpr size_t kMaxCiphertext12 = 16384 + 2048;    // bytes: TLS 1.2 (RFC 5246 s6.2.3)
inline constexpr size_t kStreamHeaderSize = 5;              // bytes
inline constexpr size_t kHandshakeHeaderSize = 4;           // bytes: type and length
inline constexpr size_t kDatagramHandshakeHeaderSize = 12;  // bytes (RFC 9147 s5.2)

}  // namespace merlon::record
