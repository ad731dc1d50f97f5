// SPDX-License-Identifier: Apache-2.0
// How fast records of one size are sealed and opened, whoever does it.
#pragma once
#include <algorithm>
#include <vector>

#include "bench/table.h"
#include "crypto/base/bytes.h"

namespace merlon::bench {

// MB/s; `both`: what is sealed and then opened, as bulk data are on their way.
struct RecordSpeed {
  double seal = 0, open = 0, both = 0;
};

// Seals a batch, then opens it, over and over for `seconds`; the best of each counts.
// `seal(Bytes plaintext, MutableBytes out)` gives the record's size; `open(MutableBytes record)`.
template <class Seal, class Open>
RecordSpeed TimeRecords(size_t size, Seal seal, Open open, double seconds) {
  constexpr size_t kBatch = 256 * 1024;  // bytes of plaintext
  const size_t count = kBatch / size;
  const std::vector<uint8_t> plaintext(size, 0x5a);
  std::vector<uint8_t> out(count * (size + 64));
  std::vector<size_t> sizes(count);
  double best_seal = 1e9, best_open = 1e9;
  const double end = Seconds() + seconds;
  do {
    const double start = Seconds();
    size_t at = 0;
    for (size_t i = 0; i < count; ++i) {
      sizes[i] = seal(Bytes(plaintext), Slice(absl::MakeSpan(out), at));
      at += sizes[i];
    }
    const double sealed = Seconds();
    at = 0;
    for (size_t i = 0; i < count; ++i) {
      open(Slice(absl::MakeSpan(out), at, sizes[i]));
      at += sizes[i];
    }
    const double opened = Seconds();
    best_seal = std::min(best_seal, sealed - start);
    best_open = std::min(best_open, opened - sealed);
  } while (Seconds() < end);
  const double megabytes = static_cast<double>(count * size) / 1e6;
  return {megabytes / best_seal, megabytes / best_open, megabytes / (best_seal + best_open)};
}

}  // namespace merlon::bench
