// SPDX-License-Identifier: Apache-2.0
// Endpoint: a connection of either kind with its memory, its pump and its answers to operations, on
// a transport. What BlockingStream and BlockingDatagram are made of; in-memory tests and the
// demonstration step two of them in turns.
#pragma once
#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "io_adapters/explained_operations.h"
#include "io_adapters/pump.h"
#include "io_adapters/sentences.h"
#include "io_adapters/transport.h"
#include "tls/profiles/full.h"
#include "tls/stream_connection.h"

namespace merlon::io {

struct EndpointOptions {
  std::string server_name;       // a client's: sent, and what the certificate must be for
  std::string session;           // a client's, to resume: what session() gave; secret
  tls::LocalOptions operations;  // what it points to outlives the endpoint
  // What `operations` points to and only the endpoint keeps: a snapshot of trust anchors.
  std::shared_ptr<const void> keep = {};
  std::function<void(const tls::SecretLogged&)> on_secret;  // where the configuration logs secrets
  // See PumpHandlers::later; for endpoints that are stepped.
  std::function<bool(const tls::Pending&)> later = {};
  const tls::RetriedHello* retried = nullptr;  // a server's, from a listener; outlives the endpoint
};

// How each face is built. `Options` is what it takes besides.
template <class Connection>
struct FaceTraits;
template <>
struct FaceTraits<tls::StreamConnection> {
  struct Options {};
  static constexpr tls::Transport kTransport = tls::Transport::kStream;
  static tls::StreamConnection Make(tls::Handshake& core, MutableBytes reassembly, Options) {
    return tls::StreamConnection(core, reassembly);
  }
};

// The transport outlives it. For one thread.
template <tls::Face Connection>
class Endpoint {
 public:
  using FaceOptions = typename FaceTraits<Connection>::Options;
  using Step = typename Pump<Connection, Transport>::Step;

  Endpoint(Transport& transport, std::shared_ptr<const tls::ClientConfig> config,
           const crypto::Context& crypto, tls::Seed seed, EndpointOptions options,
           FaceOptions face = {})
      : Endpoint(transport, std::move(config), &ClientOptionsOf, crypto, std::move(seed),
                 std::move(options), face) {}
  Endpoint(Transport& transport, std::shared_ptr<const tls::ServerConfig> config,
           const crypto::Context& crypto, tls::Seed seed, EndpointOptions options,
           FaceOptions face = {})
      : Endpoint(transport, std::move(config), &ServerOptionsOf, crypto, std::move(seed),
                 std::move(options), face) {}
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;

  // See Pump. After a call on connection(): Settle.
  absl::Status Settle() { return pump_.Settle(); }
  absl::StatusOr<Step> Next(std::optional<Instant> deadline) { return pump_.Next(deadline); }

  // Waits until both ends are authenticated. kDeadlineExceeded: the deadline came first.
  absl::Status Handshake(std::optional<Instant> deadline = std::nullopt) {
    if (absl::Status s = Settle(); !s.ok()) return TransportError(s);
    while (!connection_.connected()) {
      if (connection_.failure()) return Failure();
      const absl::StatusOr<Step> step = Next(deadline);
      if (!step.ok()) return TransportError(step.status());
      if (step->kind == Step::Kind::kTimedOut) {
        return absl::DeadlineExceededError("the peer left the handshake unfinished for too long");
      }
    }
    return absl::OkStatus();
  }

  // Application data, readable until the next call; empty: the peer has closed. Nothing: the
  // deadline came.
  absl::StatusOr<std::optional<std::string_view>> Read(std::optional<Instant> deadline) {
    using Data = std::optional<std::string_view>;
    while (!peer_closed_) {
      const absl::StatusOr<Step> step = Next(deadline);
      if (!step.ok()) return TransportError(step.status());
      if (step->kind == Step::Kind::kData) return Data(AsText(step->plaintext));
      if (step->kind == Step::Kind::kTimedOut) return Data();
      if (step->kind == Step::Kind::kFailed) return Failure();
    }
    return Data(std::string_view());
  }

