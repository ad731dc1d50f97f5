// SPDX-License-Identifier: Apache-2.0
#include "bench/timed_world.h"

#include "bench/table.h"

namespace merlon::bench {
namespace {

using crypto::KeyAgreementAlgorithm;
using crypto::SignAlgorithm;

template <crypto::GroupId kGroup = crypto::GroupId::kX25519>
const KeyAgreementAlgorithm& Agreement() {
  static const KeyAgreementAlgorithm& found = *crypto::DefaultDrivers().key_agreement(kGroup);
  return found;
}
const SignAlgorithm& Ecdsa() {
  static const SignAlgorithm& found =
      *crypto::DefaultDrivers().sign(crypto::SignFamily::kEcdsa, crypto::KeyType::kEcP256);
  return found;
}

class Timer {
 public:
  explicit Timer(Asymmetric kind) : start_(Seconds()) {
    ++TimedWork().calls[static_cast<size_t>(kind)];
  }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  // Whoever times around this has read the clock twice within: once it is in this interval.
  ~Timer() { TimedWork().seconds += Seconds() - start_ + ClockCost(); }

 private:
  const double start_;
};

template <crypto::GroupId kGroup>
Result<void> Generate(crypto::Rng& rng, MutableBytes private_key, MutableBytes share) {
  const Timer timer(Asymmetric::kGenerate);
  return Agreement<kGroup>().generate(rng, private_key, share);
}
template <crypto::GroupId kGroup>
Result<void> Agree(Bytes private_key, Bytes peer_share, MutableBytes secret) {
  const Timer timer(Asymmetric::kAgree);
  return Agreement<kGroup>().agree(private_key, peer_share, secret);
}
template <crypto::GroupId kGroup>
Result<void> Respond(crypto::Rng& rng, Bytes peer_share, MutableBytes share, MutableBytes secret) {
  const Timer timer(Asymmetric::kGenerate);
  ++TimedWork().calls[static_cast<size_t>(Asymmetric::kAgree)];
  return Agreement<kGroup>().respond(rng, peer_share, share, secret);
}
Result<size_t> Sign(Bytes private_key, const crypto::HashAlgorithm* hash, Bytes message,
                    crypto::Rng& rng, MutableBytes out) {
  const Timer timer(Asymmetric::kSign);
  return Ecdsa().sign(private_key, hash, message, rng, out);
}
Result<void> Verify(Bytes public_key, const crypto::HashAlgorithm* hash, Bytes message,
                    Bytes signature) {
  const Timer timer(Asymmetric::kVerify);
  return Ecdsa().verify(Bytes(public_key), hash, message, signature);
}

template <crypto::GroupId kGroup>
KeyAgreementAlgorithm TimedAgreement() {
  KeyAgreementAlgorithm timed = Agreement<kGroup>();
  timed.generate = Generate<kGroup>;
  timed.agree = Agree<kGroup>;
  timed.respond = Respond<kGroup>;
  return timed;
}

// In front of the default drivers.
crypto::DriverTable TimedDrivers() {
  static const KeyAgreementAlgorithm curve = TimedAgreement<crypto::GroupId::kX25519>();
  static const KeyAgreementAlgorithm hybrid = TimedAgreement<crypto::GroupId::kX25519MlKem768>();
  static const SignAlgorithm ecdsa = [] {
    SignAlgorithm timed = Ecdsa();
    timed.sign = Sign;
    timed.verify = Verify;
    return timed;
  }();
  static const KeyAgreementAlgorithm* const agreements[] = {&curve, &hybrid};
  static const SignAlgorithm* const signs[] = {&ecdsa};
  static const crypto::Driver driver = {
      .name = "timed",
      .location = crypto::kLocalStorage,
      .available = [] { return true; },
      .hashes = {},
      .ciphers = {},
      .aeads = {},
      .key_agreements = agreements,
      .signs = signs,
  };
  static const std::vector<const crypto::Driver*> drivers = [] {
    std::vector<const crypto::Driver*> all = {&driver};
    for (const crypto::Driver* one : crypto::DefaultDrivers().drivers()) all.push_back(one);
    return all;
  }();
  return crypto::DriverTable(drivers);
}

}  // namespace

AsymmetricWork& TimedWork() {
  static AsymmetricWork work;
  return work;
}

std::array<double, kAsymmetricKinds> TimeAsymmetric() {
  static crypto::testing::DeterministicRng rng(7);
  const crypto::HashAlgorithm* const hash = crypto::DefaultDrivers().hash(crypto::HashId::kSha256);
  const std::string scalar(32, '\x31'), message(130, 'm');
  uint8_t private_key[32], share[32], secret[32], public_key[65], signature[80];
  const double start = Seconds();
  Require(Agreement<>().generate(rng, MutableBytes(private_key), MutableBytes(share)).ok(),
          "a key");
  const double generated = Seconds();
  Require(Agreement<>().agree(Bytes(private_key), Bytes(share), MutableBytes(secret)).ok(),
          "a secret");
  const double agreed = Seconds();
  const Result<size_t> size =
      Ecdsa().sign(AsBytes(scalar), hash, AsBytes(message), rng, MutableBytes(signature));
  const double has_signed = Seconds();
  Require(size.ok() && Ecdsa().public_key(AsBytes(scalar), MutableBytes(public_key)).ok(), "a key");
  const double verifying = Seconds();
  Require(Ecdsa().verify(Bytes(public_key), hash, AsBytes(message), Bytes(signature, *size)).ok(),
          "a signature");
  const double verified = Seconds();
  return {generated - start, agreed - generated, has_signed - agreed, verified - verifying};
}

TimedWorld::TimedWorld() : world_(1, TimedDrivers()) {
  server_ = NewCredential('\x31', tls::testing::kServerName, x509::KeyPurpose::kServerAuth);
  client_ = NewCredential('\x32', tls::testing::kClientName, x509::KeyPurpose::kClientAuth);
}

EndCredential TimedWorld::NewCredential(char fill, std::string_view name,
                                        x509::KeyPurpose purpose) {
  EndCredential out;
  out.private_key = std::string(32, fill);
  const Result<crypto::KeyHandle> key = world_.crypto().keys.Import(
      {.type = crypto::KeyType::kEcP256, .bits = 256, .usage = crypto::Usage::kSign},
      AsBytes(out.private_key));
  Require(key.ok(), "a key");
  out.key = *key;
  out.certificate =
      world_.MakeLeafFor(out.key, name, purpose, tls::testing::kTestTime - std::chrono::hours(1),
                         tls::testing::kTestTime + std::chrono::hours(24));
  return out;
}

}  // namespace merlon::bench
