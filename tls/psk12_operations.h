// SPDX-License-Identifier: Apache-2.0
// Psk12Operations: PskOperations for TLS 1.2 and DTLS 1.2, with the master secret under a PSK.
// Apart, so that a client of TLS 1.3 alone does not link the PRF.
#pragma once
#include "tls/psk_operations.h"

namespace merlon::tls {

// For any number of connections, on one thread.
class Psk12Operations {
 public:
  // Groups for ECDHE_PSK; none are needed for a plain PSK. Both outlive the object.
  Psk12Operations(absl::Span<const crypto::KeyAgreementAlgorithm* const> groups, crypto::Rng& rng)
      : common_(groups, rng) {}
  Psk12Operations(const Psk12Operations&) = delete;
  Psk12Operations& operator=(const Psk12Operations&) = delete;
  ~Psk12Operations() { Wipe(MutableBytes(master_)); }

  // Answers all that `connection` waits for, and what it asks for next, until it asks no more.
  template <class Connection>
  void Answer(Connection& connection, Now now) {
    while (!connection.Operations().empty()) {
      const Pending pending = connection.Operations().front();
      const Result<void> done = connection.Complete(pending.id, Perform(pending.request), now);
      if (!done.ok()) return;  // the connection has failed and says so
    }
  }
  // The answer to one request; its bytes live until the next call. DeriveMaster, and what
  // PskOperations answers.
  OpResult Perform(const Operation& operation);

 private:
  PskOperations common_;
  std::array<uint8_t, 48> master_;  // RFC 5246 s8.1
};

}  // namespace merlon::tls
