// SPDX-License-Identifier: Apache-2.0
#include "fuzz/harness.h"

namespace merlon::fuzz {
namespace {

template <class SomeEnd, class Config, class Options>
Outcome RunTwice(Bytes script, const Config& config, const Options& options,
                 const tls::LocalOptions& local, EndOptions end_options) {
  if (end_options.now.wall == UnixTime{}) end_options.now.wall = tls::testing::kTestTime;
  if (end_options.now.instant == Instant{}) {
    end_options.now.instant += std::chrono::seconds(5);
  }
  const crypto::Context crypto = FuzzWorld().crypto();
  SomeEnd end(crypto, config, options, local, end_options);
  const Outcome outcome = end.Run(script);

  end_options.memory_fill = 0xee;
  end_options.whole_pieces = true;
  end_options.on_data = nullptr;
  end_options.on_event = nullptr;
  SomeEnd again(crypto, config, options, local, end_options);
  const Outcome& same = again.Run(script);
  Expect(outcome.events == same.events, "events do not depend on how bytes come");
  Expect(outcome.data == same.data, "data does not depend on how bytes come");
  Expect(outcome.failure == same.failure, "a failure does not depend on how bytes come");
  Expect(outcome.sent == same.sent, "what is sent does not depend on how bytes come");
  return outcome;
}

}  // namespace

World& FuzzWorld() {
  static World& world = *new World(1, FuzzDrivers());
  return world;
}

tls::LocalOptions ClientOperations(const tls::ClientConfig& config) {
  return tls::LocalOperations::ForClient(config, tls::VerifyAgainst{&FuzzWorld().anchors()});
}
tls::LocalOptions ServerOperations(const tls::ServerConfig& config) {
  return tls::LocalOperations::ForServer(config, &FuzzWorld().ticket_key(),
                                         tls::VerifyAgainst{&FuzzWorld().anchors()});
}

Outcome RunClient(Bytes script, const tls::ClientConfig& config, EndOptions options,
                  const tls::ClientOptions& client) {
  return RunTwice<StreamEnd>(script, config, client, ClientOperations(config), std::move(options));
}
Outcome RunServer(Bytes script, const tls::ServerConfig& config, EndOptions options) {
  return RunTwice<StreamEnd>(script, config, tls::ServerOptions{}, ServerOperations(config),
                             std::move(options));
}
Outcome RunDatagramClient(Bytes script, const tls::ClientConfig& config, EndOptions options,
                          const tls::ClientOptions& client) {
  return RunTwice<DatagramEnd>(script, config, client, ClientOperations(config),
                               std::move(options));
}
Outcome RunDatagramServer(Bytes script, const tls::ServerConfig& config, EndOptions options) {
  return RunTwice<DatagramEnd>(script, config, tls::ServerOptions{}, ServerOperations(config),
                               std::move(options));
}

}  // namespace merlon::fuzz
