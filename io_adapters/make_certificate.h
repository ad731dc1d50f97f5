// SPDX-License-Identifier: Apache-2.0
// MakeCertificate: a CA or a leaf for keys of a KeyStore, as `merlon cert make`, the demonstration
// and tests need them. Not a certification authority's policy.
#pragma once
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "crypto/base/time.h"
#include "crypto/context.h"

namespace merlon::io {

struct CertificateRequest {
  std::string common_name;
  std::vector<std::string> names;  // of a server: DNS names and IP addresses as text
  UnixTime not_before, not_after;
  bool ca = false;
};

// Who signs.
struct Issuer {
  std::string certificate_der;  // empty: the subject itself
  crypto::KeyHandle key;
};

// The DER of a certificate for the public half of `subject_key`.
absl::StatusOr<std::string> MakeCertificate(const crypto::Context& crypto,
                                            const CertificateRequest& request,
                                            crypto::KeyHandle subject_key, const Issuer& issuer);

// A P-256 key to sign with; `exportable`: its bytes may leave the store.
absl::StatusOr<crypto::KeyHandle> GenerateSigningKey(const crypto::Context& crypto,
                                                     bool exportable);

}  // namespace merlon::io
