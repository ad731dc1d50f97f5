// SPDX-License-Identifier: Apache-2.0
#include "tls/testing/core_pair.h"

#include <algorithm>

namespace merlon::tls::testing {
namespace {

// A core as LocalOperations sees a connection.
struct AsConnection {
  Handshake& core;
  absl::Span<const Pending> Operations() const { return core.operations(); }
  Result<void> Complete(OpId id, const OpResult& result, Now now) {
    return core.Complete(id, result, now);
  }
};

}  // namespace

void BareCore::Settle() {
  for (bool busy = true; busy;) {
    busy = !core.operations().empty();
    AsConnection connection{core};
    operations_.Answer(connection, now_);
    while (std::optional<Command> command = core.NextCommand()) {
      busy = true;
      const auto* send = std::get_if<Send>(&*command);
      is12_ = is12_ || std::holds_alternative<SettleVersion>(*command);
      const bool stream = core.negotiated().version == 0x0303;
      if (is12_ && stream && std::holds_alternative<SendChangeCipherSpec>(*command)) {
        to_send.emplace_back();
      }
      if (send == nullptr) continue;
      to_send.emplace_back(AsText(send->bytes));
      (void)core.Handle(Delivered{send->flight}, now_);
    }
    while (std::optional<Event> event = core.PollEvent()) {
      if (std::holds_alternative<Connected>(*event)) connected = true;
      const auto* ticket = std::get_if<TicketArrived>(&*event);
      if (ticket != nullptr) sessions.emplace_back(AsText(ticket->session));
    }
  }
}

Result<Disposition> BareCore::HandleChangeCipherSpec() {
  const Result<Disposition> done = core.Handle(ChangeCipherSpec{}, now_);
  Settle();
  return done;
}

Result<Disposition> BareCore::Handle(HandshakeMessage message) {
  constexpr uint8_t kFinished = 20;
  message.sequence = received_++;
  if (is12_ && message.type == kFinished) message.epoch = Epoch::kFirstKeys;
  const Result<Disposition> done = core.Handle(message, now_);
  Settle();
  return done;
}

CorePair::CorePair(const CorePairOptions& options, World& world) {
  const bool psk = options.psk_suite != 0;
  ServerConfigBuilder builder = psk ? ServerConfigBuilder(world.crypto())
                                    : world.ServerBuilder(options.status ? kOcspResponse : "");
  builder.AddAlpn("test");  // QUIC does not go without
  if (options.retry) builder.SetGroups({static_cast<uint16_t>(crypto::GroupId::kSecp256r1)});
  if (!options.server_groups.empty()) builder.SetGroups(options.server_groups);
  builder.SetClientAuthentication(options.client_authentication);
  if (psk) {
    builder.AddRawExternalPsk(kPskIdentity, world.psk()).SetSuites({options.psk_suite});
  }
  builder.SetVersions(options.min_version,
                      std::min(options.max_version, options.server_max_version));
  server_config_ = builder.Build().value();
  ClientConfigBuilder client_builder = world.ClientBuilder();
  client_builder.AddAlpn("test").SetKeyShares(options.client_shares);
  if (options.status) client_builder.RequestStatus();
  if (!options.client_groups.empty()) client_builder.SetGroups(options.client_groups);
  if (options.client_authentication != ClientAuthentication::kNone && options.client_credential) {
    client_builder.AddCredential(world.ClientCredential());
  }
  if (psk) {
    client_builder.AddRawExternalPsk(kPskIdentity, world.psk())
        .RequirePsk()
        .SetSuites({options.psk_suite});
  }
  client_builder.SetVersions(options.min_version,
                             std::min(options.max_version, options.client_max_version));
  client_config_ = client_builder.Build().value();
  Start(options.transport, options.session, world);
}

CorePair::CorePair(std::shared_ptr<const ClientConfig> client_config,
                   std::shared_ptr<const ServerConfig> server_config, Transport transport,
                   std::string_view session, World& world)
    : client_config_(std::move(client_config)), server_config_(std::move(server_config)) {
  Start(transport, session, world);
}

void CorePair::Start(Transport transport, std::string_view session, World& world) {
  const Now now{Instant(), kTestTime};
  const ChainPolicy policy = VerifyAgainst{&world.anchors()};
  const Bytes parameters = transport == Transport::kMessage ? AsBytes("opaque") : Bytes();
  server = std::make_unique<BareCore>(
      *server_config_, ServerOptions{parameters}, transport,
      LocalOperations::ForServer(*server_config_, &world.ticket_key(), policy), world, now);
  client = std::make_unique<BareCore>(
      *client_config_, ClientOptions{kServerName, AsBytes(session), parameters}, transport,
      LocalOperations::ForClient(*client_config_, policy), world, now);
}

bool CorePair::Deliver(BareCore& from, BareCore& to) {
  if (from.to_send.empty()) return false;
  const std::string message = from.to_send.front();
  from.to_send.pop_front();
  if (message.empty()) {
    (void)to.HandleChangeCipherSpec();
    return true;
  }
  const Bytes bytes = AsBytes(message);
  (void)to.Handle({bytes[0], Slice(bytes, record::kHandshakeHeaderSize), 0});
  return true;
}

void CorePair::Run() {
  while (DeliverToServer() || DeliverToClient()) {
  }
}

std::pair<std::vector<std::string>, std::vector<std::string>> CorePair::RunAndRecord() {
  std::vector<std::string> to_client, to_server;
  const auto take = [](const std::deque<std::string>& sent, std::vector<std::string>& to) {
    if (!sent.empty()) to.push_back(sent.front());
  };
  for (bool moved = true; moved;) {
    take(client->to_send, to_server);
    moved = DeliverToServer();
    take(server->to_send, to_client);
    moved |= DeliverToClient();
  }
  return {std::move(to_client), std::move(to_server)};
}

}  // namespace merlon::tls::testing
