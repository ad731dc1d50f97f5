// SPDX-License-Identifier: Apache-2.0
// BoundAgreementKey: a long-lived private key of an elliptic curve that agrees on secrets with the
// public keys of others, here or where it is. Ephemeral keys need no handle (key_agreement.h).
#pragma once
#include "crypto/key_call.h"
#include "crypto/key_store.h"

namespace merlon::crypto {

// Copyable; the store outlives it.
class BoundAgreementKey {
 public:
  // A key of a NIST curve with kDerive. kNotPermitted, kStaleHandle, kUnsupported.
  static Result<BoundAgreementKey> Bind(const KeyStore& store, KeyHandle key);

  // ECDH (SP 800-56A s5.7.1.2): the x coordinate, secret_size() bytes, into `secret`. Not a key
  // yet: derive one from it. kBadPublicValue (Origin::kPeer), kMisuse: `secret` has another size;
  // kStaleHandle if the key was destroyed since; its owner's errors.
  Result<void> Agree(Bytes peer_public, MutableBytes secret) const;
  // The same without waiting. kUnsupported (misuse): with this key only Agree does it.
  Result<KeyCall> Start(Bytes peer_public) const;
  size_t secret_size() const { return algorithm_->secret_size; }

 private:
  BoundAgreementKey() = default;
  const KeyStore* store_ = nullptr;
  KeyHandle key_;
  const KeyAgreementAlgorithm* algorithm_ = nullptr;
};

}  // namespace merlon::crypto
