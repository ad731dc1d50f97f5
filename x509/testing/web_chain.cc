// SPDX-License-Identifier: Apache-2.0
#include "x509/testing/web_chain.h"

#include <cstdlib>
#include <cstring>

#include "crypto/bound_key.h"
#include "crypto/drivers/default_drivers.h"
#include "x509/certificate.h"
#include "x509/public_key.h"

namespace merlon::x509 {
namespace {

constexpr std::string_view kNames[] = {kWebChainName, "example.com", "static.example.com"};
constexpr std::string_view kCrls[] = {"http://crl.example.com/ca.crl"},
                           kResponders[] = {"http://ocsp.example.com"},
                           kIssuers[] = {"http://ca.example.com/ca.cer"};
constexpr uint8_t kDomainValidated[] = {0x67, 0x81, 0x0c, 0x01, 0x02, 0x01};  // BR 7.1.6.1

template <class T>
T Must(Result<T> result) {
  if (!result.ok()) abort();
  return *std::move(result);
}

template <size_t kSize>
std::string Front(const std::array<uint8_t, kSize>& bytes, size_t size) {
  return std::string(AsText(Slice(Bytes(bytes), 0, size)));
}

}  // namespace

WebChain::WebChain(crypto::KeyType type, uint16_t bits, crypto::SignAlg algorithm)
    : algorithm_(algorithm), store_(crypto::DefaultDrivers()) {
  const crypto::HashAlgorithm& sha256 = *crypto::DefaultDrivers().hash(crypto::HashId::kSha256);
  for (crypto::KeyHandle& key : keys_) {
    key = Must(store_->Generate({.type = type, .bits = bits, .usage = crypto::Usage::kSign}, rng_));
    infos_.push_back(InfoOf(key));
    ids_.emplace_back(AsText(Must(KeyIdentifier(sha256, AsBytes(infos_.back()))).view()));
  }
  for (size_t i = 0; i < keys_.size(); ++i) {
    constexpr std::string_view kSubjects[] = {"Web Root", "Web Intermediate", kWebChainName};
    ders_.push_back(Write(kSubjects[i], i, i == 0 ? 0 : i - 1));
  }
}

std::string WebChain::InfoOf(crypto::KeyHandle key) {
  std::array<uint8_t, 800> raw, out;
  const size_t size = Must(store_->PublicKey(key, absl::MakeSpan(raw)));
  return Front(out, Must(WritePublicKey(Must(store_->Attributes(key)).type,
                                        Slice(Bytes(raw), 0, size), absl::MakeSpan(out))));
}

crypto::BoundSigningKey WebChain::SignerOf(size_t key) {
  return Must(crypto::BoundSigningKey::Bind(*store_, keys_[key], algorithm_));
}

std::string WebChain::Write(std::string_view subject, size_t key, size_t issuer) {
  const uint8_t serial[16] = {0x42, static_cast<uint8_t>(key)};
  const Bytes policies[] = {kDomainValidated};
  CertificateSpec spec;
  spec.serial = serial;
  spec.subject = subject;
  spec.not_before = kWebChainNow - std::chrono::days(30);
  spec.not_after = kWebChainNow + std::chrono::days(60);
  spec.public_key = AsBytes(infos_[key]);
  spec.ca = key != 2;
  spec.subject_key_id = AsBytes(ids_[key]);
  spec.authority_key_id = AsBytes(ids_[issuer]);
  if (key != 0) {
    spec.issuer = Must(Certificate::Parse(AsBytes(ders_[issuer]))).subject();
    spec.purposes = KeyPurpose::kServerAuth;
    spec.crl_urls = kCrls;
    spec.ocsp_urls = kResponders;
    spec.issuer_urls = kIssuers;
    spec.policies = policies;
  }
  if (key == 2) spec.dns_names = kNames;
  std::array<uint8_t, 4096> out;
  return Front(out, Must(WriteCertificate(spec, SignerOf(issuer), rng_, absl::MakeSpan(out))));
}

std::string WebChain::Sign(Bytes tbs) {
  std::array<uint8_t, 4096> out;
  memcpy(&out[kSignedFront], tbs.data(), tbs.size());
  return Front(out, Must(SignInPlace(tbs.size(), SignerOf(1), rng_, absl::MakeSpan(out))));
}

}  // namespace merlon::x509
