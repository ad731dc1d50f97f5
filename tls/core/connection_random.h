// SPDX-License-Identifier: Apache-2.0
// A connection's own random values, all from the 32-byte seed that it was built with: same seed,
// same values.
#pragma once
#include <algorithm>
#include <cstring>

#include "crypto/base/secret.h"
#include "crypto/hash.h"

namespace merlon::tls {

using Seed = Secret<32>;

class ConnectionRandom {
 public:
  ConnectionRandom(const crypto::HashAlgorithm& hash, Seed seed)
      : hash_(&hash), seed_(std::move(seed)) {}

  // Different bytes at each call; at most 255 hashes' worth.
  void Fill(MutableBytes out) {
    const uint8_t call[2] = {static_cast<uint8_t>(count_ >> 8), static_cast<uint8_t>(count_)};
    ++count_;
    // The one-step key derivation function of SP 800-56C Rev. 2 s4: hashes of a counter, the seed
    // and FixedInfo, each a single block of SHA-256.
    for (uint8_t counter[4] = {0, 0, 0, 1}; !out.empty(); ++counter[3]) {
      const Bytes parts[] = {Bytes(counter), seed_.reveal(), AsBytes("random"), Bytes(call)};
      const crypto::Digest digest = crypto::HashOf(*hash_, parts);
      const size_t take = std::min(out.size(), digest.size());
      memcpy(out.data(), digest.view().data(), take);
      out.remove_prefix(take);
    }
  }

 private:
  const crypto::HashAlgorithm* hash_;
  Seed seed_;
  uint16_t count_ = 0;
};

}  // namespace merlon::tls