  // Seals and sends: on a stream all of it, as a datagram in one record.
  absl::Status Write(std::string_view data) {
    Bytes rest = AsBytes(data);
    do {
      const Result<tls::Sealed> sealed = connection_.Seal(rest, pump_.out());
      if (!sealed.ok()) return StatusOf(sealed.error());
      rest = Slice(rest, sealed->consumed);
      const Bytes records = Slice(Bytes(pump_.out()), 0, sealed->written);
      if (absl::Status s = transport_.Write(records); !s.ok()) return TransportError(s);
      if (absl::Status s = Settle(); !s.ok()) return TransportError(s);
    } while (!rest.empty());
    return absl::OkStatus();
  }

  absl::Status Close() {
    const Result<void> closed = connection_.Close();
    if (!closed.ok() && closed.error().code != Code::kClosed) return StatusOf(closed.error());
    return Settle();
  }

  Connection& connection() { return connection_; }
  const Connection& connection() const { return connection_; }
  const tls::HandshakeCore<tls::FullProfile>& core() const { return core_; }
  const std::string& session() const { return session_; }
  bool peer_closed() const { return peer_closed_; }
  Transport& transport() { return transport_; }

  // What the connection failed of, in words.
  absl::Status Failure() const { return StatusOf(connection_.failure().value_or(Misuse())); }
  absl::Status StatusOf(Error error) const {
    return ConnectionStatus(error, connection_.peer_alert(), operations_.refused());
  }

 private:
  template <class Config, class CoreOptions>
  Endpoint(Transport& transport, std::shared_ptr<const Config> config, CoreOptions core_options,
           const crypto::Context& crypto, tls::Seed seed, EndpointOptions options, FaceOptions face)
      : transport_(transport),
        config_(std::move(config)),
        options_(std::move(options)),
        operations_(crypto, options_.operations),
        core_(*static_cast<const Config*>(config_.get()), core_options(options_),
              FaceTraits<Connection>::kTransport, MutableBytes(memory_->storage), std::move(seed),
              transport.now()),
        connection_(FaceTraits<Connection>::Make(core_, MutableBytes(memory_->reassembly), face)),
        pump_(connection_, transport_, MutableBytes(memory_->in), MutableBytes(memory_->out),
              {.perform = [this](const tls::Operation& op) { return operations_.Perform(op); },
               .on_event = [this](const tls::Event& event) { OnEvent(event); },
               .later = options_.later}) {}

  static tls::ClientOptions ClientOptionsOf(const EndpointOptions& options) {
    return {.server_name = options.server_name,
            .session = AsBytes(options.session),
            .transport_parameters = {}};
  }
  static tls::ServerOptions ServerOptionsOf(const EndpointOptions& options) {
    return {.transport_parameters = {}, .retried = options.retried};
  }

  void OnEvent(const tls::Event& event) {
    if (const auto* ticket = std::get_if<tls::TicketArrived>(&event)) {
      session_ = AsText(ticket->session);
    } else if (const auto* secret = std::get_if<tls::SecretLogged>(&event)) {
      if (options_.on_secret) options_.on_secret(*secret);
    } else if (std::holds_alternative<tls::PeerClosed>(event)) {
      peer_closed_ = true;
    }
  }

  // A peer that refuses sends its alert and goes: writing then fails before the alert is read. It
  // says more than "broken pipe", so look for it.
  absl::Status TransportError(absl::Status error) {
    while (!connection_.failure() && !peer_closed_) {
      const absl::StatusOr<Step> step = Next(transport_.now().instant);
      if (!step.ok() || step->kind != Step::Kind::kMoved) break;
    }
    const std::optional<Error> failure = connection_.failure();
    const bool told = failure && failure->code != Code::kTruncatedByTransport;
    return told ? Failure() : std::move(error);
  }

  // What the connection works on. Two records of the largest kind in and out, so that reading and
  // writing go in large pieces.
  static constexpr size_t kMaxRecord = 16384 + 256 + 5;
  struct Memory {
    std::array<uint8_t, 32768> storage;
    std::array<uint8_t, 2 * kMaxRecord> reassembly, in, out;
  };

  Transport& transport_;
  std::shared_ptr<const void> config_;
  EndpointOptions options_;
  std::unique_ptr<Memory> memory_ = std::make_unique<Memory>();
  ExplainedOperations operations_;
  std::string session_;
  bool peer_closed_ = false;
  tls::HandshakeCore<tls::FullProfile> core_;
  Connection connection_;
  Pump<Connection, Transport> pump_;
};

}  // namespace merlon::io
