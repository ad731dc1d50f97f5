// SPDX-License-Identifier: Apache-2.0
// merlon server: serves a folder over HTTP/1.1, or echoes; a thread for each connection.
#include <cstdio>
#include <list>
#include <mutex>
#include <thread>

#include "io_adapters/cli/command.h"
#include "io_adapters/cli/credential_arguments.h"
#include "io_adapters/cli/http.h"
#include "io_adapters/cli/protocol_arguments.h"
#include "io_adapters/key_log.h"
#include "io_adapters/sentences.h"
#include "io_adapters/tcp.h"
#include "io_adapters/text.h"
#include "io_adapters/tls_server.h"

namespace merlon::cli {
namespace {

using io::Cat;

struct Service {
  io::TlsServer& server;
  std::string root;  // empty: echo
  std::shared_ptr<io::KeyLog> key_log;
  bool quiet;
};

absl::Status Echo(io::BlockingStream& stream) {
  for (;;) {
    const auto text = stream.Read();
    if (!text.ok()) return text.status();
    if (text->empty()) return absl::OkStatus();
    // What was read lives in the stream's memory until the next call.
    if (absl::Status s = stream.Write(std::string(*text)); !s.ok()) return s;
  }
}

// Waits a little for the peer to close too: closing a socket with bytes unread would tear what is
// on its way to the peer.
void Finish(io::BlockingStream& stream) {
  (void)stream.Close();
  const Instant deadline = stream.transport().now().instant + std::chrono::seconds(2);
  for (;;) {
    const auto rest = stream.ReadUntil(deadline);
    if (!rest.ok() || !rest->has_value() || (*rest)->empty()) return;
  }
}

absl::Status Serve(const Service& service, io::Descriptor socket, std::string* negotiated) {
  io::EndpointOptions options;
  if (service.key_log) {
    options.on_secret = [&](const tls::SecretLogged& s) { service.key_log->Add(s); };
  }
  auto stream = service.server.Start(std::make_unique<io::DescriptorTransport>(std::move(socket)),
                                     std::move(options));
  if (!stream.ok()) return stream.status();
  if (absl::Status s = (*stream)->Handshake(); !s.ok()) return s;
  *negotiated = io::DescribeNegotiated((*stream)->negotiated());
  const absl::Status done =
      service.root.empty() ? Echo(**stream) : ServeHttp(**stream, service.root);
  if (done.ok()) Finish(**stream);
  return done;
}

// One line for each connection, written at once.
void ServeAndSay(const Service& service, io::Descriptor socket, int number) {
  std::string negotiated;
  const absl::Status status = Serve(service, std::move(socket), &negotiated);
  if (service.quiet && status.ok()) return;
  std::string line = Cat("connection ", number, ": ", negotiated);
  if (!status.ok()) {
    line += Cat(negotiated.empty() ? "" : "; then ", std::string(status.message()));
  }
  line += "\n";
  fwrite(line.data(), 1, line.size(), stderr);
}

// A thread for each connection; those that have ended are joined as new ones come.
class Threads {
 public:
  template <class Work>
  void Start(Work work) {
    Join(/*all=*/false);
    Entry& entry = entries_.emplace_back();
    entry.thread = std::thread([this, &entry, work = std::move(work)]() mutable {
      work();
      const std::lock_guard<std::mutex> lock(mutex_);
      entry.done = true;
    });
  }
  void Join(bool all) {
    for (auto at = entries_.begin(); at != entries_.end();) {
      bool done = all;
      if (!done) {
        const std::lock_guard<std::mutex> lock(mutex_);
        done = at->done;
      }
      if (done) at->thread.join();
      at = done ? entries_.erase(at) : std::next(at);
    }
  }

