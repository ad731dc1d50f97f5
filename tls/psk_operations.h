// SPDX-License-Identifier: Apache-2.0
// PskOperations: answers what a client asks for that authenticates by an external PSK alone: key
// shares, agreement, the early secret. Links neither X.509 nor signatures; local_operations.h
// answers everything.
#pragma once
#include <array>

#include "crypto/key_agreement.h"
#include "tls/connection.h"
#include "tls/operation.h"

namespace merlon::tls {

// For any number of connections, on one thread.
class PskOperations {
 public:
  // Groups of the configuration, with the drivers that do their work; both outlive the object.
  PskOperations(absl::Span<const crypto::KeyAgreementAlgorithm* const> groups, crypto::Rng& rng)
      : groups_(groups), rng_(rng) {}
  PskOperations(const PskOperations&) = delete;
  PskOperations& operator=(const PskOperations&) = delete;
  ~PskOperations() { Wipe(MutableBytes(answer_)); }

  // Answers all that `connection` waits for, and what it asks for next, until it asks no more.
  template <class Connection>
  void Answer(Connection& connection, Now now) {
    while (!connection.Operations().empty()) {
      const Pending pending = connection.Operations().front();
      const Result<void> done = connection.Complete(pending.id, Perform(pending.request), now);
      if (!done.ok()) return;  // the connection has failed and says so
    }
  }
  // The answer to one request; its bytes live until the next call. OpFailed to any but
  // GenerateShare, Agree, DerivePsk and Encapsulate.
  OpResult Perform(const Operation& operation);

 private:
  const crypto::KeyAgreementAlgorithm* Find(crypto::GroupId id) const;
  OpResult Do(const GenerateShare& request);
  OpResult Do(const Agree& request);
  OpResult Do(const DerivePsk& request);
  OpResult Do(const Encapsulate& request);

  absl::Span<const crypto::KeyAgreementAlgorithm* const> groups_;
  crypto::Rng& rng_;
  // The bytes of an answer: a private key and a share. ECDH alone: P-256 takes 97.
  std::array<uint8_t, 160> answer_;
};

}  // namespace merlon::tls
