// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/trust.h"

#include <errno.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>

#include "crypto/drivers/default_drivers.h"
#include "io_adapters/text.h"

namespace merlon::io {
namespace {

// In the order of their names, so that the same files give the same snapshot.
absl::StatusOr<std::vector<std::string>> FilesOf(const std::string& directory) {
  std::vector<std::string> out;
  std::error_code error;
  for (std::filesystem::directory_iterator at(directory, error), end; at != end && !error;
       at.increment(error)) {
    std::error_code ignored;  // a link to nothing is no file
    if (at->is_regular_file(ignored)) out.push_back(at->path().string());
  }
  if (error) return absl::ErrnoToStatus(error.value(), Cat("reading ", directory));
  std::sort(out.begin(), out.end());
  return out;
}

absl::StatusOr<std::vector<std::string>> ReadAll(const std::string& path) {
  struct stat status;
  if (::stat(path.c_str(), &status) != 0) return absl::ErrnoToStatus(errno, Cat("opening ", path));
  if (!S_ISDIR(status.st_mode)) return ReadCertificates(path);
  absl::StatusOr<std::vector<std::string>> files = FilesOf(path);
  if (!files.ok()) return files.status();
  std::vector<std::string> out;
  for (const std::string& file : *files) {
    absl::StatusOr<std::vector<std::string>> ders = ReadCertificates(file);
    if (!ders.ok()) continue;
    std::move(ders->begin(), ders->end(), std::back_inserter(out));
  }
  return out;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const TrustSnapshot>> TrustSnapshot::Load(
    const std::string& path, const std::vector<RootLimits>& limits) {
  absl::StatusOr<std::vector<std::string>> ders = ReadAll(path);
  if (!ders.ok()) return ders.status();
  auto out = Make(*std::move(ders), limits);
  if (out.ok()) return out;
  return absl::Status(out.status().code(), Cat(path, ": ", std::string(out.status().message())));
}

absl::StatusOr<std::shared_ptr<const TrustSnapshot>> TrustSnapshot::Make(
    std::vector<std::string> ders, const std::vector<RootLimits>& limits) {
  std::shared_ptr<TrustSnapshot> out(new TrustSnapshot());
  out->ders_ = std::move(ders);  // no string moves from here on
  std::set<std::string_view> seen;
  for (const std::string& der : out->ders_) {
    if (!seen.insert(der).second) continue;
    const Result<x509::TrustAnchor> anchor = x509::TrustAnchor::FromCertificate(AsBytes(der));
    if (anchor.ok()) {
      out->anchors_.push_back(*anchor);
    } else {
      ++out->left_out_;
    }
  }
  if (out->anchors_.empty()) {
    return absl::InvalidArgumentError("no certificate that can be trusted");
  }
  out->constraints_.reserve(limits.size());
  for (const RootLimits& one : limits) {
    if (absl::Status s = out->Limit(one); !s.ok()) return s;
  }
  out->by_subject_.resize(out->size());
  out->by_key_id_.resize(out->size());
  out->index_ = x509::TrustIndex(out->anchors_, absl::MakeSpan(out->by_subject_),
                                 absl::MakeSpan(out->by_key_id_));
  return std::shared_ptr<const TrustSnapshot>(std::move(out));
}

absl::Status TrustSnapshot::Limit(const RootLimits& limits) {
  x509::AnchorLimits made{.distrust_after = limits.distrust_after};
  if (!limits.name_constraints.empty()) {
    const std::string& kept = constraints_.emplace_back(limits.name_constraints);
    const Result<x509::NameConstraints> names = x509::NameConstraints::Parse(AsBytes(kept));
    if (!names.ok()) return absl::InvalidArgumentError("malformed name constraints for a root");
    made.names = *names;
  }
  const crypto::HashAlgorithm& sha256 = *crypto::DefaultDrivers().hash(crypto::HashId::kSha256);
  for (x509::TrustAnchor& anchor : anchors_) {
    if (crypto::HashOf(sha256, anchor.certificate()->der()).view() != AsBytes(limits.sha256)) {
      continue;
    }
    anchor.Limit(made);
    return absl::OkStatus();
  }
  return absl::NotFoundError("limits for a root that is not there");
}

absl::Status TrustSource::Open(std::string path, std::vector<RootLimits> limits) {
  path_ = std::move(path);
  limits_ = std::move(limits);
  return Reload();
}

absl::Status TrustSource::Reload() {
  auto loaded = TrustSnapshot::Load(path_, limits_);
  if (!loaded.ok()) return loaded.status();
  const std::lock_guard<std::mutex> lock(mutex_);
  current_ = *std::move(loaded);
  return absl::OkStatus();
}

std::shared_ptr<const TrustSnapshot> TrustSource::Current() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return current_;
}

}  // namespace merlon::io
