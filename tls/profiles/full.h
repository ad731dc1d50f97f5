// SPDX-License-Identifier: Apache-2.0
// Everything that is built.
#pragma once
#include "tls/core/handshake_core.h"

namespace merlon::tls {

struct FullProfile {
  static constexpr uint32_t kFeatures =
      kClientRole | kServerRole | kTls13 | kCertificates | kTickets | kClientAuth;
};
extern template class HandshakeCore<FullProfile>;

}  // namespace merlon::tls
