// SPDX-License-Identifier: Apache-2.0
// What transitions work with: queues, storage, transcript, and the few helpers that every state
// needs. Holds no state of the handshake itself: those are the states' own.
#pragma once
#include <array>
#include <optional>

#include "crypto/base/arena.h"
#include "crypto/base/time.h"
#include "crypto/base/writer.h"
#include "crypto/mac.h"
#include "record/content_type.h"
#include "tls/config.h"
#include "tls/core/connection_random.h"
#include "tls/core/input.h"
#include "tls/core/key_schedule13.h"
#include "tls/core/negotiated.h"
#include "tls/core/outbox.h"
#include "tls/core/protocol_profile.h"
#include "tls/core/transcript.h"
#include "tls/event.h"
#include "tls/operation.h"

namespace merlon::tls {

// What a client connection is given besides its configuration. Copied or used up when it starts.
struct ClientOptions {
  std::string_view server_name;  // sent as SNI and checked; outlives the connection; may be empty
  Bytes session;  // session.h's encoding, to resume; borrowed for the constructor's call
  Bytes transport_parameters;  // QUIC's, opaque; outlives the handshake
};
// What is left of a ClientHello that was answered with a HelloRetryRequest by somebody who kept
// nothing: its hash, by the suite's, out of the cookie (RFC 9846 s4.2.2).
struct RetriedHello {
  crypto::Digest hash;
  bool group_named = false;  // the retry asked for a share; else for the cookie alone
};
struct ServerOptions {
  Bytes transport_parameters;  // QUIC's, opaque; outlives the handshake
  // The first ClientHello to come is the second of its client, and its cookie is authentic.
  // Outlives the handling of that message; null: it is the first.
  const RetriedHello* retried = nullptr;
};

// Under which label an external PSK is bound (RFC 9846 s7.1, RFC 9258 s5.2).
inline BinderKind BinderKindOf(const ExternalPsk& psk) {
  return psk.target_protocol == 0 ? BinderKind::kExternal : BinderKind::kImported;
}

// Bytes of 0-RTT records that a server skips at most when it refuses it (RFC 9846 s4.2.10):
// BoringSSL's kMaxEarlyDataSkipped.
inline constexpr uint32_t kMaxSkippedEarlyData = 16384;

struct MessageLog;  // handshake12.h
struct Prf12;       // handshake12.h
struct Offer12;     // client/offer.h

struct Context {
  Context(const ClientConfig& config, const ClientOptions& options, Outbox& outbox,
          EventQueue& events, PendingList& operations, Transport transport, MutableBytes storage,
          Seed seed);
  Context(const ServerConfig& config, const ServerOptions& options, Outbox& outbox,
          EventQueue& events, PendingList& operations, Transport transport, MutableBytes storage,
          Seed seed);
  Context(const Context&) = delete;

  // ---- For the dispatcher ----
  bool pending() const { return !operations.view().empty(); }
  const DecodeContext& decode_context() const { return decode; }
  void Begin(const HandshakeMessage& m) {
    message = m;
    NewFlight();
  }
  void NewFlight() { flight = FlightId{++last_flight}; }

  // ---- Messages ----

  // Encodes a message behind its header, in storage, and leaves it there.
  template <class M>
  Result<MutableBytes> Build(const M& m) {
    return arena.KeepFilled([&](MutableBytes free) -> Result<size_t> {
      Writer writer(free);
      writer.Int<1>(M::kType);
      writer.Prefixed<3>([&] { m.Encode(writer, decode); });
      return writer.Finish();
    });
  }
  // Queues a built message; it joins the present flight.
  Result<void> Queue(Epoch epoch, Bytes message) {
    ++next_sequence;
    return outbox.Push(Send{epoch, flight, message});
  }
  // Builds, adds to the transcript, queues.
  template <class M>
  Result<void> Emit(Epoch epoch, const M& m) {
    MERLON_ASSIGN_OR_RETURN(const MutableBytes message, Build(m));
    transcript->AddWhole(message);
    return Queue(epoch, message);
  }
  // The middlebox compatibility record, once, where the transport has it and `wanted`.
  Result<void> EmitChangeCipherSpec(bool wanted);
  Result<void> StartTranscript() {
    MERLON_ASSIGN_OR_RETURN(transcript, arena.KeepObject<Transcript>(*negotiated.suite->hash));
    return {};
  }
  // Adds the message at hand to the transcript.
  void AbsorbMessage() { transcript->Add(message); }

