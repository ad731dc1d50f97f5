// SPDX-License-Identifier: Apache-2.0
#include "x509/crl_source.h"

#include <algorithm>

#include "x509/error.h"
#include "x509/name.h"
#include "x509/oid.h"

namespace merlon::x509 {
namespace {

bool IsCa(const Certificate& certificate) {
  const std::optional<BasicConstraints>& constraints = certificate.extensions().basic_constraints;
  return constraints && constraints->ca;
}

// The one directory name among the cRLIssuer names, for relative names (s4.2.1.13).
Bytes DirectoryNameOf(Bytes names) {
  GeneralName name;
  for (DerReader reader(names); !reader.done() && ReadGeneralName(reader, &name);) {
    if (name.type == GeneralNameType::kDirectoryName) return name.value;
  }
  return {};
}

// s6.3.3 (b): whether the CRL is one for this certificate at this point.
bool IsInScope(const Crl& crl, const Certificate& certificate, const DistributionPoint& point,
               uint32_t* budget) {
  const IssuingDistributionPoint& idp = crl.issuing_distribution_point();
  // (b)(1).
  if (point.crl_issuer.empty()) {
    if (!NamesEqual(crl.issuer(), certificate.issuer())) return false;
  } else if (!HoldsName(point.crl_issuer, crl.issuer()) || !idp.indirect) {
    return false;
  }
  // (b)(2)(i).
  if (!idp.name.empty()) {
    const Bytes base =
        point.crl_issuer.empty() ? certificate.issuer() : DirectoryNameOf(point.crl_issuer);
    const DistributionPointName issuers = {point.crl_issuer, {}, {}};
    const DistributionPointName& wanted = point.name.empty() ? issuers : point.name;
    if (!ShareAName(wanted, base, idp.name, crl.issuer(), budget)) return false;
  }
  // (b)(2)(ii), (iii), (iv).
  return !(idp.only_users && IsCa(certificate)) && !(idp.only_cas && !IsCa(certificate)) &&
         !idp.only_attributes;
}

int CompareMagnitudes(Bytes a, Bytes b) {
  if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  const auto [x, y] = std::mismatch(a.begin(), a.end(), b.begin());
  return x == a.end() ? 0 : (*x < *y ? -1 : 1);
}

bool MaySignCrls(const Certificate* certificate) {
  // s6.3.3 (f): "If a key usage extension is present in the CRL issuer's certificate, verify that
  // the cRLSign bit is set".
  return certificate == nullptr || !certificate->extensions().key_usage ||
         Has(*certificate->extensions().key_usage, KeyUsage::kCrlSign);
}

Result<bool> IsSignedBy(const Crl& crl, const PublicKeyInfo& key, const StatusQuestion& question) {
  return IsSignedBy(question, key, crl.signature_algorithm(), crl.tbs(), crl.signature());
}

// s6.3.3 (f), (g): the key that signed the CRL, of someone who may.
Result<PublicKeyInfo> FindSigner(const Crl& crl, const StatusQuestion& question) {
  const CertificatePath& path = question.path;
  // Who issued the certificate, and who stands above it.
  for (size_t i = question.index; i < path.certificates.size(); ++i) {
    const PublicKeyInfo& key = path.issuer_key(i);
    if (!NamesEqual(crl.issuer(), path.certificates[i].issuer()) || !MaySignCrls(path.issuer(i))) {
      continue;
    }
    MERLON_ASSIGN_OR_RETURN(const bool is_signer, IsSignedBy(crl, key, question));
    if (is_signer) return key;
  }
  // Somebody else, whose path is looked for.
  for (size_t i = 0; i < path.presented.size(); ++i) {
    if (question.budget->path_steps == 0) return CertificateError(Code::kWorkBudget);
    --question.budget->path_steps;
    const Result<Certificate> parsed = Certificate::Parse(path.presented[i]);
    if (!parsed.ok() || !NamesEqual(parsed->subject(), crl.issuer()) || !MaySignCrls(&*parsed)) {
      continue;
    }
    const bool is_itself = parsed->der() == question.certificate().der();
    if (is_itself && !question.revocation.is_nested()) continue;
    MERLON_ASSIGN_OR_RETURN(const bool is_signer, IsSignedBy(crl, parsed->public_key(), question));
    if (!is_signer) continue;
    // The issuer of CRLs may be listed in its own: its certificate names it as their issuer.
    if (is_itself) return parsed->public_key();
    MERLON_ASSIGN_OR_RETURN(const bool may,
                            question.revocation.MaySign(question, i, KeyUsage::kCrlSign));
    if (may) return parsed->public_key();
  }
  return PublicKeyInfo();
}

// s6.3.3 (i), (j): the reason that the CRL gives for this certificate.
Result<std::optional<CrlReason>> LookUp(const Crl& crl, const StatusQuestion& question) {
  const Certificate& certificate = question.certificate();
  if (question.budget->list_entries < crl.size()) return CertificateError(Code::kWorkBudget);
  question.budget->list_entries -= static_cast<uint32_t>(crl.size());
  Crl::Entries entries(crl);
  for (CrlEntry entry; entries.Next(&entry);) {
    if (entry.negative || entry.serial != certificate.serial()) continue;
    const bool same_issuer = entry.certificate_issuer.empty()
                                 ? NamesEqual(crl.issuer(), certificate.issuer())
                                 : HoldsName(entry.certificate_issuer, certificate.issuer());
    if (same_issuer) return std::optional<CrlReason>(entry.reason);
  }
  return std::optional<CrlReason>();
}

}  // namespace

Result<CertificateStatus> CrlSource::Ask(const StatusQuestion& question) const {
  const Certificate& certificate = question.certificate();
  uint16_t reasons = 0;
  DerReader outer(certificate.extensions().Find(oid::kCrlDistributionPoints)), points{Bytes()};
  DistributionPoint point;
  if (outer.Sequence(&points)) {
    while (!points.done() && ReadDistributionPoint(points, &point)) {
      MERLON_ASSIGN_OR_RETURN(const CertificateStatus status, AskPoint(question, point, &reasons));
      if (status != CertificateStatus::kUnknown) return status;
    }
  }
  // s6.3.3, at its end: CRLs of the issuer that no point names. The point assumed has the issuer's
  // name.
  point = DistributionPoint();
  point.name.directory = certificate.issuer();
  return AskPoint(question, point, &reasons);
}

Result<CertificateStatus> CrlSource::AskPoint(const StatusQuestion& question,
                                              const DistributionPoint& point,
                                              uint16_t* reasons) const {
  for (const Crl& crl : crls_) {
    const IssuingDistributionPoint& idp = crl.issuing_distribution_point();
    if (crl.is_delta() || !IsCurrent(crl, question.options.now) ||
        !IsInScope(crl, question.certificate(), point, &question.budget->name_comparisons)) {
      continue;
    }
    const uint16_t interim = point.reasons & idp.reasons;  // (d)
    if ((interim & ~*reasons) == 0) continue;              // (e)
    MERLON_ASSIGN_OR_RETURN(const CertificateStatus status, AskCrl(question, crl));
    if (status == CertificateStatus::kRevoked) return status;
    if (status == CertificateStatus::kGood) *reasons = *reasons | interim;  // (l)
    if (*reasons == kAllReasons) return CertificateStatus::kGood;
  }
  return CertificateStatus::kUnknown;
}

Result<CertificateStatus> CrlSource::AskCrl(const StatusQuestion& question, const Crl& crl) const {
  MERLON_ASSIGN_OR_RETURN(const PublicKeyInfo key, FindSigner(crl, question));
  if (key.type == crypto::KeyType::kNone) return CertificateStatus::kUnknown;
  MERLON_ASSIGN_OR_RETURN(const Crl* const delta, FindDelta(question, crl, key));
  std::optional<CrlReason> reason;
  if (delta != nullptr) {
    MERLON_ASSIGN_OR_RETURN(reason, LookUp(*delta, question));
  }
  if (!reason) {
    MERLON_ASSIGN_OR_RETURN(reason, LookUp(crl, question));
  }
  // (k): removeFromCRL takes a hold back.
  return reason && *reason != CrlReason::kRemoveFromCrl ? CertificateStatus::kRevoked
                                                        : CertificateStatus::kGood;
}

bool CrlSource::IsCurrent(const Crl& crl, UnixTime now) const {
  const UnixTime end =
      crl.next_update() ? *crl.next_update() : crl.this_update() + options_.max_age;
  return crl.this_update() <= now && now <= end;
}

// s6.3.3 (c), s5.2.4: the newest delta CRL that goes with a complete one.
Result<const Crl*> CrlSource::FindDelta(const StatusQuestion& question, const Crl& complete,
                                        const PublicKeyInfo& key) const {
  const Crl* found = nullptr;
  if (!options_.use_deltas || !complete.has_number()) return found;
  for (const Crl& crl : crls_) {
    if (!crl.is_delta() || !crl.has_number() || !IsCurrent(crl, question.options.now) ||
        !NamesEqual(crl.issuer(), complete.issuer()) ||
        crl.issuing_distribution_point_der() != complete.issuing_distribution_point_der() ||
        crl.authority_key_id() != complete.authority_key_id() ||
        // "the CRL number of the complete CRL is equal to or greater than the BaseCRLNumber [...]
        // less than the CRL number of the delta CRL".
        CompareMagnitudes(complete.number(), crl.base_number()) < 0 ||
        CompareMagnitudes(complete.number(), crl.number()) >= 0 ||
        (found != nullptr && CompareMagnitudes(crl.number(), found->number()) <= 0)) {
      continue;
    }
    MERLON_ASSIGN_OR_RETURN(const bool is_signer, IsSignedBy(crl, key, question));  // (h)
    if (is_signer) found = &crl;
  }
  return found;
}

}  // namespace merlon::x509
