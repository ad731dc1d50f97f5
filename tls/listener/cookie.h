// SPDX-License-Identifier: Apache-2.0
// The cookies of both versions: what they hold, what they authenticate, how long they are good. Who
// is asked for one is the listener's business.
//
//   flags (1) | low byte of the second (1) | DTLS 1.3: hash of the ClientHello | MAC (16)
//
// The MAC is over all of that, the whole time, the peer's address, and what the second ClientHello
// has to repeat. Nothing in it is secret.
#pragma once
#include <optional>

#include "crypto/base/time.h"
#include "crypto/bound_key.h"
#include "tls/config.h"
#include "tls/core/context.h"
#include "tls/msgs/client_hello.h"

namespace merlon::tls {

inline constexpr size_t kCookieMacSize = 16;                  // bytes
inline constexpr size_t kCookie12Size = 2 + kCookieMacSize;   // bytes
inline constexpr size_t kMaxCookieSize = kCookie12Size + 48;  // bytes: SHA-384's hash
// A client whose timer doubles from 1 s to 60 s sends its ClientHello for the ninth time after 183.
inline constexpr Duration kCookieLifetime = std::chrono::seconds(240);

// Of a ClientHello of DTLS 1.3: what the retry chooses, and remembers.
struct Retry13 {
  const CipherSuite* suite;
  const NamedGroup* group;
  RetriedHello hello;
};

// Makes and checks cookies under a key and the one before it. Each call computes one MAC and fails
// only when the key is gone from its store (kStaleHandle).
class Cookies {
 public:
  // An HMAC key; the listeners that share it, and their clock, take each other's cookies.
  explicit Cookies(const crypto::BoundMacKey& key) : key_(key) {}
  // What was made under the present key is good until the next call.
  void Rotate(const crypto::BoundMacKey& key);

  // DTLS 1.2 (RFC 6347 s4.2.1): into `out`, kCookie12Size bytes.
  Result<Bytes> Make12(Bytes peer, const ClientHello& hello, Instant now, MutableBytes out);
  // hello.cookie12 was made for this peer and this ClientHello, not longer than kCookieLifetime
  // ago.
  Result<bool> Check12(Bytes peer, const ClientHello& hello, Instant now);

  // DTLS 1.3 (RFC 9147 s5.1, RFC 9846 s4.2.2): into `out`, at most kMaxCookieSize bytes.
  Result<Bytes> Make13(Bytes peer, const ClientHello& hello, const Retry13& retry, Instant now,
                       MutableBytes out);
  // What *hello.cookie says of the ClientHello before this one; nothing, where it was not made for
  // this peer, random, suite and group, or too long ago.
  Result<std::optional<RetriedHello>> Check13(Bytes peer, const ClientHello& hello,
                                              const CipherSuite& suite, const NamedGroup& group,
                                              Instant now);
  // MACs computed so far.
  uint64_t macs() const { return macs_; }

 private:
  struct Envelope {
    uint8_t flags = 0;
    uint64_t second = 0;
  };
  Envelope Fresh(uint8_t flags, Instant now) const;
  // Of a cookie that begins so; nothing: it is too old, or made under no key that is held.
  std::optional<Envelope> Read(Bytes cookie, uint8_t flags, uint8_t any, Instant now) const;
  Result<void> Mac(Envelope envelope, Bytes peer, absl::Span<const Bytes> rest, MutableBytes out);
  Result<void> Mac12(Envelope envelope, Bytes peer, const ClientHello& hello, MutableBytes out);
  Result<void> Mac13(Envelope envelope, Bytes peer, const ClientHello& hello, const Retry13& retry,
                     MutableBytes out);

  crypto::BoundMacKey key_;
  std::optional<crypto::BoundMacKey> previous_;
  bool odd_ = false;  // which generation key_ is of
  uint64_t macs_ = 0;
};

}  // namespace merlon::tls
