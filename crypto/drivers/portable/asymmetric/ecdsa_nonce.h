// SPDX-License-Identifier: Apache-2.0
// Nonces of ECDSA on P-256 by RFC 6979, hedged with additional bytes as its s3.6 allows.
#pragma once
#include "crypto/drivers/portable/asymmetric/p256_field.h"
#include "crypto/hash.h"

namespace merlon::crypto {

// The candidates for one message, each in [1, n-1]. Wiped when it dies.
class EcdsaNonces {
 public:
  // `private_key` is 32 bytes, `digest` a hash of 32 bytes or more by `hash`, `additional` fresh
  // random bytes, or empty for the deterministic nonces of RFC 6979 s3.2.
  EcdsaNonces(const HashAlgorithm& hash, Bytes private_key, Bytes digest, Bytes additional);
  EcdsaNonces(const EcdsaNonces&) = delete;
  EcdsaNonces& operator=(const EcdsaNonces&) = delete;
  ~EcdsaNonces();

  p256::Words Next();

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

// The leftmost 256 bits of a digest of 32 bytes or more: bits2int (RFC 6979 s2.3.2), and what FIPS
// 186-5 s6.4.1 takes for e. Not reduced.
p256::Words LeftmostBits(Bytes digest);

}  // namespace merlon::crypto
