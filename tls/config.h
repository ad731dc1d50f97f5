// SPDX-License-Identifier: Apache-2.0
// Configurations: what a client or a server is willing to do. Plain immutable data that connections
// share; it and all it points to outlive them. Build one with config_builder.h, which owns the
// memory and explains mistakes, or, on a device, as constants. It names algorithms by pointer: what
// none names is not linked.
#pragma once
#include <string_view>

#include "crypto/aead.h"
#include "crypto/bound_key.h"
#include "crypto/hash.h"
#include "crypto/key.h"
#include "crypto/key_agreement.h"

namespace merlon::tls {

// A TLS 1.3 cipher suite, resolved to the drivers that will do its work.
struct CipherSuite {
  uint16_t id = 0;  // IANA
  const crypto::AeadAlgorithm* aead = nullptr;
  const crypto::HashAlgorithm* hash = nullptr;
};
inline constexpr uint16_t kTlsAes128GcmSha256 = 0x1301;
inline constexpr uint16_t kTlsAes256GcmSha384 = 0x1302;

// A key exchange. Sizes alone are needed here: the work is an operation.
struct NamedGroup {
  crypto::GroupId id;
  uint16_t client_share_size, server_share_size;  // bytes
};
inline constexpr NamedGroup kX25519 = {crypto::GroupId::kX25519, 32, 32};
inline constexpr NamedGroup kSecp256r1 = {crypto::GroupId::kSecp256r1, 65, 65};

// What CertificateVerify may be signed with.
struct SignatureScheme {
  uint16_t id;  // IANA
  crypto::SignAlg algorithm;
  crypto::KeyType key_type;
};
inline constexpr SignatureScheme kEcdsaSecp256r1Sha256 = {
    0x0403, {crypto::SignFamily::kEcdsa, crypto::HashId::kSha256}, crypto::KeyType::kEcP256};
inline constexpr SignatureScheme kRsaPssRsaeSha256 = {
    0x0804, {crypto::SignFamily::kRsaPss, crypto::HashId::kSha256}, crypto::KeyType::kRsa};
inline constexpr SignatureScheme kRsaPssRsaeSha384 = {
    0x0805, {crypto::SignFamily::kRsaPss, crypto::HashId::kSha384}, crypto::KeyType::kRsa};
inline constexpr SignatureScheme kRsaPssRsaeSha512 = {
    0x0806, {crypto::SignFamily::kRsaPss, crypto::HashId::kSha512}, crypto::KeyType::kRsa};
// In certificates alone, never in CertificateVerify of TLS 1.3 (RFC 9846 s4.2.3).
inline constexpr uint16_t kRsaPkcs1Sha256 = 0x0401, kRsaPkcs1Sha384 = 0x0501,
                          kRsaPkcs1Sha512 = 0x0601;

// A key that signs under one scheme.
struct SigningKey {
  const SignatureScheme* scheme;
  crypto::BoundSigningKey key;
};
// How this side proves who it is: a chain, and the schemes its key signs under.
struct Credential {
  absl::Span<const Bytes> chain_der;          // leaf first
  absl::Span<const SigningKey> signing_keys;  // in order of preference
  // The names of the servers it is for, lower case: on a server its own, on a client those that may
  // see it. One may begin with "*."; empty: any name.
  absl::Span<const std::string_view> names;
  absl::Span<const Bytes> issuers;  // of the chain's certificates: each the whole DER of a Name
  // True: for nobody but a peer whose certificate_authorities has one of the issuers.
  bool only_for_authorities = false;
};

// Whether a server asks for a client's certificate (RFC 9846 s4.3.2). Never in a handshake with a
// PSK.
enum class ClientAuthentication : uint8_t { kNone, kOptional, kRequired };

// An external PSK: imported (RFC 9258, see psk_importer.h), which is one of these for each protocol
// and hash; or raw, used as it is (RFC 9257 explains what its owner must see to).
struct ExternalPsk {
  Bytes identity;                     // as a ClientHello has it; imported: an ImportedIdentity
  const crypto::BoundSecret* secret;  // imported: ipskx, derived behind the handle
  // RFC 9846 s4.2.11: SHA-256 unless agreed otherwise; imported: that of the target KDF.
  crypto::HashId hash = crypto::HashId::kSha256;
  uint16_t target_protocol = 0;  // 0x0304, or 0xfefc for DTLS; 0: raw, for either
};

// Numbers that bound what a peer can make us hold or do.
struct Limits {
  uint32_t max_message = 16384;  // bytes of one handshake message
  uint8_t max_chain = 10;        // certificates
  uint8_t max_psk_offers = 4;    // offers of a ClientHello that are tried
};

// What both roles have.
struct CommonConfig {
  absl::Span<const CipherSuite> suites;              // in order of preference, at least one
  absl::Span<const NamedGroup* const> groups;        // in order of preference, at least one
  absl::Span<const SignatureScheme* const> schemes;  // what the peer may sign with
  absl::Span<const uint16_t> certificate_schemes;    // what its chain may be signed with
  absl::Span<const std::string_view> alpn;           // in order of preference
  // certificate_authorities: names, each behind its 16-bit length (s4.2.4); empty: not sent. A hint
  // to the peer: whom to trust is not decided here.
  Bytes authorities;
  absl::Span<const ExternalPsk> psks;
  Limits limits;
  bool log_secrets = false;  // SecretLogged events: whoever reads them reads the connection
};

struct ClientConfig {
  CommonConfig common;
  uint8_t key_shares = 1;  // groups for which the first ClientHello brings a share; at most 2
  bool look_up_sessions = false;        // ask for a session by LookUpSession before the ClientHello
  bool middlebox_compatibility = true;  // RFC 9846 appendix E.4; streams alone
  // What a server that asks for a certificate may be shown. An application that answers
  // ChooseCredential itself may leave it empty and set choose_credential; then it also sees to it
  // that a session is resumed by whom it belongs to.
  absl::Span<const Credential> credentials;
  bool choose_credential = false;
};

struct ServerConfig {
  CommonConfig common;
  // What LocalOperations chooses from. An application that answers ChooseCredential itself may
  // leave it empty and set choose_credential.
  absl::Span<const Credential> credentials;
  bool choose_credential = false;
  // A client without a certificate is let in (kOptional) or gets certificate_required (kRequired).
  ClientAuthentication client_authentication = ClientAuthentication::kNone;
  bool alpn_required = false;       // true: a client without ALPN gets no_application_protocol
  uint8_t tickets = 2;              // sent after a handshake; 0: no resumption
  uint32_t ticket_lifetime = 7200;  // seconds, at most 604,800 (RFC 9846 s4.6.1)
};

}  // namespace merlon::tls
