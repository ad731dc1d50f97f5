// SPDX-License-Identifier: Apache-2.0
#include "crypto/tls12_prf.h"

#include <algorithm>

namespace merlon::crypto {

void Tls12Prf(const Hmac& secret, std::string_view label, absl::Span<const Bytes> seed,
              MutableBytes out) {
  if (seed.size() > kMaxPrfSeeds) __builtin_trap();
  const size_t hash_size = secret.hash().size;
  std::array<std::array<uint8_t, kMaxHashSize>, 2> storage;
  MutableBytes chain = Slice(MutableBytes(storage[0]), 0, hash_size);
  MutableBytes next = Slice(MutableBytes(storage[1]), 0, hash_size);
  std::array<Bytes, 2 + kMaxPrfSeeds> parts = {chain, AsBytes(label)};
  std::copy(seed.begin(), seed.end(), parts.begin() + 2);
  const absl::Span<const Bytes> all(parts.data(), 2 + seed.size());
  // A(1) = HMAC(secret, A(0)), where A(0) is the label and the seed.
  secret.Compute(Slice(all, 1), chain);
  while (!out.empty()) {
    const size_t take = std::min(out.size(), hash_size);
    // Output and A(i+1) = HMAC(secret, A(i)), if it is needed, at once.
    const HmacMessage messages[] = {{all, Slice(out, 0, take)}, {Slice(all, 0, 1), next}};
    const bool is_last = take == out.size();
    secret.Compute(absl::Span<const HmacMessage>(messages, is_last ? 1 : 2));
    std::swap(chain, next);
    parts[0] = chain;
    out.remove_prefix(take);
  }
  WipeObject(storage);
}

}  // namespace merlon::crypto
