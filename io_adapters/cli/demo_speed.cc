// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/cli/demo_speed.h"

#include <chrono>
#include <vector>

#include "io_adapters/drive.h"
#include "io_adapters/text.h"

namespace merlon::cli {
namespace {

using Clock = std::chrono::steady_clock;
using Pair = DemoPair<tls::StreamConnection>;
using ConfigPointer = std::shared_ptr<const tls::ClientConfig>;

constexpr auto kTime = std::chrono::milliseconds(600);  // for each measurement

// A pair that is connected, on a link that outlives it.
absl::StatusOr<std::unique_ptr<Pair>> Connect(DemoWorld& world, io::LossyLink& link,
                                              const std::string& session,
                                              const ConfigPointer& config) {
  absl::StatusOr<tls::Seed> client_seed = world.crypto().NewSeed();
  absl::StatusOr<tls::Seed> server_seed = world.crypto().NewSeed();
  if (!client_seed.ok()) return client_seed.status();
  if (!server_seed.ok()) return server_seed.status();
  auto pair = std::make_unique<Pair>(world, link.left(), link.right(), *std::move(client_seed),
                                     *std::move(server_seed), session, config);
  io::Driven<tls::StreamConnection> client{pair->client, {}}, server{pair->server, {}};
  const auto connected = [&] { return !pair->client.session().empty(); };
  if (absl::Status s = io::Drive(link, client, server, connected); !s.ok()) return s;
  return pair;
}

absl::StatusOr<int64_t> HandshakesPerSecond(DemoWorld& world, const io::LinkOptions& options,
                                            const std::string& session,
                                            const ConfigPointer& config) {
  int64_t count = 0;
  const Clock::time_point start = Clock::now();
  Clock::duration passed{};
  do {
    io::LossyLink link(options);
    if (const auto pair = Connect(world, link, session, config); !pair.ok()) return pair.status();
    ++count;
    passed = Clock::now() - start;
  } while (passed < kTime);
  return static_cast<int64_t>(static_cast<double>(count) /
                              std::chrono::duration<double>(passed).count());
}

// Sealed at one end, opened in place at the other: records of 16 KiB, 1 MB = 10^6 bytes.
absl::StatusOr<int64_t> MegabytesPerSecond(Pair& pair, const Now& now) {
  std::vector<uint8_t> plaintext(16384, 'x'), records(pair.client.connection().SealedSize(16384));
  uint64_t bytes = 0;
  const Clock::time_point start = Clock::now();
  Clock::duration passed{};
  do {
    const auto sealed = pair.client.connection().Seal(Bytes(plaintext), absl::MakeSpan(records));
    if (!sealed.ok()) return pair.client.StatusOf(sealed.error());
    MutableBytes in = Slice(absl::MakeSpan(records), 0, sealed->written);
    while (!in.empty()) {
      const auto received = pair.server.connection().Receive(in, now);
      if (!received.ok()) return pair.server.StatusOf(received.error());
      bytes += received->plaintext.size();
      in = Slice(in, received->consumed);
    }
    passed = Clock::now() - start;
  } while (passed < kTime);
  return static_cast<int64_t>(static_cast<double>(bytes) / 1e6 /
                              std::chrono::duration<double>(passed).count());
}

}  // namespace

absl::StatusOr<std::string> MeasureSpeed(DemoWorld& world, const io::LinkOptions& options) {
  io::LossyLink link(options);
  const ConfigPointer& hybrid = world.client_config(tls::Version::kTls13);
  const auto pair = Connect(world, link, "", hybrid);
  if (!pair.ok()) return pair.status();
  const auto rate = MegabytesPerSecond(**pair, link.now());
  if (!rate.ok()) return rate.status();
  std::string out = "On this machine, one thread, both ends:\n";
  for (const ConfigPointer& config : {world.curve_client_config(), hybrid}) {
    const auto full = HandshakesPerSecond(world, options, "", config);
    if (!full.ok()) return full.status();
    const auto resumed = HandshakesPerSecond(world, options, (*pair)->client.session(), config);
    if (!resumed.ok()) return resumed.status();
    out += io::Cat("  ", *full, " full handshakes per second, ", *resumed, " resumed, with ",
                   io::GroupName(static_cast<uint16_t>(config->common.groups[0]->id)), "\n");
  }
  return io::Cat(out, "  ", *rate, " MB/s sealed and opened, ",
                 io::SuiteName((*pair)->client.core().negotiated().suite->id), "\n");
}

}  // namespace merlon::cli
