// SPDX-License-Identifier: Apache-2.0
// The bodies of HandshakeCore, for the files that instantiate it. Nobody else includes this.
#pragma once
#include "tls/core/handshake_core.h"

namespace merlon::tls {

template <class Profile>
HandshakeCore<Profile>::HandshakeCore(const ClientConfig& config, const ClientOptions& options,
                                      Transport transport, MutableBytes storage, Seed seed, Now now)
  requires(kIsClient)
    : context_(config, options, outbox_, events_, operations_, transport, storage, std::move(seed)),
      machine_(Start(options)) {
  context_.now = now;
  if constexpr (kHas12) context_.offer12 = &kOffer12;
  const Result<void> started = machine_.HandleSignal(Begin(), context_);
  if (!started.ok()) Fail(started.error());
  Settle();
}

template <class Profile>
HandshakeCore<Profile>::HandshakeCore(const ServerConfig& config, const ServerOptions& options,
                                      Transport transport, MutableBytes storage, Seed seed, Now now)
  requires(kIsServer)
    : context_(config, options, outbox_, events_, operations_, transport, storage, std::move(seed)),
      machine_(ExpectClientHello{}) {
  context_.now = now;
}

template <class Profile>
HandshakeCore<Profile>::~HandshakeCore() = default;

template <class Profile>
Handshake::Standing HandshakeCore<Profile>::standing() const {
  if (const Failed* failed = machine_.template As<Failed>()) return {.failure = failed->error};
  bool is = false;
  if constexpr (kIsClient && kHas13) is = machine_.template As<ClientEstablished>() != nullptr;
  if constexpr (kIsServer && kHas13) is |= machine_.template As<ServerEstablished>() != nullptr;
  return {.established = is || established12() != nullptr};
}

template <class Profile>
const Established12* HandshakeCore<Profile>::established12() const {
  if constexpr (kIsClient && kHas12) {
    if (const auto* s = machine_.template As<ClientEstablished12>()) return &s->established;
  }
  if constexpr (kIsServer && kHas12) {
    if (const auto* s = machine_.template As<ServerEstablished12>()) return &s->established;
  }
  return nullptr;
}

template <class Profile>
Result<void> HandshakeCore<Profile>::ExportKeyingMaterial(std::string_view label,
                                                          std::optional<Bytes> context,
                                                          MutableBytes out) const {
  if (!established()) return Misuse();
  if constexpr (kHas12) {
    if (const Established12* s = established12())
      return Export12(*s, label, context, out, context_);
  }
  if constexpr (kHas13) {
    tls::ExportKeyingMaterial(context_.schedule(), context_.exporter_master, label,
                              context.value_or(Bytes()), out);
  }
  return {};
}

template <class Profile>
Result<MutableBytes> HandshakeCore<Profile>::ReleaseStorage() {
  if (!established() || !context_.storage_releasable) return Misuse();
  context_.negotiated.peer_chain = {};
  context_.negotiated.client_identity = {};
  context_.negotiated.peer_transport_parameters = {};
  if (context_.server != nullptr) context_.negotiated.server_name = {};
  context_.ticket_mark = 0;
  context_.transcript = nullptr;
  context_.prf = nullptr;
  return context_.arena.TakeBack();
}

template <class Profile>
Result<Disposition> HandshakeCore<Profile>::OnInput(const Input& input, Now now) {
  context_.now = now;
  if (const auto* message = std::get_if<HandshakeMessage>(&input)) {
    if constexpr (kIsClient && kHas12) {
      if (IgnoredHelloRequest(*message, context_) && !established()) return Disposition::kTaken;
    }
    return Checked(machine_.Handle(*message, context_));
  }
  if (const auto* delivered = std::get_if<Delivered>(&input)) {
    const Result<void> done = Checked(machine_.HandleSignal(*delivered, context_));
    return done.ok() ? Result<Disposition>(Disposition::kTaken) : done.error();
  }
  // RFC 9846 s5: a ChangeCipherSpec with its one byte is dropped "at any time after the first
  // ClientHello message has been sent or received and before the peer's Finished message has been
  // received"; any other is unexpected_message.
  if (context_.change_cipher_spec_legal) return Disposition::kTaken;
  if constexpr (kHas12) {
    if (context_.pending()) return Disposition::kHeld;
    if (machine_.template Waits<ChangeCipherSpec>()) {
      const Result<void> done = Checked(machine_.HandleSignal(ChangeCipherSpec(), context_));
      return done.ok() ? Result<Disposition>(Disposition::kTaken) : done.error();
    }
  }
  const Error error = PeerError(Code::kUnexpectedMessage, Alert::kUnexpectedMessage);
  Abandon(error);
  return error;
}

template <class Profile>
Result<void> HandshakeCore<Profile>::OnResult(const OpResult& result, Now now) {
  context_.now = now;
  return Checked(std::visit([&]<class Answer>(const Answer& answer)
                                -> Result<void> { return machine_.Conclude(answer, context_); },
                            result));
}

template <class Profile>
Result<void> HandshakeCore<Profile>::OnStartKeyUpdate(bool request_peer) {
  if (!established() || established12() != nullptr ||
      !LegalOn<KeyUpdate>(context_.decode.transport)) {
    return Misuse();
  }
  return Checked(machine_.HandleSignal(tls::StartKeyUpdate{request_peer}, context_));
}

template <class Profile>
void HandshakeCore<Profile>::Abandon(Error error) {
  machine_.Fail(error);
  context_.WipeSecrets();
}

template <class Profile>
template <class T>
Result<T> HandshakeCore<Profile>::Checked(Result<T> result) {
  if (machine_.template As<Failed>() != nullptr) context_.WipeSecrets();
  return result;
}

}  // namespace merlon::tls
