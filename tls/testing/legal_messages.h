// SPDX-License-Identifier: Apache-2.0
// Which message is legal in which state on which transport, and which state follows: tables written
// by hand from the RFCs, of TLS 1.3 with DTLS 1.3 and QUIC, and of TLS 1.2 with DTLS 1.2. What a
// table does not name is unexpected_message. Tests alone; they compare it with what the engine
// does.
#pragma once
#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "crypto/base/error.h"
#include "tls/core/input.h"

namespace merlon::tls::testing {

enum class Role { kClient, kServer };
// Which handshake leads to a state.
enum class Path {
  kFull,
  kRetried,  // by HelloRetryRequest
  kResumed,
  kClientAuth,
  kClientDeclines,  // asked for a certificate, it has none
  kPsk,             // external
  kEcdhePsk,        // of TLS 1.2
  kStatus,          // of TLS 1.2: the client asks for an OCSP response, the server has one
};

// What may come: a handshake type, or one of these.
using Kind = int;
inline constexpr Kind kHelloRequestType = 0, kClientHelloType = 1, kServerHelloType = 2,
                      kHelloVerifyRequestType = 3, kNewSessionTicketType = 4,
                      kEncryptedExtensionsType = 8, kCertificateType = 11,
                      kServerKeyExchangeType = 12, kCertificateRequestType = 13,
                      kServerHelloDoneType = 14, kCertificateVerifyType = 15,
                      kClientKeyExchangeType = 16, kFinishedType = 20, kCertificateStatusType = 22,
                      kKeyUpdateType = 24;
inline constexpr Kind kHelloRetryRequest = 0x100 + kServerHelloType,
                      kEmptyCertificate = 0x100 + kCertificateType,
                      kRequestingKeyUpdate = 0x100 + kKeyUpdateType, kChangeCipherSpec = 0x200,
                      kApplicationData = 0x201;
// Hellos of TLS 1.2 to a side that speaks TLS 1.3 as well: the state behind them is one of the
// other table.
inline constexpr Kind kServerHello12 = 0x300 + kServerHelloType,
                      kClientHello12 = 0x300 + kClientHelloType;
// The handshake type of a kind.
constexpr uint8_t TypeOf(Kind kind) { return static_cast<uint8_t>(kind & 0xff); }

inline constexpr uint8_t kOnStreams = 1, kOnDatagrams = 2, kOnQuic = 4;  // as tls::Transport
inline constexpr uint8_t kEverywhere = 7;

struct Legal {
  Kind kind;
  const char* next;  // the state behind it; null: the same
  uint8_t transports = kEverywhere;
  // Not legal after all, though another of its type is: ends with this alert.
  std::optional<Alert> refused = {};
};

// Keys that what the peer sends is protected by. On datagrams a message that is ahead of the next
// one, by its message_seq, is kept and comes behind that (RFC 9147 s5.5, RFC 6347 s4.2.2); but in
// DTLS 1.3, where the next one changes these keys, what came ahead under the old ones ends the
// connection with unexpected_message (RFC 9846 s5.1).
enum class Keys : uint8_t { kNone, kHandshake, kApplication };

// What becomes of a ChangeCipherSpec record on a stream. On datagrams it is dropped.
enum class OnChangeCipherSpec : uint8_t { kAlert, kDropped, kTaken };

struct LegalState {
  const char* name;
  const char* section;  // of RFC 9846, in the other table of RFC 5246, but where another is named
  Role role;
  Path path;
  // Messages, and ChangeCipherSpecs of TLS 1.2 on streams, that the side has taken on its path
  // before. Negative: no handshake of CorePair comes to this state.
  int taken;
  Keys keys;
  OnChangeCipherSpec change_cipher_spec;
  std::vector<Legal> legal;
  bool connected = false;

  bool IsLegal(Kind kind, Transport transport) const {
    const Legal* found = Find(kind, transport);
    return found != nullptr && !found->refused;
  }
  // Null: unexpected_message.
  const Legal* Find(Kind kind, Transport transport) const;
  // Whether any message of this type is.
  bool IsLegalType(uint8_t type, Transport transport) const;
};

absl::Span<const LegalState> LegalMessages13();
absl::Span<const LegalState> LegalMessages12();
const LegalState& StateNamed(absl::Span<const LegalState> table, std::string_view name);
// Where a side begins whose peer goes this way.
const LegalState& StartOf(absl::Span<const LegalState> table, Role role, Path path);

}  // namespace merlon::tls::testing
