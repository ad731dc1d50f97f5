// SPDX-License-Identifier: Apache-2.0
// CTR-DRBG (SP 800-90A Rev. 1, s10.2.1) with AES-256 and no derivation function. It makes no system
// call: entropy and the news of a fork come through the functions that it is given.
#pragma once
#include <array>
#include <cstddef>

#include "crypto/cipher.h"
#include "crypto/random.h"

namespace merlon::crypto {

// A random generator for one thread. Seeds itself at the first use, again after kReseedInterval
// calls and whenever `fork_id` changes. After each call the key is replaced, so what was given out
// cannot be computed from a state that is captured later.
class CtrDrbg final : public Rng {
 public:
  static constexpr size_t kSeedSize = 48;             // bytes: key and block
  static constexpr uint64_t kReseedInterval = 4096;   // calls; SP 800-90A table 3 allows 2^48
  static constexpr size_t kMaxRequestSize = 1 << 16;  // bytes per generate (same table: 2^19 bits)

  // `aes` is AES-256, or it traps. `fork_id`, if not null, gives another number in a forked
  // process.
  CtrDrbg(const CipherAlgorithm& aes, const EntropySource& entropy,
          uint64_t (*fork_id)() = nullptr);
  CtrDrbg(const CtrDrbg&) = delete;
  CtrDrbg& operator=(const CtrDrbg&) = delete;
  ~CtrDrbg();

  // Any size. Fails only with the entropy source: then `out` is wiped, and the next call tries
  // again.
  Result<void> Fill(MutableBytes out) override;
  // Mixes in fresh entropy now, and at most kSeedSize bytes of the caller's (longer ones are
  // misuse).
  Result<void> Reseed(Bytes additional = {});

 private:
  bool ReseedDue() const;
  void Generate(MutableBytes out);
  void Update(Bytes provided);
  void NextBlock(uint8_t* out);

  const CipherAlgorithm& aes_;
  const EntropySource& entropy_;
  uint64_t (*const fork_id_)();
  uint64_t fork_ = 0;
  uint64_t calls_ = 0;  // since the last seed
  bool seeded_ = false;
  std::array<uint64_t, 2> counter_ = {};  // V, most significant half first
  alignas(16) std::array<uint8_t, kMaxCipherContextSize> key_;
};

}  // namespace merlon::crypto
