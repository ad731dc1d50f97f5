// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/udp_server.h"

#include <errno.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "crypto/base/writer.h"
#include "crypto/bound_key.h"

namespace merlon::io {
namespace {

// Datagrams that are taken one after another before timers are looked at.
constexpr int kBurst = 64;

socklen_t SizeOf(const sockaddr_storage& address) {
  return address.ss_family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
}

// What tells peers apart: family, address, port.
tls::PeerAddress KeyOf(const sockaddr_storage& from) {
  std::array<uint8_t, tls::kMaxPeerAddress> key;
  Writer writer{MutableBytes(key)};
  const auto add = [&](const auto& part) {
    writer.Raw(Bytes(reinterpret_cast<const uint8_t*>(&part), sizeof(part)));
  };
  if (from.ss_family == AF_INET) {
    const auto& in = reinterpret_cast<const sockaddr_in&>(from);
    add(in.sin_port);
    add(in.sin_addr);
  } else {
    const auto& in = reinterpret_cast<const sockaddr_in6&>(from);
    add(in.sin6_port);
    add(in.sin6_addr);
    add(in.sin6_scope_id);
  }
  return tls::PeerAddress(Slice(Bytes(key), 0, writer.size()));
}

// What the network does not take now is lost, as any datagram may be.
absl::Status Send(int fd, const sockaddr_storage& to, Bytes bytes) {
  const auto* address = reinterpret_cast<const sockaddr*>(&to);
  while (::sendto(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT, address,
                  SizeOf(to)) < 0) {
    if (errno == EINTR) continue;
    if (errno == EAGAIN || errno == ENOBUFS || errno == ECONNREFUSED) break;
    return absl::ErrnoToStatus(errno, "sending");
  }
  return absl::OkStatus();
}

struct NewKey {
  crypto::KeyHandle handle;
  crypto::BoundMacKey bound;
};
absl::StatusOr<NewKey> NewCookieKey(const crypto::Context& crypto) {
  const Result<crypto::KeyHandle> key = crypto.keys.Generate(
      {.type = crypto::KeyType::kHmac, .bits = 256, .usage = crypto::Usage::kSign}, crypto.rng);
  if (!key.ok()) return absl::InternalError("no cookie key can be made");
  const auto bound = crypto::BoundMacKey::Bind(crypto.keys, *key, crypto::HashId::kSha256);
  if (bound.ok()) return NewKey{*key, *bound};
  (void)crypto.keys.Destroy(*key);
  return absl::InternalError("no driver authenticates cookies");
}

}  // namespace

// ---- One peer
// ------------------------------------------------------------------------------------

absl::StatusOr<Arrival> UdpServer::Peer::Way::Read(MutableBytes out, std::optional<Instant>) {
  if (!datagram_) return Arrival{Arrival::Kind::kTimedOut};
  const size_t size = std::min(out.size(), datagram_->size());
  if (size != 0) memcpy(out.data(), datagram_->data(), size);
  datagram_.reset();
  return Arrival{Arrival::Kind::kBytes, size};
}

absl::Status UdpServer::Peer::Way::Write(Bytes bytes) { return Send(fd_, to_, bytes); }

namespace {

EndpointOptions OptionsFor(const TlsServer& server, const tls::RetriedHello* retried) {
  EndpointOptions options;
  server.Prepare(options);
  options.retried = retried;
  return options;
}

}  // namespace

UdpServer::Peer::Peer(const UdpServer& server, const sockaddr_storage& from,
                      const tls::NewConnection& fresh, tls::Seed&& seed)
    : retried_(fresh.retried),
      way_(server.socket_.fd.get(), from),
      endpoint_(
          way_, server.server_.config(), server.server_.crypto().context(), std::move(seed),
          OptionsFor(server.server_, retried_ ? &*retried_ : nullptr),
          tls::DatagramOptions{.mtu = server.options_.mtu, .retransmit = {}, .start = fresh.start}),
      deadline_(way_.now().instant + server.options_.handshake_limit) {}

// ---- The server
// ----------------------------------------------------------------------------------

absl::StatusOr<std::unique_ptr<UdpServer>> UdpServer::Create(TlsServer& server, Listener socket,
                                                             const UdpServerOptions& options,
                                                             Handlers handlers) {
  absl::StatusOr<tls::Seed> seed = server.crypto().NewSeed();
  if (!seed.ok()) return seed.status();
  const absl::StatusOr<NewKey> key = NewCookieKey(server.crypto().context());
  if (!key.ok()) return key.status();
  return std::unique_ptr<UdpServer>(new UdpServer(server, std::move(socket), options,
                                                  std::move(handlers), key->handle, key->bound,
                                                  *std::move(seed)));
}

UdpServer::UdpServer(TlsServer& server, Listener socket, const UdpServerOptions& options,
                     Handlers handlers, crypto::KeyHandle cookie_key,
                     const crypto::BoundMacKey& bound, tls::Seed&& seed)
    : server_(server),
      socket_(std::move(socket)),
      options_(options),
      handlers_(std::move(handlers)),
      cookie_key_{.present = cookie_key, .previous = {}, .since = options.cookie_clock().instant},
      listener_(*server.config(), bound, std::move(seed)) {}

UdpServer::~UdpServer() {
  crypto::KeyStore& keys = server_.crypto().context().keys;
  (void)keys.Destroy(cookie_key_.present);
  if (cookie_key_.made > 1) (void)keys.Destroy(cookie_key_.previous);
}

// Where none can be made the present one goes on, for as long again.
void UdpServer::RenewCookieKey() {
  const Instant now = options_.cookie_clock().instant;
  if (now - cookie_key_.since < std::max(options_.cookie_key_life, tls::kCookieLifetime)) return;
  cookie_key_.since = now;
  const crypto::Context& crypto = server_.crypto().context();
  const absl::StatusOr<NewKey> key = NewCookieKey(crypto);
  if (!key.ok()) return;
  listener_->RotateCookieKey(key->bound);
  if (cookie_key_.made > 1) (void)crypto.keys.Destroy(cookie_key_.previous);
  cookie_key_.previous = std::exchange(cookie_key_.present, key->handle);
  ++cookie_key_.made;
}

absl::Status UdpServer::Step(std::optional<Instant> deadline) {
  std::optional<Instant> until = NextTimeout();
  if (deadline && (!until || *deadline < *until)) until = deadline;
  const absl::StatusOr<bool> readable = WaitReadable(socket_.fd.get(), until);
  if (!readable.ok()) return readable.status();
  for (int i = 0; *readable && i < kBurst; ++i) {
    const absl::StatusOr<bool> taken = TakeDatagram();
    if (!taken.ok()) return taken.status();
    if (!*taken) break;
  }
  // One that is served may end, and so leave the list.
  const Instant now = SystemNow().instant;
  std::vector<uint32_t> due;
  for (const auto& [slot, peer] : peers_) {
    const std::optional<Instant> timer = peer->endpoint_.connection().NextTimeout();
    if ((timer && *timer <= now) || peer->deadline_ <= now) due.push_back(slot);
  }
  for (const uint32_t slot : due) Serve(slot);
  return absl::OkStatus();
}

std::optional<Instant> UdpServer::NextTimeout() const {
  std::optional<Instant> next;
  for (const auto& [slot, peer] : peers_) {
    const std::optional<Instant> timer = peer->endpoint_.connection().NextTimeout();
    const Instant at = std::min(peer->deadline_, timer.value_or(Instant::max()));
    if (!next || at < *next) next = at;
  }
  return next;
}

absl::StatusOr<bool> UdpServer::TakeDatagram() {
  RenewCookieKey();
  sockaddr_storage from = {};
  socklen_t from_size = sizeof(from);
  const int fd = socket_.fd.get();
  const ssize_t size = ::recvfrom(fd, in_.data(), in_.size(), MSG_DONTWAIT,
                                  reinterpret_cast<sockaddr*>(&from), &from_size);
  if (size < 0) {
    // ECONNREFUSED is an ICMP message, which anyone can send.
    if (errno == EAGAIN || errno == EINTR || errno == ECONNREFUSED) return false;
    return absl::ErrnoToStatus(errno, "receiving");
  }
  const MutableBytes datagram = Slice(MutableBytes(in_), 0, static_cast<size_t>(size));
  std::array<uint8_t, tls::kMaxReply> reply;
  const Result<tls::Verdict> verdict = listener_->Receive(
      datagram, KeyOf(from).view(), options_.cookie_clock(), MutableBytes(reply));
  if (!verdict.ok()) return absl::InternalError("the cookie key is gone");
  if (const auto* answer = std::get_if<tls::Reply>(&*verdict)) {
    // Whoever cannot be reached is none of our peers.
    (void)Send(fd, from, Slice(Bytes(reply), 0, answer->size));
  } else if (const auto* route = std::get_if<tls::Route>(&*verdict)) {
    peers_.at(route->slot)->way_.Put(datagram);
    Serve(route->slot);
  } else if (const auto* fresh = std::get_if<tls::NewConnection>(&*verdict)) {
    Begin(*fresh, from);
  }
  return true;
}

void UdpServer::Begin(const tls::NewConnection& fresh, const sockaddr_storage& from) {
  if (const auto old = peers_.find(fresh.slot); old != peers_.end()) {
    // The slot stays taken: it is the new one's.
    handlers_.on_end(*old->second, absl::AbortedError("the client has come back"));
    peers_.erase(old);
  }
  absl::StatusOr<tls::Seed> seed = server_.crypto().NewSeed();
  if (!seed.ok()) return listener_->Forget(fresh.slot);
  auto& peer = peers_[fresh.slot];
  peer.reset(new Peer(*this, from, fresh, *std::move(seed)));
  peer->way_.Put(fresh.first);
  Serve(fresh.slot);
}

void UdpServer::Serve(uint32_t slot) {
  const std::optional<absl::Status> end = Advance(*peers_.at(slot));
  if (end) End(slot, *end);
}

std::optional<absl::Status> UdpServer::Advance(Peer& peer) {
  using Step = Endpoint<tls::DatagramConnection>::Step;
  auto& endpoint = peer.endpoint_;
  for (;;) {
    const Instant now = peer.way_.now().instant;
    const absl::StatusOr<Step> step = endpoint.Next(now);
    if (!step.ok()) return step.status();
    if (step->kind == Step::Kind::kFailed) return endpoint.Failure();
    if (!peer.connected_ && endpoint.connection().connected()) {
      peer.connected_ = true;
      peer.deadline_ = now + options_.idle_limit;
      handlers_.on_connected(peer);
    }
    if (step->kind == Step::Kind::kData) {
      peer.deadline_ = now + options_.idle_limit;
      handlers_.on_data(peer, AsText(step->plaintext));
    }
    if (endpoint.peer_closed()) {
      (void)endpoint.Close();
      return absl::OkStatus();
    }
    if (step->kind != Step::Kind::kTimedOut) continue;
    if (peer.deadline_ > now) return std::nullopt;
    (void)endpoint.Close();
    return absl::DeadlineExceededError("silent for too long");
  }
}

void UdpServer::End(uint32_t slot, const absl::Status& why) {
  const auto peer = peers_.find(slot);
  handlers_.on_end(*peer->second, why);
  peers_.erase(peer);
  listener_->Forget(slot);
}

}  // namespace merlon::io
