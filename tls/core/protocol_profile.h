// SPDX-License-Identifier: Apache-2.0
// The constants in which the transports differ. Whatever is not a constant is not here.
#pragma once
#include "crypto/key_derivation.h"
#include "tls/core/input.h"

namespace merlon::tls {

struct ProtocolProfile {
  uint16_t legacy_version;  // of ClientHello and ServerHello
  uint16_t version13;       // in supported_versions
  crypto::LabelPrefix label_prefix;
  bool change_cipher_spec;        // middlebox compatibility (RFC 9846 appendix E.4)
  bool update_in_flight_answers;  // a queued KeyUpdate answers a request that comes before it is
                                  // sent
};

inline constexpr ProtocolProfile kStreamProtocol = {0x0303, 0x0304, crypto::LabelPrefix::kTls13,
                                                    true, true};
// RFC 9147 s5.3, s5.9.
inline constexpr ProtocolProfile kDatagramProtocol = {0xfefd, 0xfefc, crypto::LabelPrefix::kDtls13,
                                                      false, false};
// RFC 9001 s8.4: no compatibility mode.
inline constexpr ProtocolProfile kMessageProtocol = {0x0303, 0x0304, crypto::LabelPrefix::kTls13,
                                                     false, true};

constexpr const ProtocolProfile& ProtocolOf(Transport transport) {
  return transport == Transport::kStream     ? kStreamProtocol
         : transport == Transport::kDatagram ? kDatagramProtocol
                                             : kMessageProtocol;
}

}  // namespace merlon::tls
