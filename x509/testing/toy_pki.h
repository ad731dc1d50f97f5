// SPDX-License-Identifier: Apache-2.0
// Certificates for tests of the rules: a driver whose "signature" is a checksum of public key and
// message, so that a chain costs nothing and needs no private keys. Secure in no way.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "crypto/driver.h"
#include "x509/path_builder.h"
#include "x509/writer.h"

namespace merlon::x509 {

using Buffer = std::vector<uint8_t>;

// ECDSA on P-256 with SHA-256 and SHA-384, in name only.
crypto::DriverTable ToyDrivers();
// Verifications since the start of the program.
int ToyVerifications();

// The `n`-th toy public key, as a SubjectPublicKeyInfo.
Buffer ToyKey(uint8_t n);
// DER of a Name with a common name.
Buffer ToyName(std::string_view common_name);

inline constexpr UnixTime kToyNow{std::chrono::seconds(1'767'225'600)};  // 2026-01-01

// Fills in what is empty: a serial number, a validity of a year around kToyNow.
struct ToyCertificate {
  CertificateSpec spec;
  uint8_t key;              // of the subject
  std::string_view issuer;  // common name
  uint8_t issuer_key;
  crypto::SignAlg algorithm = {crypto::SignFamily::kEcdsa, crypto::HashId::kSha256};
};
Buffer Issue(const ToyCertificate& toy);

// A root, an intermediate and a leaf for www.example.com, each by default of the one before; and
// options with which they verify.
ToyCertificate ToyRoot(std::string_view name = "Root", uint8_t key = 1);
ToyCertificate ToyIntermediate(std::string_view name = "Intermediate", uint8_t key = 2,
                               std::string_view issuer = "Root", uint8_t issuer_key = 1);
ToyCertificate ToyLeaf(std::string_view issuer = "Intermediate", uint8_t issuer_key = 2);
VerifyOptions ToyOptions();

}  // namespace merlon::x509
