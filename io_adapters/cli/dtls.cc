// SPDX-License-Identifier: Apache-2.0
// merlon dtls-client and dtls-server: lines over DTLS on UDP, echoed by the server.
#include <cstdio>
#include <iostream>

#include "io_adapters/cli/command.h"
#include "io_adapters/cli/credential_arguments.h"
#include "io_adapters/cli/protocol_arguments.h"
#include "io_adapters/sentences.h"
#include "io_adapters/text.h"
#include "io_adapters/tls_client.h"
#include "io_adapters/tls_server.h"
#include "io_adapters/udp_datagram.h"

namespace merlon::cli {
namespace {

using io::BlockingDatagram;
using io::Cat;

int Explain(const BlockingDatagram& connection, const absl::Status& status) {
  if (absl::IsDeadlineExceeded(status)) return Complain(kTimeout, status);
  return Complain(connection.failure() ? kTls : kTransport, status);
}

// Sends the line, again and again until an answer comes: a datagram may be lost.
absl::StatusOr<std::string> Ask(BlockingDatagram& connection, const std::string& line) {
  for (int attempt = 0; attempt < 10; ++attempt) {
    if (absl::Status s = connection.Write(line); !s.ok()) return s;
    const Instant patience = connection.transport().now().instant + std::chrono::seconds(1);
    const auto answer = connection.ReadUntil(patience);
    if (!answer.ok()) return answer.status();
    if (answer->has_value() && (*answer)->empty()) {
      return absl::UnavailableError("the server has closed");
    }
    if (answer->has_value()) return std::string(**answer);
  }
  return absl::DeadlineExceededError("no answer to 10 datagrams");
}

int RunDtlsClient(const Arguments& arguments) {
  const auto address = io::ParseAddress(arguments.words()[0], 4433);
  const auto mtu = arguments.Number("mtu", 1200, 256, 16384);
  if (!address.ok()) return Complain(kUsage, address.status());
  if (!mtu.ok()) return Complain(kUsage, mtu.status());
  io::TlsClientOptions options;
  ReadCredentials(arguments, options);
  if (absl::Status s = ReadProtocol(arguments, options); !s.ok()) return Complain(kUsage, s);
  options.alpn = arguments.List("alpn");
  const auto client = io::TlsClient::Create(options);
  if (!client.ok()) return Complain(kUsage, client.status());
  auto socket = io::UdpConnect(*address);
  if (!socket.ok()) return Complain(kTransport, socket.status());
  auto seed = (*client)->crypto().NewSeed();
  if (!seed.ok()) return Complain(kUsage, seed.status());
  io::EndpointOptions endpoint;
  endpoint.server_name = arguments.Value("servername", address->host);
  endpoint.operations = (*client)->operations();
  tls::DatagramOptions datagram;
  datagram.mtu = static_cast<size_t>(*mtu);
  BlockingDatagram connection(std::make_unique<io::UdpTransport>(*std::move(socket)),
                              (*client)->config(), (*client)->crypto().context(), *std::move(seed),
                              std::move(endpoint), datagram);
  if (absl::Status s = connection.Handshake(); !s.ok()) return Explain(connection, s);
  fprintf(stderr, "merlon: connected: %s\n",
          io::DescribeNegotiated(connection.negotiated()).c_str());
  for (std::string line; std::getline(std::cin, line);) {
    const auto answer = Ask(connection, line);
    if (!answer.ok()) return Explain(connection, answer.status());
    printf("%s\n", answer->c_str());
    fflush(stdout);
  }
  (void)connection.Close();
  return kDone;
}

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

const Command kDtlsClient = {
    .name = "dtls-client",
    .summary = "connect to a DTLS server; send lines, print its answers",
    .help =
        "  merlon dtls-client HOST[:PORT] [OPTIONS]\n\n"
        "Each line of stdin is sent as a datagram, again after a second without an answer.\n\n"
        "  --cafile FILE      PEM of the authorities to trust (the system's)\n"
        "  --client-cert FILE PEM of a chain, for servers that ask for one\n"
        "  --client-key FILE  PEM of its private key\n"
        "  --psk-file FILE    lines IDENTITY:HEXKEY, imported by RFC 9258; without --cafile the\n"
        "                     server must know one of them\n"
        "  --raw-psk-file F   the same, for servers without RFC 9258\n"
        "  --servername NAME  whom the certificate must be for (HOST)\n"
        "  --alpn NAMES       protocols to offer, most wanted first, with commas\n"
        "  --mtu BYTES        of the largest datagram to send (1200)\n\n"
        "Exit codes: 0 done; 1 usage; 2 network; 3 DTLS; 4 no answer.\n",
    .arguments =
        {.options =
             "cafile client-cert client-key psk-file raw-psk-file servername alpn mtu min-version "
             "max-version suites",
         .switches = "",
         .min_words = 1,
         .max_words = 1},
    .run = RunDtlsClient,
    .more_help = ProtocolHelp,
};

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
