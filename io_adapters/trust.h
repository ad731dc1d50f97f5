// SPDX-License-Identifier: Apache-2.0
// Trust anchors from files: immutable snapshots, and a source that loads a new one while
// connections go on with theirs.
#pragma once
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "io_adapters/files.h"
#include "x509/trust_index.h"

namespace merlon::io {

// What is held against one root beyond what it says itself; see x509::AnchorLimits.
struct RootLimits {
  std::string sha256;  // of its DER, 32 bytes
  std::optional<UnixTime> distrust_after = {};
  std::string name_constraints = {};  // DER of NameConstraints; empty: none
};

// Threads may share it.
class TrustSnapshot final : public x509::TrustStore {
 public:
  // A PEM file, such as kSystemCaFile, or a directory of such files, not those below it.
  // Certificates that this library cannot read (an unknown algorithm is none of those) are left
  // out: one of them shall not take the others away. In a directory so are files without any. An
  // error when none is left, or `limits` are malformed or for a root that is not there.
  static absl::StatusOr<std::shared_ptr<const TrustSnapshot>> Load(
      const std::string& path, const std::vector<RootLimits>& limits = {});
  // Of certificates' DER. One that comes twice is there once.
  static absl::StatusOr<std::shared_ptr<const TrustSnapshot>> Make(
      std::vector<std::string> ders, const std::vector<RootLimits>& limits = {});

  const x509::TrustAnchor* FindBySubject(Bytes subject, size_t index) const override {
    return index_.FindBySubject(subject, index);
  }
  const x509::TrustIndex& index() const { return index_; }
  absl::Span<const x509::TrustAnchor> anchors() const { return anchors_; }
  size_t size() const { return anchors_.size(); }
  size_t left_out() const { return left_out_; }  // certificates that could not be read

 private:
  TrustSnapshot() = default;
  absl::Status Limit(const RootLimits& limits);

  std::vector<std::string> ders_, constraints_;
  std::vector<x509::TrustAnchor> anchors_;
  std::vector<x509::TrustIndexEntry> by_subject_, by_key_id_;
  x509::TrustIndex index_;
  size_t left_out_ = 0;
};

// The newest snapshot of a path. Threads may share it: who has a snapshot keeps it.
class TrustSource {
 public:
  TrustSource() = default;  // trusts nothing
  absl::Status Open(std::string path, std::vector<RootLimits> limits = {});
  // Reads the path again; after an error what was there stays.
  absl::Status Reload();
  // Null before Open.
  std::shared_ptr<const TrustSnapshot> Current() const;

 private:
  std::string path_;
  std::vector<RootLimits> limits_;
  mutable std::mutex mutex_;
  std::shared_ptr<const TrustSnapshot> current_;
};

}  // namespace merlon::io
