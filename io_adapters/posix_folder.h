// SPDX-License-Identifier: Apache-2.0
// PosixFolder: a folder of the file system, for one process at a time and its owner alone.
#pragma once
#include <chrono>
#include <memory>

#include "io_adapters/descriptor.h"
#include "io_adapters/file_storage.h"

namespace merlon::io {

class PosixFolder final : public Folder {
 public:
  // Makes the folder if it is not there, mode 0700, and locks it. kPermissionDenied: it is
  // another's, or others may enter it; kUnavailable: another process has it for longer than
  // `patience`.
  static absl::StatusOr<std::unique_ptr<PosixFolder>> Open(
      const std::string& path, std::chrono::milliseconds patience = std::chrono::seconds(2));

  absl::StatusOr<std::string> Read(const std::string& file, size_t limit) override;
  absl::Status Write(const std::string& file, std::string_view content) override;
  absl::Status Sync(const std::string& file) override;
  absl::Status Rename(const std::string& from, const std::string& to) override;
  absl::Status Remove(const std::string& file) override;
  absl::Status SyncNames() override;
  absl::StatusOr<std::vector<std::string>> List() override;

 private:
  PosixFolder(std::string path, Descriptor folder)
      : path_(std::move(path)), folder_(std::move(folder)) {}
  absl::Status Lock(std::chrono::milliseconds patience);
  absl::Status Failed(std::string_view doing, const std::string& file) const;

  std::string path_;
  Descriptor folder_, lock_;
  Descriptor written_;  // by Write, for Sync
};

}  // namespace merlon::io
