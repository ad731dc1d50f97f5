// SPDX-License-Identifier: Apache-2.0
// What a handshake settled, written once; readable by the application from Connected on.
#pragma once
#include <string_view>

#include "crypto/base/bytes.h"
#include "tls/config.h"

namespace merlon::tls {

// How the server proved who it is.
enum class Authentication : uint8_t { kNone, kCertificate, kExternalPsk, kResumption };

// What became of the client's certificate: in this handshake or, where it resumes a session, in the
// one that the session is of.
enum class ClientCertificate : uint8_t {
  kNotRequested,
  kNone,  // the server asked, the client has none; or it is not settled yet
  // The client proved that it is whose certificate it showed. To a client: it did so; what the
  // server makes of it shows in an alert, or in none (RFC 9846 s4.4.2.4).
  kVerified,
};

// Views point into the configuration, or (marked) into the handshake storage: until that is
// released.
struct Negotiated {
  uint16_t version = 0;  // 0x0304, 0xfefc
  const CipherSuite* suite = nullptr;
  const NamedGroup* group = nullptr;
  Authentication authentication = Authentication::kNone;
  const SignatureScheme* scheme = nullptr;  // of the server's CertificateVerify; null with a PSK
  ClientCertificate client_certificate = ClientCertificate::kNotRequested;
  const SignatureScheme* client_scheme = nullptr;  // of the client's CertificateVerify
  // Of a verified client: to the server ChainVerified's identity, to the client the hash of its own
  // leaf, by the suite's hash. In handshake storage.
  Bytes client_identity;
  const Credential* credential = nullptr;  // ours, if this side signed
  const ExternalPsk* psk = nullptr;
  std::string_view alpn;                // empty: none
  std::string_view server_name;         // client: as given; server: as sent, in handshake storage
  absl::Span<const Bytes> peer_chain;   // in handshake storage; empty when resumed
  Bytes peer_transport_parameters;      // in handshake storage
  bool retried = false;                 // by HelloRetryRequest
  bool extended_master_secret = false;  // RFC 7627; always in TLS 1.3
};

}  // namespace merlon::tls
