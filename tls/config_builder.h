// SPDX-License-Identifier: Apache-2.0
// Builders of configurations: they own what a configuration points to, resolve algorithms and keys
// to drivers, and refuse what cannot work with a sentence that says why. What connections share is
// the immutable object they give.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tls/config_choices.h"

namespace merlon::tls {

// `crypto`'s key store and drivers outlive the configurations that are built.
class ClientConfigBuilder : public CommonConfigBuilder<ClientConfigBuilder> {
 public:
  explicit ClientConfigBuilder(const crypto::Context& crypto) : CommonConfigBuilder(crypto) {}

  // No certificates: the server must know the PSK.
  ClientConfigBuilder& RequirePsk();
  // The groups for which the first ClientHello brings a share, 1 or 2 (IANA): more saves a round
  // trip, costs bytes. The default: the most wanted curve of the groups and, but over datagrams,
  // their most wanted hybrid, whose shares have nothing in common.
  ClientConfigBuilder& SetKeyShares(std::vector<uint16_t> iana);
  // TLS 1.2: ask for no tickets (RFC 5077); sessions by ID remain.
  ClientConfigBuilder& DisableTickets12();
  // Ask for a session (LookUpSession) before each ClientHello.
  ClientConfigBuilder& LookUpSessions();
  // Ask for an OCSP response with the server's certificate (RFC 6066 s8); it comes with
  // VerifyChain.
  ClientConfigBuilder& RequestStatus();
  // No dummy ChangeCipherSpec, no session ID (RFC 9846 appendix E.4).
  ClientConfigBuilder& DisableMiddleboxCompatibility();

  absl::StatusOr<std::shared_ptr<const ClientConfig>> Build() const;

 private:
  std::vector<uint16_t> key_shares_;
  bool tickets_ = true;
  bool look_up_sessions_ = false;
  bool request_status_ = false;
  bool middlebox_compatibility_ = true;
};

class ServerConfigBuilder : public CommonConfigBuilder<ServerConfigBuilder> {
 public:
  explicit ServerConfigBuilder(const crypto::Context& crypto) : CommonConfigBuilder(crypto) {}

  // Refuse clients that bring no ALPN.
  ServerConfigBuilder& RequireAlpn();
  using CommonConfigBuilder::AddCredential;
  // A chain (DER, leaf first) and the key that signs for it, for these host names (none: for any),
  // under these IANA schemes (none: all that suit the key and are built), in order of preference.
  ServerConfigBuilder& AddCredential(std::vector<std::string> chain_der, crypto::KeyHandle key,
                                     std::vector<std::string> names = {},
                                     std::vector<uint16_t> schemes = {});
  // Ask clients for certificates. Whom to trust is for whoever answers VerifyChain.
  ServerConfigBuilder& SetClientAuthentication(ClientAuthentication mode);
  // TLS 1.2: sessions by ID for clients that take no tickets, by StoreSession and LookUpSession.
  ServerConfigBuilder& StoreSessionIds();
  // Tickets after each handshake, 0 to 10, and how long each may be used.
  ServerConfigBuilder& SetTickets(int count, uint32_t lifetime_seconds = 7200);

  absl::StatusOr<std::shared_ptr<const ServerConfig>> Build() const;

 private:
  ClientAuthentication client_authentication_ = ClientAuthentication::kNone;
  bool alpn_required_ = false;
  bool session_ids_ = false;
  int tickets_ = 2;
  uint32_t ticket_lifetime_ = 7200;
};

}  // namespace merlon::tls
