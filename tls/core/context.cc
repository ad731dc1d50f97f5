// SPDX-License-Identifier: Apache-2.0
#include "tls/core/context.h"

#include "crypto/base/constant_time.h"
#include "tls/msgs/messages13.h"

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
      random(*config.common.suites[0].hash, std::move(seed)),
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
      outbox(outbox),
      events(events),
      operations(operations),
      decode{transport, 0},
      arena(storage),
      random(*config.common.suites[0].hash, std::move(seed)),
      transport_parameters(options.transport_parameters) {}

Result<void> Context::EmitChangeCipherSpec(bool wanted) {
  if (!wanted || !protocol->change_cipher_spec) return {};
  if (std::exchange(change_cipher_spec_sent, true)) return {};
  return outbox.Push(SendChangeCipherSpec{});
}

void Context::Choose(const CipherSuite& suite) {
  negotiated.suite = &suite;
  negotiated.version = protocol->version13;
  decode.mac_size = suite.hash->size;
}

Result<void> Context::InstallReadKeys(Epoch epoch, const TrafficSecret& secret) {
  return outbox.Push(InstallRead{
      epoch,
      {negotiated.suite->aead, negotiated.suite->hash, TrafficSecret::CopyOf(secret.reveal())}});
}

Result<void> Context::InstallWriteKeys(Epoch epoch, const TrafficSecret& secret) {
  return outbox.Push(InstallWrite{
      epoch,
      {negotiated.suite->aead, negotiated.suite->hash, TrafficSecret::CopyOf(secret.reveal())}});
}

Result<void> Context::LogSecret(std::string_view label, Bytes secret) {
  if (!common.log_secrets) return {};
  MERLON_ASSIGN_OR_RETURN(const Bytes kept, arena.KeepCopy(secret));
  return events.Push(SecretLogged{label, client_random, kept});
}

Result<void> Context::EmitFinished(const HashSecret& base) {
  const crypto::Digest mac = FinishedMac(schedule(), base, transcript->Peek());
  return Emit(Epoch::kHandshake, Finished{.mac = mac.view()});
}

Result<void> Context::CheckFinished(Bytes mac, const HashSecret& base) {
  const crypto::Digest expected = FinishedMac(schedule(), base, transcript->Peek());
  // RFC 9846 s4.4.4: "Recipients of Finished messages MUST verify that the contents are correct and
  // if incorrect MUST terminate the connection with a "decrypt_error" alert."
  if (!ConstantTimeEqual(expected.view(), mac)) {
    return PeerError(Code::kBadFinished, Alert::kDecryptError);
  }
  AbsorbMessage();
  return {};
}

void Context::WipeSecrets() {
  exporter_master = {};
  resumption_master = {};
  arena.ReleaseTo(0);
  negotiated.peer_chain = {};
  negotiated.client_identity = {};
  negotiated.peer_transport_parameters = {};
}

}  // namespace merlon::tls
