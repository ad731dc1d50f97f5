// SPDX-License-Identifier: Apache-2.0
// CrlSource: what CRLs tell of a certificate, and whether to believe them (RFC 5280 s6.3).
#pragma once
#include "x509/crl.h"
#include "x509/revocation.h"

namespace merlon::x509 {

struct CrlSourceOptions {
  // Delta CRLs change what complete ones say.
  bool use_deltas = true;
  // How long a CRL without nextUpdate counts after thisUpdate. RFC 5280 s5.1.2.5 demands
  // nextUpdate.
  std::chrono::seconds max_age = std::chrono::hours(24 * 7);
};

// CRLs in any order; those that do not fit are passed over. Borrowed.
class CrlSource final : public StatusSource {
 public:
  explicit CrlSource(absl::Span<const Crl> crls, CrlSourceOptions options = CrlSourceOptions())
      : crls_(crls), options_(options) {}

  // kGood once CRLs for all reasons were found, none of which lists it.
  Result<CertificateStatus> Ask(const StatusQuestion& question) const override;

 private:
  Result<CertificateStatus> AskPoint(const StatusQuestion& question, const DistributionPoint& point,
                                     uint16_t* reasons) const;
  Result<CertificateStatus> AskCrl(const StatusQuestion& question, const Crl& crl) const;
  bool IsCurrent(const Crl& crl, UnixTime now) const;
  Result<const Crl*> FindDelta(const StatusQuestion& question, const Crl& complete,
                               const PublicKeyInfo& key) const;

  absl::Span<const Crl> crls_;
  CrlSourceOptions options_;
};

}  // namespace merlon::x509
