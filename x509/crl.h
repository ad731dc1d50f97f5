// SPDX-License-Identifier: Apache-2.0
// Crl: a strict, borrowed view of one certificate revocation list (RFC 5280 s5): full, delta,
// indirect, partitioned. What it tells of a certificate, and whether to believe it, is
// crl_source's.
#pragma once
#include <optional>

#include "absl/base/attributes.h"
#include "crypto/base/result.h"
#include "crypto/base/time.h"
#include "x509/distribution_point.h"

namespace merlon::x509 {

// CRLReason (RFC 5280 s5.3.1). 7 is not used.
enum class CrlReason : uint8_t {
  kUnspecified = 0,
  kKeyCompromise = 1,
  kCaCompromise = 2,
  kAffiliationChanged = 3,
  kSuperseded = 4,
  kCessationOfOperation = 5,
  kCertificateHold = 6,
  kRemoveFromCrl = 8,  // in delta CRLs
  kPrivilegeWithdrawn = 9,
  kAaCompromise = 10,
};
// From the octet of an ENUMERATED; false: there is no such reason.
[[nodiscard]] bool ParseCrlReason(Bytes contents, CrlReason* reason);

struct CrlEntry {
  Bytes serial;  // magnitude, as Certificate::serial; of a negative one, which no certificate has
                 // that parses, the contents
  bool negative = false;
  UnixTime date{};
  CrlReason reason = CrlReason::kUnspecified;
  Bytes certificate_issuer;  // contents of GeneralNames; empty: as of the entry before
};

// issuingDistributionPoint (s5.2.5).
struct IssuingDistributionPoint {
  DistributionPointName name;
  bool only_users = false, only_cas = false, only_attributes = false, indirect = false;
  uint16_t reasons = kAllReasons;
};

// A CRL has at most this many extensions, an entry at most this many.
inline constexpr size_t kMaxCrlExtensions = 16, kMaxCrlEntryExtensions = 8;

class Crl {
 public:
  Crl() = default;
  // Every entry is looked at once. kBadDer, kTrailingData: not strict DER. kBadCrl: DER, but it
  // breaks a rule of s5, or has a critical extension that is not processed here, in itself or in an
  // entry (s5.2, s5.3: such a CRL tells nothing). Origin::kPeer, bad_certificate.
  static Result<Crl> Parse(Bytes der ABSL_ATTRIBUTE_LIFETIME_BOUND);

  Bytes der() const { return der_; }
  Bytes tbs() const { return tbs_; }
  Bytes issuer() const { return issuer_; }  // whole DER of the Name
  UnixTime this_update() const { return this_update_; }
  const std::optional<UnixTime>& next_update() const { return next_update_; }
  Bytes signature_algorithm() const { return signature_algorithm_; }
  Bytes signature() const { return signature_; }
  Bytes number() const { return number_; }  // magnitude; see has_number
  bool has_number() const { return has_number_; }
  // A delta CRL: what changed since the complete CRL of this number.
  bool is_delta() const { return is_delta_; }
  Bytes base_number() const { return base_number_; }
  // The whole extension value, for comparison; empty: absent.
  Bytes authority_key_id() const { return authority_key_id_; }
  Bytes issuing_distribution_point_der() const { return idp_der_; }
  const IssuingDistributionPoint& issuing_distribution_point() const { return idp_; }
  size_t size() const { return size_; }  // entries

  // Entries, in their order.
  class Entries {
   public:
    explicit Entries(const Crl& crl) : reader_(crl.entries_) {}
    // False at the end. certificate_issuer is filled in from the entries before (s5.3.3); empty:
    // the CRL's issuer.
    bool Next(CrlEntry* entry);

   private:
    DerReader reader_;
    Bytes issuer_;
  };

 private:
  Result<void> ParseTbs(DerReader fields);
  Result<void> ParseEntries(Bytes contents);
  Result<void> ParseExtensions(Bytes contents);

  Bytes der_, tbs_, issuer_, signature_algorithm_, signature_, number_, base_number_,
      authority_key_id_, idp_der_, entries_;
  UnixTime this_update_{};
  std::optional<UnixTime> next_update_;
  IssuingDistributionPoint idp_;
  size_t size_ = 0;
  bool has_number_ = false, is_delta_ = false, version2_ = false;
};

}  // namespace merlon::x509
