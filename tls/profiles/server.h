// SPDX-License-Identifier: Apache-2.0
// Servers alone.
#pragma once
#include "tls/core/handshake_core.h"

namespace merlon::tls {

struct ServerProfile {
  static constexpr uint32_t kFeatures = kServerRole | kTls13 | kCertificates | kTickets | kClientAuth;
};
extern template class HandshakeCore<ServerProfile>;

}  // namespace merlon::tls
