// SPDX-License-Identifier: Apache-2.0
// A toy handshake behind tls/core/handshake.h, for tests of the faces. NOT TLS, not secure: it has
// TLS 1.3's message types, flights, operations and key changes, and secrets that any test can make.
//
//   client                                    server
//   ClientHello                    -->
//                                  <--  ServerHello     after Encapsulate
//                                  <--  EncryptedExtensions, Certificate, Finished
//   Agree behind ServerHello, VerifyChain behind Certificate
//   Finished                       -->  Connected
//                                  <--  NewSessionTicket, as many as configured
//   KeyUpdate                      <->  KeyUpdate
//
// A Finished carries a hash of all messages before it, so a message lost, doubled or cut shows.
#pragma once
#include <deque>
#include <string>
#include <vector>

#include "crypto/aead.h"
#include "crypto/hash.h"
#include "tls/core/handshake.h"

namespace merlon::tls::testing {

enum class Side : uint8_t { kClient, kServer };

// The toy's traffic secret of one direction and epoch.
record::TrafficSecret ToySecret(const crypto::HashAlgorithm& hash, Side writer, Epoch epoch);

struct ToyConfig {
  const crypto::AeadAlgorithm* aead;
  const crypto::HashAlgorithm* hash;
  size_t certificate_size = 300;
  int tickets = 1;
  bool operations = true;           // else every step is taken at once
  bool client_signs = false;        // an operation between the server's Finished and the client's
  bool seals_tickets = false;       // the ticket waits for an operation, behind Connected
  bool early_keys = false;          // a server has read keys for early data, as QUIC's have
  bool change_cipher_spec = false;  // both sides send one, as in middlebox compatibility mode
  std::optional<SkipEarlyData> skip = {};  // a server's answer to a ClientHello
};

class ToyCore final : public Handshake {
 public:
  using Config = ToyConfig;
  static constexpr uint8_t kClientHello = 1, kServerHello = 2, kNewSessionTicket = 4,
                           kEncryptedExtensions = 8, kCertificate = 11, kFinished = 20,
                           kKeyUpdate = 24;

  ToyCore(Side side, const ToyConfig& config);
  // For tests: what the core saw.
  int change_cipher_specs = 0;
  std::vector<uint16_t> delivered;

 private:
  enum class State { kHello, kExtensions, kCertificate, kFinished, kEstablished };
  Standing standing() const override {
    return {failure_.value_or(Error{}), state_ == State::kEstablished};
  }
  Result<Disposition> OnInput(const Input& input, Now now) override;
  Result<void> OnResult(const OpResult& result, Now now) override;
  Result<void> OnStartKeyUpdate(bool request_peer) override;
  void Abandon(Error error) override { failure_ = error; }

  Result<void> OnMessage(const HandshakeMessage& message);
  Result<void> OnEstablished(const HandshakeMessage& message);
  Result<void> CheckFinished(Bytes body);
  Result<void> OnDelivered(FlightId flight);
  Result<void> AfterClientHello();
  Result<void> AfterServerHello();
  Result<void> SendFlight(Epoch epoch, uint8_t type, Bytes body);
  Result<void> SendFinished();
  Result<void> SendTicket();
  Result<void> ClientFinished();
  Result<void> Install(bool write, Epoch epoch);
  void Absorb(uint8_t type, Bytes body);
  record::TrafficKeys Keys(Side writer, Epoch epoch) const;

  const Side side_;
  const ToyConfig config_;
  State state_ = State::kHello;
  std::optional<Error> failure_;
  uint64_t transcript_ = 0xcbf29ce484222325;
  FlightId flight_{1};
  Epoch read_epoch_ = Epoch::kPlain, write_epoch_ = Epoch::kPlain;
  std::optional<FlightId> update_;
  std::deque<std::vector<uint8_t>> kept_;  // the messages sent; deque: they do not move
};

// Answers every operation that waits. The first error, if any.
template <class Connection>
Result<void> AnswerAll(Connection& connection, Now now) {
  static constexpr uint8_t kAny[] = {1, 2, 3, 4};
  while (!connection.Operations().empty()) {
    const Pending& pending = connection.Operations().front();
    OpResult answer = OpFailed{};
    if (std::holds_alternative<Encapsulate>(pending.request)) answer = Encapsulated{kAny, kAny};
    if (std::holds_alternative<Agree>(pending.request)) answer = SharedSecret{kAny};
    if (std::holds_alternative<VerifyChain>(pending.request)) {
      answer = ChainVerified{crypto::KeyType{}, kAny};
    }
    if (std::holds_alternative<StoreSession>(pending.request)) answer = SessionStored{};
    if (std::holds_alternative<Sign>(pending.request)) answer = Signature{kAny};
    if (std::holds_alternative<SealTicket>(pending.request)) answer = TicketSealed{kAny};
    MERLON_TRY(connection.Complete(pending.id, answer, now));
  }
  return {};
}

// An event in words: "connected", "keys read 3".
std::string Describe(const Event& event);

}  // namespace merlon::tls::testing
