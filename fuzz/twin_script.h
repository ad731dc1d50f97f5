// SPDX-License-Identifier: Apache-2.0
// TwinScript: what the twins (twins.h) hear. The peer's messages are those of a real handshake,
// changed by the input. What makes one a DTLS message is no change: the version numbers, and an
// empty cookie in a ClientHello (RFC 9147 s5.3, s5.4; RFC 6347 s4.2.1).
#pragma once
#include <string>
#include <vector>

#include "crypto/base/bytes.h"
#include "fuzz/script.h"

namespace merlon::fuzz {

// The input: which handshake, which end (bit 0: the server) and how its operations are answered,
// then edits of kEditBytes: what, of which message, where (big-endian), by what.
inline constexpr size_t kTwinHeader = 2, kEditBytes = 5;
enum class EditKind : uint8_t {
  kXor,      // a byte of the body
  kCut,      // the body ends there
  kAppend,   // so many bytes behind the body
  kRemove,   // the message does not come
  kRepeat,   // it comes twice, as two messages
  kSwap,     // with the next
  kType,     // the handshake type
  kInsert,   // a message of that type in front of it, with a body of `where` bytes
  kHalves,   // in two pieces
  kInClear,  // not under the present keys
  kAlert,    // one comes in front of it: `by what` is the description, `where` the level
  kData,     // application data comes in front of it
  kChangeCipherSpec,
  kOwn,        // the end itself does something before: writes, closes, changes its keys
  kEcho,       // in front of it comes what the end itself would send
  kFromOther,  // in its place comes a message of another handshake
};
inline constexpr int kEditKinds = 16;

struct TwinScenario {
  uint16_t client, server;  // bits of scenarios.h
  bool connects = true;
};
size_t TwinScenarios();
inline constexpr size_t kFirst12Twins = 11;  // of TLS 1.2, without anything special
// Both twins connect when nothing is changed.
bool TwinsConnect(size_t scenario);

// One thing that happens to both.
struct Move {
  enum class What { kMessage, kChangeCipherSpec, kAlert, kData, kOwn } what;
  std::string bytes{};         // the message, or the content of the record
  const std::string* apart{};  // by XOR, what DTLS's has otherwise: tickets are of one protocol
  size_t cut = 0;              // of a body in two pieces
  bool in_clear = false;
  Action own = Action::kSeal;
};
using Moves = std::vector<Move>;

struct TwinScript {
  size_t number;
  const TwinScenario& scenario;
  bool server;  // the end that hears it
  Answers answers;
  bool is12;  // what the handshake is without changes
  size_t tag_size;
  Moves moves;
};
// Of at least kTwinHeader bytes. Any are a script.
TwinScript ParseTwinScript(Bytes input);
// A message as that of DTLS.
std::string ForDatagrams(const Move& move);
// A version of TLS as that of DTLS: higher ones have lower numbers there, from 0xfeff to 0xfe00,
// and 0xfefd is 0x0303. What is beyond either end is that end.
uint16_t TurnVersion(uint16_t version);

}  // namespace merlon::fuzz
