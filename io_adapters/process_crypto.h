// SPDX-License-Identifier: Apache-2.0
// ProcessCrypto: a key store with the default drivers, and the system's randomness for each thread:
// the crypto::Context of a program that needs nothing special.
#pragma once
#include <string>

#include "absl/status/statusor.h"
#include "crypto/context.h"
#include "crypto/key_store.h"
#include "tls/core/connection_random.h"

namespace merlon::io {

class ProcessCrypto {
 public:
  ProcessCrypto();
  ProcessCrypto(const ProcessCrypto&) = delete;
  ProcessCrypto& operator=(const ProcessCrypto&) = delete;

  // For use by the calling thread: it names this thread's generator.
  crypto::Context context();
  crypto::KeyStore& keys() { return *store_; }
  // From now on this one too, which outlives the keys; before other threads use keys() or
  // context(). kNoSpace; kMisuse: its location has an owner. Misuse both.
  Result<void> AddDriver(const crypto::Driver& driver);
  // What a connection's random values come from.
  absl::StatusOr<tls::Seed> NewSeed();

 private:
  static constexpr size_t kSlots = 16, kMostDrivers = 8;
  crypto::DriverList<kMostDrivers> drivers_;
  crypto::InlineKeyStore<kSlots> store_;
};

}  // namespace merlon::io
