// SPDX-License-Identifier: Apache-2.0
// HKDF (RFC 5869) and the labelled expansion that TLS 1.3, DTLS 1.3 and QUIC share.
#pragma once
#include <string_view>

#include "crypto/hash.h"
#include "crypto/mac.h"

namespace merlon::crypto {

// HKDF-Extract(salt, ikm): hash.size bytes into `out`. An empty salt is hash.size zeros (s2.2).
void HkdfExtract(const HashAlgorithm& hash, Bytes salt, Bytes ikm, MutableBytes out);
// HKDF-Expand(prk, info[0] | info[1] | ..., out.size()); at most 255 * hash.size bytes, else traps.
inline constexpr size_t kMaxHkdfInfos = 6;
void HkdfExpand(const HashAlgorithm& hash, Bytes prk, absl::Span<const Bytes> info,
                MutableBytes out);
// The same for a secret that more than one is expanded from: its HMAC is keyed once.
void HkdfExpand(const Hmac& prk, absl::Span<const Bytes> info, MutableBytes out);

// "tls13 " (RFC 9846 s7.1) or "dtls13" (RFC 9147 s5.9): the first six bytes of each label.
enum class LabelPrefix : uint8_t { kTls13, kDtls13 };
// HKDF-Expand-Label(secret, label, context, out.size()). label <= 249, context <= 255 bytes.
void HkdfExpandLabel(const HashAlgorithm& hash, Bytes secret, LabelPrefix prefix,
                     std::string_view label, Bytes context, MutableBytes out);
void HkdfExpandLabel(const Hmac& secret, LabelPrefix prefix, std::string_view label, Bytes context,
                     MutableBytes out);
// Several of one secret, each at most as long as the hash, or it traps: faster than one by one.
struct LabelledOutput {
  std::string_view label;
  Bytes context;
  MutableBytes out;
};
void HkdfExpandLabels(const Hmac& secret, LabelPrefix prefix,
                      absl::Span<const LabelledOutput> outputs);

}  // namespace merlon::crypto
