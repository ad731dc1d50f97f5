// SPDX-License-Identifier: Apache-2.0
// The extensions of a certificate, decoded and checked one by one (RFC 5280 s4.2). What they mean
// for a chain is verify_path's.
#pragma once
#include <optional>

#include "crypto/base/der.h"
#include "crypto/base/result.h"
#include "x509/name_constraints.h"
#include "x509/policies.h"

namespace merlon::x509 {

struct Extension {
  Bytes oid;  // contents of the OBJECT IDENTIFIER
  bool critical;
  Bytes value;  // contents of the OCTET STRING
};
// Takes one off the contents of Extensions.
[[nodiscard]] bool ReadExtension(DerReader& reader, Extension* extension);

struct BasicConstraints {
  bool ca = false;
  std::optional<uint32_t> path_length;
};

// Bit n is named bit n of RFC 5280 s4.2.1.3.
enum class KeyUsage : uint16_t {
  kDigitalSignature = 1 << 0,
  kNonRepudiation = 1 << 1,
  kKeyEncipherment = 1 << 2,
  kDataEncipherment = 1 << 3,
  kKeyAgreement = 1 << 4,
  kKeyCertSign = 1 << 5,
  kCrlSign = 1 << 6,
  kEncipherOnly = 1 << 7,
  kDecipherOnly = 1 << 8,
};
constexpr KeyUsage operator|(KeyUsage a, KeyUsage b) {
  return static_cast<KeyUsage>(static_cast<uint16_t>(a) | static_cast<uint16_t>(b));
}
constexpr bool Has(KeyUsage usage, KeyUsage wanted) {
  return (static_cast<uint16_t>(usage) & static_cast<uint16_t>(wanted)) ==
         static_cast<uint16_t>(wanted);
}

// Extended key usages that matter here (RFC 5280 s4.2.1.12); bits.
enum class KeyPurpose : uint8_t {
  kNone = 0,
  kAny = 1,  // anyExtendedKeyUsage
  kServerAuth = 2,
  kClientAuth = 4,
  kOcspSigning = 8,
};
constexpr KeyPurpose operator|(KeyPurpose a, KeyPurpose b) {
  return static_cast<KeyPurpose>(static_cast<uint8_t>(a) | static_cast<uint8_t>(b));
}
constexpr bool Has(KeyPurpose purposes, KeyPurpose wanted) {
  return (static_cast<uint8_t>(purposes) & static_cast<uint8_t>(wanted)) ==
         static_cast<uint8_t>(wanted);
}

// A certificate has at most this many extensions here; real ones have about ten.
inline constexpr size_t kMaxExtensions = 48;

// A borrowed view. Absent extensions are empty or nullopt.
struct Extensions {
  // Contents of Extensions. kBadDer; kBadCertificate: none at all, more than kMaxExtensions, the
  // same one twice, or an RFC 5280 rule about one of them broken.
  static Result<Extensions> Parse(Bytes contents);

  std::optional<BasicConstraints> basic_constraints;
  std::optional<KeyUsage> key_usage;
  std::optional<KeyPurpose> extended_key_usage;
  Bytes subject_alt_name;  // contents of GeneralNames: see ReadGeneralName
  bool subject_alt_name_critical = false;
  Bytes subject_key_id, authority_key_id;
  std::optional<NameConstraints> name_constraints;
  // TLS feature status_request (RFC 7633): such a certificate comes with an OCSP response.
  bool must_staple = false;
  bool no_rev_avail = false;   // RFC 9608: nothing ever tells that it is revoked
  bool ocsp_no_check = false;  // RFC 6960 s4.2.2.2.1: as an OCSP responder it is not checked
  // A critical extension that is not processed here: such a certificate cannot be used in a chain.
  bool unprocessed_critical = false;
  Bytes all;  // for what is not decoded above: see ReadExtension

  // What they say about policies, read anew: most paths never ask.
  PolicyExtensions policy() const;
  // Contents of the extension's OCTET STRING; empty: it is not there. cRLDistributionPoints,
  // freshestCRL and authorityInfoAccess were checked: see distribution_point.h.
  Bytes Find(Bytes oid) const;
  // Leaves those that a path, or what looks at all of it, asks a certificate for once its issuer
  // was judged; they move to `at`, which is not behind them, and their size is the result.
  size_t Condense(MutableBytes at);
};

}  // namespace merlon::x509
