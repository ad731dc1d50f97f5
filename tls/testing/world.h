// SPDX-License-Identifier: Apache-2.0
// What tests of connections need around them: drivers, keys, a CA with a server certificate, PSKs,
// a ticket key, configurations. All deterministic from one seed.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "crypto/bound_key.h"
#include "crypto/context.h"
#include "crypto/drivers/default_drivers.h"
#include "crypto/key_store.h"
#include "crypto/testing/deterministic_rng.h"
#include "tls/config_builder.h"
#include "tls/core/connection_random.h"
#include "tls/local_operations.h"
#include "x509/trust_store.h"

namespace merlon::tls::testing {

inline constexpr UnixTime kTestTime{std::chrono::seconds(1'800'000'000)};
inline constexpr char kServerName[] = "server.example";
inline constexpr char kClientName[] = "client.example";
inline constexpr char kOcspResponse[] = "an OCSP response";
inline constexpr char kPskIdentity[] = "device-17";
inline constexpr uint8_t kFixedSeedByte = 7;

// One process's worth of cryptography and credentials. Expensive to make (a few signatures): share.
class World {
 public:
  explicit World(uint64_t seed = 1, crypto::DriverTable drivers = crypto::DefaultDrivers());
  World(const World&) = delete;

  crypto::Context crypto() { return {*keys_, drivers_, rng_}; }
  // With the curves alone: ML-KEM's cost is for the tests that are about it.
  ClientConfigBuilder ClientBuilder();
  // The same, with the test's chain and key.
  ServerConfigBuilder ServerBuilder(std::string ocsp_response = {});
  const x509::TrustStore& anchors() const { return anchors_; }
  const crypto::BoundAeadKey& ticket_key() const { return *ticket_key_; }
  crypto::KeyHandle psk() const { return psk_; }
  crypto::KeyHandle ca_key() const { return ca_key_; }
  crypto::KeyHandle leaf_key() const { return leaf_key_; }
  const std::vector<std::string>& chain() const { return chain_; }
  // A leaf for other names or times, signed by the same CA with the same key.
  std::string MakeLeaf(std::string_view name, UnixTime not_before, UnixTime not_after);
  // A client's: a key of its own, and a certificate of the same CA. Another one for each name.
  const CredentialChoice& ClientCredential(std::string_view name = kClientName);
  // For a key in the store. `issuer`: the whole DER of another name than the CA's.
  std::string MakeLeafFor(crypto::KeyHandle key, std::string_view name, x509::KeyPurpose purpose,
                          UnixTime not_before, UnixTime not_after, Bytes issuer = {},
                          bool must_staple = false);
  const std::string& ca_der() const { return ca_der_; }
  absl::Span<const x509::TrustAnchor> anchor_list() const { return anchor_list_; }
  // The same for another key, of any type.
  std::string MakeLeaf(std::string_view name, UnixTime not_before, UnixTime not_after,
                       crypto::KeyHandle key);
  Seed NewSeed();
  // From now on all seeds are the same: what a connection says does not depend on those before it.
  void FixSeeds() { seeds_fixed_ = true; }

 private:
  crypto::KeyHandle GenerateP256();
  std::vector<uint16_t> Curves() const;

  crypto::DriverTable drivers_;
  crypto::testing::DeterministicRng rng_;
  crypto::InlineKeyStore<16> keys_;
  crypto::KeyHandle ca_key_, leaf_key_, psk_;
  std::string ca_der_;
  std::vector<std::string> chain_;
  std::vector<x509::TrustAnchor> anchor_list_;
  x509::TrustAnchors anchors_{{}};
  std::optional<crypto::BoundAeadKey> ticket_key_;
  std::map<std::string, CredentialChoice, std::less<>> client_credentials_;
  bool seeds_fixed_ = false;
};

// A world that all tests of a binary share.
World& SharedWorld();

}  // namespace merlon::tls::testing
