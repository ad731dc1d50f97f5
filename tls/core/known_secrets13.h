// SPDX-License-Identifier: Apache-2.0
// Values of TLS 1.3's key schedule that are the same in every handshake, for the hashes of its
// suites: ten block functions that need not be computed each time.
#pragma once
#include <optional>

#include "crypto/base/bytes.h"
#include "crypto/hash.h"
#include "crypto/key_derivation.h"

namespace merlon::tls {

// Hash(""). None: compute it.
std::optional<Bytes> KnownHashOfNothing(crypto::HashId hash);
// Derive-Secret(HKDF-Extract(0, 0), "derived", ""): what the (EC)DHE secret is extracted with where
// there is no PSK (RFC 9846 s7.1). None: compute it.
std::optional<Bytes> KnownSaltWithoutPsk(crypto::HashId hash, crypto::LabelPrefix prefix);

}  // namespace merlon::tls
