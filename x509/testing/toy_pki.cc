// SPDX-License-Identifier: Apache-2.0
#include "x509/testing/toy_pki.h"

#include <array>

#include "x509/public_key.h"

namespace merlon::x509 {
namespace {

using crypto::HashId;
using crypto::KeyType;

int verifications = 0;

uint64_t Fnv(uint64_t state, Bytes data) {
  for (uint8_t byte : data) state = (state ^ byte) * 1099511628211u;
  return state;
}

std::array<uint8_t, 8> Checksum(Bytes public_key, HashId hash, Bytes message) {
  const uint64_t sum =
      Fnv(Fnv(14695981039346656037u + static_cast<uint64_t>(hash), public_key), message);
  std::array<uint8_t, 8> out;
  for (size_t i = 0; i < 8; ++i) out[i] = static_cast<uint8_t>(sum >> 8 * i);
  return out;
}

Result<void> Verify(Bytes public_key, const crypto::HashAlgorithm* hash, Bytes message,
                    Bytes signature) {
  ++verifications;
  if (Bytes(Checksum(public_key, hash->id, message)) == signature) return {};
  return PeerError(Code::kBadSignature, Alert::kDecryptError);
}

constexpr crypto::SignAlgorithm kSign = {.family = crypto::SignFamily::kEcdsa,
                                         .key_type = KeyType::kEcP256,
                                         .sign = nullptr,
                                         .verify = Verify,
                                         .public_key = nullptr,
                                         .check_private = nullptr,
                                         .generate = nullptr};
constexpr crypto::HashAlgorithm kSha256 = {
    HashId::kSha256, 32, 64, 8, [](void*) {}, [](void*, Bytes) {}, [](void*, MutableBytes) {}};
constexpr crypto::HashAlgorithm kSha384 = {
    HashId::kSha384, 48, 128, 8, [](void*) {}, [](void*, Bytes) {}, [](void*, MutableBytes) {}};
constexpr const crypto::SignAlgorithm* kSigns[] = {&kSign};
constexpr const crypto::HashAlgorithm* kHashes[] = {&kSha256, &kSha384};
constexpr crypto::Driver kDriver = {.name = "toy",
                                    .location = crypto::kLocalStorage,
                                    .available = [] { return true; },
                                    .hashes = kHashes,
                                    .ciphers = {},
                                    .aeads = {},
                                    .key_agreements = {},
                                    .signs = kSigns};
constexpr const crypto::Driver* kDrivers[] = {&kDriver};

Buffer ToyPoint(uint8_t n) {
  Buffer point(65, n);
  point[0] = 4;
  return point;
}

}  // namespace

crypto::DriverTable ToyDrivers() { return crypto::DriverTable(kDrivers); }
int ToyVerifications() { return verifications; }

Buffer ToyKey(uint8_t n) {
  Buffer out(128);
  out.resize(*WritePublicKey(KeyType::kEcP256, ToyPoint(n), absl::MakeSpan(out)));
  return out;
}

Buffer ToyName(std::string_view common_name) {
  Buffer out(common_name.size() + 32);
  out.resize(*WriteName(common_name, absl::MakeSpan(out)));
  return out;
}

Buffer Issue(const ToyCertificate& toy) {
  static uint32_t serial = 0;
  ++serial;
  const uint8_t serial_bytes[] = {1, static_cast<uint8_t>(serial >> 8),
                                  static_cast<uint8_t>(serial)};
  const Buffer key = ToyKey(toy.key), issuer = ToyName(toy.issuer);
  CertificateSpec spec = toy.spec;
  if (spec.serial.empty()) spec.serial = serial_bytes;
  if (spec.not_before == UnixTime()) spec.not_before = kToyNow - std::chrono::days(100);
  if (spec.not_after == UnixTime()) spec.not_after = kToyNow + std::chrono::days(265);
  spec.public_key = key;
  spec.issuer = issuer;
  Buffer tbs(1 << 16), out(1 << 16);
  tbs.resize(*WriteTbsCertificate(spec, toy.algorithm, absl::MakeSpan(tbs)));
  const auto signature = Checksum(ToyPoint(toy.issuer_key), toy.algorithm.hash, tbs);
  out.resize(*WriteSigned(tbs, toy.algorithm, signature, absl::MakeSpan(out)));
  return out;
}

ToyCertificate ToyRoot(std::string_view name, uint8_t key) {
  return ToyIntermediate(name, key, name, key);
}

ToyCertificate ToyIntermediate(std::string_view name, uint8_t key, std::string_view issuer,
                               uint8_t issuer_key) {
  return {.spec = {.subject = name, .ca = true},
          .key = key,
          .issuer = issuer,
          .issuer_key = issuer_key};
}

ToyCertificate ToyLeaf(std::string_view issuer, uint8_t issuer_key) {
  static constexpr std::string_view kNames[] = {"www.example.com"};
  return {.spec = {.subject = "Leaf", .dns_names = kNames},
          .key = 9,
          .issuer = issuer,
          .issuer_key = issuer_key};
}

VerifyOptions ToyOptions() {
  VerifyOptions options;
  options.now = kToyNow;
  options.server_name = "www.example.com";
  options.drivers = ToyDrivers();
  return options;
}

}  // namespace merlon::x509
