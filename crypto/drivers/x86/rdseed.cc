// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/x86/rdseed.h"

#include <algorithm>
#include <cstring>

#include "crypto/base/secret.h"
#include "crypto/drivers/x86/cpu.h"

namespace merlon::crypto {
namespace {

constexpr int kAttempts = 1024;

bool Rdseed([[maybe_unused]] uint64_t* word) {
#if defined(__x86_64__)
  bool carry;
  asm volatile("rdseed %0" : "=r"(*word), "=@ccc"(carry) : :);
  if (!carry) asm volatile("pause");
  return carry;
#else
  return false;
#endif
}

bool Next(bool (*next)(uint64_t*), uint64_t* word) {
  for (int i = 0; i < kAttempts; ++i) {
    if (next(word)) return true;
  }
  return false;
}

}  // namespace

Result<void> FillFromWords(bool (*next)(uint64_t* word), MutableBytes out) {
  const MutableBytes all = out;
  uint64_t last = 0, word = 0;
  // The first is but for the second to be compared with.
  bool good = Next(next, &last);
  while (good && !out.empty()) {
    good = Next(next, &word) && word != last;
    const size_t size = std::min(sizeof(word), out.size());
    memcpy(out.data(), &word, size);
    out.remove_prefix(size);
    last = word;
  }
  WipeObject(last);
  WipeObject(word);
  if (good) return {};
  Wipe(all);
  return DriverError(Code::kEntropyFailure);
}

constinit const EntropySource kX86Rdseed = {.name = "rdseed",
                                            .fill = [](MutableBytes out) -> Result<void> {
                                              if (!X86HasRdseed()) {
                                                Wipe(out);
                                                return DriverError(Code::kEntropyFailure);
                                              }
                                              return FillFromWords(Rdseed, out);
                                            }};

}  // namespace merlon::crypto
