// SPDX-License-Identifier: Apache-2.0
#include "tls/testing/core_pair.h"

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

Result<Disposition> BareCore::Handle(const HandshakeMessage& message) {
  const Result<Disposition> done = core.Handle(message, now_);
  Settle();
  return done;
}

CorePair::CorePair(const CorePairOptions& options, World& world) {
  const Now now{Instant(), kTestTime};
  ServerConfigBuilder builder = world.ServerBuilder();
  builder.AddAlpn("test");  // QUIC does not go without
  if (options.retry) builder.SetGroups({static_cast<uint16_t>(crypto::GroupId::kSecp256r1)});
  builder.SetClientAuthentication(options.client_authentication);
  server_config_ = builder.Build().value();
  ClientConfigBuilder client_builder = world.ClientBuilder();
  client_builder.AddAlpn("test");
  if (options.client_authentication != ClientAuthentication::kNone && options.client_credential) {
    client_builder.AddCredential(world.ClientCredential());
  }
  client_config_ = client_builder.Build().value();
  const ChainPolicy policy = VerifyAgainst{&world.anchors()};
  const Bytes parameters = options.transport == Transport::kMessage ? AsBytes("opaque") : Bytes();
  server = std::make_unique<BareCore>(
      *server_config_, ServerOptions{parameters}, options.transport,
      LocalOperations::ForServer(*server_config_, &world.ticket_key(), policy), world, now);
  client = std::make_unique<BareCore>(
      *client_config_, ClientOptions{kServerName, AsBytes(options.session), parameters},
      options.transport, LocalOperations::ForClient(*client_config_, policy), world, now);
}

bool CorePair::Deliver(BareCore& from, BareCore& to) {
  if (from.to_send.empty()) return false;
  const std::string message = from.to_send.front();
  from.to_send.pop_front();
  const Bytes bytes = AsBytes(message);
  (void)to.Handle({bytes[0], Slice(bytes, record::kHandshakeHeaderSize), 0});
  return true;
}

void CorePair::Run() {
  while (DeliverToServer() || DeliverToClient()) {
  }
}

}  // namespace merlon::tls::testing
