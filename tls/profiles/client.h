// SPDX-License-Identifier: Apache-2.0
// Clients alone.
#pragma once
#include "tls/core/handshake_core.h"

namespace merlon::tls {

struct ClientProfile {
  static constexpr uint32_t kFeatures = kClientRole | kTls13 | kCertificates | kTickets | kClientAuth;
};
extern template class HandshakeCore<ClientProfile>;

}  // namespace merlon::tls
