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

// Of the protocol; DTLS counts alike.
enum class Version : uint16_t { kTls12 = 0x0303, kTls13 = 0x0304 };

// How a suite of TLS 1.2 exchanges keys and authenticates the server. Those of TLS 1.3 leave both
// to the handshake.
enum class KeyExchange : uint8_t { kTls13, kEcdheEcdsa, kEcdheRsa, kPsk, kEcdhePsk };
constexpr bool UsesPsk(KeyExchange kx) {
  return kx == KeyExchange::kPsk || kx == KeyExchange::kEcdhePsk;
}
constexpr bool UsesCertificates(KeyExchange kx) {
  return kx == KeyExchange::kEcdheEcdsa || kx == KeyExchange::kEcdheRsa;
}

// A cipher suite, resolved to the drivers that will do its work.
struct CipherSuite {
  uint16_t id = 0;  // IANA
  const crypto::AeadAlgorithm* aead = nullptr;
  const crypto::HashAlgorithm* hash = nullptr;  // of HKDF, or of TLS 1.2's PRF
  KeyExchange key_exchange = KeyExchange::kTls13;
};
inline constexpr uint16_t kTlsAes128GcmSha256 = 0x1301;
inline constexpr uint16_t kTlsAes256GcmSha384 = 0x1302;
inline constexpr uint16_t kTlsChaCha20Poly1305Sha256 = 0x1303;
inline constexpr uint16_t kTlsAes128CcmSha256 = 0x1304;
// Its tag of 8 bytes "is not suitable for general use" (RFC 9147 B.3): over datagrams a connection
// ends when 2^7 records under one key did not open, which anybody can send.
inline constexpr uint16_t kTlsAes128Ccm8Sha256 = 0x1305;
// TLS 1.2 (RFC 5289, RFC 7905, RFC 5487, RFC 6655, RFC 8442).
inline constexpr uint16_t kTlsEcdheEcdsaAes128GcmSha256 = 0xc02b;
inline constexpr uint16_t kTlsEcdheEcdsaAes256GcmSha384 = 0xc02c;
inline constexpr uint16_t kTlsEcdheRsaAes128GcmSha256 = 0xc02f;
inline constexpr uint16_t kTlsEcdheRsaAes256GcmSha384 = 0xc030;
inline constexpr uint16_t kTlsEcdheRsaChaCha20Poly1305Sha256 = 0xcca8;
inline constexpr uint16_t kTlsEcdheEcdsaChaCha20Poly1305Sha256 = 0xcca9;
inline constexpr uint16_t kTlsEcdhePskChaCha20Poly1305Sha256 = 0xccac;
inline constexpr uint16_t kTlsEcdhePskAes128GcmSha256 = 0xd001;
inline constexpr uint16_t kTlsPskAes128GcmSha256 = 0x00a8;
inline constexpr uint16_t kTlsPskAes128Ccm8 = 0xc0a8;

// A key exchange. Sizes alone are needed here: the work is an operation.
struct NamedGroup {
  crypto::GroupId id;
  uint16_t client_share_size, server_share_size;  // bytes
  bool tls12 = true;                              // false: no curve, so TLS 1.3 alone
  bool unasked = true;                            // false: only where a configuration names it
};
inline constexpr NamedGroup kX25519 = {crypto::GroupId::kX25519, 32, 32};
inline constexpr NamedGroup kSecp256r1 = {crypto::GroupId::kSecp256r1, 65, 65};
inline constexpr NamedGroup kSecp384r1 = {crypto::GroupId::kSecp384r1, 97, 97};
inline constexpr NamedGroup kSecp521r1 = {crypto::GroupId::kSecp521r1, 133, 133, true, false};
// ML-KEM-768 beside X25519 (RFC 10024, RFC 9954): it holds as long as one of the two does. Its
// ClientHello takes two datagrams of 1,200 bytes, and as much of a server's reassembly buffer.
inline constexpr NamedGroup kX25519MlKem768 = {crypto::GroupId::kX25519MlKem768, 1216, 1120, false};
// Bytes of handshake storage that a connection needs for it beyond what X25519 takes.
inline constexpr size_t kHybridClientStorage = 6'000, kHybridServerStorage = 2'350;
// The group of an ECDSA key's own curve; kNone: a key of another type.
constexpr crypto::GroupId CurveOf(crypto::KeyType key) {
  if (key == crypto::KeyType::kEcP256) return crypto::GroupId::kSecp256r1;
  if (key == crypto::KeyType::kEcP384) return crypto::GroupId::kSecp384r1;
  if (key == crypto::KeyType::kEcP521) return crypto::GroupId::kSecp521r1;
  return crypto::GroupId::kNone;
}

