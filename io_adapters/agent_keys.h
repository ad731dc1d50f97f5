// SPDX-License-Identifier: Apache-2.0
// AgentKeys: private keys that an agent holds (agent.h), as keys of a KeyStore: each call asks it
// on a connection of its own, and fails when there is no answer in time. AgentCall is one question
// that does not wait, for event loops.
#pragma once
#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "crypto/key_store.h"
#include "io_adapters/agent_protocol.h"
#include "io_adapters/descriptor.h"

namespace merlon::io {

inline constexpr crypto::Location kAgentLocation{1};

// A question to an agent, under way. Call Proceed when fd() is ready for events(), and at the
// deadline.
class AgentCall {
 public:
  // kUnreachable (Origin::kDriver): nobody listens, or too many ask; kNoSpace: too much to sign.
  static Result<AgentCall> Start(const std::string& socket, const AgentRequest& request,
                                 Instant deadline);

  int fd() const { return socket_.get(); }
  short events() const;  // of poll(2)
  Instant deadline() const { return deadline_; }
  // Goes on as far as it goes without waiting. True: answer() is there. kUnreachable: the deadline
  // has come, or the agent has gone or talks nonsense.
  Result<bool> Proceed(Instant now);
  bool answered() const { return answered_; }
  const AgentAnswer& answer() const { return answer_; }
  // kDone's payload; or the other statuses as errors of Origin::kDriver.
  Result<Bytes> payload() const;

 private:
  AgentCall(Descriptor socket, std::string out, Instant deadline)
      : socket_(std::move(socket)), deadline_(deadline), out_(std::move(out)) {}

  Descriptor socket_;
  Instant deadline_;
  std::string out_, in_;
  bool answered_ = false;
  AgentAnswer answer_;
};

// Shared by threads. Outlives the stores that it registers keys with.
class AgentKeys final : public crypto::OpaqueKeys {
 public:
  explicit AgentKeys(std::string socket,
                     std::chrono::milliseconds patience = std::chrono::seconds(5))
      : socket_(std::move(socket)), patience_(patience) {}

  // The agent's key of this name becomes one of `keys`.
  absl::StatusOr<crypto::KeyHandle> Open(crypto::KeyStore& keys, const std::string& name) const;
  // The names of the keys that the agent has for this process.
  absl::StatusOr<std::vector<std::string>> List() const;

  Result<size_t> PublicKey(Bytes reference, MutableBytes out) const override;
  Result<size_t> Sign(Bytes reference, crypto::SignAlg algorithm, Bytes message,
                      MutableBytes out) const override;

  // Signatures alone; at most kMostCalls at once.
  Result<crypto::OpaqueCall> Start(const crypto::OpaqueWork& work) const override;
  Result<std::optional<size_t>> Resume(crypto::OpaqueCall call, MutableBytes out) const override;
  void Cancel(crypto::OpaqueCall call) const override;
  static constexpr size_t kMostCalls = 64;
  // For event loops: when Resume has something to do. Nothing: there is no such call.
  struct Wait {
    int fd;
    short events;  // of poll(2)
    Instant deadline;
  };
  std::optional<Wait> WaitOf(crypto::OpaqueCall call) const;

 private:
  Result<AgentAnswer> Ask(const AgentRequest& request) const;
  Instant Deadline() const;

  const std::string socket_;
  const std::chrono::milliseconds patience_;
  mutable std::mutex mutex_;  // of what follows
  mutable uint32_t last_call_ = 0;
  mutable std::map<uint32_t, AgentCall> calls_;
};

}  // namespace merlon::io
