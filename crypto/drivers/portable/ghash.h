// SPDX-License-Identifier: Apache-2.0
// GHASH (SP 800-38D s6.4), the universal hash of GCM, in portable C++.
#pragma once
#include <array>

#include "crypto/base/bytes.h"

namespace merlon::crypto {

// The hash key and a running hash; each as its big-endian halves, the first half first.
struct GhashKey {
  std::array<uint64_t, 2> h;
};

class Ghash {
 public:
  // `key` outlives it.
  explicit Ghash(const GhashKey& key) : key_(key) {}
  Ghash(const Ghash&) = delete;
  Ghash& operator=(const Ghash&) = delete;
  ~Ghash();

  static GhashKey KeyFrom(const std::array<uint8_t, 16>& block);
  // Adds `data`, filled up with zeros to whole blocks.
  void Update(Bytes data);
  // Adds the block of both lengths (in bytes) and gives the hash.
  std::array<uint8_t, 16> Finish(uint64_t ad_size, uint64_t text_size);

 private:
  void AddBlock(uint64_t first, uint64_t second);

  const GhashKey& key_;
  std::array<uint64_t, 2> y_ = {};
};

}  // namespace merlon::crypto
