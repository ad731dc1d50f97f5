// SPDX-License-Identifier: Apache-2.0
#include "x509/verify_path.h"

#include "x509/distribution_point.h"
#include "x509/error.h"
#include "x509/name.h"
#include "x509/oid.h"
#include "x509/prepared_keys.h"
#include "x509/signature_algorithm.h"
#include "x509/signature_cache.h"

namespace merlon::x509 {
namespace {

// What holds for every certificate of a path: RFC 5280 s6.1.3 (a)(2), s6.1.4 (o), s6.1.5 (f).
Result<void> CheckAny(const Certificate& certificate, Place place, const VerifyOptions& options) {
  if (options.now < certificate.validity().not_before && !options.now_is_a_minimum) {
    return CertificateError(Code::kNotYetValid);
  }
  if (options.now > certificate.validity().not_after) return CertificateError(Code::kExpired);
  if (certificate.extensions().unprocessed_critical) {
    return CertificateError(Code::kUnknownCriticalExtension);
  }
  if (options.profile != nullptr) MERLON_TRY(options.profile->check(certificate, place));
  return CheckKey(certificate.public_key(), options);
}

// RFC 5280 s4.2.1.12 for the leaf; for those above it, the practice of all browsers: an extended
// key usage bounds what is issued below.
Result<void> CheckPurpose(const Certificate& certificate, const VerifyOptions& options) {
  const std::optional<KeyPurpose>& purposes = certificate.extensions().extended_key_usage;
  if (!purposes || Has(*purposes, options.purpose) || Has(*purposes, KeyPurpose::kAny)) return {};
  return CertificateError(Code::kBadExtendedKeyUsage);
}

// How many intermediates below count for a path length: not the leaf, not self-issued ones (RFC
// 5280 s4.2.1.9).
size_t PathLength(absl::Span<const Certificate> below) {
  size_t length = 0;
  for (size_t i = 1; i < below.size(); ++i) length += below[i].self_issued() ? 0 : 1;
  return length;
}

// RFC 5280 s6.1.4 (k), (l), (m), (n).
Result<void> CheckMayIssue(const Certificate& issuer, absl::Span<const Certificate> below) {
  const Extensions& extensions = issuer.extensions();
  if (!extensions.basic_constraints || !extensions.basic_constraints->ca) {
    return CertificateError(Code::kNotACa);
  }
  if (extensions.key_usage && !Has(*extensions.key_usage, KeyUsage::kKeyCertSign)) {
    return CertificateError(Code::kNotACa);
  }
  const std::optional<uint32_t>& limit = extensions.basic_constraints->path_length;
  if (limit && PathLength(below) > *limit) return CertificateError(Code::kPathTooLong);
  // s4.1.2.6: a CA has a name.
  if (IsEmptyName(issuer.subject())) return CertificateError(Code::kBadCertificate);
  return {};
}

// RFC 5280 s6.1.3 (b), (c): self-issued certificates are exempt, the leaf never.
Result<void> CheckNames(const NameConstraints& constraints, absl::Span<const Certificate> below,
                        uint32_t* name_comparisons) {
  for (size_t i = 0; i < below.size(); ++i) {
    if (i > 0 && below[i].self_issued()) continue;
    MERLON_TRY(constraints.Check(below[i].subject(), below[i].extensions().subject_alt_name,
                                 name_comparisons));
  }
  return {};
}

bool TellsRevocation(const Extensions& extensions) {
  if (!extensions.Find(oid::kCrlDistributionPoints).empty() ||
      !extensions.Find(oid::kFreshestCrl).empty()) {
    return true;
  }
  DerReader outer(extensions.Find(oid::kAuthorityInfoAccess)), list{Bytes()};
  AccessDescription access;
  if (!outer.Sequence(&list)) return false;
  while (!list.done() && ReadAccessDescription(list, &access)) {
    if (access.method == Bytes(oid::kAdOcsp)) return true;
  }
  return false;
}

// Whether explicit_policy can reach zero on the path: else its policies cannot fail, and need no
// work.
bool PoliciesMatter(absl::Span<const Certificate> path, const Certificate* anchor,
                    const PolicyOptions& options) {
  const auto constrains = [](const Certificate& certificate) {
    return !certificate.extensions().Find(oid::kPolicyConstraints).empty();
  };
  if (options.require_explicit || (anchor != nullptr && constrains(*anchor))) return true;
  for (const Certificate& certificate : path) {
    if (constrains(certificate)) return true;
  }
  return false;
}

}  // namespace

Result<void> CheckPolicies(absl::Span<const Certificate> path, const TrustAnchor& anchor,
                           const PolicyOptions& options, size_t* culprit) {
  const Certificate* const above = anchor.certificate();
  if (!PoliciesMatter(path, above, options)) return {};
  PolicyWalk walk(options, path.size());
  if (above != nullptr) MERLON_TRY(walk.Anchor(above->extensions().policy()));
  for (size_t i = path.size(); i-- > 0;) {
    *culprit = i;
    MERLON_TRY(walk.Next(path[i].extensions().policy(), path[i].self_issued(), i == 0));
  }
  return {};
}

Result<void> CheckLimits(const TrustAnchor& anchor, absl::Span<const Certificate> path,
                         uint32_t* name_comparisons) {
  const AnchorLimits& limits = anchor.limits();
  if (limits.distrust_after && path[0].validity().not_before > *limits.distrust_after) {
    return CertificateError(Code::kDistrusted);
  }
  return limits.names ? CheckNames(*limits.names, path, name_comparisons) : Result<void>();
}

Result<void> CheckLeaf(const Certificate& leaf, const VerifyOptions& options) {
  const Extensions& extensions = leaf.extensions();
  const bool ca = extensions.basic_constraints && extensions.basic_constraints->ca;
  // s4.1.2.2: the serial number is positive.
  if (leaf.version() != 3 || leaf.serial().empty()) {
    return CertificateError(Code::kBadCertificate);
  }
  MERLON_TRY(CheckAny(leaf, Place::kLeaf, options));
  // s4.2.1.10: name constraints "MUST be used only in a CA certificate". s4.1.2.6: without a
  // subject, the subjectAltName is critical.
  if ((extensions.name_constraints && !ca) ||
      (IsEmptyName(leaf.subject()) && !extensions.subject_alt_name_critical)) {
    return CertificateError(Code::kBadCertificate);
  }
  if (extensions.key_usage) {
    // RFC 5280 s4.2.1.9: without cA, keyCertSign must not be.
    if (!Has(*extensions.key_usage, options.leaf_usage) ||
        (!ca && Has(*extensions.key_usage, KeyUsage::kKeyCertSign))) {
      return CertificateError(Code::kBadKeyUsage);
    }
  }
  // RFC 9608 s2, s3: not in a CA's certificate, and not beside a place where revocation is told.
  if (extensions.no_rev_avail && (ca || TellsRevocation(extensions))) {
    return CertificateError(Code::kBadCertificate);
  }
  return CheckPurpose(leaf, options);
}

Result<void> CheckIssuer(const Certificate& issuer, bool is_anchor,
                         absl::Span<const Certificate> below, const VerifyOptions& options,
                         uint32_t* name_comparisons) {
  MERLON_TRY(CheckAny(issuer, is_anchor ? Place::kAnchor : Place::kIntermediate, options));
  if (PathLength(below) > options.max_path_length) return CertificateError(Code::kPathTooLong);
  // Version 1 has no extensions to say that it is a CA: the trust store says so (s6.1.4 (k)).
  if (is_anchor && issuer.version() == 1) return {};
  if (!is_anchor && issuer.serial().empty()) return CertificateError(Code::kBadCertificate);
  MERLON_TRY(CheckMayIssue(issuer, below));
  MERLON_TRY(CheckPurpose(issuer, options));
  // RFC 9608 s3: "MUST NOT be present" in a CA's certificate.
  if (issuer.extensions().no_rev_avail) return CertificateError(Code::kBadCertificate);
  // RFC 7633 s4.2.2: what a CA is bound to, those whom it certifies are bound to.
  if (issuer.extensions().must_staple && !below.empty() &&
      !below[below.size() - 1].extensions().must_staple) {
    return CertificateError(Code::kBadCertificate);
  }
  if (!issuer.extensions().name_constraints) return {};
  return CheckNames(*issuer.extensions().name_constraints, below, name_comparisons);
}

// RFC 9525 s6.2: "The search succeeds if any presented identifier matches one of the reference
// identifiers".
Result<void> CheckIdentities(const Certificate& leaf, const VerifyOptions& options) {
  if (options.server_name.empty() && options.identities.empty()) return {};
  if (!options.server_name.empty() && CheckServerName(leaf, options.server_name).ok()) return {};
  for (const ReferenceIdentity& identity : options.identities) {
    if (CheckIdentity(leaf, identity).ok()) return {};
  }
  return CertificateError(Code::kNameMismatch);
}

Result<void> CheckKey(const PublicKeyInfo& key, const VerifyOptions& options) {
  const bool known =
      key.type != crypto::KeyType::kNone && options.drivers.any_sign(key.type) != nullptr;
  const bool rsa = key.type == crypto::KeyType::kRsa || key.type == crypto::KeyType::kRsaPss;
  const bool weak = rsa && key.bits < options.min_rsa_bits;
  return known && !weak ? Result<void>() : CertificateError(Code::kUnsupportedAlgorithm);
}

Result<void> CheckSignature(Bytes algorithm, Bytes signed_data, Bytes signature,
                            const PublicKeyInfo& key, const crypto::DriverTable& drivers,
                            SignatureCache* cache, const PreparedKeys* prepared) {
  MERLON_ASSIGN_OR_RETURN(const crypto::SignAlg parsed,
                          ParseSignatureAlgorithm(algorithm, key.type));
  return CheckSignature(parsed, signed_data, signature, key, drivers, cache, prepared);
}

Result<void> CheckSignature(crypto::SignAlg algorithm, Bytes signed_data, Bytes signature,
                            const PublicKeyInfo& key, const crypto::DriverTable& drivers,
                            SignatureCache* cache, const PreparedKeys* prepared) {
  const crypto::SignAlgorithm* const sign = drivers.sign(algorithm.family, key.type);
  const crypto::HashAlgorithm* const hash =
      algorithm.hash == crypto::HashId::kNone ? nullptr : drivers.hash(algorithm.hash);
  if (sign == nullptr || (hash == nullptr && algorithm.hash != crypto::HashId::kNone)) {
    return CertificateError(Code::kUnsupportedAlgorithm);
  }
  // What is not accepted here was refused above: a cache knows of signatures alone.
  SignatureCache::Entry digest{};
  if (cache != nullptr) {
    digest = cache->Digest(key.der, algorithm, signed_data, signature);
    if (cache->Knows(digest)) return {};
  }
  const PreparedKeys::Entry* const ready =
      prepared == nullptr ? nullptr : prepared->Find(*sign, key.key);
  const Result<void> verified =
      ready == nullptr ? sign->verify(key.key, hash, signed_data, signature)
                       : sign->prepared->verify(ready->prepared, hash, signed_data, signature);
  if (verified.ok()) {
    if (cache != nullptr) cache->Remember(digest);
    return {};
  }
  // A driver that could not do its work is not the peer's fault.
  if (verified.error().origin != Origin::kPeer) return verified;
  return CertificateError(verified.error().code);
}

}  // namespace merlon::x509
