// SPDX-License-Identifier: Apache-2.0
#include "crypto/ctr_drbg.h"

#include <cstring>

#include "crypto/base/constant_time.h"
#include "crypto/base/endian.h"
#include "crypto/base/secret.h"

namespace merlon::crypto {
namespace {

constexpr size_t kKeySize = 32, kBlockSize = 16;

}  // namespace

CtrDrbg::CtrDrbg(const CipherAlgorithm& aes, const EntropySource& entropy, uint64_t (*fork_id)())
    : aes_(aes), entropy_(entropy), fork_id_(fork_id) {
  if (aes.id != CipherId::kAes256) __builtin_trap();
  constexpr std::array<uint8_t, kKeySize> kZeroKey = {};
  aes_.bind(key_.data(), kZeroKey);  // s10.2.1.3.1: key and V start at zero
}

CtrDrbg::~CtrDrbg() {
  WipeObject(key_);
  WipeObject(counter_);
}

Result<void> CtrDrbg::Fill(MutableBytes out) {
  if (ReseedDue()) {
    if (Result<void> seeded = Reseed(); !seeded.ok()) {
      Wipe(out);
      return seeded;
    }
  }
  ++calls_;
  do {
    const size_t size = out.size() < kMaxRequestSize ? out.size() : kMaxRequestSize;
    Generate(Slice(out, 0, size));
    out.remove_prefix(size);
  } while (!out.empty());
  return {};
}

// s10.2.1.3.1 and s10.2.1.4.1: the same steps seed and reseed.
Result<void> CtrDrbg::Reseed(Bytes additional) {
  if (additional.size() > kSeedSize) return Misuse();
  const uint64_t fork = fork_id_ != nullptr ? fork_id_() : 0;
  std::array<uint8_t, kSeedSize> seed;
  if (Result<void> filled = entropy_.fill(absl::MakeSpan(seed)); !filled.ok()) {
    WipeObject(seed);
    return DriverError(Code::kEntropyFailure);
  }
  for (size_t i = 0; i < additional.size(); ++i) seed[i] ^= additional[i];
  Update(seed);
  WipeObject(seed);
  fork_ = fork;
  calls_ = 0;
  seeded_ = true;
  return {};
}

bool CtrDrbg::ReseedDue() const {
  return !seeded_ || calls_ >= kReseedInterval || (fork_id_ != nullptr && fork_id_() != fork_);
}

// s10.2.1.5.1, without additional input.
void CtrDrbg::Generate(MutableBytes out) {
  const size_t whole = out.size() / kBlockSize * kBlockSize;
  for (size_t at = 0; at < whole; at += kBlockSize) NextBlock(out.data() + at);
  const MutableBytes blocks = Slice(out, 0, whole);
  aes_.encrypt_blocks(key_.data(), blocks, blocks);
  if (whole != out.size()) {
    std::array<uint8_t, kBlockSize> last;
    NextBlock(last.data());
    aes_.encrypt_blocks(key_.data(), last, absl::MakeSpan(last));
    memcpy(out.data() + whole, last.data(), out.size() - whole);
    WipeObject(last);
  }
  constexpr std::array<uint8_t, kSeedSize> kNothing = {};
  Update(kNothing);
}

// CTR_DRBG_Update (s10.2.1.2): a new key and a new V from the old ones and `provided`.
void CtrDrbg::Update(Bytes provided) {
  std::array<uint8_t, kSeedSize> state;
  for (size_t at = 0; at < kSeedSize; at += kBlockSize) NextBlock(state.data() + at);
  aes_.encrypt_blocks(key_.data(), state, absl::MakeSpan(state));
  for (size_t i = 0; i < kSeedSize; ++i) state[i] ^= provided[i];
  aes_.bind(key_.data(), Bytes(state.data(), kKeySize));
  counter_ = {LoadBigEndian<uint64_t>(&state[kKeySize]),
              LoadBigEndian<uint64_t>(&state[kKeySize + 8])};
  WipeObject(state);
}

// V = V + 1, then V. It is secret: the carry is no branch, and the barrier keeps the compiler from
// counting a caller's loop by it.
void CtrDrbg::NextBlock(uint8_t* out) {
  counter_[1] = ValueBarrier(counter_[1] + 1);
  counter_[0] += MaskIfZero(counter_[1]).bits & 1;
  StoreBigEndian(counter_[0], out);
  StoreBigEndian(counter_[1], out + 8);
}

}  // namespace merlon::crypto
