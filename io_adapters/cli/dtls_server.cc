// SPDX-License-Identifier: Apache-2.0
// merlon dtls-server: echoes datagrams over DTLS on UDP, for many clients on one socket.
#include <cstdio>

#include "io_adapters/cli/command.h"
#include "io_adapters/cli/credential_arguments.h"
#include "io_adapters/cli/protocol_arguments.h"
#include "io_adapters/sentences.h"
#include "io_adapters/tls_server.h"
#include "io_adapters/udp_server.h"

namespace merlon::cli {
namespace {

using io::UdpServer;

// What addresses that nobody had proved yet were answered, and how many of them have proved it.
void SayCounts(const tls::ListenerCounts& counts) {
  const auto number = [](uint64_t n) { return static_cast<unsigned long long>(n); };
  fprintf(stderr, "merlon: strangers: %llu answered with %llu bytes, %llu cookies came back\n",
          number(counts.replies), number(counts.bytes_out), number(counts.connections));
}

// Echoes to each client until it closes, or is silent for a minute; `last` clients, 0: for ever.
int Echo(io::TlsServer& tls, io::Listener socket, const io::UdpServerOptions& options, int last) {
  int ended = 0;
  absl::StatusOr<std::unique_ptr<UdpServer>> server;
  const UdpServer::Handlers handlers = {
      .on_connected =
          [&](UdpServer::Peer& peer) {
            fprintf(stderr, "merlon: connected: %s\n",
                    io::DescribeNegotiated(peer.negotiated()).c_str());
            SayCounts((*server)->counts());
          },
      .on_data =
          [](UdpServer::Peer& peer, std::string_view data) {
            if (absl::Status s = peer.Write(data); !s.ok()) (void)Complain(kTls, s);
          },
      .on_end =
          [&](UdpServer::Peer&, const absl::Status& why) {
            ++ended;
            if (why.ok()) {
              fprintf(stderr, "merlon: closed by the client\n");
            } else {
              (void)Complain(kTls, why);
            }
          },
  };
  server = UdpServer::Create(tls, std::move(socket), options, handlers);
  if (!server.ok()) return Complain(kUsage, server.status());
  while (last == 0 || ended < last) {
    const absl::Status s = (*server)->Step(std::nullopt);
    if (!s.ok()) return Complain(kTransport, s);
  }
  return kDone;
}

int RunDtlsServer(const Arguments& arguments) {
  const auto port = arguments.Number("port", 4433, 0, 65535);
  const auto count = arguments.Number("count", 0, 0, 1 << 30);
  const auto mtu = arguments.Number("mtu", 1200, 256, 16384);
  const auto groups = ParseGroups(arguments.List("groups"));
  for (const absl::Status& s : {port.status(), count.status(), mtu.status(), groups.status()}) {
    if (!s.ok()) return Complain(kUsage, s);
  }
  io::TlsServerOptions options;
  options.alpn = arguments.List("alpn");
  options.groups = *groups;
  if (absl::Status s = ReadCredentials(arguments, options); !s.ok()) return Complain(kUsage, s);
  if (absl::Status s = ReadProtocol(arguments, options); !s.ok()) return Complain(kUsage, s);
  const auto server = CreateServer(arguments, options);
  if (!server.ok()) return Complain(kUsage, server.status());
  auto listener = io::UdpListen({arguments.Value("host"), static_cast<uint16_t>(*port)});
  if (!listener.ok()) return Complain(kTransport, listener.status());
  printf("listening on port %d\n", listener->port);
  fflush(stdout);
  io::UdpServerOptions udp;
  udp.mtu = static_cast<size_t>(*mtu);
  return Echo(**server, *std::move(listener), udp, arguments.Has("once") ? 1 : *count);
}

}  // namespace

const Command kDtlsServer = {
    .name = "dtls-server",
    .summary = "echo datagrams over DTLS, for many clients at once",
    .help =
        "  merlon dtls-server --cert FILE --key KEY [OPTIONS]\n\n"
        "Serves up to 256 clients on one socket. Keeps nothing of a client, and sends it no more\n"
        "than a cookie, before that has come back. Says its port on stdout, and on stderr what\n"
        "became of each, and how many cookies it took.\n\n"
        "  --cert FILE     PEM of the chain, the server's own certificate first\n"
        "  --key KEY       its private key: a file of PEM, or store:NAME or agent:NAME, which\n"
        "                  merlon key --help tells of, and of --key-store and --agent\n"
        "  --pass-file F   whose first line opens a key that is encrypted\n"
        "  --staple FILE   OCSP response for it, DER, for clients that ask (merlon cert ocsp)\n"
        "  --client-ca F   PEM of the authorities of clients: ask for certificates\n"
        "  --client-auth W required, or optional (required)\n"
        "  --psk-file FILE lines IDENTITY:HEXKEY, imported by RFC 9258; --cert and --key may be\n"
        "                  left out\n"
        "  --raw-psk-file F  the same, for clients without RFC 9258\n"
        "  --port N        where to listen (4433); 0: any that is free\n"
        "  --host ADDRESS  of this machine (all)\n"
        "  --alpn NAMES    protocols, most wanted first, with commas\n"
        "  --groups NAMES  as of merlon server\n"
        "  --mtu BYTES     of the largest datagram to send (1200)\n"
        "  --once          end after one client\n"
        "  --count N       end after N clients\n",
    .arguments = {.options =
                      "cert key pass-file staple client-ca client-auth psk-file raw-psk-file port "
                      "host alpn mtu groups count "
                      "min-version max-version suites key-store passphrase-file counts agent",
                  .switches = "once"},
    .run = RunDtlsServer,
    .more_help = ProtocolHelp,
};

}  // namespace merlon::cli
