// SPDX-License-Identifier: Apache-2.0
// merlon dtls-server: echoes datagrams over DTLS on UDP.
#include <cstdio>

#include "io_adapters/cli/command.h"
#include "io_adapters/cli/credential_arguments.h"
#include "io_adapters/cli/protocol_arguments.h"
#include "io_adapters/sentences.h"
#include "io_adapters/tls_server.h"
#include "io_adapters/udp_datagram.h"

namespace merlon::cli {
namespace {

using io::BlockingDatagram;

// Echoes until the client closes, or is silent for a minute.
absl::Status EchoDatagrams(BlockingDatagram& connection) {
  for (;;) {
    const Instant patience = connection.transport().now().instant + std::chrono::minutes(1);
    const auto data = connection.ReadUntil(patience);
    if (!data.ok()) return data.status();
    if (!data->has_value() || (*data)->empty()) return connection.Close();
    if (absl::Status s = connection.Write(std::string(**data)); !s.ok()) return s;
  }
}

absl::Status ServeOne(io::TlsServer& server, const io::Listener& listener,
                      const tls::DatagramOptions& datagram) {
  auto transport = io::UdpAcceptOne(listener);
  if (!transport.ok()) return transport.status();
  auto seed = server.crypto().NewSeed();
  if (!seed.ok()) return seed.status();
  io::EndpointOptions endpoint;
  endpoint.operations = server.operations();
  BlockingDatagram connection(*std::move(transport), server.config(), server.crypto().context(),
                              *std::move(seed), std::move(endpoint), datagram);
  if (absl::Status s = connection.Handshake(); !s.ok()) return s;
  fprintf(stderr, "merlon: connected: %s\n",
          io::DescribeNegotiated(connection.negotiated()).c_str());
  return EchoDatagrams(connection);
}

int RunDtlsServer(const Arguments& arguments) {
  const auto port = arguments.Number("port", 4433, 0, 65535);
  const auto count = arguments.Number("count", 0, 0, 1 << 30);
  const auto mtu = arguments.Number("mtu", 1200, 256, 16384);
  for (const absl::Status& s : {port.status(), count.status(), mtu.status()}) {
    if (!s.ok()) return Complain(kUsage, s);
  }
  io::TlsServerOptions options;
  options.alpn = arguments.List("alpn");
  if (absl::Status s = ReadCredentials(arguments, options); !s.ok()) return Complain(kUsage, s);
  if (absl::Status s = ReadProtocol(arguments, options); !s.ok()) return Complain(kUsage, s);
  const auto server =
      io::TlsServer::Create(arguments.Value("cert"), arguments.Value("key"), options);
  if (!server.ok()) return Complain(kUsage, server.status());
  const auto listener = io::UdpListen({arguments.Value("host"), static_cast<uint16_t>(*port)});
  if (!listener.ok()) return Complain(kTransport, listener.status());
  printf("listening on port %d\n", listener->port);
  fflush(stdout);
  tls::DatagramOptions datagram;
  datagram.mtu = static_cast<size_t>(*mtu);
  const int last = arguments.Has("once") ? 1 : *count;
  for (int number = 1; last == 0 || number <= last; ++number) {
    const absl::Status s = ServeOne(**server, *listener, datagram);
    if (!s.ok()) (void)Complain(kTls, s);
  }
  return kDone;
}

}  // namespace

const Command kDtlsServer = {
    .name = "dtls-server",
    .summary = "echo datagrams over DTLS, one client after another",
    .help =
        "  merlon dtls-server --cert FILE --key FILE [OPTIONS]\n\n"
        "  --cert FILE     PEM of the chain, the server's own certificate first\n"
        "  --key FILE      PEM of its private key\n"
        "  --client-ca F   PEM of the authorities of clients: ask for certificates\n"
        "  --client-auth W required, or optional (required)\n"
        "  --psk-file FILE lines IDENTITY:HEXKEY, imported by RFC 9258; --cert and --key may be\n"
        "                  left out\n"
        "  --raw-psk-file F  the same, for clients without RFC 9258\n"
        "  --port N        where to listen (4433); 0: any that is free\n"
        "  --host ADDRESS  of this machine (all)\n"
        "  --alpn NAMES    protocols, most wanted first, with commas\n"
        "  --mtu BYTES     of the largest datagram to send (1200)\n"
        "  --once          end after one client\n"
        "  --count N       end after N clients\n",
    .arguments =
        {.options = "cert key client-ca client-auth psk-file raw-psk-file port host alpn mtu count "
                    "min-version max-version suites",
         .switches = "once"},
    .run = RunDtlsServer,
    .more_help = ProtocolHelp,
};

}  // namespace merlon::cli
