// SPDX-License-Identifier: Apache-2.0
// Builders of configurations: they own what a configuration points to, resolve algorithms and keys
// to drivers, and refuse what cannot work with a sentence that says why. What connections share is
// the immutable object they give.
#pragma once
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "crypto/context.h"
#include "tls/config.h"
#include "tls/config_credentials.h"
#include "x509/trust_store.h"

namespace merlon::tls {

// What both builders take. Defaults: every suite, group and scheme that is built and that a driver
// supports, in our order of preference.
struct CommonChoices {
  std::vector<uint16_t> suites;   // IANA; empty: the default
  std::vector<uint16_t> groups;   // IANA
  std::vector<uint16_t> schemes;  // IANA; what the peer may sign with
  std::vector<std::string> alpn;
  std::vector<std::string> authorities;  // whole DER of each Name
  std::vector<CredentialChoice> credentials;
  bool choose_credentials = false;
  struct Psk {
    std::string identity;
    crypto::KeyHandle key;
    crypto::HashId hash;
    std::string context;
    bool raw;
  };
  std::vector<Psk> psks;
  Limits limits;
  bool log_secrets = false;
};

// `crypto`'s key store and drivers outlive the configurations that are built.
class ClientConfigBuilder {
 public:
  explicit ClientConfigBuilder(const crypto::Context& crypto) : crypto_(crypto) {}

  ClientConfigBuilder& SetSuites(std::vector<uint16_t> iana);
  ClientConfigBuilder& SetGroups(std::vector<uint16_t> iana);
  ClientConfigBuilder& SetSignatureSchemes(std::vector<uint16_t> iana);
  ClientConfigBuilder& AddAlpn(std::string_view protocol);
  // A certificate for servers that ask for one, and its key; see CredentialChoice. Of several that
  // the server's schemes and authorities allow, the first is shown.
  ClientConfigBuilder& AddCredential(CredentialChoice credential);
  // The application answers ChooseCredential itself.
  ClientConfigBuilder& ChooseCredentials();
  // Tells servers which authorities are trusted here, so that they can choose among their chains.
  ClientConfigBuilder& NameAuthorities(absl::Span<const x509::TrustAnchor> anchors);
  ClientConfigBuilder& NameAuthority(Bytes name_der);
  // A PSK (of up to 4) that both ends were given, imported (RFC 9258) for each protocol and each
  // hash of the suites; at least 16 bytes. `context` and `hash` are what both ends agreed on
  // besides.
  ClientConfigBuilder& AddExternalPsk(std::string_view identity, crypto::KeyHandle key,
                                      std::string_view context = {},
                                      crypto::HashId hash = crypto::HashId::kSha256);
  // The same without the importer, for peers that have none: it must be used with one hash and for
  // TLS 1.3 alone (RFC 9257).
  ClientConfigBuilder& AddRawExternalPsk(std::string_view identity, crypto::KeyHandle key,
                                         crypto::HashId hash = crypto::HashId::kSha256);
  // No certificates: the server must know the PSK.
  ClientConfigBuilder& RequirePsk();
  // Shares in the first ClientHello, 1 or 2: more saves a round trip, costs bytes.
  ClientConfigBuilder& SetKeyShares(int count);
  // Ask for a session (LookUpSession) before each ClientHello.
  ClientConfigBuilder& LookUpSessions();
  // No dummy ChangeCipherSpec, no session ID (RFC 9846 appendix E.4).
  ClientConfigBuilder& DisableMiddleboxCompatibility();
  ClientConfigBuilder& SetLimits(const Limits& limits);
  // SecretLogged events: whoever reads them reads the connection.
  ClientConfigBuilder& LogSecrets();

  absl::StatusOr<std::shared_ptr<const ClientConfig>> Build() const;

 private:
  crypto::Context crypto_;
  CommonChoices common_;
  int key_shares_ = 1;
  bool require_psk_ = false;
  bool look_up_sessions_ = false;
  bool middlebox_compatibility_ = true;
};

class ServerConfigBuilder {
 public:
  explicit ServerConfigBuilder(const crypto::Context& crypto) : crypto_(crypto) {}

  ServerConfigBuilder& SetSuites(std::vector<uint16_t> iana);
  ServerConfigBuilder& SetGroups(std::vector<uint16_t> iana);
  // What clients may sign with.
  ServerConfigBuilder& SetSignatureSchemes(std::vector<uint16_t> iana);
  ServerConfigBuilder& AddAlpn(std::string_view protocol);
  // Refuse clients that bring no ALPN.
  ServerConfigBuilder& RequireAlpn();
  // A chain (DER, leaf first) and the key that signs for it, for these host names (none: for any),
  // under these IANA schemes (none: all that suit the key and are built), in order of preference.
  ServerConfigBuilder& AddCredential(std::vector<std::string> chain_der, crypto::KeyHandle key,
                                     std::vector<std::string> names = {},
                                     std::vector<uint16_t> schemes = {});
  ServerConfigBuilder& AddCredential(CredentialChoice credential);
  // The application answers ChooseCredential itself.
  ServerConfigBuilder& ChooseCredentials();
  // Ask clients for certificates. Whom to trust is for whoever answers VerifyChain.
  ServerConfigBuilder& SetClientAuthentication(ClientAuthentication mode);
  // Tells clients which authorities are trusted here, so that they can choose among their chains.
  ServerConfigBuilder& NameAuthorities(absl::Span<const x509::TrustAnchor> anchors);
  ServerConfigBuilder& NameAuthority(Bytes name_der);
  // As with ClientConfigBuilder.
  ServerConfigBuilder& AddExternalPsk(std::string_view identity, crypto::KeyHandle key,
                                      std::string_view context = {},
                                      crypto::HashId hash = crypto::HashId::kSha256);
  ServerConfigBuilder& AddRawExternalPsk(std::string_view identity, crypto::KeyHandle key,
                                         crypto::HashId hash = crypto::HashId::kSha256);
  // Tickets after each handshake, 0 to 10, and how long each may be used.
  ServerConfigBuilder& SetTickets(int count, uint32_t lifetime_seconds = 7200);
  ServerConfigBuilder& SetLimits(const Limits& limits);
  ServerConfigBuilder& LogSecrets();

  absl::StatusOr<std::shared_ptr<const ServerConfig>> Build() const;

 private:
  crypto::Context crypto_;
  CommonChoices common_;
  ClientAuthentication client_authentication_ = ClientAuthentication::kNone;
  bool alpn_required_ = false;
  int tickets_ = 2;
  uint32_t ticket_lifetime_ = 7200;
};

}  // namespace merlon::tls
