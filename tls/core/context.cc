// SPDX-License-Identifier: Apache-2.0
#include "tls/core/context.h"

#include "tls/core/key_schedule12.h"

namespace merlon::tls {

Context::Context(const ClientConfig& config, const ClientOptions& options, Outbox& outbox,
                 EventQueue& events, PendingList& operations, Transport transport,
                 MutableBytes storage, Seed seed)
    : common(config.common),
      client(&config),
      server(nullptr),
      protocol(&ProtocolOf(transport)),
      outbox(outbox),
      events(events),
      operations(operations),
      decode{transport, 0},
      arena(storage),
      random(*config.common.any_suite().hash, std::move(seed)),
      transport_parameters(options.transport_parameters) {
  negotiated.server_name = options.server_name;
}

Context::Context(const ServerConfig& config, const ServerOptions& options, Outbox& outbox,
                 EventQueue& events, PendingList& operations, Transport transport,
                 MutableBytes storage, Seed seed)
    : common(config.common),
      client(nullptr),
      server(&config),
      protocol(&ProtocolOf(transport)),
      retried(options.retried),
      outbox(outbox),
      events(events),
      operations(operations),
      decode{transport, 0},
      arena(storage),
      random(*config.common.any_suite().hash, std::move(seed)),
      transport_parameters(options.transport_parameters) {}

Result<void> Context::EmitChangeCipherSpec(bool wanted) {
  if (!wanted || !protocol->change_cipher_spec) return {};
  if (std::exchange(change_cipher_spec_sent, true)) return {};
  return outbox.Push(SendChangeCipherSpec{});
}

void Context::Choose12(const CipherSuite& suite) {
  negotiated.suite = &suite;
  negotiated.version = protocol->legacy_version;
  decode.mac_size = kVerifyDataSize12;
}

Result<void> Context::LogSecret(std::string_view label, Bytes secret) {
  if (!common.log_secrets) return {};
  MERLON_ASSIGN_OR_RETURN(const Bytes kept, arena.KeepCopy(secret));
  return events.Push(SecretLogged{label, client_random, kept});
}

void Context::WipeSecrets() {
  exporter_master = {};
  resumption_master = {};
  arena.ReleaseTo(0);
  transcript = nullptr;
  prf = nullptr;
  negotiated.peer_chain = {};
  negotiated.client_identity = {};
  negotiated.peer_transport_parameters = {};
}

}  // namespace merlon::tls
