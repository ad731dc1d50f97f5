// SPDX-License-Identifier: Apache-2.0
// SystemRng: the random generator of an application on this operating system. Engines never include
// it: they are given an Rng.
#pragma once
#include "crypto/ctr_drbg.h"
#include "crypto/drivers/default_drivers.h"
#include "crypto/drivers/system_entropy.h"

namespace merlon::crypto {

// CTR-DRBG over the best AES of this CPU, seeded by the operating system, safe across fork. One per
// thread (`thread_local SystemRng rng;`).
class SystemRng final : public Rng {
 public:
  SystemRng() : drbg_(*DefaultDrivers().cipher(CipherId::kAes256), kSystemEntropy, SystemForkId) {}
  Result<void> Fill(MutableBytes out) override { return drbg_.Fill(out); }

 private:
  CtrDrbg drbg_;
};

}  // namespace merlon::crypto
