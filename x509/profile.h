// SPDX-License-Identifier: Apache-2.0
// Profiles: what certificates must keep beyond what validation (RFC 5280 s6) looks at, because
// those who issue them are bound to it. A profile that nobody names is not linked.
#pragma once
#include "crypto/base/result.h"
#include "x509/certificate.h"

namespace merlon::x509 {

// Where a certificate stands on a path.
enum class Place : uint8_t { kLeaf, kIntermediate, kAnchor };

// Named by VerifyOptions::profile.
struct Profile {
  const char* name;
  // kBadCertificate, kBadExtendedKeyUsage, kUnsupportedAlgorithm, kNameMismatch. Anchors are looked
  // at where they are certificates.
  Result<void> (*check)(const Certificate& certificate, Place place);
};

// RFC 5280 s4's duties of conforming CAs: key identifiers, and extensions that must be critical.
extern const Profile kRfc5280Profile;
// The Baseline Requirements of the CA/Browser Forum (TLS, section 7.1): what public CAs issue now.
// Roots from before them may break these rules: they serve as a name and a key (FromKey).
extern const Profile kWebPkiProfile;

}  // namespace merlon::x509
