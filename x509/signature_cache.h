// SPDX-License-Identifier: Apache-2.0
// SignatureCache: which signatures were found good, so that the same one by the same key over the
// same bytes need not be verified again. Nothing else of a verification is remembered: names, times
// and all other rules are looked at each time.
#pragma once
#include <array>

#include "crypto/hash.h"
#include "crypto/key.h"

namespace merlon::x509 {

// Named by VerifyOptions::signatures; for one thread.
class SignatureCache {
 public:
  // A SHA-256 of key, algorithm, what is signed and the signature.
  using Entry = std::array<uint8_t, 32>;

  // Remembers as many as `room`, which it clears, has entries, rounded down to a multiple of 4; the
  // newest ones by and large.
  SignatureCache(absl::Span<Entry> room, const crypto::HashAlgorithm& sha256);

  // `key` is the whole DER of a SubjectPublicKeyInfo.
  Entry Digest(Bytes key, crypto::SignAlg algorithm, Bytes signed_data, Bytes signature) const;
  bool Knows(const Entry& digest) const;
  // Only of a signature that a driver verified.
  void Remember(const Entry& digest);

 private:
  // The four places where it may be.
  absl::Span<Entry> SetOf(const Entry& digest) const;

  absl::Span<Entry> room_;
  const crypto::HashAlgorithm& sha256_;
};

}  // namespace merlon::x509
