// SPDX-License-Identifier: Apache-2.0
// The rules of RFC 5280 s6.1 that a path must keep, one certificate at a time from the leaf
// upwards. Which certificates to try is path_builder's. Policies and revocation are not processed.
#pragma once
#include <string_view>

#include "crypto/driver.h"
#include "x509/certificate.h"

namespace merlon::x509 {

// What a verification may cost; each number is counted down. The defaults serve chains that exist.
struct WorkBudget {
  uint32_t signature_checks = 16;
  uint32_t path_steps = 2048;            // presented certificates looked at, again and again
  uint32_t name_comparisons = 1u << 16;  // of a name with one name constraint
};

struct VerifyOptions {
  UnixTime now{};
  // What the leaf is to be used for: kServerAuth or kClientAuth.
  KeyPurpose purpose = KeyPurpose::kServerAuth;
  // The server's name: see CheckServerName. Empty: not checked.
  std::string_view server_name;
  // What is not here is not accepted.
  crypto::DriverTable drivers;
  WorkBudget budget;
  // Intermediates that are not self-issued: max_path_length of RFC 5280 s6.1.2 (k).
  uint8_t max_path_length = 6;
  // RFC 9325 s4.5.
  uint16_t min_rsa_bits = 2048;
};

// A leaf as such: kExpired, kNotYetValid, kUnknownCriticalExtension, kBadKeyUsage,
// kBadExtendedKeyUsage, kUnsupportedAlgorithm (its key), kBadCertificate.
Result<void> CheckLeaf(const Certificate& leaf, const VerifyOptions& options);

// Whether `issuer` may stand above `below`, which begins with the leaf: as CheckLeaf, and kNotACa,
// kPathTooLong, kNameConstraint, kWorkBudget. An anchor may be of version 1 or have serial 0.
Result<void> CheckIssuer(const Certificate& issuer, bool is_anchor,
                         absl::Span<const Certificate> below, const VerifyOptions& options,
                         uint32_t* name_comparisons);

// Whether the key may verify certificates here at all: kUnsupportedAlgorithm.
Result<void> CheckKey(const PublicKeyInfo& key, const VerifyOptions& options);

// Whether `key` signed `certificate`: kUnsupportedAlgorithm, kBadKey, kBadSignature.
Result<void> CheckSignature(const Certificate& certificate, const PublicKeyInfo& key,
                            const VerifyOptions& options);

}  // namespace merlon::x509
