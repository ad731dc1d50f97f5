// SPDX-License-Identifier: Apache-2.0
// The kinds of handshakes that are measured, here and of other libraries.
#pragma once
#include <array>
#include <cstddef>

namespace merlon::bench {

// kHybrid: full, with X25519MLKEM768 in place of X25519.
enum class HandshakeMode { kFull, kHybrid, kResumed, kMutual, kExternalPsk };

struct HandshakeKind {
  const char* name;
  bool datagrams;
  bool tls12;  // that version, or DTLS 1.2
  HandshakeMode mode;
  friend bool operator==(const HandshakeKind&, const HandshakeKind&) = default;
};

inline constexpr HandshakeKind kHandshakeKinds[] = {
    {"TLS 1.3 full", false, false, HandshakeMode::kFull},
    {"TLS 1.3 X25519MLKEM768", false, false, HandshakeMode::kHybrid},
    {"TLS 1.3 resumed", false, false, HandshakeMode::kResumed},
    {"TLS 1.3 mutual", false, false, HandshakeMode::kMutual},
    {"TLS 1.3 external PSK", false, false, HandshakeMode::kExternalPsk},
    {"TLS 1.2 full", false, true, HandshakeMode::kFull},
    {"TLS 1.2 resumed (ticket)", false, true, HandshakeMode::kResumed},
    {"TLS 1.2 mutual", false, true, HandshakeMode::kMutual},
    {"DTLS 1.3 full", true, false, HandshakeMode::kFull},
    {"DTLS 1.3 X25519MLKEM768", true, false, HandshakeMode::kHybrid},
    {"DTLS 1.3 resumed", true, false, HandshakeMode::kResumed},
    {"DTLS 1.3 mutual", true, false, HandshakeMode::kMutual},
    {"DTLS 1.3 external PSK", true, false, HandshakeMode::kExternalPsk},
    {"DTLS 1.2 full", true, true, HandshakeMode::kFull},
    {"DTLS 1.2 resumed (ticket)", true, true, HandshakeMode::kResumed},
    {"DTLS 1.2 mutual", true, true, HandshakeMode::kMutual},
};

// How often each end generates a share, agrees, signs, verifies (a chain of one and the signature
// over the handshake): the same for every library.
struct AsymmetricCounts {
  std::array<unsigned, 4> client, server;
};
constexpr AsymmetricCounts CountsOf(const HandshakeKind& kind) {
  switch (kind.mode) {
    case HandshakeMode::kFull:
    case HandshakeMode::kHybrid:
      return {{1, 1, 0, 2}, {1, 1, 1, 0}};
    case HandshakeMode::kMutual:
      return {{1, 1, 1, 2}, {1, 1, 1, 2}};
    default:  // TLS 1.2 resumes without a key exchange
      return kind.tls12 ? AsymmetricCounts{{0, 0, 0, 0}, {0, 0, 0, 0}}
                        : AsymmetricCounts{{1, 1, 0, 0}, {1, 1, 0, 0}};
  }
}

}  // namespace merlon::bench
