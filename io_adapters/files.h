// SPDX-License-Identifier: Apache-2.0
// Files of certificates, bounded in size: PEM chains, trust anchors.
#pragma once
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "x509/trust_store.h"

namespace merlon::io {

// Where Debian keeps the certification authorities of the system.
inline constexpr char kSystemCaFile[] = "/etc/ssl/certs/ca-certificates.crt";
inline constexpr size_t kMaxFile = 4 << 20;  // bytes of a file that is read whole

// The whole file; kResourceExhausted if it is larger than `limit` bytes.
absl::StatusOr<std::string> ReadFile(const std::string& path, size_t limit = kMaxFile);
// Replaces the file. `secret`: only its owner may read it.
absl::Status WriteFile(const std::string& path, std::string_view content, bool secret);

// The DER of each CERTIFICATE block, in order; an error when there is none, or one is not PEM.
absl::StatusOr<std::vector<std::string>> ReadCertificates(const std::string& path);

// The trust anchors of a PEM file.
class TrustFile final : public x509::TrustStore {
 public:
  // Certificates that this library cannot read (an unknown algorithm is none of those) are left
  // out: one of them shall not take the others away. An error when none is left.
  static absl::StatusOr<std::unique_ptr<TrustFile>> Load(const std::string& path);

  const x509::TrustAnchor* FindBySubject(Bytes subject, size_t index) const override;
  size_t size() const { return anchors_.size(); }
  absl::Span<const x509::TrustAnchor> anchors() const { return anchors_; }

 private:
  std::deque<std::string> ders_;
  std::vector<x509::TrustAnchor> anchors_;
};

}  // namespace merlon::io
