// SPDX-License-Identifier: Apache-2.0
// A handshake core that is not TLS but moves like DTLS 1.3: hello, retry, a server flight over two
// epochs with a large message, Finished both ways, tickets, KeyUpdate. Keys are real,
// authentication is a hash of the transcript. For tests of the datagram face.
#pragma once
#include <deque>
#include <optional>
#include <vector>

#include "crypto/hash.h"
#include "tls/core/handshake.h"

namespace merlon::tls {

struct ToyOptions {
  bool retry = false;       // server: ask for a second hello
  bool sign = false;        // server: its flight waits for a Sign operation
  bool verify = false;      // client: goes on after Certificate when an operation is answered
  size_t hello_size = 200;  // bytes
  size_t certificate_size = 3000;  // bytes, server's and (client_certificate) client's
  bool client_certificate = false;
  unsigned tickets = 0;
  const crypto::AeadAlgorithm* aead = nullptr;  // null: AES-128-GCM
};

class ToyDatagramCore final : public Handshake {
 public:
  using Config = ToyOptions;
  enum class Role : uint8_t { kClient, kServer };
  enum Type : uint8_t {
    kHello = 1,
    kServerHello = 2,
    kTicket = 4,
    kRetry = 6,
    kExtensions = 8,
    kCertificate = 11,
    kFinished = 20,
    kKeyUpdate = 24,
  };

  ToyDatagramCore(Role role, const ToyOptions& options);

  // What happened, for the test to look at.
  std::vector<uint8_t> received;    // types of messages
  std::vector<uint16_t> delivered;  // flights
  unsigned write_updates = 0, read_updates = 0, tickets = 0;
  // Sends a message of this type and size under the present write epoch, in a flight of its own.
  Result<void> Say(uint8_t type, size_t size);

 private:
  Standing standing() const override { return {failure_.value_or(Error{}), established_}; }
  Result<Disposition> OnInput(const Input& input, Now now) override;
  Result<void> OnResult(const OpResult& result, Now now) override;
  Result<void> OnStartKeyUpdate(bool request_peer) override;
  void Abandon(Error error) override { failure_ = error; }

  Result<void> OnMessage(const HandshakeMessage& message);
  Result<void> OnClientMessage(const HandshakeMessage& message);
  Result<void> OnServerMessage(const HandshakeMessage& message);
  Result<void> OnKeyUpdate(Bytes body);
  Result<void> OnDelivered(FlightId flight);
  Result<void> SendHello();
  Result<void> SendServerFlight();
  Result<void> CheckFinished(Bytes body);
  Result<void> Emit(uint8_t type, Epoch epoch, Bytes body);
  Result<void> EmitFilled(uint8_t type, Epoch epoch, size_t size);
  Result<void> EmitFinished();
  void Absorb(uint8_t type, Bytes body);
  // Keys of one direction; the toy's key schedule is a hash of everything so far.
  record::TrafficKeys Keys(Epoch epoch, bool from_client) const;
  Result<void> Install(Epoch epoch, bool write);

  const Role role_;
  const ToyOptions options_;
  std::optional<Error> failure_;
  bool established_ = false;
  uint8_t step_ = 0;
  FlightId flight_{};
  crypto::Hasher transcript_;
  crypto::Digest handshake_hash_, application_hash_;
  Epoch read_ = Epoch::kPlain, write_ = Epoch::kPlain;
  std::optional<FlightId> update_, finished_;
  bool update_owed_ = false;
  struct Kept {
    FlightId flight;
    std::vector<uint8_t> bytes;
  };
  std::deque<Kept> kept_;  // until delivered; overwritten then
};

}  // namespace merlon::tls