// What a handshake may be signed with.
struct SignatureScheme {
  uint16_t id;  // IANA
  crypto::SignAlg algorithm;
  crypto::KeyType key_type;  // in TLS 1.2 an ECDSA scheme takes any curve (RFC 8446 s4.2.3)
  bool tls13 = true;         // false: in TLS 1.2 alone
  bool unasked = true;       // false: offered only where a configuration names it
};
inline constexpr SignatureScheme kEcdsaSecp256r1Sha256 = {
    0x0403, {crypto::SignFamily::kEcdsa, crypto::HashId::kSha256}, crypto::KeyType::kEcP256};
inline constexpr SignatureScheme kEcdsaSecp384r1Sha384 = {
    0x0503, {crypto::SignFamily::kEcdsa, crypto::HashId::kSha384}, crypto::KeyType::kEcP384};
inline constexpr SignatureScheme kEcdsaSecp521r1Sha512 = {
    0x0603,
    {crypto::SignFamily::kEcdsa, crypto::HashId::kSha512},
    crypto::KeyType::kEcP521,
    true,
    false};
inline constexpr SignatureScheme kEd25519 = {
    0x0807, {crypto::SignFamily::kEddsa, crypto::HashId::kNone}, crypto::KeyType::kEd25519};
inline constexpr SignatureScheme kRsaPssRsaeSha256 = {
    0x0804, {crypto::SignFamily::kRsaPss, crypto::HashId::kSha256}, crypto::KeyType::kRsa};
inline constexpr SignatureScheme kRsaPssRsaeSha384 = {
    0x0805, {crypto::SignFamily::kRsaPss, crypto::HashId::kSha384}, crypto::KeyType::kRsa};
inline constexpr SignatureScheme kRsaPssRsaeSha512 = {
    0x0806, {crypto::SignFamily::kRsaPss, crypto::HashId::kSha512}, crypto::KeyType::kRsa};
// ML-DSA (draft-ietf-tls-mldsa s3), in TLS 1.3 alone. Keys and signatures are kilobytes each:
// limits and storage must be given for chains of them.
constexpr SignatureScheme MlDsaScheme(uint16_t id, crypto::SignFamily family, crypto::KeyType key) {
  return {id, {family, crypto::HashId::kNone}, key, true, false};
}
inline constexpr SignatureScheme kMlDsa44 =
    MlDsaScheme(0x0904, crypto::SignFamily::kMlDsa44, crypto::KeyType::kMlDsa44);
inline constexpr SignatureScheme kMlDsa65 =
    MlDsaScheme(0x0905, crypto::SignFamily::kMlDsa65, crypto::KeyType::kMlDsa65);
inline constexpr SignatureScheme kMlDsa87 =
    MlDsaScheme(0x0906, crypto::SignFamily::kMlDsa87, crypto::KeyType::kMlDsa87);
// With keys whose certificate says that they are for PSS alone.
inline constexpr SignatureScheme kRsaPssPssSha256 = {
    0x0809, {crypto::SignFamily::kRsaPss, crypto::HashId::kSha256}, crypto::KeyType::kRsaPss};
inline constexpr SignatureScheme kRsaPssPssSha384 = {
    0x080a, {crypto::SignFamily::kRsaPss, crypto::HashId::kSha384}, crypto::KeyType::kRsaPss};
