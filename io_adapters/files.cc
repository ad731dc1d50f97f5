// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/files.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io_adapters/descriptor.h"
#include "io_adapters/text.h"
#include "x509/pem.h"

namespace merlon::io {

absl::StatusOr<std::string> ReadFile(const std::string& path, size_t limit) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return absl::ErrnoToStatus(errno, Cat("opening ", path));
  std::string content;
  char block[16384];
  for (;;) {
    const ssize_t n = ::read(file.get(), block, sizeof(block));
    if (n == 0) return content;
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return absl::ErrnoToStatus(errno, Cat("reading ", path));
    content.append(block, static_cast<size_t>(n));
    if (content.size() > limit) {
      return absl::ResourceExhaustedError(Cat(path, " is larger than ", limit, " bytes"));
    }
  }
}

absl::Status WriteFile(const std::string& path, std::string_view content, bool secret) {
  const mode_t mode = secret ? 0600 : 0644;
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));
  if (!file.valid()) return absl::ErrnoToStatus(errno, Cat("creating ", path));
  if (secret && ::fchmod(file.get(), mode) != 0) return absl::ErrnoToStatus(errno, path);
  while (!content.empty()) {
    const ssize_t n = ::write(file.get(), content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return absl::ErrnoToStatus(errno, Cat("writing ", path));
    content.remove_prefix(static_cast<size_t>(n));
  }
  return absl::OkStatus();
}

namespace {

absl::StatusOr<std::vector<std::string>> DecodeBlocks(const std::string& path,
                                                      const std::string& text,
                                                      std::string_view label,
                                                      std::string_view called) {
  std::vector<std::string> out;
  x509::PemReader reader(text);
  for (;;) {
    const auto block = reader.Next();
    if (!block.ok()) return absl::InvalidArgumentError(Cat(path, ": a PEM boundary is malformed"));
    if (!block->has_value()) break;
    if ((*block)->label != label) continue;
    std::string der((*block)->max_size(), '\0');
    const Result<Bytes> decoded =
        x509::DecodePem(**block, MutableBytes(reinterpret_cast<uint8_t*>(der.data()), der.size()));
    if (!decoded.ok()) {
      return absl::InvalidArgumentError(
          Cat(path, ": ", called, " ", out.size() + 1, " is not valid PEM"));
    }
    der.resize(decoded->size());
    out.push_back(std::move(der));
  }
  if (out.empty()) return absl::NotFoundError(Cat(path, " holds no ", called));
  return out;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ReadCertificates(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok()) return text.status();
  return DecodeBlocks(path, *text, "CERTIFICATE", "certificate");
}

absl::StatusOr<std::vector<std::string>> ReadDer(const std::string& path, std::string_view label) {
  absl::StatusOr<std::string> content = ReadFile(path);
  if (!content.ok()) return content.status();
  // A SEQUENCE begins with this.
  if (content->starts_with('0')) return std::vector<std::string>{*std::move(content)};
  return DecodeBlocks(path, *content, label, label);
}

}  // namespace merlon::io
