// SPDX-License-Identifier: Apache-2.0
// What instructions_test.py counts with callgrind, one thing at each run: the engine's calls alone,
// under AEADs, key exchange and signatures that cost nothing and portable hashes. So a number does
// not depend on the CPU, and grows only with what the engine does.
//
//   instructions              lists the names
//   instructions NAME         does it
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include "bench/pair.h"
#include "crypto/drivers/portable/driver.h"
#include "fuzz/fuzz_driver.h"

namespace merlon::bench {
namespace {

constexpr size_t kRecords = 16;

// The fuzz driver with hashes that are real, and AEADs whose limits are far away.
class CheapDriver {
 public:
  CheapDriver() {
    for (size_t i = 0; i < aeads_.size(); ++i) {
      aeads_[i] = *fuzz::kFuzzDriver.aeads[i];
      aeads_[i].seal_limit = aeads_[i].open_limit = uint64_t{1} << 32;
      aead_pointers_[i] = &aeads_[i];
    }
    driver_.hashes = crypto::kPortableDriver.hashes;
    driver_.aeads = aead_pointers_;
  }
  crypto::DriverTable table() const { return crypto::DriverTable({&pointer_, 1}); }

 private:
  std::vector<crypto::AeadAlgorithm> aeads_ =
      std::vector<crypto::AeadAlgorithm>(fuzz::kFuzzDriver.aeads.size());
  std::vector<const crypto::AeadAlgorithm*> aead_pointers_ =
      std::vector<const crypto::AeadAlgorithm*>(aeads_.size());
  crypto::Driver driver_ = fuzz::kFuzzDriver;
  const crypto::Driver* pointer_ = &driver_;
};

World& CheapWorld() {
  static const CheapDriver& driver = *new CheapDriver();
  static World& world = *new World(1, driver.table());
  return world;
}

template <class Face>
std::unique_ptr<Pair<Face>> NewPair(const Configs& configs, Bytes session = {}) {
  return std::make_unique<Pair<Face>>(*configs.client, *configs.server, session, Sizes{}, Sizes{},
                                      CheapWorld());
}

// kRecords records of `size` bytes.
template <class Face>
void Records(size_t size, bool count_seal) {
  const Configs configs = CertificateConfigs(CheapWorld());
  const auto pair = NewPair<Face>(configs);
  pair->Run();
  Require(pair->client.connected && pair->server.connected, "a handshake");
  pair->client.counted = count_seal;
  pair->server.counted = !count_seal;
  const std::vector<uint8_t> plaintext(size, 0x5a);
  std::vector<uint8_t> out(size + 64);
  for (size_t i = 0; i < kRecords; ++i) {
    const size_t sealed = pair->client.Seal(Bytes(plaintext), absl::MakeSpan(out));
    const size_t opened = pair->server.Receive(Slice(absl::MakeSpan(out), 0, sealed));
    Require(opened == size, "all data arrives");
  }
}

// One handshake with the tickets that follow.
template <class Face>
void Handshake(bool resumed, bool count_client, tls::Version version = tls::Version::kTls13) {
  World& world = CheapWorld();
  const Configs configs = {world.ClientBuilder().SetVersions(version, version).Build().value(),
                           world.ServerBuilder().SetVersions(version, version).Build().value()};
  std::vector<uint8_t> session;
  if (resumed) {
    const auto first = NewPair<Face>(configs);
    first->Run();
    session.assign(
        first->client.session.begin(),
        first->client.session.begin() + static_cast<ptrdiff_t>(first->client.session_size));
  }
  const auto pair = NewPair<Face>(configs, session);
  pair->client.counted = count_client;
  pair->server.counted = !count_client;
  pair->Run();
  Require(pair->client.connected && pair->server.connected, "a handshake");
  Require(!resumed ||
              pair->server.core->negotiated().authentication == tls::Authentication::kResumption,
          "a resumption");
}

using tls::DatagramConnection;
using tls::StreamConnection;
constexpr tls::Version kTls12 = tls::Version::kTls12;
struct Measurement {
  const char* name;
  void (*run)();
};
constexpr Measurement kMeasurements[] = {
    {"stream_seal_1350", [] { Records<StreamConnection>(1350, true); }},
    {"stream_open_1350", [] { Records<StreamConnection>(1350, false); }},
    {"stream_seal_16384", [] { Records<StreamConnection>(16384, true); }},
    {"stream_open_16384", [] { Records<StreamConnection>(16384, false); }},
    {"datagram_seal_1350", [] { Records<DatagramConnection>(1350, true); }},
    {"datagram_open_1350", [] { Records<DatagramConnection>(1350, false); }},
    {"stream_client_full", [] { Handshake<StreamConnection>(false, true); }},
    {"stream_server_full", [] { Handshake<StreamConnection>(false, false); }},
    {"stream_client_resumed", [] { Handshake<StreamConnection>(true, true); }},
    {"stream_server_resumed", [] { Handshake<StreamConnection>(true, false); }},
    {"datagram_client_resumed", [] { Handshake<DatagramConnection>(true, true); }},
    {"datagram_server_resumed", [] { Handshake<DatagramConnection>(true, false); }},
    {"stream_client_resumed12", [] { Handshake<StreamConnection>(true, true, kTls12); }},
    {"stream_server_resumed12", [] { Handshake<StreamConnection>(true, false, kTls12); }},
    {"datagram_client_resumed12", [] { Handshake<DatagramConnection>(true, true, kTls12); }},
    {"datagram_server_resumed12", [] { Handshake<DatagramConnection>(true, false, kTls12); }},
};

}  // namespace
}  // namespace merlon::bench

int main(int argc, char** argv) {
  if (argc < 2) {
    for (const auto& measurement : merlon::bench::kMeasurements) puts(measurement.name);
    return 0;
  }
  for (const auto& measurement : merlon::bench::kMeasurements) {
    if (strcmp(measurement.name, argv[1]) != 0) continue;
    measurement.run();
    return 0;
  }
  fprintf(stderr, "no measurement %s\n", argv[1]);
  return 2;
}
