// SPDX-License-Identifier: Apache-2.0
// Files, bounded in size; PEM chains of certificates. Trust anchors are trust.h's.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

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

// The DER of each block with this label; or the file itself, where it is no text. An error when
// there is none.
absl::StatusOr<std::vector<std::string>> ReadDer(const std::string& path, std::string_view label);

}  // namespace merlon::io
