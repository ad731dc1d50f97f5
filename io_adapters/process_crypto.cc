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

ProcessCrypto::ProcessCrypto() : store_(crypto::DefaultDrivers()) {
  for (const crypto::Driver* driver : crypto::DefaultDrivers().drivers()) {
    (void)drivers_.Add(*driver);  // two or three of them
  }
}

crypto::Context ProcessCrypto::context() {
  return {.keys = *store_, .drivers = drivers_.table(), .rng = ThreadRng()};
}

Result<void> ProcessCrypto::AddDriver(const crypto::Driver& driver) {
  MERLON_TRY(drivers_.Add(driver));
  store_->UseDrivers(drivers_.table());
  return {};
}

absl::StatusOr<tls::Seed> ProcessCrypto::NewSeed() {
  bool filled = false;
  tls::Seed seed(32, [&](MutableBytes out) { filled = ThreadRng().Fill(out).ok(); });
  if (!filled) return absl::UnavailableError("the operating system gives no randomness");
  return seed;
}

}  // namespace merlon::io
