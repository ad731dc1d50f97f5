// SPDX-License-Identifier: Apache-2.0
// A TLS 1.3 client that authenticates by PSK alone: no X.509.
#pragma once
#include "tls/core/handshake_core.h"

namespace merlon::tls {

struct Psk13ClientProfile {
  static constexpr uint32_t kFeatures = kClientRole | kTls13;
};
extern template class HandshakeCore<Psk13ClientProfile>;

}  // namespace merlon::tls
