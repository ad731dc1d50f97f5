// SPDX-License-Identifier: Apache-2.0
// merlon agent: keys of the key store in a process of their own, which signs for others.
#include "io_adapters/agent.h"

#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <charconv>
#include <cstdio>

#include "io_adapters/cli/command.h"
#include "io_adapters/cli/key_ring.h"
#include "io_adapters/text.h"

namespace merlon::cli {
namespace {

using io::Cat;

volatile sig_atomic_t stopped = 0;
void Stop(int) { stopped = 1; }

absl::StatusOr<uid_t> UserOf(const std::string& text) {
  uid_t user = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), user);
  if (error == std::errc() && end == text.data() + text.size()) return user;
  const passwd* entry = ::getpwnam(text.c_str());
  if (entry == nullptr) return absl::InvalidArgumentError(Cat("there is no user \"", text, "\""));
  return entry->pw_uid;
}

// One of --keys: NAME[:user=USER]...[:only=tls13-server].
struct ServedKey {
  std::string name;
  io::AgentPolicy policy;
};
absl::StatusOr<ServedKey> ParseKey(const std::string& text) {
  const std::vector<std::string> parts = io::Split(text, ':');
  ServedKey out{.name = parts.empty() ? "" : parts[0], .policy = {}};
  for (size_t i = 1; i < parts.size(); ++i) {
    if (parts[i].starts_with("user=")) {
      const auto user = UserOf(parts[i].substr(5));
      if (!user.ok()) return user.status();
      out.policy.users.insert(*user);
    } else if (parts[i] == "only=tls13-server") {
      out.policy.tls13_server_only = true;
    } else {
      return absl::InvalidArgumentError(
          Cat("\"", parts[i], "\" of --keys is neither user=USER nor only=tls13-server"));
    }
  }
  if (out.policy.users.empty()) out.policy.users.insert(::geteuid());
  return out;
}

// What could show the memory of this process to others.
void Harden() {
  (void)::prctl(PR_SET_DUMPABLE, 0);
  (void)::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  const rlimit none = {};
  (void)::setrlimit(RLIMIT_CORE, &none);
}

int RunAgent(const Arguments& arguments) {
  if (!arguments.Has("socket") || !arguments.Has("keys")) {
    return Complain(kUsage, "--socket and --keys are needed");
  }
  Harden();
  io::ProcessCrypto crypto;
  const auto agent = io::Agent::Listen(crypto, {.socket = arguments.Value("socket")});
  if (!agent.ok()) return Complain(kTransport, agent.status());
  KeyRing ring(crypto, arguments);
  for (const std::string& text : arguments.List("keys")) {
    const auto served = ParseKey(text);
    if (!served.ok()) return Complain(kUsage, served.status());
    const auto key = ring.Open(served->name, "store");
    if (!key.ok()) return Complain(kUsage, key.status());
    (*agent)->AddKey(served->name, *key, served->policy);
  }
  ring.Close();
  struct sigaction action = {};
  action.sa_handler = Stop;
  (void)::sigaction(SIGTERM, &action, nullptr);
  (void)::sigaction(SIGINT, &action, nullptr);
  printf("listening on %s\n", arguments.Value("socket").c_str());
  fflush(stdout);
  while (stopped == 0) {
    if (absl::Status s = (*agent)->Step(std::nullopt); !s.ok()) return Complain(kTransport, s);
  }
  return kDone;
}

std::string MoreHelp() { return kKeyStoreHelp; }

}  // namespace

const Command kAgent = {
    .name = "agent",
    .summary = "sign for other processes, which then hold no private key",
    .help =
        "  merlon agent --socket PATH --keys NAME[:user=USER][:only=tls13-server],... [OPTIONS]\n\n"
        "Takes keys from the key store and signs with them for whoever asks at the socket, as the\n"
        "key's policy allows. The kernel says which user a process that asks runs as. Ends at\n"
        "SIGTERM.\n\n"
        "  --socket PATH   where it listens\n"
        "  --keys LIST     keys of the store, each with who may use it: user=NAME or user=UID, as\n"
        "                  often as wanted (the agent's own user); and what for:\n"
        "                  only=tls13-server signs nothing but handshakes of TLS 1.3 servers\n\n"
        "A server without a private key, whose process may be another user's:\n"
        "  merlon agent --socket /run/merlon/agent --keys web:user=www-data:only=tls13-server\n"
        "  merlon server FOLDER --cert web.pem --key agent:web --agent /run/merlon/agent\n\n",
    .arguments = {.options = "socket keys key-store passphrase-file counts", .switches = ""},
    .run = RunAgent,
    .more_help = MoreHelp,
};

}  // namespace merlon::cli
