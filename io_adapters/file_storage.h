// SPDX-License-Identifier: Apache-2.0
// FileStorage: a crypto::Storage of files in a folder, each replaced whole: written beside, synced,
// renamed, the folder synced. What a folder does is an interface; posix_folder.h has the real one,
// tests have one that crashes.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/storage/storage.h"

namespace merlon::io {

// One folder's files. Nothing is durable before it was synced.
class Folder {
 public:
  virtual ~Folder() = default;
  // kNotFound; kResourceExhausted if it is larger than `limit` bytes.
  virtual absl::StatusOr<std::string> Read(const std::string& file, size_t limit) = 0;
  // Makes the file or empties it, for its owner alone, and writes it.
  virtual absl::Status Write(const std::string& file, std::string_view content) = 0;
  // The content of the file that was written last.
  virtual absl::Status Sync(const std::string& file) = 0;
  virtual absl::Status Rename(const std::string& from, const std::string& to) = 0;
  virtual absl::Status Remove(const std::string& file) = 0;  // kNotFound
  // The names: what was made, renamed and removed.
  virtual absl::Status SyncNames() = 0;
  virtual absl::StatusOr<std::vector<std::string>> List() = 0;
};

// Puts `content` in the place of the file, so that it has the old or the new whole, whatever comes
// between; when it says ok, the new for good. Leaves what it writes first in ".NAME.new".
absl::Status ReplaceFile(Folder& folder, const std::string& file, std::string_view content);

// Records in NAME.key; counts, where there is a folder for them, in NAME.count. The folders outlive
// it. That folder counts against whoever can put back old files of the other, but not of it.
class FileStorage final : public crypto::Storage {
 public:
  explicit FileStorage(Folder& records, Folder* counts = nullptr)
      : records_(records), counts_(counts) {}

  // Removes what a crash left half written. Call it first.
  absl::Status Clean();

  Result<size_t> Read(const crypto::KeyName& name, MutableBytes out) override;
  Result<void> Replace(const crypto::KeyName& name, Bytes content) override;
  Result<void> Remove(const crypto::KeyName& name) override;
  Result<crypto::KeyName> NameAt(size_t index) override;
  bool counts() const override { return counts_ != nullptr; }
  Result<uint64_t> Count(const crypto::KeyName& name) override;
  Result<void> Raise(const crypto::KeyName& name, uint64_t count) override;

  // What the last kStorageFailure was, in words.
  const absl::Status& failure() const { return failure_; }

 private:
  Error Failed(absl::Status status);

  Folder& records_;
  Folder* const counts_;
  absl::Status failure_;
};

}  // namespace merlon::io
