// SPDX-License-Identifier: Apache-2.0
// Listener: one socket, many datagram peers. It says for each datagram whether it belongs to a
// connection, begins one, is to be answered, or is dropped; until a client has proved with a cookie
// that it is where it says, nothing is kept of it but fragments of one ClientHello in a fixed
// table. Sockets, connections and their timers are the caller's.
//
//   datagram ----> an address with a connection? -- but for a new ClientHello: Route
//        |
//        `-------> ClientHello, whole? -- a fragment: half_hellos.h
//                    without a cookie: Reply, a HelloVerifyRequest (DTLS 1.2) or a
//                                      HelloRetryRequest (DTLS 1.3)
//                    with one of ours: NewConnection
#pragma once
#include <array>
#include <variant>

#include "tls/datagram_connection.h"
#include "tls/listener/cookie.h"
#include "tls/listener/half_hellos.h"
#include "tls/listener/peer_table.h"
#include "tls/listener/plain_message.h"

namespace merlon::tls {

// Why a datagram is dropped.
enum class Dropped : uint8_t {
  kNotAHello,  // of a stranger, and not a ClientHello in the clear
  kPartial,    // fragments: kept, as far as there is room
  kMalformed,  // a ClientHello that cannot be decoded
  kRefused,    // a ClientHello that nothing can come of, from an address that has a connection
  kNoRoom,     // a cookie that is right, and no slot that is free
};
inline constexpr size_t kDroppedKinds = 5;

struct Drop {
  Dropped why;
};
// The first `size` bytes of `reply` go to where the datagram came from.
struct Reply {
  size_t size;
};
// Give the datagram to the slot's connection.
struct Route {
  uint32_t slot;
};
// Make a server's connection for this slot: the core with ServerOptions{.retried = retried ?
// &*retried : nullptr}, the face with DatagramOptions{.start = start}. Give it `first`, then all
// that is routed to the slot, until Forget.
struct NewConnection {
  uint32_t slot;
  // The slot had a connection. Its client is back, from the same address, and remembers nothing of
  // it: end that one, and the slot is the new one's (RFC 9147 s5.11).
  bool replaces;
  DatagramStart start;
  std::optional<RetriedHello> retried;
  MutableBytes first;  // in the datagram, or in the listener until the next call
};
using Verdict = std::variant<Drop, Reply, NewConnection, Route>;

// Bytes of the largest reply: a HelloRetryRequest with a group, and a cookie with SHA-384's hash.
// The least ClientHello that gets it has 98, and those that clients send are larger than it; a
// HelloVerifyRequest (46) and an alert (15) are smaller than any ClientHello. So nobody gains much
// by having us answer: at most 1.53 times what came, where RFC 9000 s8.1 allows 3.
inline constexpr size_t kMaxReply = kPlainMessageHeader + 40 + 6 + 6 + 6 + kMaxCookieSize;

// Memory for all that a listener keeps; for its life.
struct ListenerMemory {
  absl::Span<PeerSlot> peers;    // of connections: see PeerTable
  absl::Span<HalfHello> halves;  // of fragmented ClientHellos
  MutableBytes half_bytes;       // theirs, divided evenly: each its message and 25 bytes
};

struct ListenerCounts {
  uint64_t datagrams = 0, bytes_in = 0;  // all that came
  uint64_t replies = 0, bytes_out = 0;   // to whom had not proved its address
  uint64_t connections = 0;              // NewConnection
  std::array<uint64_t, kDroppedKinds> dropped{};
};

// For one thread. Configuration, the key's store and the memory outlive it.
class Listener {
 public:
  // The cookie key is an HMAC key (crypto/bound_key.h). `seed`: random, of the peer table.
  Listener(const ServerConfig& config, const crypto::BoundMacKey& cookie_key, Seed seed,
           const ListenerMemory& memory);
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // Judges one datagram. `peer` is its source as the caller writes it, at most kMaxPeerAddress
  // bytes, and `reply` has room for kMaxReply; else it is misuse. Fails otherwise only when the
  // cookie key is gone from its store. Computes at most two MACs and one hash of a ClientHello.
  Result<Verdict> Receive(MutableBytes datagram, Bytes peer, Now now, MutableBytes reply);
  // The slot's connection is over, or was never made.
  void Forget(uint32_t slot) { peers_.Remove(slot); }
  // New cookies are made under this key. Those under the present one are good until the next call:
  // let kCookieLifetime pass between two.
  void RotateCookieKey(const crypto::BoundMacKey& key) { cookies_.Rotate(key); }

  // Slots are numbers below this.
  size_t capacity() const { return peers_.capacity(); }
  const ListenerCounts& counts() const { return counts_; }
  const Cookies& cookies() const { return cookies_; }
  const HalfHellos& half_hellos() const { return halves_; }

 private:
  // Where a datagram is from, and what it is judged with.
  struct Source {
    Bytes peer;
    std::optional<uint32_t> slot;  // of its connection
    Instant now;
    MutableBytes reply;
  };
  Result<Verdict> Judge(MutableBytes datagram, const Source& source);
  bool IsOfConnection(const record::Fragment& fragment, const Source& source) const;
  Result<Verdict> JudgeHello(const WholeHello& whole, const Source& source);
  Result<Verdict> Judge12(const ClientHello& hello, const WholeHello& whole, const Source& source);
  Result<Verdict> Judge13(const ClientHello& hello, const WholeHello& whole, const Source& source);
  Verdict Accept(const ClientHello& hello, const WholeHello& whole, const Source& source,
                 const std::optional<RetriedHello>& retried);
  Verdict Refuse(Error error, const WholeHello& whole, const Source& source);
  // Sends `message` as the answer to `whole`, with its numbers.
  template <class M>
  Result<Verdict> Answer(const M& message, const WholeHello& whole, const Source& source);
  void Count(const Verdict& verdict);

  const ServerConfig& config_;
  Cookies cookies_;
  PeerTable peers_;
  HalfHellos halves_;
  ListenerCounts counts_;
};

// A listener together with its memory. Of a fragmented ClientHello there may be kHelloBytes: one
// with a share of X25519MLKEM768 has some 1,500, and what it resumes with comes to that.
template <size_t kPeers, size_t kHalves = 16, size_t kHelloBytes = 4096>
class InlineListener {
 public:
  InlineListener(const ServerConfig& config, const crypto::BoundMacKey& cookie_key, Seed seed)
      : listener_(config, cookie_key, std::move(seed),
                  {absl::MakeSpan(peers_), absl::MakeSpan(halves_), MutableBytes(half_bytes_)}) {}
  Listener& operator*() { return listener_; }
  Listener* operator->() { return &listener_; }
  const Listener* operator->() const { return &listener_; }

 private:
  std::array<PeerSlot, kPeers> peers_{};
  std::array<uint8_t, kHalves*(kHelloBytes + kPlainMessageHeader)> half_bytes_{};
  std::array<HalfHello, kHalves> halves_{};
  Listener listener_;
};

}  // namespace merlon::tls
