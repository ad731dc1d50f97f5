// SPDX-License-Identifier: Apache-2.0
// LocalOperations: answers a connection's operations at once, in this process, with the drivers,
// keys and trust anchors that it is given. For everyone who needs no hardware, no queue and no
// decisions of their own; one may also answer some operations oneself and leave the rest to
// Perform.
#pragma once
#include <array>
#include <optional>
#include <string_view>
#include <variant>

#include "crypto/context.h"
#include "tls/config.h"
#include "tls/operation.h"
#include "x509/path_builder.h"
#include "x509/pins.h"
#include "x509/trust_store.h"

namespace merlon::tls {

// What verifies a chain together with what came with it; status_check.h has one.
class ChainVerifier {
 public:
  // As x509::VerifyChain; `ocsp_response` as of tls::VerifyChain.
  virtual Result<x509::VerifiedChain> Verify(const x509::ChainInput& chain, Bytes ocsp_response,
                                             const x509::TrustStore& anchors,
                                             const x509::VerifyOptions& options) const = 0;

 protected:
  ~ChainVerifier() = default;
};

// A peer's chain must lead to one of these anchors. A server's certificate must be for the name
// that the connection was given (or, where that is not what the certificate says, for this one); of
// a client's no name is checked: who it is is the application's to read in the chain.
struct VerifyAgainst {
  const x509::TrustStore* anchors = nullptr;  // null: nothing is trusted but what is pinned
  std::string_view expected_name = {};
  // Keys that are trusted beside the anchors: see x509::PinnedAnchors.
  absl::Span<const x509::SpkiPin> pins = {};
  // Of a device without a clock: the device profile (x509::DeviceOptions).
  std::optional<UnixTime> minimum_time = {};
  const ChainVerifier* verifier = nullptr;  // null: nobody looks at revocation
};
// Whoever answers, or asks, is trusted, with any certificate. No protection against an active
// attacker.
struct DangerouslyTrustAnyChain {};
using ChainPolicy = std::variant<VerifyAgainst, DangerouslyTrustAnyChain>;

// Sessions by name: a client's memory between connections.
class SessionCache {
 public:
  // Copies the session for `key` to `out`; gives its size, 0: none.
  virtual size_t LookUp(Bytes key, MutableBytes out) = 0;
  virtual void Store(Bytes key, Bytes session) = 0;

 protected:
  ~SessionCache() = default;
};

// All that is pointed to outlives the LocalOperations.
struct LocalOptions {
  ChainPolicy chain_policy = VerifyAgainst{};
  absl::Span<const Credential> credentials = {};
  absl::Span<const ExternalPsk> psks = {};
  absl::Span<const ExternalPsk> psks12 = {};
  const crypto::BoundAeadKey* ticket_key = nullptr;  // null: no tickets
  SessionCache* sessions = nullptr;                  // null: none
  // Spares signatures of chains that come again; null: none.
  x509::SignatureCache* chain_signatures = nullptr;
  // Keys of anchors and intermediates by which signatures are verified faster; null: none.
  const x509::PreparedKeys* chain_keys = nullptr;
};

// For any number of connections, on one thread.
class LocalOperations {
 public:
  LocalOperations(const crypto::Context& crypto, const LocalOptions& options)
      : crypto_(crypto), options_(options) {}
  // A server's: credentials and PSKs of its configuration; and what clients' certificates must be,
  // where it asks for them.
  static LocalOptions ForServer(const ServerConfig& config, const crypto::BoundAeadKey* ticket_key,
                                const ChainPolicy& clients = VerifyAgainst{}) {
    LocalOptions options;
    options.chain_policy = clients;
    options.credentials = config.credentials;
    options.psks = config.common.psks;
    options.psks12 = config.common.psks12;
    options.ticket_key = ticket_key;
    return options;
  }
  // A client's: credentials of its configuration, and what a server's certificate must be.
  static LocalOptions ForClient(const ClientConfig& config, const ChainPolicy& servers) {
    LocalOptions options;
    options.chain_policy = servers;
    options.credentials = config.credentials;
    return options;
  }

  // Answers all that `connection` waits for, and what it asks for next, until it asks no more.
  template <class Connection>
  void Answer(Connection& connection, Now now) {
    while (!connection.Operations().empty()) {
      const Pending pending = connection.Operations().front();
      const Result<void> done = connection.Complete(pending.id, Perform(pending.request), now);
      if (!done.ok()) return;  // the connection has failed and says so
    }
  }
  // The answer to one request; its bytes live until the next call.
  OpResult Perform(const Operation& operation);

 private:
  OpResult Do(const GenerateShare& request);
  OpResult Do(const Agree& request);
  OpResult Do(const Encapsulate& request);
  OpResult Do(const Sign& request);
  OpResult Do(const VerifySignature& request);
  OpResult Do(const VerifyChain& request);
  OpResult Do(const ChooseCredential& request);
  OpResult Do(const ChoosePsk& request);
  OpResult Do(const DerivePsk& request);
  OpResult Do(const DeriveMaster& request);
  OpResult Do(const LookUpSession& request);
  OpResult Do(const StoreSession& request);
  OpResult Do(const SealTicket& request);
  OpResult Do(const OpenTicket& request);
  // The first credential that fits, with its first scheme that does; null: none.
  CredentialChosen FindCredential(const ChooseCredential& request, bool by_name,
                                  bool by_authority) const;
  Bytes IdentityOf(Bytes leaf_der);
  MutableBytes Room(size_t size);

  crypto::Context crypto_;
  LocalOptions options_;
  // The bytes of an answer: a signature of ML-DSA-87 takes the most.
  std::array<uint8_t, 4640> answer_;
  size_t answer_size_ = 0;  // written at most
};

}  // namespace merlon::tls
