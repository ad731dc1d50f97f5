// SPDX-License-Identifier: Apache-2.0
// HMAC (FIPS 198-1, RFC 2104) over any hash of any driver.
#pragma once
#include "crypto/hash.h"

namespace merlon::crypto {

// A key of HMAC, hashed once for any number of messages. Wiped when it dies.
class Hmac {
 public:
  // `key` of any length.
  Hmac(const HashAlgorithm& hash, Bytes key);
  Hmac(const Hmac&) = delete;
  Hmac& operator=(const Hmac&) = delete;
  ~Hmac() { WipeObject(state_); }

  // The MAC of parts[0] | parts[1] | ..., its first out.size() bytes: at most hash().size, or it
  // traps. `out` may be one of the parts.
  void Compute(absl::Span<const Bytes> parts, MutableBytes out) const;
  // Several that do not depend on each other: a driver may compute two in little more time than
  // one. No `out` overlaps what another message is made of.
  void Compute(absl::Span<const HmacMessage> messages) const;
  // True if `tag` is the whole MAC; constant time in its bytes.
  bool Verify(absl::Span<const Bytes> parts, Bytes tag) const;
  const HashAlgorithm& hash() const { return hash_; }

 private:
  void ComputeByHash(const HmacMessage& message) const;

  const HashAlgorithm& hash_;
  // The kernel's; without one the key, padded to a block.
  alignas(8) std::array<uint8_t, kMaxHmacStateSize> state_;
};

// HMAC(key, data[0] | data[1] | ...), hash.size bytes, into `out`.
void HmacOf(const HashAlgorithm& hash, Bytes key, absl::Span<const Bytes> data, MutableBytes out);

}  // namespace merlon::crypto
