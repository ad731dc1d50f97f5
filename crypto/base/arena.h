// SPDX-License-Identifier: Apache-2.0
// One borrowed block used from both ends: kept data from the front, scratch from the back.
#pragma once
#include <cstring>
#include <utility>

#include "absl/base/attributes.h"
#include "crypto/base/bytes.h"
#include "crypto/base/result.h"
#include "crypto/base/secret.h"

namespace merlon {

// Kept data grows from the front, scratch from the back in scopes that end in reverse order. An
// allocation that would make the ends meet fails with kNoSpace and changes nothing. What is given
// back is wiped. No alignment: it holds bytes.
class Arena {
 public:
  explicit Arena(MutableBytes block ABSL_ATTRIBUTE_LIFETIME_BOUND)
      : block_(block), back_(block.size()) {}
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  ~Arena() { Wipe(block_); }

  Result<MutableBytes> Keep(size_t size) {
    if (back_ - front_ < size) return NoSpace();
    return Slice(block_, std::exchange(front_, front_ + size), size);
  }
  Result<Bytes> KeepCopy(Bytes bytes) {
    MERLON_ASSIGN_OR_RETURN(const MutableBytes kept, Keep(bytes.size()));
    if (!bytes.empty()) memmove(kept.data(), bytes.data(), bytes.size());
    return Bytes(kept);
  }
  // Where kept data ends now; ReleaseTo gives back, wiped, all that was kept since.
  size_t mark() const { return front_; }
  void ReleaseTo(size_t mark) {
    if (mark > front_) __builtin_trap();
    Wipe(Slice(block_, mark, front_ - mark));
    front_ = mark;
  }
  // The largest allocation that would succeed now.
  size_t free() const { return back_ - front_; }

  class Scratch {
   public:
    explicit Scratch(Arena& arena) : arena_(arena), back_(arena.back_) {}
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    ~Scratch() {
      Wipe(Slice(arena_.block_, arena_.back_, back_ - arena_.back_));
      arena_.back_ = back_;
    }
    Result<MutableBytes> Take(size_t size) {
      if (arena_.back_ - arena_.front_ < size) return NoSpace();
      return Slice(arena_.block_, arena_.back_ -= size, size);
    }

   private:
    Arena& arena_;
    const size_t back_;
  };

 private:
  MutableBytes block_;
  size_t front_ = 0;
  size_t back_;
};

}  // namespace merlon
