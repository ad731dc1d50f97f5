// SPDX-License-Identifier: Apache-2.0
// Merlon with the command line of the other peers (plumbing.h): for what the program `merlon` has
// no options for, and so that either end of a conversation is started in the same way.
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "io_adapters/datagram_endpoint.h"
#include "io_adapters/descriptor.h"
#include "io_adapters/endpoint.h"
#include "io_adapters/files.h"
#include "io_adapters/interop/peers/coap.h"
#include "io_adapters/interop/peers/plumbing.h"
#include "io_adapters/process_crypto.h"
#include "io_adapters/sentences.h"
#include "io_adapters/text.h"
#include "io_adapters/ticket_key.h"
#include "io_adapters/transport.h"
#include "io_adapters/trust.h"
#include "io_adapters/udp_datagram.h"
#include "tls/config_builder.h"
#include "x509/pkcs8.h"

namespace merlon::interop {
namespace {

template <class T>
T Must(absl::StatusOr<T> value) {
  if (!value.ok()) Die(std::string(value.status().message()).c_str());
  return *std::move(value);
}

bool Failed(const absl::Status& status) {
  printf("failed: %s\n", std::string(status.message()).c_str());
  return false;
}

// What all connections of this process share.
struct World {
  explicit World(const Options& chosen) : options(chosen) {
    if (options.ca != nullptr) trust = Must(io::TrustSnapshot::Load(options.ca));
    if (options.is_server) {
      ticket_key = Must(io::NewTicketKey(crypto.context()));
      server = Must(BuildServer());
      operations = tls::LocalOperations::ForServer(*server, &*ticket_key, Policy());
    } else {
      client = Must(BuildClient());
      operations = tls::LocalOperations::ForClient(*client, Policy());
    }
  }

  std::vector<uint16_t> Groups() const {
    std::vector<uint16_t> out;
    for (const std::string& name : io::Split(options.groups, ',')) {
      out.push_back(name == "P-256" ? 23 : name == "X25519MLKEM768" ? 4588 : 29);
    }
    return out;
  }
  crypto::KeyHandle Psk() {
    const auto key =
        crypto.keys().Import({.type = crypto::KeyType::kSecret, .usage = crypto::Usage::kDerive},
                             Bytes(options.psk, options.psk_size));
    if (!key.ok()) Die("psk=");
    return *key;
  }
  tls::ChainPolicy Policy() const {
    return tls::VerifyAgainst{.anchors = trust.get(), .expected_name = {}};
  }
  template <class Builder>
  void ChooseCommon(Builder& builder) {
    const tls::Version version = options.is_13 ? tls::Version::kTls13 : tls::Version::kTls12;
    builder.SetVersions(version, version);
    if (options.plain_master) builder.AllowWithoutExtendedMasterSecret();
    if (options.cert != nullptr) {
      const auto key = x509::ImportPrivateKeyPem(crypto.keys(), Must(io::ReadFile(options.key)),
                                                 crypto::Usage::kSign);
      if (!key.ok()) Die(options.key);
      builder.AddCredential({.chain_der = Must(io::ReadCertificates(options.cert)), .key = *key});
    }
    if (options.groups != nullptr) builder.SetGroups(Groups());
    if (options.alpn != nullptr) builder.AddAlpn(options.alpn);
    if (options.psk_size != 0) builder.AddRawExternalPsk(options.psk_identity, Psk());
  }
  absl::StatusOr<std::shared_ptr<const tls::ClientConfig>> BuildClient() {
    tls::ClientConfigBuilder builder(crypto.context());
    ChooseCommon(builder);
    if (options.psk_size != 0) builder.RequirePsk();
    return builder.Build();
  }
  absl::StatusOr<std::shared_ptr<const tls::ServerConfig>> BuildServer() {
    tls::ServerConfigBuilder builder(crypto.context());
    ChooseCommon(builder);
    builder.SetTickets(options.tickets);
    if (trust) builder.SetClientAuthentication(tls::ClientAuthentication::kRequired);
    return builder.Build();
  }

  Options options;
  io::ProcessCrypto crypto;
  std::shared_ptr<const io::TrustSnapshot> trust;
  std::optional<crypto::BoundAeadKey> ticket_key;
  std::shared_ptr<const tls::ClientConfig> client;
  std::shared_ptr<const tls::ServerConfig> server;
  tls::LocalOptions operations;
};

// One connection over either face.
template <class Face>
class Conversation {
 public:
  template <class Config>
  Conversation(World& world, const Config& config, int fd, const std::string& session)
      : transport_(NewTransport(fd)),
        endpoint_(*transport_, config, world.crypto.context(), Must(world.crypto.NewSeed()),
                  {.server_name = "localhost",
                   .session = session,
                   .operations = world.operations,
                   .on_secret = {}},
                  FaceOptions(world.options)) {}

