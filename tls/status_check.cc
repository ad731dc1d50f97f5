// SPDX-License-Identifier: Apache-2.0
#include "tls/status_check.h"

#include <optional>

#include "x509/error.h"
#include "x509/revocation.h"

namespace merlon::tls {
namespace {

using x509::CertificateStatus;

// What the stapled response said of a leaf: asked once, it is not verified again for the same path.
class StapledStatus final : public x509::StatusSource {
 public:
  StapledStatus(const x509::CertificatePath& path, CertificateStatus status)
      : leaf_(path.certificates.data()), status_(status) {}
  Result<CertificateStatus> Ask(const x509::StatusQuestion& question) const override {
    return &question.certificate() == leaf_ ? status_ : CertificateStatus::kUnknown;
  }
  bool is_stapled() const override { return true; }

 private:
  const x509::Certificate* leaf_;
  CertificateStatus status_;
};

// A path with the response that was stapled to its leaf, if one was.
class PathStatus final : public x509::PathCheck {
 public:
  PathStatus(const StatusOptions& options, const x509::OcspResponse* stapled)
      : options_(options), stapled_(stapled) {}

  Result<void> Check(const x509::CertificatePath& path, const x509::VerifyOptions& options,
                     x509::WorkBudget* budget, size_t* culprit) const override {
    *culprit = 0;
    const x509::OcspSource handed_in(options_.responses,
                                     {.sha1 = options_.sha1, .nonce = {}, .stapled = false});
    const x509::CrlSource crls(options_.crls);
    const x509::StatusSource* const more[] = {&handed_in, &crls};
    CertificateStatus status = CertificateStatus::kUnknown;
    if (stapled_ != nullptr) {
      // About its responder's certificate the other sources are asked.
      const x509::Revocation asker(more, Policy());
      const x509::OcspSource source(absl::Span<const x509::OcspResponse>(stapled_, 1),
                                    {.sha1 = options_.sha1, .nonce = {}});
      MERLON_ASSIGN_OR_RETURN(status, source.Ask({path, 0, options, budget, asker}));
      if (status == CertificateStatus::kUnknown) {
        return x509::CertificateError(Code::kBadOcspResponse);
      }
    }
    const StapledStatus told(path, status);
    const x509::StatusSource* const all[] = {&told, &handed_in, &crls};
    return x509::Revocation(all, Policy()).Check(path, options, budget, culprit);
  }

 private:
  x509::RevocationPolicy Policy() const {
    return {.hard_fail = options_.hard_fail, .leaf_only = options_.leaf_only};
  }

  const StatusOptions& options_;
  const x509::OcspResponse* stapled_;
};

}  // namespace

Result<x509::VerifiedChain> StatusCheck::Verify(const x509::ChainInput& chain, Bytes ocsp_response,
                                                const x509::TrustStore& anchors,
                                                const x509::VerifyOptions& options) const {
  std::optional<x509::OcspResponse> stapled;
  if (!ocsp_response.empty()) {
    const Result<x509::OcspResponse> parsed = x509::OcspResponse::Parse(ocsp_response);
    if (!parsed.ok()) return x509::CertificateError(Code::kBadOcspResponse);
    stapled = *parsed;
  }
  const PathStatus status(options_, stapled ? &*stapled : nullptr);
  x509::VerifyOptions with_status = options;
  with_status.path_check = &status;
  return x509::VerifyChain(chain, anchors, with_status);
}

}  // namespace merlon::tls
