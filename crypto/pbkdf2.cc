// SPDX-License-Identifier: Apache-2.0
#include "crypto/pbkdf2.h"

#include <algorithm>

#include "crypto/base/endian.h"

namespace merlon::crypto {

Result<void> Pbkdf2(const Hmac& password, Bytes salt, uint32_t iterations, MutableBytes out) {
  const size_t hash_size = password.hash().size;
  if (iterations == 0 || out.size() / hash_size >= UINT32_MAX) return Misuse();
  std::array<uint8_t, kMaxHashSize> chain_bytes;
  const MutableBytes chain = Slice(absl::MakeSpan(chain_bytes), 0, hash_size);
  const Bytes chained[] = {chain};
  // T_i = U_1 ^ U_2 ^ ..., where U_1 is of the salt and the block's number.
  for (uint32_t block = 1; !out.empty(); ++block) {
    const size_t size = std::min(out.size(), hash_size);
    std::array<uint8_t, 4> number;
    StoreBigEndian(block, number.data());
    const Bytes first[] = {salt, number};
    password.Compute(first, chain);
    std::copy_n(chain.begin(), size, out.begin());
    for (uint32_t i = 1; i < iterations; ++i) {
      password.Compute(chained, chain);
      for (size_t j = 0; j < size; ++j) out[j] ^= chain[j];
    }
    out.remove_prefix(size);
  }
  WipeObject(chain_bytes);
  return {};
}

}  // namespace merlon::crypto