 private:
  struct Entry {
    std::thread thread;
    bool done = false;
  };
  std::mutex mutex_;
  std::list<Entry> entries_;
};

int Loop(const Service& service, const io::Listener& listener, int count) {
  Threads threads;
  for (int number = 1; count == 0 || number <= count; ++number) {
    absl::StatusOr<io::Descriptor> socket = io::Accept(listener);
    if (!socket.ok()) return Complain(kTransport, socket.status());
    threads.Start([&service, number, socket = *std::move(socket)]() mutable {
      ServeAndSay(service, std::move(socket), number);
    });
  }
  threads.Join(/*all=*/true);
  return kDone;
}

int RunServer(const Arguments& arguments) {
  const auto port = arguments.Number("port", 4433, 0, 65535);
  const auto count = arguments.Number("count", 0, 0, 1 << 30);
  const auto tickets = arguments.Number("tickets", 2, 0, 10);
  const auto groups = ParseGroups(arguments.List("groups"));
  for (const absl::Status& s : {port.status(), count.status(), tickets.status(), groups.status()}) {
    if (!s.ok()) return Complain(kUsage, s);
  }
  if (arguments.Has("echo") == !arguments.words().empty()) {
    return Complain(kUsage, "give a folder to serve, or --echo");
  }
  io::TlsServerOptions options;
  options.alpn = arguments.List("alpn");
  options.alpn_required = arguments.Has("alpn-required");
  options.groups = *groups;
  options.tickets = *tickets;
  if (absl::Status s = ReadCredentials(arguments, options); !s.ok()) return Complain(kUsage, s);
  if (absl::Status s = ReadProtocol(arguments, options); !s.ok()) return Complain(kUsage, s);
  std::shared_ptr<io::KeyLog> key_log;
  if (arguments.Has("keylog")) {
    auto log = io::KeyLog::Open(arguments.Value("keylog"));
    if (!log.ok()) return Complain(kUsage, log.status());
    key_log = *std::move(log);
    options.log_secrets = true;
  }
  const auto server = CreateServer(arguments, options);
  if (!server.ok()) return Complain(kUsage, server.status());
  const auto listener = io::TcpListen({arguments.Value("host"), static_cast<uint16_t>(*port)});
  if (!listener.ok()) return Complain(kTransport, listener.status());
  printf("listening on port %d\n", listener->port);
  fflush(stdout);
  const Service service{**server, arguments.Has("echo") ? "" : arguments.words()[0], key_log,
                        arguments.Has("quiet")};
  return Loop(service, *listener, arguments.Has("once") ? 1 : *count);
}

}  // namespace

const Command kServer = {
    .name = "server",
    .summary = "serve a folder over HTTP/1.1, or echo, over TLS",
    .help =
        "  merlon server FOLDER --cert FILE --key KEY [OPTIONS]\n"
        "  merlon server --echo --cert FILE --key KEY [OPTIONS]\n\n"
        "Serves several connections at once. Says its port on stdout, and on stderr what became\n"
        "of each connection.\n\n"
        "  --cert FILE      PEM of the chain, the server's own certificate first\n"
        "  --key KEY        its private key: a file of PEM, or store:NAME, agent:NAME or\n"
        "                   pkcs11:..., which merlon key --help tells of, and of --key-store and\n"
        "                   --agent\n"
        "  --pass-file FILE whose first line opens a key that is encrypted\n"
        "  --staple FILE    OCSP response for it, DER, for clients that ask (merlon cert ocsp)\n"
        "  --client-ca FILE PEM of the authorities of clients: ask for certificates\n"
        "  --client-auth W  required, or optional (required)\n"
        "  --psk-file FILE  lines IDENTITY:HEXKEY, imported by RFC 9258; --cert and --key may be\n"
        "                   left out\n"
        "  --raw-psk-file F the same, for clients without RFC 9258\n"
        "  --port N         where to listen (4433); 0: any that is free\n"
        "  --host ADDRESS   of this machine (all)\n"
        "  --alpn NAMES     protocols, most wanted first, with commas\n"
        "  --alpn-required  refuse clients that bring none of them\n"
        "  --groups NAMES   X25519MLKEM768, x25519, secp256r1 (or P-256), secp384r1 (or P-384), "
        "best\n"
        "                   first; in this order where none are named; secp521r1 (or P-521) when "
        "named\n"
        "  --tickets N      for resumption, after each handshake, 0 to 10 (2)\n"
        "  --once           end after one connection\n"
        "  --count N        end after N connections\n"
        "  --keylog FILE    append secrets in SSLKEYLOGFILE's format\n"
        "  --quiet          do not tell of connections that went well\n\n"
        "merlon cert make --help says how to make a certificate.\n",
    .arguments =
        {.options =
             "cert key pass-file staple client-ca client-auth psk-file raw-psk-file port host alpn "
             "groups tickets count keylog min-version max-version suites key-store passphrase-file "
             "counts agent",
         .switches = "echo alpn-required once quiet",
         .max_words = 1},
    .run = RunServer,
    .more_help = ProtocolHelp,
};

}  // namespace merlon::cli
