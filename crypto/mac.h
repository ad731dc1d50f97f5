// SPDX-License-Identifier: Apache-2.0
// HMAC (FIPS 198-1, RFC 2104) over any hash of any driver.
#pragma once
#include "crypto/hash.h"

namespace merlon::crypto {

// HMAC in progress. Copying forks it, so a keyed instance serves as a midstate.
class Hmac {
 public:
  // `key` of any length.
  Hmac(const HashAlgorithm& hash, Bytes key);
  void Update(Bytes data) { inner_.Update(data); }
  // Writes hash.size bytes; the instance is spent.
  void Finish(MutableBytes out);
  // True if `tag` is the whole MAC; constant time in its bytes. The instance is spent.
  bool Verify(Bytes tag);
  const HashAlgorithm& hash() const { return inner_.algorithm(); }

 private:
  Hasher inner_, outer_;
};

// HMAC(key, data[0] | data[1] | ...), hash.size bytes, into `out`.
void HmacOf(const HashAlgorithm& hash, Bytes key, absl::Span<const Bytes> data, MutableBytes out);

}  // namespace merlon::crypto
