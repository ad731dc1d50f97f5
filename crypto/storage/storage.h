// SPDX-License-Identifier: Apache-2.0
// Where bytes rest under names, as an interface: files (io_adapters/file_storage.h), flash, a
// database. What they mean is persistent_keys.h's.
#pragma once
#include <cstdint>

#include "crypto/base/result.h"
#include "crypto/key.h"

namespace merlon::crypto {

// Names are key names (IsKeyName). What fails otherwise than said is kStorageFailure
// (Origin::kDriver). Owned by one thread of one process at a time: that is its maker's to see to.
class Storage {
 public:
  // Its size. kNoSuchKey; kNoSpace: it does not fit.
  virtual Result<size_t> Read(const KeyName& name, MutableBytes out) = 0;
  // When it says ok, `content` is there after a crash too. Whenever else it ends, even in the
  // middle, the old content is there whole, or the new.
  virtual Result<void> Replace(const KeyName& name, Bytes content) = 0;
  // When it says ok, nothing of the name is there after a crash. kNoSuchKey.
  virtual Result<void> Remove(const KeyName& name) = 0;
  // The index-th name, in any order that holds while nothing is changed. kNoSuchKey: no more.
  virtual Result<KeyName> NameAt(size_t index) = 0;

  // A storage that can count keeps a number for each name, also for one whose content is gone,
  // where whoever can put old contents back cannot lower it.
  virtual bool counts() const { return false; }
  // 0: never raised.
  virtual Result<uint64_t> Count(const KeyName&) { return Misuse(Code::kUnsupported); }
  // Whole, as Replace.
  virtual Result<void> Raise(const KeyName&, uint64_t /*count*/) {
    return Misuse(Code::kUnsupported);
  }

 protected:
  ~Storage() = default;
};

}  // namespace merlon::crypto
