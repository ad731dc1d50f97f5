// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/process_crypto.h"

#include "crypto/drivers/default_drivers.h"
#include "crypto/system_rng.h"

namespace merlon::io {
namespace {

crypto::Rng& ThreadRng() {
  thread_local crypto::SystemRng rng;
  return rng;
}

}  // namespace

ProcessCrypto::ProcessCrypto() : store_(crypto::DefaultDrivers()) {}

crypto::Context ProcessCrypto::context() {
  return {.keys = *store_, .drivers = crypto::DefaultDrivers(), .rng = ThreadRng()};
}

absl::StatusOr<tls::Seed> ProcessCrypto::NewSeed() {
  bool filled = false;
  tls::Seed seed(32, [&](MutableBytes out) { filled = ThreadRng().Fill(out).ok(); });
  if (!filled) return absl::UnavailableError("the operating system gives no randomness");
  return seed;
}

}  // namespace merlon::io
