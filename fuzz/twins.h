// SPDX-License-Identifier: Apache-2.0
// Twins: one end of a handshake twice, over a stream and over datagrams, that hears the same from
// its peer: TLS 1.3 beside DTLS 1.3, TLS 1.2 beside DTLS 1.2, as a client and as a server. After
// each thing heard both have said the same events, have the same data, failed with the same error
// and alert or not at all; once connected, they have negotiated the same. What the RFCs want
// otherwise is a row of kNamedDifferences, and no other difference passes.
//
// The peer's messages are those of a real handshake, changed by the input. What makes one a DTLS
// message is no change: the version numbers, and an empty cookie in a ClientHello (RFC 9147 s5.3,
// s5.4; RFC 6347 s4.2.1). Clients go without TLS 1.3's compatibility mode, which datagrams do not
// have (RFC 9147 s5).
#pragma once
#include <optional>
#include <string>

#include "absl/types/span.h"
#include "crypto/base/bytes.h"
#include "crypto/base/error.h"

namespace merlon::fuzz {

struct NamedDifference {
  const char* what;
  const char* section;
};
absl::Span<const NamedDifference* const> NamedDifferences();

struct TwinOutcome {
  std::string finding{};                    // in words; empty: there is none
  const NamedDifference* parted = nullptr;  // the twins went on differently, as they should
  bool connected = false;                   // both
  std::optional<Error> failure{};           // of both
};

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

size_t TwinScenarios();
inline constexpr size_t kFirst12Twins = 11;  // of TLS 1.2, without anything special
// Both twins connect when nothing is changed.
bool TwinsConnect(size_t scenario);
TwinOutcome RunTwins(Bytes input);

}  // namespace merlon::fuzz
