// SPDX-License-Identifier: Apache-2.0
// Records: MB/s sealed and opened through a connection, beside the bare AEAD under it.
#include <cstring>
#include <memory>
#include <vector>

#include "bench/pair.h"

namespace merlon::bench {
namespace {

constexpr size_t kSizes[] = {64, 1350, 16384};
// Plaintext sealed, then opened, in one go.
constexpr size_t kBatch = 256 * 1024;

struct Speed {
  std::vector<double> seal, open;  // MB/s by size
};
double MegabytesPerSecond(size_t bytes, double seconds) {
  return static_cast<double>(bytes) / 1e6 / seconds;
}

// `seal(Bytes plaintext, MutableBytes out)` gives the record's size; `open(MutableBytes record)`.
template <class Seal, class Open>
void Measure(size_t size, Seal seal, Open open, Speed& speed) {
  const size_t count = kBatch / size;
  const std::vector<uint8_t> plaintext(size, 0x5a);
  std::vector<uint8_t> out(count * (size + 64));
  std::vector<size_t> sizes(count);
  double best_seal = 1e9, best_open = 1e9;
  const double end = Seconds() + 0.4;
  while (Seconds() < end) {
    const double start = Seconds();
    size_t at = 0;
    for (size_t i = 0; i < count; ++i) {
      sizes[i] = seal(Bytes(plaintext), Slice(absl::MakeSpan(out), at));
      at += sizes[i];
    }
    const double sealed = Seconds();
    at = 0;
    for (size_t i = 0; i < count; ++i) {
      open(Slice(absl::MakeSpan(out), at, sizes[i]));
      at += sizes[i];
    }
    const double opened = Seconds();
    best_seal = std::min(best_seal, sealed - start);
    best_open = std::min(best_open, opened - sealed);
  }
  speed.seal.push_back(MegabytesPerSecond(count * size, best_seal));
  speed.open.push_back(MegabytesPerSecond(count * size, best_open));
}

Speed BareAead(const crypto::AeadAlgorithm& algorithm) {
  crypto::AeadKey key;
  const uint8_t bytes[crypto::kMaxAeadKeySize] = {1};
  key.Bind(algorithm, Slice(Bytes(bytes), 0, algorithm.key_size),
           Slice(Bytes(bytes), 0, crypto::kAeadIvSize));
  const uint8_t header[5] = {};
  uint64_t sealed = 0, opened = 0;
  Speed speed;
  for (size_t size : kSizes) {
    Measure(
        size,
        [&](Bytes plaintext, MutableBytes out) {
          const size_t total = plaintext.size() + algorithm.tag_size;
          key.SealScatter(sealed++, Bytes(header), absl::Span<const Bytes>(&plaintext, 1), {},
                          Slice(out, 0, total));
          return total;
        },
        [&](MutableBytes record) {
          Require(key.OpenInPlace(opened++, Bytes(header), record), "an AEAD opens what it sealed");
        },
        speed);
  }
  return speed;
}

template <class Face>
Speed Connection() {
  const Configs configs = CertificateConfigs();
  const auto pair = std::make_unique<Pair<Face>>(*configs.client, *configs.server);
  pair->Run();
  Require(pair->client.connected && pair->server.connected, "a handshake");
  Speed speed;
  for (size_t size : kSizes) {
    Measure(
        size,
        [&](Bytes plaintext, MutableBytes out) {
          const Result<tls::Sealed> sealed = pair->client.face->Seal(plaintext, out);
          Require(sealed.ok() && sealed->consumed == plaintext.size(), "Seal");
          return sealed->written;
        },
        [&](MutableBytes record) {
          size_t data = 0;
          while (!record.empty()) {
            const Result<tls::Received> got = pair->server.face->Receive(record, kStart);
            Require(got.ok() && got->consumed != 0, "Receive");
            data += got->plaintext.size();
            record = Slice(record, got->consumed);
          }
          Require(data == size, "all data arrives");
        },
        speed);
  }
  return speed;
}

bool Records(Table& table) {
  const Configs configs = CertificateConfigs();
  const crypto::AeadAlgorithm& aead = *configs.client->common.suites[0].aead;
  const crypto::Driver* driver = nullptr;
  for (const crypto::Driver* one : tls::testing::SharedWorld().crypto().drivers.drivers()) {
    for (const crypto::AeadAlgorithm* algorithm : one->aeads) {
      if (algorithm == &aead) driver = one;
    }
  }
  const Speed bare = BareAead(aead);
  const Speed stream = Connection<tls::StreamConnection>();
  const Speed datagram = Connection<tls::DatagramConnection>();
  table.Section(std::string("Records, AES-128-GCM by driver ") + driver->name, "MB/s",
                {"64 B", "1350 B", "16384 B"});
  table.Row("seal: bare AEAD", bare.seal);
  table.Row("seal: StreamConnection", stream.seal);
  table.Row("seal: DatagramConnection", datagram.seal);
  table.Row("open: bare AEAD", bare.open);
  table.Row("open: StreamConnection", stream.open);
  table.Row("open: DatagramConnection", datagram.open);
  return true;
}
const Registration kRegistration("1 records", Records);

}  // namespace
}  // namespace merlon::bench
