// SPDX-License-Identifier: Apache-2.0
// What both roles do alike in a TLS 1.2 handshake: transcript, Finished, keys, the sentinels
// against a downgrade. TLS 1.3's are in Context and in key_schedule13.
#pragma once
#include "crypto/base/fixed_vector.h"
#include "tls/core/context.h"
#include "tls/core/key_schedule12.h"
#include "tls/msgs/messages12.h"

namespace merlon::tls {

// A message as CertificateVerify of TLS 1.2 signs it: those before it, whole, under a hash that may
// differ from the PRF's (RFC 5246 s7.4.8). Kept only where this side may have to sign or to verify.
struct LoggedMessage {
  uint8_t type = 0;
  uint16_t sequence = 0;
  Bytes body;  // in storage
};
struct MessageLog {
  FixedVector<LoggedMessage, 10> messages;
};

// TLS 1.2's PRF, keyed once for all that a handshake makes with it; in storage. The verify_data of
// the first Finished is made along with the key block, which nothing but that message follows.
struct Prf12 {
  Prf12(const crypto::HashAlgorithm& hash, Bytes master) : hmac(hash, master) {}
  crypto::Hmac hmac;
  std::array<uint8_t, kVerifyDataSize12> first_finished{};
  bool has_first = false;  // and it was not used
};

// ---- Transcript --------------------------------------------------------------------------------

// Starts the transcript, and the log if one is wanted.
Result<void> StartTranscript12(bool with_log, Context& cx);
// Adds a message; with a log `body` has to be in storage. On datagrams the header of 12 bytes
// counts as if the message came in one fragment (RFC 6347 s4.2.6).
Result<void> AddMessage12(uint8_t type, uint16_t sequence, Bytes body, Context& cx);
// Adds the message at hand.
Result<void> Absorb12(Context& cx);
// Queues a built message under its epoch and adds it.
Result<void> QueueAndAdd12(Epoch epoch, Bytes message, Context& cx);
template <class M>
Result<void> Emit12(Epoch epoch, const M& m, Context& cx) {
  MERLON_ASSIGN_OR_RETURN(const MutableBytes message, cx.Build(m));
  return QueueAndAdd12(epoch, message, cx);
}
// All logged messages, one behind the other, in storage: what CertificateVerify signs.
Result<Bytes> LoggedMessages(Context& cx);

// RFC 6347 s4.1: what changes keys comes in the clear, Finished under the first keys.
Result<void> CheckEpoch12(Epoch epoch, const Context& cx);

// ---- Keys and Finished -------------------------------------------------------------------------

// What the connection keeps of a handshake: for exporters and for the session.
struct Master12 {
  MasterSecret secret;
  KeyBlock keys = {};  // what is derived and not installed yet
  bool extended = true;
  bool resumed = false;
};

// An established connection, in either role.
struct Established12 {
  Master12 master;
  std::array<uint8_t, 2 * kHelloRandomSize> randoms{};  // the client's, then the server's
  std::optional<FlightId> last_flight = {};  // ours, until it is delivered: then storage is free
  uint8_t refused = 0;                       // renegotiations that the peer wanted
};
// Connected. `waits`: our last flight is not known to be delivered yet.
Result<Established12> Establish12(Master12 master, bool waits, Context& cx);
Result<void> OnDelivered12(Established12& s, const Delivered& delivered, Context& cx);
// Renegotiation is never done: a warning, and no end to the connection (RFC 5246 s7.2.2), but for a
// peer that keeps asking.
Result<void> RefuseRenegotiation(Established12& s, Context& cx);

// RFC 5705. Misuse without extended master secret (RFC 7627 s5.4).
Result<void> Export12(const Established12& s, std::string_view label, std::optional<Bytes> context,
                      MutableBytes out, const Context& cx);
// RFC 5246 s7.4.1.1: a HelloRequest "will be ignored by the client if the client is currently
// negotiating a session"; it joins no transcript.
inline bool IgnoredHelloRequest(const HandshakeMessage& message, const Context& cx) {
  const bool is12 =
      cx.common.suites.empty() || cx.negotiated.version == cx.protocol->legacy_version;
  return message.type == HelloRequest::kType && message.body.empty() && cx.client != nullptr &&
         is12;
}

// The seed of a master secret: the session hash so far, put in storage, or the randoms.
Result<MasterSeed> SeedOfMaster(bool extended, Context& cx);
// Asks for the master secret under negotiated.psk. `other_secret`: of ECDHE, in storage, if any.
Result<void> RequestPskMaster12(bool extended, std::optional<Bytes> other_secret, Context& cx);
// The keys of one direction.
Result<void> InstallReadKeys12(Master12& master, Context& cx);
// ChangeCipherSpec, the keys behind it, Finished.
Result<void> EmitFinished12(Master12& master, Context& cx);
// decrypt_error if it is wrong; else it joins the transcript.
Result<void> CheckFinished12(Bytes mac, const Master12& master, Context& cx);
// A SecretLogged event with the master secret.
Result<void> LogMaster12(const Master12& master, Context& cx);

// ---- Versions and schemes ----------------------------------------------------------------------

// The last 8 bytes of a server's random that could have spoken TLS 1.3 (RFC 9846 s4.1.3).
inline constexpr uint8_t kDowngradeTo12[8] = {0x44, 0x4f, 0x57, 0x4e, 0x47, 0x52, 0x44, 0x01};
inline constexpr uint8_t kDowngradeTo11[8] = {0x44, 0x4f, 0x57, 0x4e, 0x47, 0x52, 0x44, 0x00};

// A group of ours that TLS 1.2 can use: a curve.
const NamedGroup* FindGroup12(uint16_t id, const CommonConfig& config);
// May a key of this type sign under this scheme in TLS 1.2? There the curve does not matter (RFC
// 9846 s4.2.3).
bool Fits12(const SignatureScheme& scheme, crypto::KeyType key);
// The scheme of ours with this number; null where we would not have it verified.
const SignatureScheme* FindScheme12(uint16_t id, const CommonConfig& config);
// Does a key of this type belong to a suite that authenticates so? (RFC 8422 s2.1, s2.2, s5.3)
bool Authenticates(KeyExchange key_exchange, crypto::KeyType key);

// Does a signature under the scheme with this number belong to such a suite? True of schemes that
// are not built as well: it is asked of a client's list.
bool SchemeAuthenticates(KeyExchange key_exchange, uint16_t scheme);

// The encoding of the session that this connection made, in storage.
Result<Bytes> KeepSession12(const Master12& master, Bytes ticket, Bytes session_id,
                            uint32_t lifetime, Context& cx);

}  // namespace merlon::tls
