// SPDX-License-Identifier: Apache-2.0
// What a handshake settled, written once; readable by the application from Connected on.
#pragma once
#include <string_view>

#include "crypto/base/bytes.h"
#include "tls/config.h"

namespace merlon::tls {

// How the server proved who it is.
enum class Authentication : uint8_t { kNone, kCertificate, kExternalPsk, kResumption };

// Views point into the configuration, or (marked) into the handshake storage: until that is
// released.
struct Negotiated {
  uint16_t version = 0;  // 0x0304, 0xfefc
  const CipherSuite* suite = nullptr;
  const NamedGroup* group = nullptr;
  Authentication authentication = Authentication::kNone;
  const SignatureScheme* scheme = nullptr;  // of the server's CertificateVerify; null with a PSK
  const Credential* credential = nullptr;   // ours, if this side signed
  const ExternalPsk* psk = nullptr;
  std::string_view alpn;               // empty: none
  std::string_view server_name;        // client: as given; server: as sent, in handshake storage
  absl::Span<const Bytes> peer_chain;  // in handshake storage
  Bytes peer_transport_parameters;     // in handshake storage
  bool retried = false;                // by HelloRetryRequest
};

}  // namespace merlon::tls
