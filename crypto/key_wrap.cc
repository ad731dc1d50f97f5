// SPDX-License-Identifier: Apache-2.0
// Constant time where the cipher is; time depends on sizes and on whether unwrapping succeeds, with
// padding on the size of the key, which is given to the caller.
#include "crypto/key_wrap.h"

#include <cstring>

#include "crypto/base/constant_time.h"
#include "crypto/base/endian.h"

namespace merlon::crypto {
namespace {

constexpr size_t kHalf = kCipherBlockSize / 2;
using Block = std::array<uint8_t, kCipherBlockSize>;

constexpr uint64_t kInitialValue = 0xa6a6a6a6a6a6a6a6;  // RFC 3394 s2.2.3.1
constexpr uint32_t kPaddedValue = 0xa65959a6;           // RFC 5649 s3, before the size

// RFC 3394 s2.2.1, by index; `halves` is A | R[1] | ... | R[n].
void Wrap(const EncryptionKey& key, MutableBytes halves) {
  const size_t n = halves.size() / kHalf - 1;
  Block block;
  memcpy(block.data(), halves.data(), kHalf);
  for (uint64_t t = 1; t <= 6 * n; ++t) {
    uint8_t* r = &halves[((t - 1) % n + 1) * kHalf];
    memcpy(&block[kHalf], r, kHalf);
    key.Encrypt(block, absl::MakeSpan(block));
    memcpy(r, &block[kHalf], kHalf);
    StoreBigEndian(LoadBigEndian<uint64_t>(block.data()) ^ t, block.data());
  }
  memcpy(halves.data(), block.data(), kHalf);
  WipeObject(block);
}

// s2.2.2: gives A; `halves` becomes R[1] | ... | R[n].
uint64_t Unwrap(const DecryptionKey& key, Bytes first, MutableBytes halves) {
  const size_t n = halves.size() / kHalf;
  Block block;
  memcpy(block.data(), first.data(), kHalf);
  for (uint64_t t = 6 * n; t > 0; --t) {
    uint8_t* r = &halves[(t - 1) % n * kHalf];
    StoreBigEndian(LoadBigEndian<uint64_t>(block.data()) ^ t, block.data());
    memcpy(&block[kHalf], r, kHalf);
    key.Decrypt(block, absl::MakeSpan(block));
    memcpy(r, &block[kHalf], kHalf);
  }
  const uint64_t a = LoadBigEndian<uint64_t>(block.data());
  WipeObject(block);
  return a;
}

// RFC 5649 s3, the three checks without a branch: the value, the size, which must end in the last
// half, and the zeros behind it.
Mask<uint64_t> IsPadded(uint64_t a, Bytes halves) {
  const uint64_t size = a & 0xffffffff, most = halves.size();
  Mask<uint64_t> good = MaskIfEqual<uint64_t>(a >> 32, kPaddedValue);
  good = good & MaskIfLess<uint64_t>(most - kHalf, size) & ~MaskIfLess(most, size);
  for (size_t at = halves.size() - kHalf; at < halves.size(); ++at) {
    good = good & (MaskIfLess<uint64_t>(at, size) | MaskIfZero<uint64_t>(halves[at]));
  }
  return good;
}

}  // namespace

Result<size_t> WrapKey(const EncryptionKey& wrapping_key, WrapPadding padding, Bytes key,
                       MutableBytes out) {
  const bool padded = padding == WrapPadding::kPadded;
  if (padded ? key.empty() || key.size() >= UINT32_MAX
             : key.size() % kHalf != 0 || key.size() < 16) {
    return Misuse();
  }
  const size_t size = WrappedSize(key.size());
  if (out.size() < size) return Misuse(Code::kNoSpace);
  out = Slice(out, 0, size);
  memmove(out.data() + kHalf, key.data(), key.size());
  memset(out.data() + kHalf + key.size(), 0, size - kHalf - key.size());
  StoreBigEndian(padded ? uint64_t{kPaddedValue} << 32 | key.size() : kInitialValue, out.data());
  if (padded && size == kCipherBlockSize) {
    wrapping_key.Encrypt(out, out);  // RFC 5649 s4.1, step 3: one block, not chained
  } else {
    Wrap(wrapping_key, out);
  }
  return size;
}

Result<size_t> UnwrapKey(const DecryptionKey& wrapping_key, WrapPadding padding, Bytes wrapped,
                         MutableBytes out) {
  const Error refused = PeerError(Code::kBadMac, Alert::kDecryptError);
  const bool padded = padding == WrapPadding::kPadded;
  if (wrapped.size() % kHalf != 0 || wrapped.size() < (padded ? 2 : 3) * kHalf) return refused;
  const size_t size = wrapped.size() - kHalf;
  if (out.size() < size) return Misuse(Code::kNoSpace);
  out = Slice(out, 0, size);
  std::array<uint8_t, kHalf> first;
  memcpy(first.data(), wrapped.data(), kHalf);
  uint64_t a;
  if (size == kHalf) {
    Block block;
    wrapping_key.Decrypt(wrapped, absl::MakeSpan(block));
    a = LoadBigEndian<uint64_t>(block.data());
    memcpy(out.data(), &block[kHalf], kHalf);
    WipeObject(block);
  } else {
    memmove(out.data(), wrapped.data() + kHalf, size);
    a = Unwrap(wrapping_key, first, out);
  }
  const Mask<uint64_t> good = padded ? IsPadded(a, out) : MaskIfEqual(a, kInitialValue);
  if (ValueBarrier(good.bits) == 0) {  // public: the verdict
    Wipe(out);
    return refused;
  }
  return padded ? static_cast<size_t>(a & 0xffffffff) : size;
}

}  // namespace merlon::crypto
