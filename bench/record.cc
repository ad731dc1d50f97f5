// SPDX-License-Identifier: Apache-2.0
// Records: MB/s sealed and opened through a connection, beside the bare AEAD under it.
#include <memory>
#include <string>
#include <vector>

#include "bench/openssl_peer.h"
#include "bench/pair.h"
#include "bench/record_speed.h"

namespace merlon::bench {
namespace {

constexpr size_t kSizes[] = {64, 1350, 16384};

class BareAead {
 public:
  explicit BareAead(const crypto::AeadAlgorithm& algorithm) : algorithm_(algorithm) {
    const uint8_t bytes[crypto::kMaxAeadKeySize] = {1};
    key_.Bind(algorithm, Slice(Bytes(bytes), 0, algorithm.key_size),
              Slice(Bytes(bytes), 0, crypto::kAeadIvSize));
  }
  RecordSpeed Time(size_t size, double seconds) {
    const uint8_t header[5] = {};
    return TimeRecords(
        size,
        [&](Bytes plaintext, MutableBytes out) {
          const size_t total = plaintext.size() + algorithm_.tag_size;
          key_.SealScatter(sealed_++, Bytes(header), absl::Span<const Bytes>(&plaintext, 1), {},
                           Slice(out, 0, total));
          return total;
        },
        [&](MutableBytes record) {
          Require(key_.OpenInPlace(opened_++, Bytes(header), record),
                  "an AEAD opens what it sealed");
        },
        seconds);
  }

 private:
  const crypto::AeadAlgorithm& algorithm_;
  crypto::AeadKey key_;
  uint64_t sealed_ = 0, opened_ = 0;
};

template <class Face>
class Connected {
 public:
  explicit Connected(const Configs& configs)
      : pair_(std::make_unique<Pair<Face>>(*configs.client, *configs.server)) {
    pair_->Run();
    Require(pair_->client.connected && pair_->server.connected, "a handshake");
  }
  RecordSpeed Time(size_t size, double seconds) {
    return TimeRecords(
        size,
        [&](Bytes plaintext, MutableBytes out) {
          const Result<tls::Sealed> sealed = pair_->client.face->Seal(plaintext, out);
          Require(sealed.ok() && sealed->consumed == plaintext.size(), "Seal");
          return sealed->written;
        },
        [&](MutableBytes record) {
          size_t data = 0;
          while (!record.empty()) {
            const Result<tls::Received> got = pair_->server.face->Receive(record, kStart);
            Require(got.ok() && got->consumed != 0, "Receive");
            data += got->plaintext.size();
            record = Slice(record, got->consumed);
          }
          Require(data == size, "all data arrives");
        },
        seconds);
  }

 private:
  std::unique_ptr<Pair<Face>> pair_;
};

// Seal and open by size: the best of several goes.
struct Speeds {
  RecordSpeed by_size[std::size(kSizes)];
  void Take(size_t i, RecordSpeed speed) {
    by_size[i].seal = std::max(by_size[i].seal, speed.seal);
    by_size[i].open = std::max(by_size[i].open, speed.open);
    by_size[i].both = 1 / (1 / by_size[i].seal + 1 / by_size[i].open);
  }
};
void Row(Table& table, const std::string& name, const Speeds& speeds, const Speeds& bare,
         double RecordSpeed::* what) {
  std::vector<double> cells, slower;
  for (size_t i = 0; i < std::size(kSizes); ++i) {
    cells.push_back(speeds.by_size[i].*what);
    slower.push_back(&speeds == &bare ? -1 : 100 * bare.by_size[i].*what / speeds.by_size[i].*what);
  }
  cells.insert(cells.end(), slower.begin(), slower.end());
  table.Row(name, cells);
}

// `peer_name`: OpenSSL's.
void Suite(Table& table, const char* name, const char* peer_name, uint16_t suite) {
  tls::testing::World& world = tls::testing::SharedWorld();
  const Configs configs = {world.ClientBuilder().SetSuites({suite}).Build().value(),
                           world.ServerBuilder().SetSuites({suite}).Build().value()};
  const crypto::AeadAlgorithm& aead = *configs.client->common.suites[0].aead;
  const crypto::Driver* driver = nullptr;
  for (const crypto::Driver* one : world.crypto().drivers.drivers()) {
    for (const crypto::AeadAlgorithm* algorithm : one->aeads) {
      if (algorithm == &aead) driver = one;
    }
  }
  BareAead bare(aead);
  Connected<tls::StreamConnection> stream(configs);
  Connected<tls::DatagramConnection> datagram(configs);
  Speeds bare_speeds, stream_speeds, datagram_speeds, peer_speeds;
  // In turns, so that what else the machine does falls on all alike.
  const int turns = table.options().quick ? 1 : 8;
  const double seconds = table.options().quick ? 0 : 0.02;
  for (int turn = 0; turn < turns; ++turn) {
    for (size_t i = 0; i < std::size(kSizes); ++i) {
      bare_speeds.Take(i, bare.Time(kSizes[i], seconds));
      stream_speeds.Take(i, stream.Time(kSizes[i], seconds));
      datagram_speeds.Take(i, datagram.Time(kSizes[i], seconds));
      if (!table.options().peers) continue;
      const std::optional<RecordSpeed> peer =
          OpenSslAead(peer_name, aead.key_size, aead.tag_size, kSizes[i], seconds);
      Require(peer.has_value(), peer_name);
      peer_speeds.Take(i, *peer);
    }
  }
  table.Section(std::string("Records, ") + name + " by driver " + driver->name,
                "MB/s; then the time in % of that of the bare AEAD",
                {"64 B", "1350 B", "16384 B", "64 B %", "1350 B %", "16384 B %"});
  for (const auto& [verb, what] :
       {std::pair("seal: ", &RecordSpeed::seal), std::pair("open: ", &RecordSpeed::open),
        std::pair("both: ", &RecordSpeed::both)}) {
    Row(table, std::string(verb) + "bare AEAD", bare_speeds, bare_speeds, what);
    if (table.options().peers) {
      Row(table, std::string(verb) + "OpenSSL's AEAD", peer_speeds, bare_speeds, what);
    }
    Row(table, std::string(verb) + "StreamConnection", stream_speeds, bare_speeds, what);
    Row(table, std::string(verb) + "DatagramConnection", datagram_speeds, bare_speeds, what);
  }
}

bool Records(Table& table) {
  Suite(table, "AES-128-GCM", "AES-128-GCM", tls::kTlsAes128GcmSha256);
  Suite(table, "ChaCha20-Poly1305", "ChaCha20-Poly1305", tls::kTlsChaCha20Poly1305Sha256);
  Suite(table, "AES-128-CCM", "AES-128-CCM", tls::kTlsAes128CcmSha256);
  return true;
}
const Registration kRegistration("1 records", Records);

}  // namespace
}  // namespace merlon::bench
