// SPDX-License-Identifier: Apache-2.0
#include "tls/bogo/engine.h"

#include "crypto/base/reader.h"
#include "tls/ext/lists.h"
#include "tls/psk_importer.h"

namespace merlon::bogo {
namespace {

// Generous: the runner sends long chains and large messages to see what happens.
constexpr size_t kStorageSize = 200'000, kReassemblySize = 110'000;  // bytes

tls::Transport TransportOf(const Flags& flags) {
  if (flags.dtls) return tls::Transport::kDatagram;
  return flags.quic ? tls::Transport::kMessage : tls::Transport::kStream;
}

// The runner's tests are about the protocol: who is trusted is what -verify-fail says.
constexpr tls::DangerouslyTrustAnyChain kTrustAny;

tls::LocalOptions OptionsOf(const tls::ServerConfig& config, Setup& setup) {
  tls::LocalOptions options =
      tls::LocalOperations::ForServer(config, &setup.ticket_key(), kTrustAny);
  options.sessions = &setup.sessions();
  return options;
}

}  // namespace

Engine::Engine(std::shared_ptr<const tls::ClientConfig> config, Setup& setup, const Flags& flags,
               std::string_view session, Now& now)
    : flags_(flags),
      now_(now),
      client_(std::move(config)),
      storage_(kStorageSize),
      reassembly_(kReassemblySize),
      core_(std::make_unique<tls::HandshakeCore<tls::FullProfile>>(
          *client_,
          tls::ClientOptions{.server_name = flags.host_name,
                             .session = AsBytes(session),
                             .transport_parameters = AsBytes(flags.quic_transport_params)},
          TransportOf(flags), absl::MakeSpan(storage_), setup.NewSeed(), now)),
      local_(setup.crypto(), tls::LocalOperations::ForClient(*client_, kTrustAny)) {}

Engine::Engine(std::shared_ptr<const tls::ServerConfig> config, Setup& setup, const Flags& flags,
               Now& now)
    : flags_(flags),
      now_(now),
      server_(std::move(config)),
      storage_(kStorageSize),
      reassembly_(kReassemblySize),
      core_(std::make_unique<tls::HandshakeCore<tls::FullProfile>>(
          *server_,
          tls::ServerOptions{.transport_parameters = AsBytes(flags.quic_transport_params)},
          TransportOf(flags), absl::MakeSpan(storage_), setup.NewSeed(), now)),
      local_(setup.crypto(), OptionsOf(*server_, setup)) {}

int Engine::selected_credential() const {
  const tls::Negotiated& negotiated = core_->negotiated();
  const absl::Span<const tls::Credential> built =
      server_ != nullptr ? server_->credentials : client_->credentials;
  size_t next = 0;  // of those that were built
  for (size_t i = 0; i < flags_.credentials.size(); ++i) {
    const CredentialFlags& flags = flags_.credentials[i];
    bool is = false;
    if (!flags.is_psk) {
      is = &built[next++] == negotiated.credential;
    } else if (negotiated.psk != nullptr) {
      const auto identity = tls::ImportedIdentity::Decode(negotiated.psk->identity);
      is = identity.ok() && AsText(identity->external_identity) == flags.psk_identity;
    }
    if (is) return static_cast<int>(i);
  }
  return -1;
}

void Engine::Take(const tls::Event& event) {
  if (std::holds_alternative<tls::Connected>(event)) observed_.connected = true;
  if (std::holds_alternative<tls::PeerClosed>(event)) observed_.peer_closed = true;
  if (const auto* ticket = std::get_if<tls::TicketArrived>(&event)) {
    observed_.session = AsText(ticket->session);
  }
  if (const auto* logged = std::get_if<tls::SecretLogged>(&event)) {
    if (logged->label == "CLIENT_TRAFFIC_SECRET_0") {
      observed_.client_secret = AsText(logged->secret);
    }
    if (logged->label == "SERVER_TRAFFIC_SECRET_0") {
      observed_.server_secret = AsText(logged->secret);
    }
  }
}

tls::OpResult Engine::Perform(const tls::Operation& operation) {
  // Without -verify-peer the failure is known and the connection goes on all the same.
  if (std::holds_alternative<tls::VerifyChain>(operation) && flags_.verify_fail &&
      (flags_.verify_peer || flags_.require_any_client_certificate)) {
    // The alerts that the runner expects of its two kinds of callback.
    return tls::OpRefused{PeerError(Code::kVerificationRefused, flags_.use_custom_verify_callback
                                                                    ? Alert::kCertificateUnknown
                                                                    : Alert::kHandshakeFailure)};
  }
  if (const auto* verify = std::get_if<tls::VerifyChain>(&operation)) {
    observed_.ocsp_response = AsText(verify->ocsp_response);
    if (flags_.use_ocsp_callback && flags_.fail_ocsp_callback) {
      return tls::OpRefused{
          PeerError(Code::kBadOcspResponse, Alert::kBadCertificateStatusResponse)};
    }
  }
  if (const auto* choose = std::get_if<tls::ChooseCredential>(&operation)) {
    const bool fails = flags_.server && flags_.fail_ocsp_callback;  // what would bring a response
    if (flags_.fail_cert_callback || fails) return tls::OpFailed{};
    Bytes name;
    for (Reader list(choose->authorities); tls::NextAuthority(list, &name);) {
      observed_.authorities.emplace_back(AsText(name));
    }
    observed_.schemes.assign(choose->schemes.begin(), choose->schemes.end());
  }
  return local_.Perform(operation);
}

}  // namespace merlon::bogo
