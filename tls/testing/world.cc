// SPDX-License-Identifier: Apache-2.0
#include "tls/testing/world.h"

#include <algorithm>
#include <cstdlib>

#include "x509/certificate.h"
#include "x509/public_key.h"
#include "x509/writer.h"

namespace merlon::tls::testing {
namespace {

template <class T>
T Must(Result<T> result) {
  if (!result.ok()) std::abort();
  return *std::move(result);
}

std::string SpkiOf(const crypto::KeyStore& keys, crypto::KeyHandle key) {
  uint8_t raw[crypto::kMaxLatticePublicSize], spki[sizeof(raw) + x509::kPublicKeyInfoOverhead];
  const crypto::KeyType type = Must(keys.Attributes(key)).type;
  const size_t size = Must(keys.PublicKey(key, MutableBytes(raw)));
  const size_t spki_size = Must(x509::WritePublicKey(type, Bytes(raw, size), MutableBytes(spki)));
  return std::string(AsText(Bytes(spki, spki_size)));
}

constexpr crypto::SignAlg kEcdsaSha256 = {crypto::SignFamily::kEcdsa, crypto::HashId::kSha256};

}  // namespace

World::World(uint64_t seed, crypto::DriverTable drivers)
    : drivers_(drivers), rng_(seed), keys_(drivers_) {
  ca_key_ = GenerateP256();
  leaf_key_ = GenerateP256();
  uint8_t bytes[32];
  if (!rng_.Fill(MutableBytes(bytes)).ok()) std::abort();
  psk_ = Must(keys_->Import({.type = crypto::KeyType::kSecret, .usage = crypto::Usage::kDerive},
                            Bytes(bytes)));
  if (!rng_.Fill(MutableBytes(bytes)).ok()) std::abort();
  ticket_key_ = Must(crypto::BoundAeadKey::Bind(
      *keys_, Must(keys_->Import({.type = crypto::KeyType::kAes,
                                  .usage = crypto::Usage::kEncrypt | crypto::Usage::kDecrypt},
                                 Bytes(bytes, 16)))));

  const std::string spki = SpkiOf(*keys_, ca_key_);
  x509::CertificateSpec spec;
  spec.serial = AsBytes("\x01");
  spec.subject = "Merlon Test CA";
  spec.not_before = kTestTime - std::chrono::hours(24);
  spec.not_after = kTestTime + std::chrono::hours(24 * 365);
  spec.public_key = AsBytes(spki);
  spec.ca = true;
  std::vector<uint8_t> out(2048);
  const auto signer = Must(crypto::BoundSigningKey::Bind(*keys_, ca_key_, kEcdsaSha256));
  const size_t size = Must(x509::WriteCertificate(spec, signer, rng_, absl::MakeSpan(out)));
  ca_der_ = std::string(AsText(Bytes(out.data(), size)));
  anchor_list_.push_back(Must(x509::TrustAnchor::FromCertificate(AsBytes(ca_der_))));
  anchors_ = x509::TrustAnchors(anchor_list_);
  chain_ = {MakeLeaf(kServerName, kTestTime - std::chrono::hours(1),
                     kTestTime + std::chrono::hours(24 * 90))};
}

crypto::KeyHandle World::GenerateP256() {
  return Must(keys_->Generate(
      {.type = crypto::KeyType::kEcP256, .bits = 256, .usage = crypto::Usage::kSign}, rng_));
}

std::string World::MakeLeaf(std::string_view name, UnixTime not_before, UnixTime not_after) {
  return MakeLeafFor(leaf_key_, name, x509::KeyPurpose::kServerAuth, not_before, not_after);
}
std::string World::MakeLeaf(std::string_view name, UnixTime not_before, UnixTime not_after,
                            crypto::KeyHandle key) {
  return MakeLeafFor(key, name, x509::KeyPurpose::kServerAuth, not_before, not_after);
}

const CredentialChoice& World::ClientCredential(std::string_view name) {
  const auto known = client_credentials_.find(name);
  if (known != client_credentials_.end()) return known->second;
  CredentialChoice credential;
  credential.key = GenerateP256();
  credential.chain_der = {MakeLeafFor(credential.key, name, x509::KeyPurpose::kClientAuth,
                                      kTestTime - std::chrono::hours(1),
                                      kTestTime + std::chrono::hours(24 * 90))};
  return client_credentials_.emplace(name, std::move(credential)).first->second;
}

std::string World::MakeLeafFor(crypto::KeyHandle key, std::string_view name,
                               x509::KeyPurpose purpose, UnixTime not_before, UnixTime not_after,
                               Bytes issuer, bool must_staple) {
  const std::string spki = SpkiOf(*keys_, key);
  const x509::Certificate ca = Must(x509::Certificate::Parse(AsBytes(ca_der_)));
  x509::CertificateSpec spec;
  uint8_t serial[8];
  if (!rng_.Fill(MutableBytes(serial)).ok()) std::abort();
  serial[0] = 0x42;
  spec.serial = serial;
  spec.subject = name;
  spec.issuer = issuer.empty() ? ca.subject() : issuer;
  spec.not_before = not_before;
  spec.not_after = not_after;
  spec.public_key = AsBytes(spki);
  spec.purposes = purpose;
  const std::string_view names[] = {name};
  spec.dns_names = names;
  spec.must_staple = must_staple;
  std::vector<uint8_t> out(4096);
  const auto signer = Must(crypto::BoundSigningKey::Bind(*keys_, ca_key_, kEcdsaSha256));
  const size_t size = Must(x509::WriteCertificate(spec, signer, rng_, absl::MakeSpan(out)));
  return std::string(AsText(Bytes(out.data(), size)));
}

std::vector<uint16_t> World::Curves() const {
  std::vector<uint16_t> out;
  for (const NamedGroup* group : {&kX25519, &kSecp256r1, &kSecp384r1}) {
    if (drivers_.key_agreement(group->id) == nullptr) continue;
    out.push_back(static_cast<uint16_t>(group->id));
  }
  return out;
}

ClientConfigBuilder World::ClientBuilder() {
  ClientConfigBuilder builder(crypto());
  builder.SetGroups(Curves());
  return builder;
}

ServerConfigBuilder World::ServerBuilder(std::string ocsp_response) {
  ServerConfigBuilder builder(crypto());
  builder.SetGroups(Curves());
  CredentialChoice credential{.chain_der = chain_, .key = leaf_key_};
  credential.ocsp_response = std::move(ocsp_response);
  builder.AddCredential(std::move(credential));
  return builder;
}

Seed World::NewSeed() {
  return Seed(32, [&](MutableBytes out) {
    if (seeds_fixed_) {
      std::fill(out.begin(), out.end(), kFixedSeedByte);
      return;
    }
    if (!rng_.Fill(out).ok()) std::abort();
  });
}

World& SharedWorld() {
  static World& world = *new World();
  return world;
}

}  // namespace merlon::tls::testing
