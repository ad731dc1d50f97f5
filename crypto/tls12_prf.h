// SPDX-License-Identifier: Apache-2.0
// The pseudorandom function of TLS 1.2 and DTLS 1.2 (RFC 5246 s5). Which labels and seeds make
// which secret is the key schedule's business.
#pragma once
#include <string_view>

#include "crypto/mac.h"

namespace merlon::crypto {

// P_hash(secret, label | seed[0] | seed[1] | ...), out.size() bytes into `out`, of any size; at
// most kMaxPrfSeeds seeds, or it traps. The hash is that of the cipher suite: SHA-256 where the
// suite names none.
inline constexpr size_t kMaxPrfSeeds = 4;
struct PrfOutput {
  std::string_view label;
  absl::Span<const Bytes> seed;
  MutableBytes out;
};
void Tls12Prf(const Hmac& secret, std::string_view label, absl::Span<const Bytes> seed,
              MutableBytes out);
// Two that do not depend on each other, in less time than one after the other.
void Tls12PrfOfTwo(const Hmac& secret, const PrfOutput& one, const PrfOutput& other);

}  // namespace merlon::crypto
