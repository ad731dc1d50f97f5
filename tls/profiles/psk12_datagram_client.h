// SPDX-License-Identifier: Apache-2.0
// A DTLS 1.2 (or TLS 1.2) client that authenticates by PSK alone: no X.509, nothing of TLS 1.3.
#pragma once
#include "tls/core/handshake_core.h"

namespace merlon::tls {

struct Psk12DatagramClientProfile {
  static constexpr uint32_t kFeatures = kClientRole | kTls12;
};
extern template class HandshakeCore<Psk12DatagramClientProfile>;

}  // namespace merlon::tls
