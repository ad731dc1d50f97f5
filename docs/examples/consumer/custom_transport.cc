// SPDX-License-Identifier: Apache-2.0
// TLS over a byte pipe of one's own: here a queue in memory, as well a radio link or a modem. Both
// ends are in this program; each does what the contract of StreamConnection says, and no more.
#include <algorithm>
#include <cstdio>
#include <deque>
#include <string>
#include <vector>

#include "crypto/system_rng.h"
#include "tls/config_builder.h"
#include "tls/local_operations.h"
#include "tls/profiles/full.h"
#include "tls/stream_connection.h"

using Pipe = std::deque<uint8_t>;

template <class Config, class Options>
class End {
 public:
  End(const merlon::crypto::Context& crypto, const Config& config, const Options& options,
      merlon::Now now)
      : operations_(crypto, {.psks = config.common.psks}),
        core_(config, options, merlon::tls::Transport::kStream, absl::MakeSpan(storage_),
              merlon::tls::Seed(32, [&](merlon::MutableBytes out) { (void)crypto.rng.Fill(out); }),
              now),
        connection_(core_, absl::MakeSpan(reassembly_)) {}

  // Moves what can move. False: nothing did.
  bool Step(Pipe& from_peer, Pipe& to_peer, merlon::Now now) {
    operations_.Answer(connection_, now);
    const size_t take = std::min(from_peer.size(), size_t{7});  // a pipe of seven bytes at a time
    in_.insert(in_.end(), from_peer.begin(), from_peer.begin() + static_cast<std::ptrdiff_t>(take));
    from_peer.erase(from_peer.begin(), from_peer.begin() + static_cast<std::ptrdiff_t>(take));
    const auto got = connection_.Receive(absl::MakeSpan(in_), now);
    if (got.ok()) {
      received.append(merlon::AsText(got->plaintext));
      in_.erase(in_.begin(), in_.begin() + static_cast<std::ptrdiff_t>(got->consumed));
    }
    operations_.Answer(connection_, now);
    while (connection_.PollEvent()) {
    }
    const auto sent = connection_.PollTransmit(absl::MakeSpan(out_), now);
    const size_t size = sent.ok() ? sent->size : 0;
    to_peer.insert(to_peer.end(), out_.begin(), out_.begin() + static_cast<std::ptrdiff_t>(size));
    return take != 0 || size != 0 || (got.ok() && got->consumed != 0);
  }
  void Send(std::string_view text, Pipe& to_peer) {
    const auto sealed = connection_.Seal(merlon::AsBytes(text), absl::MakeSpan(out_));
    if (sealed.ok())
      to_peer.insert(to_peer.end(), out_.begin(),
                     out_.begin() + static_cast<std::ptrdiff_t>(sealed->written));
  }
  bool connected() const { return connection_.connected(); }
  std::string received;

 private:
  std::vector<uint8_t> storage_ = std::vector<uint8_t>(16384), reassembly_ = storage_;
  std::vector<uint8_t> in_, out_ = std::vector<uint8_t>(20000);
  merlon::tls::LocalOperations operations_;
  merlon::tls::HandshakeCore<merlon::tls::FullProfile> core_;
  merlon::tls::StreamConnection connection_;
};

int main() {
  using namespace merlon;
  crypto::SystemRng rng;
  crypto::InlineKeyStore<1> keys{crypto::DefaultDrivers()};
  const crypto::Context crypto{*keys, crypto::DefaultDrivers(), rng};
  // Both ends were given this key, so no certificate is needed. It is 32 random bytes, of course.
  const auto key = keys->Generate(
      {.type = crypto::KeyType::kSecret, .bits = 256, .usage = crypto::Usage::kDerive}, rng);
  if (!key.ok()) return 1;
  const auto client_config =
      tls::ClientConfigBuilder(crypto).AddExternalPsk("device 17", *key).RequirePsk().Build();
  const auto server_config =
      tls::ServerConfigBuilder(crypto).AddExternalPsk("device 17", *key).Build();
  if (!client_config.ok() || !server_config.ok()) return 1;

  const Now now{Instant(Duration(0)), UnixTime(std::chrono::seconds(1'800'000'000))};
  End client(crypto, **client_config, tls::ClientOptions{}, now);
  End server(crypto, **server_config, tls::ServerOptions{}, now);
  Pipe to_client, to_server;
  const auto run = [&] {
    while (client.Step(to_client, to_server, now) || server.Step(to_server, to_client, now)) {
    }
  };
  run();
  client.Send("hello over my own pipe", to_server);
  run();
  std::printf("connected: %d, the server has: %s\n", client.connected(), server.received.c_str());
  return server.received == "hello over my own pipe" ? 0 : 1;
}