  bool Handshake() {
    if (absl::Status s = endpoint_.Handshake(); !s.ok()) return Failed(s);
    const tls::Negotiated& negotiated = endpoint_.core().negotiated();
    printf("connected to Merlon; resumed=%s alpn=%s %s\n",
           negotiated.authentication == tls::Authentication::kResumption ? "yes" : "no",
           std::string(negotiated.alpn).c_str(), io::DescribeNegotiated(negotiated).c_str());
    return true;
  }
  // Nothing: it failed, and that has been said. Empty: the peer has closed, and that too.
  std::optional<std::string> Read() {
    const auto data = endpoint_.Read(std::nullopt);
    if (!data.ok()) {
      Failed(data.status());
      return std::nullopt;
    }
    if ((*data)->empty()) printf("closed\n");
    return std::string(**data);
  }
  bool Write(const std::string& data) {
    const absl::Status s = endpoint_.Write(data);
    return s.ok() || Failed(s);
  }
  bool Update() {
    const Result<void> asked = endpoint_.connection().RequestKeyUpdate(/*request_peer=*/true);
    if (!asked.ok()) return Failed(endpoint_.StatusOf(asked.error()));
    const absl::Status s = endpoint_.Settle();
    return s.ok() || Failed(s);
  }
  // And waits for the peer to close, which as a datagram may be lost.
  bool Close() {
    if (absl::Status s = endpoint_.Close(); !s.ok()) return Failed(s);
    while (!endpoint_.peer_closed()) {
      const auto rest = endpoint_.Read(transport_->now().instant + std::chrono::seconds(2));
      if (rest.ok() && rest->has_value()) continue;
      if (kIsDatagram) break;
      return rest.ok() ? Failed(absl::DeadlineExceededError("no close_notify"))
                       : Failed(rest.status());
    }
    return true;
  }
  // Minds the timers and what comes until stdin has something: peers wait for our ACKs.
  void AwaitStdin() {
    pollfd entry = {.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
    while (poll(&entry, 1, /*milliseconds=*/10) == 0) {
      (void)endpoint_.Next(transport_->now().instant);
    }
  }
  const std::string& session() const { return endpoint_.session(); }

 private:
  static constexpr bool kIsDatagram = io::FaceTraits<Face>::kTransport == tls::Transport::kDatagram;
  static auto FaceOptions(const Options& options) {
    typename io::Endpoint<Face>::FaceOptions face;
    if constexpr (kIsDatagram) {
      if (options.mtu != 0) face.mtu = static_cast<size_t>(options.mtu);
    }
    return face;
  }
  static std::unique_ptr<io::Transport> NewTransport(int fd) {
    if (kIsDatagram) return std::make_unique<io::UdpTransport>(io::Descriptor(fd));
    return std::make_unique<io::DescriptorTransport>(io::Descriptor(fd));
  }

  std::unique_ptr<io::Transport> transport_;
  io::Endpoint<Face> endpoint_;
};

// Of a server to what came.
std::string Answer(const Options& options, const std::string& data) {
  if (!options.coap) return data;
  return CoapAnswer(data, "Merlon's front page").value_or("");
}

template <class Face>
void Serve(const Options& options, Conversation<Face>& peer) {
  if (!peer.Handshake()) return;
  for (;;) {
    const std::optional<std::string> data = peer.Read();
    if (!data) return;
    if (data->empty() || data->starts_with("?close")) break;
    if (data->starts_with("?update") && !peer.Update()) return;
    if (!peer.Write(Answer(options, *data))) return;
  }
  (void)peer.Close();
}

enum class End { kFailed, kClosed, kAgain };

template <class Face>
End Talk(Conversation<Face>& peer) {
  const auto close = [&](End end) { return peer.Close() ? end : End::kFailed; };
  char line[MAX_LINE];
  for (;;) {
    peer.AwaitStdin();
    if (!NextLine(line)) break;
    const std::string text = line;
    if (text == "!again") return close(End::kAgain);
    if (text == "!update") {
      if (!peer.Update()) return End::kFailed;
      continue;
    }
    if (!peer.Write(text + "\n")) return End::kFailed;
    const std::optional<std::string> data = peer.Read();
    if (!data) return End::kFailed;
    if (data->empty()) break;
    printf("got %s", data->c_str());
  }
  return close(End::kClosed);
}

template <class Face>
int Run(World& world) {
  const Options& options = world.options;
  std::string session;
  int listener = options.is_server ? Listen(&options) : -1;
  for (End end = End::kAgain; end == End::kAgain;) {
    if (options.is_server) {
      const int fd = AcceptOne(&listener, &options);
      if (fd < 0) return 1;
      Conversation<Face> peer(world, world.server, fd, "");
      Serve(options, peer);
    } else {
      Conversation<Face> peer(world, world.client, Connect(&options), session);
      end = peer.Handshake() ? Talk(peer) : End::kFailed;
      session = peer.session();
      if (end == End::kFailed) return 1;
    }
  }
  return 0;
}

}  // namespace
}  // namespace merlon::interop

int main(int argc, char** argv) {
  using namespace merlon;
  interop::World world(ParseOptions(argc, argv));
  return world.options.is_datagram ? interop::Run<tls::DatagramConnection>(world)
                                   : interop::Run<tls::StreamConnection>(world);
}
