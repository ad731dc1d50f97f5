// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/key_log.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "io_adapters/text.h"

namespace merlon::io {

absl::StatusOr<std::shared_ptr<KeyLog>> KeyLog::Open(const std::string& path) {
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!file.valid()) return absl::ErrnoToStatus(errno, Cat("opening ", path));
  return std::shared_ptr<KeyLog>(new KeyLog(std::move(file)));
}

void KeyLog::Add(const tls::SecretLogged& secret) {
  const std::string line =
      Cat(secret.label, " ", ToHex(secret.client_random), " ", ToHex(secret.secret), "\n");
  // A log that cannot be written does not end connections.
  [[maybe_unused]] const ssize_t written = ::write(file_.get(), line.data(), line.size());
}

}  // namespace merlon::io
