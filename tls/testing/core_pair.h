// SPDX-License-Identifier: Apache-2.0
// Two handshake cores without faces: messages go from outbox to input whole, one at a time. For
// tests of what a core does with a message in a state.
#pragma once
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tls/local_operations.h"
#include "tls/profiles/full.h"
#include "tls/testing/world.h"

namespace merlon::tls::testing {

// A core with its storage, answerer and the messages on their way to it.
class BareCore {
 public:
  template <class Config, class Options>
  BareCore(const Config& config, const Options& options, Transport transport,
           const LocalOptions& local, World& world, Now now)
      : storage_(32768),
        core(config, options, transport, absl::MakeSpan(storage_), world.NewSeed(), now),
        operations_(world.crypto(), local),
        now_(now) {
    Settle();
  }
  // Answers operations, collects what there is to send, keeps events.
  void Settle();
  // Under the epoch and the number that TLS 1.2 and DTLS 1.2 would have it.
  Result<Disposition> Handle(HandshakeMessage message);
  // On a stream of TLS 1.2.
  Result<Disposition> HandleChangeCipherSpec();

 private:
  std::vector<uint8_t> storage_;
  uint16_t received_ = 0;
  bool is12_ = false;

 public:
  HandshakeCore<FullProfile> core;
  std::deque<std::string> to_send;  // with 4-byte headers; empty: TLS 1.2's ChangeCipherSpec
  std::deque<std::string> sessions;
  bool connected = false;

 private:
  LocalOperations operations_;
  Now now_;
};

struct CorePairOptions {
  Transport transport = Transport::kStream;
  bool retry = false;        // the server wants a group without a share
  std::string session = {};  // to resume
  // Whether the server asks for a certificate, and whether the client has one.
  ClientAuthentication client_authentication = ClientAuthentication::kNone;
  bool client_credential = true;
  Version min_version = Version::kTls12, max_version = Version::kTls13;  // of both sides
  Version client_max_version = Version::kTls13, server_max_version = Version::kTls13;  // no more
  bool status = false;  // the client asks for an OCSP response, the server has one (kOcspResponse)
  uint16_t psk_suite = 0;  // with this one: an external PSK and no certificates
  // IANA; empty: the world's. The client's shares: the builder's choice.
  std::vector<uint16_t> client_groups = {}, client_shares = {}, server_groups = {};
};

class CorePair {
 public:
  explicit CorePair(const CorePairOptions& options, World& world = SharedWorld());
  // Of the caller's configurations. `session`: to resume.
  CorePair(std::shared_ptr<const ClientConfig> client_config,
           std::shared_ptr<const ServerConfig> server_config, Transport transport,
           std::string_view session, World& world);
  // Gives the next message of one side to the other. False: there is none.
  static bool Deliver(BareCore& from, BareCore& to);
  bool DeliverToClient() { return Deliver(*server, *client); }
  bool DeliverToServer() { return Deliver(*client, *server); }
  void Run();
  // The same; all that went to the client, and to the server. Empty: TLS 1.2's ChangeCipherSpec.
  std::pair<std::vector<std::string>, std::vector<std::string>> RunAndRecord();
  const ClientConfig& client_config() const { return *client_config_; }
  const ServerConfig& server_config() const { return *server_config_; }

 private:
  void Start(Transport transport, std::string_view session, World& world);
  std::shared_ptr<const ClientConfig> client_config_;
  std::shared_ptr<const ServerConfig> server_config_;

 public:
  std::unique_ptr<BareCore> client, server;
};

}  // namespace merlon::tls::testing
