// SPDX-License-Identifier: Apache-2.0
// A root, an intermediate and a leaf with the extensions that the web's certificates have, signed
// with real algorithms: for measurements and comparisons.
#pragma once
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/key_store.h"
#include "crypto/testing/deterministic_rng.h"
#include "x509/writer.h"

namespace merlon::x509 {

inline constexpr UnixTime kWebChainNow{std::chrono::seconds(1'800'000'000)};
inline constexpr std::string_view kWebChainName = "www.example.com";

class WebChain {
 public:
  WebChain(crypto::KeyType type, uint16_t bits, crypto::SignAlg algorithm);

  // DER.
  const std::string& root() const { return ders_[0]; }
  const std::string& intermediate() const { return ders_[1]; }
  const std::string& leaf() const { return ders_[2]; }
  // The certificate with this TBSCertificate, signed as the leaf is.
  std::string Sign(Bytes tbs);

 private:
  std::string InfoOf(crypto::KeyHandle key);
  std::string Write(std::string_view subject, size_t key, size_t issuer);
  crypto::BoundSigningKey SignerOf(size_t key);

  crypto::SignAlg algorithm_;
  crypto::testing::DeterministicRng rng_{1};
  crypto::InlineKeyStore<3> store_;
  std::array<crypto::KeyHandle, 3> keys_;
  std::vector<std::string> infos_, ids_, ders_;
};

}  // namespace merlon::x509
