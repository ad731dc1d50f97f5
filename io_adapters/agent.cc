// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/agent.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <vector>

#include "crypto/bound_key.h"
#include "io_adapters/text.h"
#include "io_adapters/unix_socket.h"

namespace merlon::io {
namespace {

AgentStatus StatusOf(Error error) {
  switch (error.code) {
    case Code::kNotPermitted:
      return AgentStatus::kNotPermitted;
    case Code::kUnsupported:
      return AgentStatus::kUnsupported;
    default:
      return AgentStatus::kFailed;
  }
}

// The user that the process at the other end ran as when it connected; nullopt: not to be known.
std::optional<uid_t> UserOf(int fd) {
  ucred who = {};
  socklen_t size = sizeof(who);
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0 || size != sizeof(who)) {
    return std::nullopt;
  }
  return who.uid;
}

// RFC 9846 s4.4.3: 64 spaces, the context, a zero, and the transcript's hash.
bool IsTls13Server(std::string_view message) {
  constexpr std::string_view kContext = "TLS 1.3, server CertificateVerify";
  constexpr size_t kBefore = 64 + kContext.size() + 1;
  const size_t hash = message.size() < kBefore ? 0 : message.size() - kBefore;
  return (hash == 32 || hash == 48) && message.find_first_not_of(' ') == 64 &&
         message.substr(64, kContext.size()) == kContext && message[kBefore - 1] == '\0';
}

}  // namespace

absl::StatusOr<std::unique_ptr<Agent>> Agent::Listen(ProcessCrypto& crypto,
                                                     const AgentOptions& options) {
  absl::StatusOr<Descriptor> listener = UnixListen(options.socket);
  if (!listener.ok()) return listener.status();
  return std::unique_ptr<Agent>(new Agent(crypto, options, *std::move(listener)));
}

Agent::~Agent() { (void)::unlink(options_.socket.c_str()); }

void Agent::AddKey(const std::string& name, crypto::KeyHandle key, AgentPolicy policy) {
  keys_[name] = Key{key, std::move(policy)};
}

absl::Status Agent::Step(std::optional<Instant> deadline) {
  std::vector<pollfd> waits;
  const bool full = clients_.size() >= options_.max_clients;
  waits.push_back({.fd = full ? -1 : listener_.get(), .events = POLLIN, .revents = 0});
  for (const Client& client : clients_) {
    const short events = client.out.empty() ? POLLIN : POLLOUT;
    waits.push_back({.fd = client.socket.get(), .events = events, .revents = 0});
    if (!deadline || client.deadline < *deadline) deadline = client.deadline;
  }
  if (::poll(waits.data(), waits.size(), PollTimeout(deadline)) < 0) {
    if (errno == EINTR) return absl::OkStatus();
    return absl::ErrnoToStatus(errno, "poll");
  }
  const Instant now = SystemNow().instant;
  size_t i = 1;
  for (auto client = clients_.begin(); client != clients_.end(); ++i) {
    const bool stays = (waits[i].revents == 0 || Go(*client)) && client->deadline > now;
    client = stays ? std::next(client) : clients_.erase(client);
  }
  if (waits[0].revents != 0) Accept();
  return absl::OkStatus();
}

void Agent::Accept() {
  Descriptor socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!socket.valid()) return;  // it went away again
  const std::optional<uid_t> user = UserOf(socket.get());
  if (!user || !Admits(*user)) return;
  clients_.push_back({std::move(socket), *user, SystemNow().instant + options_.patience});
}

// Who has no key here has nothing to ask, and nobody keeps the others out.
bool Agent::Admits(uid_t user) const {
  const auto has_key = [&](const auto& entry) { return entry.second.policy.users.contains(user); };
  const auto is_users = [&](const Client& client) { return client.user == user; };
  return std::any_of(keys_.begin(), keys_.end(), has_key) &&
         static_cast<size_t>(std::count_if(clients_.begin(), clients_.end(), is_users)) <
             options_.max_clients_of_a_user;
}

bool Agent::Go(Client& client) {
  if (client.out.empty()) {
    char block[16384];
    const ssize_t n = ::read(client.socket.get(), block, sizeof(block));
    if (n < 0) return errno == EAGAIN || errno == EINTR;
    if (n == 0) return false;
    client.in.append(block, static_cast<size_t>(n));
    const std::optional<size_t> size = FrameSize(client.in);
    if (!size) return false;
    if (*size == 0 || client.in.size() < *size) return true;
    // One at a time: who sends more before the answer is no client of ours.
    if (client.in.size() > *size) return false;
    const auto request = ParseRequest(std::string_view(client.in).substr(kAgentFrameHeader));
    const AgentAnswer answer =
        request ? Do(*request, client.user) : AgentAnswer{.status = AgentStatus::kMalformed};
    client.in.clear();
    client.out = Frame(answer).value_or("");
    client.deadline = SystemNow().instant + options_.patience;
  }
  const ssize_t n = ::send(client.socket.get(), client.out.data(), client.out.size(), MSG_NOSIGNAL);
  if (n < 0) return errno == EAGAIN || errno == EINTR;
  client.out.erase(0, static_cast<size_t>(n));
  return true;
}

AgentAnswer Agent::Do(const AgentRequest& request, uid_t user) {
  if (request.ask == AgentAsk::kList) {
    AgentAnswer answer{.status = AgentStatus::kDone};
    for (const auto& [name, key] : keys_) {
      if (key.policy.users.contains(user)) answer.payload += name + "\n";
    }
    return answer;
  }
  const auto at = keys_.find(request.name);
  if (at == keys_.end() || !at->second.policy.users.contains(user)) {
    return {.status = AgentStatus::kNoSuchKey};
  }
  return request.ask == AgentAsk::kSign ? Sign(at->second, request) : Describe(at->second);
}

AgentAnswer Agent::Describe(const Key& key) {
  std::array<uint8_t, crypto::kMaxLatticePublicSize> raw;
  const auto attributes = crypto_.keys().Attributes(key.handle);
  if (!attributes.ok()) return {.status = StatusOf(attributes.error())};
  const auto size = crypto_.keys().PublicKey(key.handle, MutableBytes(raw));
  if (!size.ok()) return {.status = StatusOf(size.error())};
  AgentKey out{.attributes = *attributes,
               .public_key = std::string(AsText(Slice(Bytes(raw), 0, *size)))};
  out.attributes.usage = attributes->usage & crypto::Usage::kSign;
  return {AgentStatus::kDone, Encode(out)};
}

AgentAnswer Agent::Sign(const Key& key, const AgentRequest& request) {
  if (key.policy.tls13_server_only && !IsTls13Server(request.message)) {
    return {.status = AgentStatus::kNotPermitted};
  }
  const auto bound = crypto::BoundSigningKey::Bind(crypto_.keys(), key.handle, request.algorithm);
  if (!bound.ok()) return {.status = StatusOf(bound.error())};
  AgentAnswer answer{.status = AgentStatus::kDone,
                     .payload = std::string(bound->max_signature_size(), '\0')};
  const MutableBytes room(reinterpret_cast<uint8_t*>(answer.payload.data()), answer.payload.size());
  const auto size = bound->Sign(AsBytes(request.message), crypto_.context().rng, room);
  if (!size.ok()) return {.status = StatusOf(size.error())};
  answer.payload.resize(*size);
  return answer;
}

}  // namespace merlon::io
