// SPDX-License-Identifier: Apache-2.0
// A toy handshake that moves like TLS 1.2 and DTLS 1.2, for tests of the faces. NOT TLS, not
// secure: it has TLS 1.2's message types, flights, ChangeCipherSpec and key-block halves, and keys
// that any test can make.
//
//   client                                    server
//   ClientHello                    -->
//                                  <--  HelloVerifyRequest    options.verify_request, datagrams
//   ClientHello                    -->
//                                  <--  ServerHello, Certificate, ServerHelloDone
//   ClientKeyExchange, CCS, Fin.   -->
//                                  <--  [NewSessionTicket], CCS, Finished
//
//   ClientHello                    -->                        options.resumed
//                                  <--  ServerHello, [NewSessionTicket], CCS, Finished
//   CCS, Finished                  -->
//
// A Finished carries a sum of all messages before it, so a message lost, doubled or cut shows.
#pragma once
#include <deque>
#include <vector>

#include "crypto/aead.h"
#include "tls/core/handshake.h"
#include "tls/testing/toy_core.h"

namespace merlon::tls::testing {

// One side's half of the toy's key block.
record::TrafficKeys Toy12Keys(const crypto::AeadAlgorithm& aead, Side writer);

struct Toy12Config {
  const crypto::AeadAlgorithm* aead;
  Transport transport = Transport::kStream;
  bool resumed = false;
  bool verify_request = false;
  bool ticket = true;
  bool operations = false;  // a server's behind ClientKeyExchange, a client's behind Certificate
  size_t certificate_size = 2000;
};

class ToyCore12 final : public Handshake {
 public:
  using Config = Toy12Config;
  using Role = Side;
  static constexpr uint8_t kHelloRequest = 0, kClientHello = 1, kServerHello = 2,
                           kHelloVerifyRequest = 3, kNewSessionTicket = 4, kCertificate = 11,
                           kServerHelloDone = 14, kClientKeyExchange = 16, kFinished = 20;

  ToyCore12(Side side, const Toy12Config& config);
  // Sends a message of this type after the handshake, in a flight of its own.
  Result<void> Say(uint8_t type, Bytes body);

  // For tests: what the core saw.
  std::vector<uint8_t> received;  // types of messages
  std::vector<uint16_t> delivered;
  int renegotiations = 0;  // asked for, and refused

 private:
  Standing standing() const override { return {failure_.value_or(Error{}), established_}; }
  Result<Disposition> OnInput(const Input& input, Now now) override;
  Result<void> OnResult(const OpResult& result, Now now) override;
  Result<void> OnStartKeyUpdate(bool) override { return Misuse(); }
  void Abandon(Error error) override { failure_ = error; }

  Result<void> OnMessage(const HandshakeMessage& message);
  Result<void> OnClientMessage(const HandshakeMessage& message);
  Result<void> OnServerMessage(const HandshakeMessage& message);
  Result<void> OnChangeCipherSpec();
  Result<void> OnFinished(const HandshakeMessage& message);
  Result<void> SendHello();
  Result<void> SendServerHello();
  Result<void> SendFinished();  // behind ChangeCipherSpec and the new keys
  Result<void> Settle();
  Result<void> InstallRead();
  Result<void> Emit(Epoch epoch, uint8_t type, Bytes body);
  void Absorb(uint8_t type, Bytes body);
  bool is_server() const { return side_ == Side::kServer; }
  bool is_datagram() const { return config_.transport == Transport::kDatagram; }

  const Side side_;
  const Toy12Config config_;
  std::vector<uint8_t> expected_;  // types, the next one last
  std::optional<Error> failure_;
  bool established_ = false, verified_ = false, reads_protected_ = false;
  static constexpr uint64_t kNothing = 0xcbf29ce484222325;
  uint64_t transcript_ = kNothing;
  FlightId flight_{1};
  struct Kept {
    FlightId flight;
    std::vector<uint8_t> bytes;
  };
  std::deque<Kept> kept_;  // until delivered; overwritten then
};

}  // namespace merlon::tls::testing
