// SPDX-License-Identifier: Apache-2.0
// PreparedKeys: public keys of anchors and intermediates, made ready once by the driver that
// verifies with them, for any number of verifications. Whether they may be used for one is
// verify_path's.
#pragma once
#include "crypto/driver.h"
#include "x509/public_key.h"

namespace merlon::x509 {

// Named by VerifyOptions::prepared. Once filled any number of threads may share one.
class PreparedKeys {
 public:
  struct Entry {
    const crypto::SignAlgorithm* algorithm = nullptr;
    Bytes key;       // in the format of crypto/key.h
    Bytes prepared;  // the driver's
  };

  // Bytes of memory that this key takes. 0: its driver gains nothing by preparing it.
  static size_t SizeOf(const PublicKeyInfo& key, const crypto::DriverTable& drivers);

  // Borrows both: an entry for each key, and the sum of their sizes.
  PreparedKeys(absl::Span<Entry> entries, MutableBytes memory)
      : entries_(entries), memory_(memory) {}

  // Another one, which outlives this; one of SizeOf 0 is left out. kBadKey; kNoSpace (misuse).
  Result<void> Add(const PublicKeyInfo& key, const crypto::DriverTable& drivers);

  // Null: it is not here. It is compared with each.
  const Entry* Find(const crypto::SignAlgorithm& algorithm, Bytes key) const;
  size_t size() const { return size_; }

 private:
  absl::Span<Entry> entries_;
  MutableBytes memory_;  // what is left
  size_t size_ = 0;
};

}  // namespace merlon::x509
