// SPDX-License-Identifier: Apache-2.0
// TLS 1.3 and DTLS 1.3 in both roles, without anything of TLS 1.2.
#pragma once
#include "tls/core/handshake_core.h"

namespace merlon::tls {

struct Tls13Profile {
  static constexpr uint32_t kFeatures =
      kClientRole | kServerRole | kTls13 | kCertificates | kTickets | kClientAuth;
};
extern template class HandshakeCore<Tls13Profile>;

}  // namespace merlon::tls