inline constexpr SignatureScheme kRsaPssPssSha512 = {
    0x080b, {crypto::SignFamily::kRsaPss, crypto::HashId::kSha512}, crypto::KeyType::kRsaPss};
// May a CertificateVerify of TLS 1.3 be signed under the scheme with this number? Not with PKCS #1
// or SHA-1 (RFC 9846 s4.2.3): those of TLS 1.2 end in the byte of their signature algorithm.
constexpr bool SignsInTls13(uint16_t scheme) {
  const uint8_t algorithm = scheme & 0xff;
  return scheme >= 0x0800 || (algorithm == 3 && scheme >= 0x0400);
}
// In TLS 1.3 in certificates alone, never in CertificateVerify (RFC 9846 s4.2.3).
inline constexpr SignatureScheme kRsaPkcs1Sha256 = {
    0x0401, {crypto::SignFamily::kRsaPkcs1, crypto::HashId::kSha256}, crypto::KeyType::kRsa, false};
inline constexpr SignatureScheme kRsaPkcs1Sha384 = {
    0x0501, {crypto::SignFamily::kRsaPkcs1, crypto::HashId::kSha384}, crypto::KeyType::kRsa, false};
inline constexpr SignatureScheme kRsaPkcs1Sha512 = {
    0x0601, {crypto::SignFamily::kRsaPkcs1, crypto::HashId::kSha512}, crypto::KeyType::kRsa, false};

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
  // A server's: the OCSP response for its leaf, DER, for clients that ask (RFC 6066 s8); empty:
  // none.
  Bytes ocsp_response = {};
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
  // In order of preference. What is empty is a version that is not spoken; one is not.
  absl::Span<const CipherSuite> suites;              // of TLS 1.3 and DTLS 1.3
  absl::Span<const CipherSuite> suites12;            // of TLS 1.2 and DTLS 1.2
  absl::Span<const NamedGroup* const> groups;        // in order of preference, at least one
  absl::Span<const SignatureScheme* const> schemes;  // what the peer may sign with
  absl::Span<const uint16_t> certificate_schemes;    // what its chain may be signed with
  absl::Span<const std::string_view> alpn;           // in order of preference
  // certificate_authorities: names, each behind its 16-bit length (s4.2.4); empty: not sent. A hint
  // to the peer: whom to trust is not decided here.
  Bytes authorities;
  absl::Span<const ExternalPsk> psks;
  absl::Span<const ExternalPsk>
      psks12;  // the same as TLS 1.2 uses them: not imported, for any hash
  Limits limits;
  bool log_secrets = false;  // SecretLogged events: whoever reads them reads the connection
  // TLS 1.2 with a peer that lacks extended master secret, whose absence allows the triple
  // handshake attack (RFC 7627). Never across resumption.
  bool allow_plain_master_secret = false;

  // Whose hash serves where none is negotiated yet.
  const CipherSuite& any_suite() const { return suites.empty() ? suites12[0] : suites[0]; }
};

inline constexpr size_t kMaxKeyShares = 2;

struct ClientConfig {
  CommonConfig common;
  // Of the groups, in their order: those for which the first ClientHello brings a share, at most
  // kMaxKeyShares. Empty: the first group alone.
  absl::Span<const NamedGroup* const> key_shares;
  // The same over datagrams; empty: as over streams. Some servers keep nothing of a client that has
  // shown no cookie, so to them a ClientHello in several datagrams is none.
  absl::Span<const NamedGroup* const> datagram_key_shares;
  bool look_up_sessions = false;        // ask for a session by LookUpSession before the ClientHello
  bool middlebox_compatibility = true;  // RFC 9846 appendix E.4; streams alone
  bool tickets = true;                  // TLS 1.2: ask for one (RFC 5077)
  bool request_status = false;          // ask for an OCSP response with the certificate
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
  bool session_ids = false;         // TLS 1.2 by StoreSession and LookUpSession, without tickets
};

}  // namespace merlon::tls
