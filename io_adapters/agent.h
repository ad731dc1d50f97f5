// SPDX-License-Identifier: Apache-2.0
// Agent: works with private keys for other processes, over a Unix socket. It holds the keys; they
// get signatures. Each client is known by the user it runs as (SO_PEERCRED), each key has a policy,
// and whoever is slow is dropped.
#pragma once
#include <sys/types.h>

#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "io_adapters/agent_protocol.h"
#include "io_adapters/descriptor.h"
#include "io_adapters/process_crypto.h"

namespace merlon::io {

// What a key is for, beyond its attributes.
struct AgentPolicy {
  std::set<uid_t> users;  // who may use it; nobody else learns of it
  // Signs only what a TLS 1.3 server signs in a handshake (RFC 9846 s4.4.3): no certificate, no
  // request, nothing that another protocol understands.
  bool tls13_server_only = false;
};

struct AgentOptions {
  std::string socket;
  size_t max_clients = 64;            // at once; others wait
  size_t max_clients_of_a_user = 32;  // more are turned away
  // For a client to send a request or take an answer.
  std::chrono::milliseconds patience = std::chrono::seconds(5);
};

class Agent {
 public:
  // Listens. kUnavailable: another agent is there.
  static absl::StatusOr<std::unique_ptr<Agent>> Listen(ProcessCrypto& crypto,
                                                       const AgentOptions& options);
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;
  ~Agent();

  // A signing key of the crypto. Before the first Step.
  void AddKey(const std::string& name, crypto::KeyHandle key, AgentPolicy policy);
  // Waits until there is something to do, or until the deadline, and does it.
  absl::Status Step(std::optional<Instant> deadline);
  size_t clients() const { return clients_.size(); }

 private:
  struct Key {
    crypto::KeyHandle handle;
    AgentPolicy policy;
  };
  struct Client {
    Descriptor socket;
    uid_t user;
    Instant deadline;
    std::string in{}, out{};
  };

  Agent(ProcessCrypto& crypto, AgentOptions options, Descriptor listener)
      : crypto_(crypto), options_(std::move(options)), listener_(std::move(listener)) {}
  void Accept();
  bool Admits(uid_t user) const;
  bool Go(Client& client);  // false: it is done with
  AgentAnswer Do(const AgentRequest& request, uid_t user);
  AgentAnswer Describe(const Key& key);
  AgentAnswer Sign(const Key& key, const AgentRequest& request);

  ProcessCrypto& crypto_;
  const AgentOptions options_;
  Descriptor listener_;
  std::map<std::string, Key, std::less<>> keys_;
  std::list<Client> clients_;
};

}  // namespace merlon::io
