// SPDX-License-Identifier: Apache-2.0
// Revocation as a part of verification: asks sources (CRLs, OCSP responses) about each certificate
// of a path. Nothing is fetched: what is at hand is handed in.
#pragma once
#include "x509/verify_path.h"

namespace merlon::x509 {

enum class CertificateStatus : uint8_t { kUnknown, kGood, kRevoked };

class Revocation;

// A question to a source.
struct StatusQuestion {
  const CertificatePath& path;
  size_t index;  // of the certificate on the path
  const VerifyOptions& options;
  WorkBudget* budget;
  const Revocation& revocation;  // who asks: for the paths of those who signed an answer
  const Certificate& certificate() const { return path.certificates[index]; }
};

// Whether `key` made a signature of an answer; takes from the budget. An error ends the search.
Result<bool> IsSignedBy(const StatusQuestion& question, const PublicKeyInfo& key, Bytes algorithm,
                        Bytes signed_data, Bytes signature);

// What tells the status of certificates.
class StatusSource {
 public:
  // kUnknown: it says nothing that counts. Errors end the verification: the budget is spent, or a
  // driver failed.
  virtual Result<CertificateStatus> Ask(const StatusQuestion& question) const = 0;
  // Whether it is what a certificate with "must staple" (RFC 7633) has to come with.
  virtual bool is_stapled() const { return false; }

 protected:
  ~StatusSource() = default;
};

struct RevocationPolicy {
  // A certificate of which no source knows the status is refused (kRevocationUnknown), else taken.
  // "Must staple" is hard either way.
  bool hard_fail = true;
  // Only the leaf is asked about.
  bool leaf_only = false;
};

// The signer of a CRL may need a path of its own, whose certificates are asked about in turn, at
// most this often inside one another. RAM: for each, kVerifyMemory (path_builder.h) more.
inline constexpr uint8_t kMaxRevocationDepth = 2;

// Assign it to VerifyOptions::path_check. kRevoked, kRevocationUnknown, kWorkBudget. The first
// source that knows is believed. A certificate with noRevAvail is not asked about (RFC 9608 s4).
class Revocation final : public PathCheck {
 public:
  explicit Revocation(absl::Span<const StatusSource* const> sources,
                      RevocationPolicy policy = RevocationPolicy(), uint8_t depth = 0)
      : sources_(sources), policy_(policy), depth_(depth) {}

  Result<void> Check(const CertificatePath& path, const VerifyOptions& options, WorkBudget* budget,
                     size_t* culprit) const override;

  // Whether the `candidate`-th presented certificate may have signed an answer to `question`: a
  // path to the same anchor, for which `usage` is allowed, none of it revoked.
  Result<bool> MaySign(const StatusQuestion& question, size_t candidate, KeyUsage usage) const;

  // Whether `certificate`, issued by who issued the one in question, is not revoked either: what
  // the policy takes for that.
  Result<bool> IsGood(const StatusQuestion& question, const Certificate& certificate) const;

  // Whether it checks the path of a signer.
  bool is_nested() const { return depth_ > 0; }

 private:
  Result<void> CheckOne(const StatusQuestion& question) const;

  absl::Span<const StatusSource* const> sources_;
  RevocationPolicy policy_;
  uint8_t depth_;
};

}  // namespace merlon::x509
