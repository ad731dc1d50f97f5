// SPDX-License-Identifier: Apache-2.0
// A connection's own random values, all from the 32-byte seed that it was built with: same seed,
// same values.
#pragma once
#include "crypto/base/secret.h"
#include "crypto/key_derivation.h"

namespace merlon::tls {

using Seed = Secret<32>;

class ConnectionRandom {
 public:
  ConnectionRandom(const crypto::HashAlgorithm& hash, Seed seed)
      : hash_(&hash), seed_(std::move(seed)) {}

  // Different bytes at each call; at most 255 hashes' worth.
  void Fill(MutableBytes out) {
    const uint8_t counter[2] = {static_cast<uint8_t>(count_ >> 8), static_cast<uint8_t>(count_)};
    ++count_;
    const Bytes info[] = {AsBytes("merlon connection random"), Bytes(counter)};
    crypto::HkdfExpand(*hash_, seed_.reveal(), info, out);
  }

 private:
  const crypto::HashAlgorithm* hash_;
  Seed seed_;
  uint16_t count_ = 0;
};

}  // namespace merlon::tls
