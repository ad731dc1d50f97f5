// SPDX-License-Identifier: Apache-2.0
// One borrowed block used from both ends: kept data from the front, scratch from the back.
#pragma once
#include <cstring>
#include <new>
#include <type_traits>
#include <utility>

#include "absl/base/attributes.h"
#include "crypto/base/bytes.h"
#include "crypto/base/result.h"
#include "crypto/base/secret.h"

namespace merlon {

// Kept data grows from the front, scratch from the back in scopes that end in reverse order. An
// allocation that would make the ends meet fails with kNoSpace and changes nothing. What is given
// back is wiped. Bytes have no alignment; KeepArray
// sees to its own.
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
  // `count` values of plain data, value-initialised.
  template <class T>
  Result<absl::Span<T>> KeepArray(size_t count) {
    static_assert(std::is_trivially_destructible_v<T>);
    if (count > (back_ - front_) / sizeof(T)) return NoSpace();
    MERLON_ASSIGN_OR_RETURN(uint8_t* const at, KeepAligned(count * sizeof(T), alignof(T)));
    T* first = reinterpret_cast<T*>(at);
    for (size_t i = 0; i < count; ++i) new (first + i) T();
    return absl::Span<T>(first, count);
  }
  // An object whose destructor does no more than wipe it: it is not called, giving back wipes.
  template <class T, class... Args>
  Result<T*> KeepObject(const Args&... args) {
    MERLON_ASSIGN_OR_RETURN(uint8_t* const at, KeepAligned(sizeof(T), alignof(T)));
    return new (at) T(args...);
  }
  // Lets `fill(MutableBytes free)` write to all that is free, and keeps the size that it gives. The
  // bytes behind that are left as `fill` left them.
  template <class Fill>
  Result<MutableBytes> KeepFilled(Fill fill) {
    MERLON_ASSIGN_OR_RETURN(const size_t size, fill(Slice(block_, front_, back_ - front_)));
    return Keep(size);
  }
  // Wipes the block and gives it back to its lender; nothing can be kept any more.
  MutableBytes TakeBack() {
    Wipe(block_);
    front_ = back_ = 0;
    return std::exchange(block_, MutableBytes());
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
  Result<uint8_t*> KeepAligned(size_t size, size_t alignment) {
    const size_t misfit = reinterpret_cast<uintptr_t>(block_.data() + front_) % alignment;
    const size_t padding = misfit == 0 ? 0 : alignment - misfit;
    MERLON_ASSIGN_OR_RETURN(const MutableBytes raw, Keep(padding + size));
    return raw.data() + padding;
  }

  MutableBytes block_;
  size_t front_ = 0;
  size_t back_;
};

}  // namespace merlon