  // What an operation works on, copied to storage.
  Result<Bytes> Keep(Bytes bytes) { return arena.KeepCopy(bytes); }

  // ---- Keys ----

  KeySchedule schedule() const { return {negotiated.suite->hash, protocol->label_prefix}; }
  void Choose(const CipherSuite& suite);    // of TLS 1.3: the hash is known, so sizes of Finished
  void Choose12(const CipherSuite& suite);  // of TLS 1.2, which it settles as well
  Result<void> InstallReadKeys(Epoch epoch, const TrafficSecret& secret);
  Result<void> InstallWriteKeys(Epoch epoch, const TrafficSecret& secret);
  // A SecretLogged event, where the configuration asks for it.
  Result<void> LogSecret(std::string_view label, Bytes secret);

  // ---- Finished (RFC 9846 s4.4.4) ----

  Result<void> EmitFinished(const HashSecret& base);
  // decrypt_error if it is wrong; else it joins the transcript.
  Result<void> CheckFinished(Bytes mac, const HashSecret& base);

  // Nothing that is to be sent lies in storage any more.
  Result<void> OfferStorageBack() {
    storage_releasable = true;
    return events.Push(HandshakeMemoryReleasable{});
  }
  // When the connection has failed: nothing secret is left but what the faces write with.
  void WipeSecrets();

  Result<void> Request(const Operation& operation) {
    const Result<OpId> id = operations.Add(operation);
    return id.ok() ? Result<void>() : Result<void>(id.error());
  }

  const CommonConfig& common;
  const ClientConfig* const client;  // null on a server
  const ServerConfig* const server;  // null on a client
  const ProtocolProfile* const protocol;
  const Offer12* offer12 = nullptr;       // of a client whose profile has TLS 1.2
  const RetriedHello* retried = nullptr;  // until the ClientHello after it has come
  Outbox& outbox;
  EventQueue& events;
  PendingList& operations;
  DecodeContext decode;
  Arena arena;
  ConnectionRandom random;
  Negotiated negotiated;
  Bytes transport_parameters;        // ours
  Transcript* transcript = nullptr;  // in storage; from the moment its hash is known
  HashSecret exporter_master, resumption_master;
  Bytes client_random;        // in storage
  Bytes server_random;        // in storage; TLS 1.2 alone
  MessageLog* log = nullptr;  // in storage; null: none is kept
  // In storage: TLS 1.2's PRF under its master secret, from its first use on.
  Prf12* prf = nullptr;
  HandshakeMessage message{};  // the one being handled
  Now now{};
  FlightId flight{};
  uint16_t last_flight = 0;
  uint16_t client_sequence = 0;  // message_seq of the ClientHello that a TLS 1.2 server answers
  uint16_t next_sequence = 0;    // message_seq of the next message that is queued (RFC 6347 s4.2.2)
  bool change_cipher_spec_sent = false;
  bool change_cipher_spec_legal = false;  // from the peer, now (RFC 9846 s5)
  bool storage_releasable = false;        // nothing that is to be sent lies in storage
  bool client_takes_tickets = false;      // it offered psk_dhe_ke (RFC 9846 s4.2.9)
  size_t ticket_mark = 0;                 // storage beyond it holds the last ticket that came
  // Where the one KeyUpdate that may be in flight lives: storage may be gone by then.
  std::array<uint8_t, record::kHandshakeHeaderSize + 1> key_update{};
};

}  // namespace merlon::tls
