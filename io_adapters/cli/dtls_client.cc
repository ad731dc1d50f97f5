// SPDX-License-Identifier: Apache-2.0
// merlon dtls-client: lines of stdin over DTLS on UDP, and what comes back; minds the socket, stdin
// and the connection's timers at once.
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "io_adapters/cli/command.h"
#include "io_adapters/cli/credential_arguments.h"
#include "io_adapters/cli/line_reader.h"
#include "io_adapters/cli/protocol_arguments.h"
#include "io_adapters/datagram_client.h"
#include "io_adapters/sentences.h"
#include "io_adapters/text.h"

namespace merlon::cli {
namespace {

using io::BlockingDatagram;
using io::Cat;

// A line at a time: it is sent again each second until something comes, since a datagram may be
// lost; until then the next one is left in stdin.
class Talk {
 public:
  Talk(BlockingDatagram& connection, int socket) : connection_(connection), socket_(socket) {}

  // Until the end of stdin, or the server's.
  absl::Status Run() {
    while (waiting_ || !lines_.at_end()) {
      const auto data = connection_.ReadUntil(Now());  // what is here; minds the timers
      if (!data.ok()) return data.status();
      if (!data->has_value()) {
        if (absl::Status s = SendOrWait(); !s.ok()) return s;
        continue;
      }
      if ((*data)->empty()) return OnClosed();
      printf("%.*s\n", static_cast<int>((*data)->size()), (*data)->data());
      fflush(stdout);
      waiting_ = false;
    }
    return absl::OkStatus();
  }

 private:
  static constexpr int kAttempts = 10;

  Instant Now() const { return connection_.transport().now().instant; }

  absl::Status OnClosed() const {
    return waiting_ ? absl::UnavailableError("the server has closed without an answer")
                    : absl::OkStatus();
  }

  absl::Status SendOrWait() {
    if (!waiting_) {
      std::optional<std::string> line = lines_.Next();
      if (!line) return Wait();
      line_ = *std::move(line);
      attempts_ = 0;
    } else if (Now() < send_again_) {
      return Wait();
    } else if (attempts_ == kAttempts) {
      return absl::DeadlineExceededError(Cat("no answer to ", kAttempts, " datagrams"));
    }
    waiting_ = true;
    ++attempts_;
    send_again_ = Now() + std::chrono::seconds(1);
    return connection_.Write(line_);
  }

  absl::Status Wait() {
    pollfd entries[2] = {{.fd = socket_, .events = POLLIN, .revents = 0},
                         {.fd = lines_.fd(), .events = POLLIN, .revents = 0}};
    if (waiting_ || lines_.at_end()) entries[1].fd = -1;  // poll(2) skips it
    std::optional<Instant> until = connection_.NextTimeout();
    if (waiting_) until = until ? std::min(*until, send_again_) : send_again_;
    if (::poll(entries, 2, io::PollTimeout(until)) < 0) {
      return errno == EINTR ? absl::OkStatus() : absl::ErrnoToStatus(errno, "poll");
    }
    return entries[1].revents != 0 ? lines_.Fill() : absl::OkStatus();
  }

  BlockingDatagram& connection_;
  int socket_;
  LineReader lines_{STDIN_FILENO};
  bool waiting_ = false;  // for an answer to line_
  std::string line_;
  int attempts_ = 0;
  Instant send_again_{};
};

int Explain(const BlockingDatagram& connection, const absl::Status& status) {
  if (absl::IsDeadlineExceeded(status)) return Complain(kTimeout, status);
  return Complain(connection.failure() ? kTls : kTransport, status);
}

int RunDtlsClient(const Arguments& arguments) {
  const auto address = io::ParseAddress(arguments.words()[0], 4433);
  const auto mtu = arguments.Number("mtu", 1200, 256, 16384);
  const auto patience = arguments.Number("timeout", 60, 1, 3600);
  for (const absl::Status& s : {address.status(), mtu.status(), patience.status()}) {
    if (!s.ok()) return Complain(kUsage, s);
  }
  io::TlsClientOptions options;
  if (auto s = ReadCredentials(arguments, options); !s.ok()) return Complain(kUsage, s);
  if (absl::Status s = ReadProtocol(arguments, options); !s.ok()) return Complain(kUsage, s);
  options.alpn = arguments.List("alpn");
  const auto client = io::TlsClient::Create(options);
  if (!client.ok()) return Complain(kUsage, client.status());
  auto socket = io::UdpConnect(*address);
  if (!socket.ok()) return Complain(kTransport, socket.status());
  const int fd = socket->get();
  io::EndpointOptions endpoint;
  endpoint.server_name = arguments.Value("servername", address->host);
  tls::DatagramOptions datagram;
  datagram.mtu = static_cast<size_t>(*mtu);
  const auto started =
      io::StartDatagrams(**client, *std::move(socket), std::move(endpoint), datagram);
  if (!started.ok()) return Complain(kUsage, started.status());
  BlockingDatagram& connection = **started;
  const Instant deadline = connection.transport().now().instant + std::chrono::seconds(*patience);
  if (absl::Status s = connection.HandshakeUntil(deadline); !s.ok()) return Explain(connection, s);
  fprintf(stderr, "merlon: connected: %s\n",
          io::DescribeNegotiated(connection.negotiated()).c_str());
  const absl::Status talked = Talk(connection, fd).Run();
  if (!talked.ok()) return Explain(connection, talked);
  (void)connection.Close();
  return kDone;
}

}  // namespace

const Command kDtlsClient = {
    .name = "dtls-client",
    .summary = "connect to a DTLS server; send lines, print its answers",
    .help =
        "  merlon dtls-client HOST[:PORT] [OPTIONS]\n\n"
        "Each line of stdin is sent as a datagram, again after a second without an answer, and\n"
        "whatever comes is printed as a line.\n\n"
        "  --cafile FILE      PEM of the authorities to trust (the system's)\n"
        "  --status WORD      whether the certificate was revoked: off, soft (what nobody tells of "
        "is\n"
        "                     taken) or hard; the server is asked for an OCSP response (off)\n"
        "  --crl FILE,...     CRLs, PEM or DER, for --status (soft)\n"
        "  --client-cert FILE PEM of a chain, for servers that ask for one\n"
        "  --client-key FILE  PEM of its private key\n"
        "  --pass-file FILE   whose first line opens a key that is encrypted\n"
        "  --psk-file FILE    lines IDENTITY:HEXKEY, imported by RFC 9258; without --cafile the\n"
        "                     server must know one of them\n"
        "  --raw-psk-file F   the same, for servers without RFC 9258\n"
        "  --servername NAME  whom the certificate must be for (HOST)\n"
        "  --alpn NAMES       protocols to offer, most wanted first, with commas\n"
        "  --mtu BYTES        of the largest datagram to send (1200)\n"
        "  --timeout SECONDS  for the handshake (60)\n\n"
        "Exit codes: 0 done; 1 usage; 2 network; 3 DTLS; 4 no answer.\n",
    .arguments = {.options =
                      "cafile status crl client-cert client-key pass-file psk-file raw-psk-file "
                      "servername alpn mtu timeout "
                      "min-version max-version suites",
                  .switches = "",
                  .min_words = 1,
                  .max_words = 1},
    .run = RunDtlsClient,
    .more_help = ProtocolHelp,
};

}  // namespace merlon::cli
