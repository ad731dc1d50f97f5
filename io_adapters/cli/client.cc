// SPDX-License-Identifier: Apache-2.0
// merlon client: one connection to a server, verified; fetches a path over HTTP, or joins the
// connection to stdin and stdout.
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include <cstdio>

#include "io_adapters/cli/command.h"
#include "io_adapters/cli/credential_arguments.h"
#include "io_adapters/cli/protocol_arguments.h"
#include "io_adapters/key_log.h"
#include "io_adapters/sentences.h"
#include "io_adapters/tcp.h"
#include "io_adapters/text.h"
#include "io_adapters/tls_client.h"

namespace merlon::cli {
namespace {

using io::BlockingStream;
using io::Cat;

absl::Status Print(std::string_view text) {
  const bool written = fwrite(text.data(), 1, text.size(), stdout) == text.size();
  return written && fflush(stdout) == 0 ? absl::OkStatus()
                                        : absl::ErrnoToStatus(errno, "writing to stdout");
}

// The body of the answer goes to stdout; a status other than 2xx is an error.
absl::Status Fetch(BlockingStream& stream, const std::string& host, const std::string& path) {
  absl::Status s = stream.Write(Cat("GET ", path, " HTTP/1.1\r\nHost: ", host,
                                    "\r\nUser-Agent: merlon\r\nConnection: close\r\n\r\n"));
  if (!s.ok()) return s;
  std::string head;
  bool in_body = false;
  absl::StatusOr<std::string_view> text;
  for (;;) {
    text = stream.Read();
    if (!text.ok() || text->empty()) break;
    if (in_body) {
      if (s = Print(*text); !s.ok()) return s;
      continue;
    }
    head += *text;
    const size_t end = head.find("\r\n\r\n");
    if (end == std::string::npos && head.size() > 65536) {
      return absl::InvalidArgumentError("the HTTP header is longer than 64 KiB");
    }
    if (end == std::string::npos) continue;
    in_body = true;
    if (s = Print(std::string_view(head).substr(end + 4)); !s.ok()) return s;
  }
  if (!text.ok()) return text.status();
  if (head.compare(0, 5, "HTTP/") != 0) return absl::DataLossError("that was no HTTP answer");
  const size_t space = head.find(' ');
  if (space == std::string::npos || head.compare(space, 2, " 2") != 0) {
    const std::string line = head.substr(0, head.find("\r\n"));
    return absl::NotFoundError(Cat("the server says ", io::Printable(line)));
  }
  return absl::OkStatus();
}

// Until the peer closes. After the end of stdin the connection is closed from here.
absl::Status Pipe(BlockingStream& stream, int fd) {
  pollfd entries[2] = {{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0},
                       {.fd = fd, .events = POLLIN, .revents = 0}};
  while (!stream.peer_closed()) {
    // What was read with the handshake is not in the socket any more.
    auto text = stream.ReadUntil(stream.transport().now().instant);
    if (!text.ok()) return text.status();
    if (text->has_value()) {
      if (absl::Status s = Print(**text); !s.ok()) return s;
      continue;
    }
    if (::poll(entries, 2, -1) < 0 && errno != EINTR) return absl::ErrnoToStatus(errno, "poll");
    if (entries[0].revents == 0) continue;
    char block[16384];
    const ssize_t n = ::read(STDIN_FILENO, block, sizeof(block));
    if (n < 0 && errno == EINTR) continue;
    if (n > 0) {
      if (absl::Status s = stream.Write({block, static_cast<size_t>(n)}); !s.ok()) return s;
    } else {
      entries[0].fd = -1;
      if (absl::Status s = stream.Close(); !s.ok()) return s;
    }
  }
  return absl::OkStatus();
}

struct Plan {
  io::Address address;
  std::string server_name, path, session_file;
  bool pipe = false, verbose = false;
  std::shared_ptr<io::KeyLog> key_log;
};

int Explain(const BlockingStream& stream, const absl::Status& status) {
  return Complain(stream.failure() ? kTls : kTransport, status);
}

int Run(io::TlsClient& client, const Plan& plan) {
  absl::StatusOr<io::Descriptor> socket = io::TcpConnect(plan.address);
  if (!socket.ok()) return Complain(kTransport, socket.status());
  const int fd = socket->get();
  io::EndpointOptions options;
  options.server_name = plan.server_name;
  if (plan.key_log) {
    options.on_secret = [log = plan.key_log](const tls::SecretLogged& s) { log->Add(s); };
  }
  if (!plan.session_file.empty()) {
    const auto session = io::ReadFile(plan.session_file, 65536);
    if (session.ok()) options.session = *session;
  }
  const auto stream =
      client.Start(std::make_unique<io::DescriptorTransport>(*std::move(socket)), options);
  if (!stream.ok()) return Complain(kUsage, stream.status());
  if (absl::Status s = (*stream)->Handshake(); !s.ok()) return Explain(**stream, s);
  if (plan.verbose) {
    fprintf(stderr, "merlon: connected: %s\n",
            io::DescribeNegotiated((*stream)->negotiated()).c_str());
  }
  const absl::Status done =
      plan.pipe ? Pipe(**stream, fd) : Fetch(**stream, plan.server_name, plan.path);
  if (!done.ok()) return Explain(**stream, done);
  (void)(*stream)->Close();
  if (!plan.session_file.empty() && !(*stream)->session().empty()) {
    const absl::Status s = io::WriteFile(plan.session_file, (*stream)->session(), true);
    if (!s.ok()) return Complain(kUsage, s);
  }
  return kDone;
}

int RunClient(const Arguments& arguments) {
  Plan plan;
  const auto address = io::ParseAddress(arguments.words()[0], 443);
  if (!address.ok()) return Complain(kUsage, address.status());
  plan.address = *address;
  plan.server_name = arguments.Value("servername", address->host);
  plan.path = arguments.Value("http");
  plan.pipe = !arguments.Has("http");
  plan.verbose = arguments.Has("verbose");
  plan.session_file = arguments.Value("session");
  io::TlsClientOptions options;
  if (auto s = ReadCredentials(arguments, options); !s.ok()) return Complain(kUsage, s);
  if (absl::Status s = ReadProtocol(arguments, options); !s.ok()) return Complain(kUsage, s);
  options.alpn = arguments.List("alpn");
  const auto groups = ParseGroups(arguments.List("groups"));
  if (!groups.ok()) return Complain(kUsage, groups.status());
  options.groups = *groups;
  if (arguments.Has("keylog")) {
    auto log = io::KeyLog::Open(arguments.Value("keylog"));
    if (!log.ok()) return Complain(kUsage, log.status());
    plan.key_log = *std::move(log);
    options.log_secrets = true;
  }
  const auto client = io::TlsClient::Create(options);
  if (!client.ok()) return Complain(kUsage, client.status());
  return Run(**client, plan);
}

}  // namespace

const Command kClient = {
    .name = "client",
    .summary = "connect to a TLS server, verify it, fetch a page or pipe stdin and stdout",
    .help =
        "  merlon client HOST[:PORT] [OPTIONS]\n\n"
        "Without --http, stdin goes to the server and what it sends to stdout.\n\n"
        "  --http PATH        fetch this path over HTTP/1.1; its body goes to stdout\n"
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
        "  --groups NAMES     X25519MLKEM768, x25519, secp256r1 (or P-256), secp384r1 (or P-384), "
        "best\n"
        "                     first; in this order where none are named; secp521r1 (or P-521) when "
        "named\n"
        "  --session FILE     resume with the session in it; keep the newest there (secret)\n"
        "  --keylog FILE      append secrets in SSLKEYLOGFILE's format\n"
        "  --verbose          say what was negotiated\n\n"
        "Exit codes: 0 done; 1 usage; 2 connection or HTTP; 3 TLS.\n",
    .arguments = {.options = "http cafile status crl client-cert client-key pass-file psk-file "
                             "raw-psk-file servername alpn "
                             "groups session keylog min-version max-version suites",
                  .switches = "verbose",
                  .min_words = 1,
                  .max_words = 1},
    .run = RunClient,
    .more_help = ProtocolHelp,
};

}  // namespace merlon::cli
