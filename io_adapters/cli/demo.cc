// SPDX-License-Identifier: Apache-2.0
// merlon demo: the same handshake core in all four protocols, on a byte stream, on a lossy datagram
// link and on frames of 20 bytes, drawn as it went; then what this machine does in a second.
#include <array>
#include <cstdio>

#include "io_adapters/cli/command.h"
#include "io_adapters/cli/demo_speed.h"
#include "io_adapters/cli/demo_world.h"
#include "io_adapters/cli/timeline.h"
#include "io_adapters/datagram_endpoint.h"
#include "io_adapters/drive.h"
#include "io_adapters/fragmenting_transport.h"
#include "io_adapters/text.h"
#include "tls/error.h"

namespace merlon::cli {
namespace {

using io::Cat;

constexpr std::string_view kQuestion = "Are you there?";
constexpr std::string_view kAnswer = "I am, and this is encrypted.";
constexpr size_t kFrame = 20;

// One of the demonstration's media.
struct Medium {
  std::string title;
  Timeline::Kind kind;
  io::LinkOptions link;
  tls::Version version;  // the client's highest
};

void Print(std::string_view text) { fwrite(text.data(), 1, text.size(), stdout); }

// Handshake, a question, an answer, a ticket; prints how it went, and gives the session.
template <class Connection>
absl::StatusOr<std::string> Converse(DemoWorld& world, const Medium& medium,
                                     const std::string& session) {
  Timeline timeline(medium.kind);
  io::LossyLink link(medium.link, [&](const io::LossyLink::Sent& sent) { timeline.Add(sent); });
  io::FragmentingTransport left_frames(link.left(), kFrame), right_frames(link.right(), kFrame);
  const bool framed = medium.kind == Timeline::Kind::kFrames;
  absl::StatusOr<tls::Seed> client_seed = world.crypto().NewSeed();
  absl::StatusOr<tls::Seed> server_seed = world.crypto().NewSeed();
  if (!client_seed.ok()) return client_seed.status();
  if (!server_seed.ok()) return server_seed.status();
  DemoPair<Connection> pair(world, framed ? static_cast<io::Transport&>(left_frames) : link.left(),
                            framed ? static_cast<io::Transport&>(right_frames) : link.right(),
                            *std::move(client_seed), *std::move(server_seed), session,
                            world.client_config(medium.version));
  io::Driven<Connection> client{pair.client, {}}, server{pair.server, {}};

  // A resumed session of TLS 1.2 goes on with the ticket that it has (RFC 5077 s3.1).
  const bool has_ticket = !session.empty() && medium.version == tls::Version::kTls12;
  const auto both_connected = [&] {
    return pair.client.connection().connected() && pair.server.connection().connected() &&
           (has_ticket || !pair.client.session().empty());
  };
  if (absl::Status s = io::Drive(link, client, server, both_connected); !s.ok()) return s;
  const Instant connected = link.now().instant;
  // A datagram may be lost for good: whoever asks, asks again.
  while (client.received.empty()) {
    if (absl::Status s = pair.client.Write(kQuestion); !s.ok()) return s;
    const Instant patience = link.now().instant + 8 * medium.link.latency;
    const auto heard = [&] {
      if (!server.received.empty()) {
        server.received.clear();
        (void)pair.server.Write(kAnswer);
      }
      return !client.received.empty() || link.now().instant >= patience;
    };
    if (absl::Status s = io::Drive(link, client, server, heard, patience); !s.ok()) return s;
  }
  const auto ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(connected.time_since_epoch());
  Print(Cat(medium.title, session.empty() ? "" : ", resumed", "\n", timeline.Draw()));
  Print(Cat("  negotiated: ", io::DescribeNegotiated(pair.client.core().negotiated()), "\n",
            "  connected", has_ticket ? "" : ", with a ticket,", " after ", ms.count(),
            " ms; the server answered: \"", client.received, "\"\n\n"));
  return pair.client.session();
}

// Twice: in full, then resumed with the ticket of the first.
template <class Connection>
absl::Status Show(DemoWorld& world, Medium medium) {
  const absl::StatusOr<std::string> session = Converse<Connection>(world, medium, "");
  if (!session.ok()) return session.status();
  medium.link.start += std::chrono::minutes(10);  // each link's clock begins anew
  return Converse<Connection>(world, medium, *session).status();
}

void ShowKey(DemoWorld& world) {
  const crypto::KeyHandle key = world.server_key();
  std::array<uint8_t, 64> out;
  const Result<size_t> exported = world.crypto().keys().Export(key, MutableBytes(out));
  Print(Cat("The server signs with key #", key.slot + 1, " (generation ", key.generation,
            "): TLS has this handle alone.\n  Its export: ",
            exported.ok() ? std::string("it was exported, which must not be")
                          : Cat("refused: ", tls::Explain(exported.error()).sentence),
            "\n\n"));
}

int RunDemo(const Arguments& arguments) {
  const absl::StatusOr<int> seed = arguments.Number("seed", 2026, 0, 1 << 30);
  const absl::StatusOr<int> loss = arguments.Number("loss", 20, 0, 60);
  if (!seed.ok()) return Complain(kUsage, seed.status());
  if (!loss.ok()) return Complain(kUsage, loss.status());
  io::LinkOptions plain;
  plain.byte_stream = true;
  plain.mtu = SIZE_MAX;
  io::LinkOptions lossy;
  lossy.seed = static_cast<uint64_t>(*seed);
  lossy.loss_percent = *loss;
  lossy.duplicate_percent = 5;
  lossy.reorder_percent = 10;
  lossy.mtu = io::FaceTraits<tls::DatagramConnection>::Options().mtu;
  io::LinkOptions frames;
  frames.mtu = kFrame;
  absl::StatusOr<std::unique_ptr<DemoWorld>> world = DemoWorld::Create(plain.start);
  if (!world.ok()) return Complain(kTls, world.status());
  const auto leaf = x509::Certificate::Parse(AsBytes((*world)->leaf_der()));
  if (!leaf.ok()) return Complain(kTls, tls::Explain(leaf.error()).sentence);
  Print(Cat("Made a CA and ", io::DescribeCertificate(*leaf), ".\n"));
  ShowKey(**world);
  const std::string losing = Cat(" over a link that loses ", *loss, " % (seed ", *seed, ")");
  using Kind = Timeline::Kind;
  constexpr auto k12 = tls::Version::kTls12, k13 = tls::Version::kTls13;
  const absl::Status shown[] = {
      Show<tls::StreamConnection>(**world, {"TLS 1.3 over memory", Kind::kStream, plain, k13}),
      Show<tls::DatagramConnection>(**world, {"DTLS 1.3" + losing, Kind::kDatagrams, lossy, k13}),
      Show<tls::StreamConnection>(**world, {"TLS 1.2 over memory", Kind::kStream, plain, k12}),
      Show<tls::DatagramConnection>(**world, {"DTLS 1.2" + losing, Kind::kDatagrams, lossy, k12}),
      Show<tls::StreamConnection>(**world,
                                  {"TLS 1.3 over frames of 20 bytes", Kind::kFrames, frames, k13}),
  };
  for (const absl::Status& status : shown) {
    if (!status.ok()) return Complain(kTls, status);
  }
  if (arguments.Has("no-speed")) return kDone;
  const absl::StatusOr<std::string> speed = MeasureSpeed(**world, plain);
  if (!speed.ok()) return Complain(kTls, speed.status());
  Print(*speed);
  return kDone;
}

}  // namespace

const Command kDemo = {
    .name = "demo",
    .summary = "show TLS and DTLS over memory, a lossy link, 20-byte frames; measure this machine",
    .help =
        "  merlon demo [--seed N] [--loss PERCENT] [--no-speed]\n\n"
        "Needs no files and no network. Makes a certification authority and a server certificate,\n"
        "connects over three media, with TLS and DTLS, 1.3 and 1.2, in full and resumed, and "
        "draws\n"
        "each flight with its size.\n\n"
        "  --seed N        of the lossy link's losses (2026)\n"
        "  --loss PERCENT  datagrams that it loses, up to 60 (20)\n"
        "  --no-speed      do not measure handshakes and throughput\n",
    .arguments = {.options = "seed loss", .switches = "no-speed"},
    .run = RunDemo,
};

}  // namespace merlon::cli
