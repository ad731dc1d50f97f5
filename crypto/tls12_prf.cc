// SPDX-License-Identifier: Apache-2.0
#include "crypto/tls12_prf.h"

#include <algorithm>
#include <utility>

namespace merlon::crypto {
namespace {

// One output on its way: two blocks at a time, whose A(i) are known before either is made.
class PrfRun {
 public:
  PrfRun(size_t hash_size, const PrfOutput& output)
      : hash_size_(hash_size), out_(output.out), count_(2 + output.seed.size()) {
    if (output.seed.size() > kMaxPrfSeeds) __builtin_trap();
    for (size_t k = 0; k < 2; ++k) {
      parts_[k][0] = Slice(Bytes(storage_[k]), 0, hash_size_);
      parts_[k][1] = AsBytes(output.label);
      std::copy(output.seed.begin(), output.seed.end(), parts_[k].begin() + 2);
    }
  }
  PrfRun(const PrfRun&) = delete;
  PrfRun& operator=(const PrfRun&) = delete;
  ~PrfRun() { WipeObject(storage_); }

  bool done() const { return out_.empty(); }
  // Whether a second block is needed, and so its A(i).
  bool has_second() const { return out_.size() > hash_size_; }
  // A(i) = HMAC(secret, A(i-1)), where A(0) is the label and the seed.
  HmacMessage First() {
    const MutableBytes out = Slice(MutableBytes(storage_[0]), 0, hash_size_);
    if (std::exchange(begun_, true)) return {Slice(All(1), 0, 1), out};
    return {Slice(All(0), 1), out};
  }
  HmacMessage Second() {
    return {Slice(All(0), 0, 1), Slice(MutableBytes(storage_[1]), 0, hash_size_)};
  }
  // HMAC(secret, A(i) | label | seed): the next block, by the first A(i) or by the second.
  HmacMessage Block(size_t k) {
    const MutableBytes block = Slice(out_, 0, std::min(out_.size(), hash_size_));
    out_.remove_prefix(block.size());
    return {All(k), block};
  }

 private:
  absl::Span<const Bytes> All(size_t k) const {
    return Slice(absl::MakeConstSpan(parts_[k]), 0, count_);
  }

  const size_t hash_size_;
  MutableBytes out_;
  bool begun_ = false;
  const size_t count_;
  std::array<std::array<uint8_t, kMaxHashSize>, 2> storage_;
  std::array<std::array<Bytes, 2 + kMaxPrfSeeds>, 2> parts_;
};

// What can be made at once; of two runs at most four.
class Batch {
 public:
  explicit Batch(const Hmac& secret) : secret_(secret) {}
  void Add(const HmacMessage& message) { messages_[size_++] = message; }
  void Make() {
    secret_.Compute(Slice(absl::MakeConstSpan(messages_), 0, size_));
    size_ = 0;
  }

 private:
  const Hmac& secret_;
  std::array<HmacMessage, 4> messages_;
  size_t size_ = 0;
};

void Make(const Hmac& secret, absl::Span<PrfRun* const> runs) {
  Batch batch(secret);
  const auto make = [&](auto add) {
    for (PrfRun* run : runs) add(*run);
    batch.Make();
  };
  const auto left = [](const PrfRun* run) { return !run->done(); };
  while (std::any_of(runs.begin(), runs.end(), left)) {
    make([&](PrfRun& run) {
      if (!run.done()) batch.Add(run.First());
    });
    // One that ends here keeps the other company.
    make([&](PrfRun& run) {
      if (!run.done()) batch.Add(run.has_second() ? run.Second() : run.Block(0));
    });
    make([&](PrfRun& run) {
      if (run.done()) return;
      batch.Add(run.Block(0));
      batch.Add(run.Block(1));
    });
  }
}

}  // namespace

void Tls12Prf(const Hmac& secret, std::string_view label, absl::Span<const Bytes> seed,
              MutableBytes out) {
  PrfRun run(secret.hash().size, {label, seed, out});
  PrfRun* const runs[] = {&run};
  Make(secret, runs);
}

void Tls12PrfOfTwo(const Hmac& secret, const PrfOutput& one, const PrfOutput& other) {
  PrfRun first(secret.hash().size, one), second(secret.hash().size, other);
  PrfRun* const runs[] = {&first, &second};
  Make(secret, runs);
}

}  // namespace merlon::crypto
