// SPDX-License-Identifier: Apache-2.0
// Writes DER into a caller's buffer: definite, minimal lengths. What is written is the caller's to
// keep canonical (sorted sets, defaults left out).
#pragma once
#include <concepts>
#include <cstring>

#include "crypto/base/bytes.h"
#include "crypto/base/der.h"
#include "crypto/base/result.h"
#include "crypto/key.h"

namespace merlon::x509 {

// The first value that does not fit fails the whole; see Finish.
class DerWriter {
 public:
  explicit DerWriter(MutableBytes out) : out_(out) {}

  // A tag, and as its contents what `body` writes.
  template <std::invocable Body>
  void Element(uint8_t tag, Body body) {
    const size_t start = Open(tag);
    body();
    Close(start);
  }
  void Element(uint8_t tag, Bytes contents) {
    Element(tag, [&] { Raw(contents); });
  }
  // Bytes that are DER already.
  void Raw(Bytes bytes);
  void Boolean(bool value);
  void SmallInteger(uint32_t value);
  // A non-negative INTEGER from its magnitude; leading zeros are dropped.
  void UnsignedInteger(Bytes magnitude);
  // Whole octets.
  void BitString(Bytes octets);
  // Named bits: bit n of `bits` is bit n of the string.
  void NamedBits(uint16_t bits);

  bool ok() const { return ok_; }
  // What was written so far; meaningful while ok.
  size_t size() const { return size_; }
  // The size written, or kNoSpace.
  Result<size_t> Finish() const { return ok_ ? Result<size_t>(size_) : NoSpace(); }

 private:
  uint8_t* Grow(size_t size);
  size_t Open(uint8_t tag);
  void Close(size_t start);

  MutableBytes out_;
  size_t size_ = 0;
  bool ok_ = true;
};

// The AlgorithmIdentifier of a key (RFC 3279 s2.3.1, RFC 4055 s3.1, RFC 5480 s2.1.1, RFC 8410 s3).
// False, and nothing written: the type has none.
bool WriteKeyAlgorithm(DerWriter& writer, crypto::KeyType type);

}  // namespace merlon::x509
