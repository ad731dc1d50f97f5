// SPDX-License-Identifier: Apache-2.0
// A world whose asymmetric cryptography is timed where the driver does it: what a handshake takes
// besides is then known to the microsecond. X25519 and ECDSA P-256, one certificate of each end.
#pragma once
#include <array>

#include "tls/testing/world.h"

namespace merlon::bench {

enum class Asymmetric : uint8_t { kGenerate, kAgree, kSign, kVerify };
inline constexpr size_t kAsymmetricKinds = 4;
// Calls into the timed drivers since the last reset.
struct AsymmetricWork {
  double seconds = 0;
  std::array<unsigned, kAsymmetricKinds> calls{};
};
AsymmetricWork& TimedWork();
// Each operation once, alone; seconds.
std::array<double, kAsymmetricKinds> TimeAsymmetric();

struct EndCredential {
  std::string certificate;  // DER, issued by the world's CA
  std::string private_key;  // the P-256 scalar
  crypto::KeyHandle key;
};
class TimedWorld {
 public:
  TimedWorld();
  tls::testing::World& world() { return world_; }
  const EndCredential& server() const { return server_; }
  const EndCredential& client() const { return client_; }

 private:
  EndCredential NewCredential(char fill, std::string_view name, x509::KeyPurpose purpose);

  tls::testing::World world_;
  EndCredential server_, client_;
};

}  // namespace merlon::bench
