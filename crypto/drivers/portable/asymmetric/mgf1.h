// SPDX-License-Identifier: Apache-2.0
// MGF1 (RFC 8017 B.2.1): what PSS and OAEP mask with.
#pragma once
#include <algorithm>

#include "crypto/base/endian.h"
#include "crypto/hash.h"

namespace merlon::crypto {

// XORs MGF1(seed) into `out`.
inline void XorMgf1(const HashAlgorithm& hash, Bytes seed, MutableBytes out) {
  std::array<uint8_t, kMaxHashSize> mask;
  for (uint32_t counter = 0; !out.empty(); ++counter) {
    std::array<uint8_t, 4> number;
    StoreBigEndian(counter, number.data());
    Hasher hasher(hash);
    hasher.Update(seed);
    hasher.Update(number);
    hasher.Finish(Slice(absl::MakeSpan(mask), 0, hash.size));
    const size_t size = std::min<size_t>(out.size(), hash.size);
    for (size_t i = 0; i < size; ++i) out[i] ^= mask[i];
    out.remove_prefix(size);
  }
  WipeObject(mask);
}

}  // namespace merlon::crypto
