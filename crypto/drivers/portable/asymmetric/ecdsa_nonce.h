// SPDX-License-Identifier: Apache-2.0
// Nonces of ECDSA by RFC 6979, hedged with additional bytes as its s3.6 allows. The definitions are
// in ecdsa_impl.h.
#pragma once
#include "crypto/drivers/portable/asymmetric/prime_field.h"
#include "crypto/hash.h"

namespace merlon::crypto {

// The candidates for one message, each in [1, n-1]. Wiped when it dies.
template <class Curve>
class EcdsaNonces {
 public:
  // `private_key` is kScalarSize bytes, `digest` is by `hash`, `additional` fresh random bytes, or
  // empty for the deterministic nonces of RFC 6979 s3.2.
  EcdsaNonces(const HashAlgorithm& hash, Bytes private_key, Bytes digest, Bytes additional);
  EcdsaNonces(const EcdsaNonces&) = delete;
  EcdsaNonces& operator=(const EcdsaNonces&) = delete;
  ~EcdsaNonces();

  typename Curve::Words Next();

 private:
  // K = HMAC(K, V | parts...), V = HMAC(K, V).
  void Mix(absl::Span<const Bytes> parts);
  void Step();  // V = HMAC(K, V)
  MutableBytes key() { return MutableBytes(key_.data(), hash_.size); }
  MutableBytes value() { return MutableBytes(value_.data(), hash_.size); }

  const HashAlgorithm& hash_;
  std::array<uint8_t, kMaxHashSize> key_, value_;
  bool first_ = true;
};

}  // namespace merlon::crypto
