// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/file_storage.h"

#include <algorithm>
#include <cstring>

#include "crypto/base/reader.h"
#include "crypto/base/writer.h"
#include "io_adapters/text.h"

namespace merlon::io {
namespace {

// Neither begins a key's name, so no key's file has such a name.
constexpr std::string_view kUnfinished = ".new";
constexpr std::string_view kRecord = ".key", kCount = ".count";
constexpr size_t kMaxRecordFile = 65536;

std::string FileOf(const crypto::KeyName& name, std::string_view kind) {
  return Cat(AsText(name.view()), kind);
}

absl::Status RemoveUnfinished(Folder& folder) {
  const auto files = folder.List();
  if (!files.ok()) return files.status();
  for (const std::string& file : *files) {
    if (!file.starts_with('.') || !file.ends_with(kUnfinished)) continue;
    if (absl::Status s = folder.Remove(file); !s.ok()) return s;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ReplaceFile(Folder& folder, const std::string& file, std::string_view content) {
  const std::string fresh = Cat(file.starts_with('.') ? "" : ".", file, kUnfinished);
  if (absl::Status s = folder.Write(fresh, content); !s.ok()) return s;
  // Before its name: else the name could come to stand for content that is not there.
  if (absl::Status s = folder.Sync(fresh); !s.ok()) return s;
  if (absl::Status s = folder.Rename(fresh, file); !s.ok()) return s;
  return folder.SyncNames();
}

absl::Status FileStorage::Clean() {
  if (absl::Status s = RemoveUnfinished(records_); !s.ok()) return s;
  return counts_ == nullptr ? absl::OkStatus() : RemoveUnfinished(*counts_);
}

Result<size_t> FileStorage::Read(const crypto::KeyName& name, MutableBytes out) {
  const auto content = records_.Read(FileOf(name, kRecord), kMaxRecordFile);
  if (absl::IsNotFound(content.status())) return Misuse(Code::kNoSuchKey);
  if (absl::IsResourceExhausted(content.status())) return NoSpace();
  if (!content.ok()) return Failed(content.status());
  if (content->size() > out.size()) return NoSpace();
  memcpy(out.data(), content->data(), content->size());
  return content->size();
}

Result<void> FileStorage::Replace(const crypto::KeyName& name, Bytes content) {
  absl::Status done = ReplaceFile(records_, FileOf(name, kRecord), AsText(content));
  if (!done.ok()) return Failed(std::move(done));
  return {};
}

Result<void> FileStorage::Remove(const crypto::KeyName& name) {
  absl::Status done = records_.Remove(FileOf(name, kRecord));
  if (absl::IsNotFound(done)) return Misuse(Code::kNoSuchKey);
  if (done.ok()) done = records_.SyncNames();
  if (!done.ok()) return Failed(std::move(done));
  return {};
}

Result<crypto::KeyName> FileStorage::NameAt(size_t index) {
  auto files = records_.List();
  if (!files.ok()) return Failed(files.status());
  std::sort(files->begin(), files->end());
  for (std::string_view file : *files) {
    if (!file.ends_with(kRecord)) continue;
    file.remove_suffix(kRecord.size());
    if (crypto::IsKeyName(file) && index-- == 0) return crypto::KeyName(AsBytes(file));
  }
  return Misuse(Code::kNoSuchKey);
}

Result<uint64_t> FileStorage::Count(const crypto::KeyName& name) {
  if (counts_ == nullptr) return Misuse(Code::kUnsupported);
  const auto content = counts_->Read(FileOf(name, kCount), sizeof(uint64_t));
  if (absl::IsNotFound(content.status())) return uint64_t{0};
  if (!content.ok()) return Failed(content.status());
  uint64_t count = 0;
  Reader reader(AsBytes(*content));
  if (!reader.Int(&count) || !reader.done()) {
    return Failed(absl::DataLossError(Cat(FileOf(name, kCount), " is not a count")));
  }
  return count;
}

Result<void> FileStorage::Raise(const crypto::KeyName& name, uint64_t count) {
  if (counts_ == nullptr) return Misuse(Code::kUnsupported);
  uint8_t bytes[sizeof(count)];
  Writer(MutableBytes(bytes)).Int<sizeof(count)>(count);
  absl::Status done = ReplaceFile(*counts_, FileOf(name, kCount), AsText(Bytes(bytes)));
  if (!done.ok()) return Failed(std::move(done));
  return {};
}

Error FileStorage::Failed(absl::Status status) {
  failure_ = std::move(status);
  return DriverError(Code::kStorageFailure);
}

}  // namespace merlon::io
