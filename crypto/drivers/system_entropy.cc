// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/system_entropy.h"

#include <sys/random.h>
#include <unistd.h>

#include <cerrno>

namespace merlon::crypto {
namespace {

Result<void> FillFromSystem(MutableBytes out) {
  while (!out.empty()) {
    const ssize_t got = getrandom(out.data(), out.size(), 0);
    if (got > 0) {
      out.remove_prefix(static_cast<size_t>(got));
    } else if (got == 0 || errno != EINTR) {
      return DriverError(Code::kEntropyFailure);
    }
  }
  return {};
}

}  // namespace

constinit const EntropySource kSystemEntropy = {.name = "getrandom", .fill = FillFromSystem};

uint64_t SystemForkId() { return static_cast<uint64_t>(getpid()); }

}  // namespace merlon::crypto
