// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/posix_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <thread>

#include "io_adapters/text.h"

namespace merlon::io {
namespace {

constexpr char kLockFile[] = ".lock";

// The names in the folder that `path` is in.
absl::Status SyncParent(const std::string& path) {
  const size_t end = path.find_last_not_of('/');
  const size_t slash = end == path.npos ? path.npos : path.rfind('/', end);
  const std::string parent = slash == path.npos ? "." : path.substr(0, slash + 1);
  const Descriptor folder(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.valid() || ::fsync(folder.get()) != 0) {
    return absl::ErrnoToStatus(errno, Cat("syncing ", parent));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<PosixFolder>> PosixFolder::Open(const std::string& path,
                                                               std::chrono::milliseconds patience) {
  if (::mkdir(path.c_str(), 0700) == 0) {
    if (absl::Status s = SyncParent(path); !s.ok()) return s;
  } else if (errno != EEXIST) {
    return absl::ErrnoToStatus(errno, Cat("making the folder ", path));
  }
  Descriptor fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid()) return absl::ErrnoToStatus(errno, Cat("opening the folder ", path));
  struct stat about = {};
  if (::fstat(fd.get(), &about) != 0) return absl::ErrnoToStatus(errno, path);
  if (about.st_uid != ::geteuid() || (about.st_mode & 077) != 0) {
    return absl::PermissionDeniedError(
        Cat(path, " is not for its owner alone (mode 0700) or not this user's"));
  }
  std::unique_ptr<PosixFolder> folder(new PosixFolder(path, std::move(fd)));
  if (absl::Status s = folder->Lock(patience); !s.ok()) return s;
  return folder;
}

absl::Status PosixFolder::Lock(std::chrono::milliseconds patience) {
  lock_.Reset(::openat(folder_.get(), kLockFile, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!lock_.valid()) return Failed("opening", kLockFile);
  const Instant deadline = SystemNow().instant + patience;
  while (::flock(lock_.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return Failed("locking", kLockFile);
    if (SystemNow().instant >= deadline) {
      return absl::UnavailableError(Cat("another process has ", path_, " open"));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> PosixFolder::Read(const std::string& file, size_t limit) {
  const Descriptor fd(::openat(folder_.get(), file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!fd.valid()) return Failed("opening", file);
  std::string content(limit + 1, '\0');
  size_t size = 0;
  while (size < content.size()) {
    const ssize_t n = ::read(fd.get(), content.data() + size, content.size() - size);
    if (n == 0) break;
    if (n < 0 && errno != EINTR) return Failed("reading", file);
    if (n > 0) size += static_cast<size_t>(n);
  }
  if (size > limit) {
    return absl::ResourceExhaustedError(Cat(file, " is larger than ", limit, " bytes"));
  }
  content.resize(size);
  return content;
}

absl::Status PosixFolder::Write(const std::string& file, std::string_view content) {
  written_.Reset(::openat(folder_.get(), file.c_str(),
                          O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!written_.valid()) return Failed("creating", file);
  while (!content.empty()) {
    const ssize_t n = ::write(written_.get(), content.data(), content.size());
    if (n < 0 && errno != EINTR) return Failed("writing", file);
    if (n > 0) content.remove_prefix(static_cast<size_t>(n));
  }
  return absl::OkStatus();
}

absl::Status PosixFolder::Sync(const std::string& file) {
  // Through the descriptor that wrote: another might not be told of a failed write.
  if (::fsync(written_.get()) != 0) return Failed("syncing", file);
  written_.Reset();
  return absl::OkStatus();
}

absl::Status PosixFolder::Rename(const std::string& from, const std::string& to) {
  if (::renameat(folder_.get(), from.c_str(), folder_.get(), to.c_str()) != 0) {
    return Failed("renaming to", to);
  }
  return absl::OkStatus();
}

absl::Status PosixFolder::Remove(const std::string& file) {
  if (::unlinkat(folder_.get(), file.c_str(), 0) != 0) return Failed("removing", file);
  return absl::OkStatus();
}

absl::Status PosixFolder::SyncNames() {
  if (::fsync(folder_.get()) != 0) return Failed("syncing", ".");
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> PosixFolder::List() {
  const int fd = ::openat(folder_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR* const listing = fd < 0 ? nullptr : ::fdopendir(fd);
  if (listing == nullptr) {
    if (fd >= 0) ::close(fd);
    return Failed("listing", ".");
  }
  std::vector<std::string> files;
  while (const dirent* entry = ::readdir(listing)) files.push_back(entry->d_name);
  ::closedir(listing);
  return files;
}

absl::Status PosixFolder::Failed(std::string_view doing, const std::string& file) const {
  return absl::ErrnoToStatus(errno, Cat(doing, " ", path_, "/", file));
}

}  // namespace merlon::io
