// SPDX-License-Identifier: Apache-2.0
// Script: what happens to one end of a connection, as bytes that a fuzzer changes. Every sequence
// of bytes is a script. Doing it is end.h's.
//
// A script is a row of steps. A step is one byte that says what to do and how, and, for kDeliver,
// two bytes of length (big-endian; what is missing at the end is left out) and so many bytes of the
// peer.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/bytes.h"

namespace merlon::fuzz {

// Bits 0 to 2 of a step.
enum class Action : uint8_t {
  kDeliver = 0,    // the peer's bytes, one datagram where there are datagrams; 1 to 3 as well.
                   // Variant: once more
  kSeal = 4,       // application data; variant: more than one record holds
  kKeyUpdate = 5,  // new keys for us; variant: and for the peer
  kClose = 6,      // variant: the transport ends without close_notify
  kWait = 7,       // until the next timeout; variant: an hour
};
// Bits 4 and 5: operations that this step brings.
enum class Answers : uint8_t {
  kAtOnce = 0,
  kLate = 1,    // not before a later step
  kDoubly = 2,  // each is answered wrongly before, and again afterwards: misuse, without effect
  kBadly = 3,   // the first fails; variant: it is refused
};
// Bits 6 and 7: how a stream's bytes come.
enum class Pieces : uint8_t { kWhole = 0, kBytes = 1, kHalves = 2, kThrees = 3 };

struct Step {
  uint8_t what = 0;
  std::string_view bytes{};  // borrowed

  Action action() const {
    const uint8_t low = what & 7;
    return low < 4 ? Action::kDeliver : static_cast<Action>(low);
  }
  bool variant() const { return (what & 8) != 0; }
  Answers answers() const { return static_cast<Answers>(what >> 4 & 3); }
  Pieces pieces() const { return static_cast<Pieces>(what >> 6); }
};
constexpr uint8_t StepByte(Action action, bool variant = false, Answers answers = Answers::kAtOnce,
                           Pieces pieces = Pieces::kWhole) {
  return static_cast<uint8_t>(static_cast<unsigned>(action) | (variant ? 8u : 0u) |
                              static_cast<unsigned>(answers) << 4 |
                              static_cast<unsigned>(pieces) << 6);
}

// Never fails: see above. Steps borrow from `script`.
std::vector<Step> ParseScript(Bytes script);
void AppendStep(const Step& step, std::string& script);

// A changed script of at most `max_size` bytes, in place of the `size` bytes at `data`; gives its
// size. Steps are left out, doubled, exchanged and done otherwise, and bytes within one are changed
// with the lengths of records and messages around them put right, now and then. For
// LLVMFuzzerCustomMutator; `header` bytes in front are left alone.
size_t MutateScript(uint8_t* data, size_t size, size_t max_size, size_t header, unsigned seed);

}  // namespace merlon::fuzz
