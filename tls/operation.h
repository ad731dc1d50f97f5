// SPDX-License-Identifier: Apache-2.0
// Operations: the work that the engine asks for instead of calling out. Each request names its
// answer. Request bytes live in the handshake storage until Complete; answer bytes are borrowed for
// the call of Complete alone.
#pragma once
#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <variant>

#include "absl/base/attributes.h"
#include "crypto/base/bytes.h"
#include "crypto/base/result.h"
#include "crypto/base/time.h"
#include "crypto/key.h"
#include "crypto/key_agreement.h"

namespace merlon::tls {

struct Credential;   // config.h: a chain and the key that signs for it
struct ExternalPsk;  // config.h

struct OpId {
  uint32_t value = 0;  // never reused within a connection
  friend bool operator==(OpId, OpId) = default;
};

// ---- Key exchange
// --------------------------------------------------------------------------------

// A client's share. `private_key` comes back in Agree: key bytes, or whatever names the key there.
struct ShareGenerated {
  Bytes share;
  Bytes private_key;  // at most crypto::kMaxGroupPrivateSize; secret
};
struct GenerateShare {
  using Answer = ShareGenerated;
  crypto::GroupId group;
};
struct SharedSecret {
  Bytes secret;
};
// The client's end: ECDH, or decapsulation. A peer's share that is not valid: answer OpRefused.
struct Agree {
  using Answer = SharedSecret;
  crypto::GroupId group;
  Bytes private_key;
  Bytes peer_share;
};
struct Encapsulated {
  Bytes share;
  Bytes secret;
};
// The server's whole key exchange: ECDH with a fresh key, or encapsulation.
struct Encapsulate {
  using Answer = Encapsulated;
  crypto::GroupId group;
  Bytes peer_share;
};

// ---- Signatures and chains
// -----------------------------------------------------------------------

struct Signature {
  Bytes value;
};
struct Sign {
  using Answer = Signature;
  const Credential* credential;
  uint16_t scheme;  // IANA SignatureScheme
  Bytes message;    // what is signed, whole
};
struct SignatureValid {};
struct VerifySignature {
  using Answer = SignatureValid;  // an invalid one: OpRefused
  uint16_t scheme;
  crypto::SignAlg algorithm;
  crypto::KeyType key_type;
  Bytes public_key;  // crypto/key.h's format
  Bytes message;
  Bytes signature;
};
// The verdict that a chain may be trusted, and the key of its leaf.
struct ChainVerified {
  crypto::KeyType key_type;
  Bytes public_key;  // crypto/key.h's format
  // By what the answerer knows the peer again, at most kMaxPeerIdentity bytes; may be empty. A
  // server's tickets carry it, and Negotiated has it. LocalOperations: the leaf's SHA-256.
  Bytes identity = {};
};
inline constexpr size_t kMaxPeerIdentity = 64;
struct VerifyChain {
  using Answer = ChainVerified;       // not to be trusted: OpRefused with the alert that says why
  absl::Span<const Bytes> chain_der;  // as sent, leaf first
  std::string_view server_name;       // whom a client wants to talk to; empty for a client's chain
  bool peer_is_server;
  UnixTime wall;
  Bytes ocsp_response = {};  // that came with the leaf; empty: none was asked for, or none came
};

// ---- Decisions
// -----------------------------------------------------------------------------------

struct CredentialChosen {
  // Null: none fits. A server says handshake_failure; a client sends no certificate.
  const Credential* credential;
  uint16_t scheme;  // one of those offered
};
struct ChooseCredential {
  using Answer = CredentialChosen;
  std::string_view server_name;        // as the client sent it, or knows it; may be empty
  absl::Span<const uint16_t> schemes;  // the peer's, in its order
  // The peer's certificate_authorities (NextAuthority of ext/lists.h walks them); empty: none.
  Bytes authorities = {};
  bool as_server = true;  // false: a client's, for a server that asks for a certificate
};
// One offer of a ClientHello's pre_shared_key.
struct PskOffer {
  Bytes identity;
  uint32_t obfuscated_age;
};
struct PskChosen {
  const ExternalPsk* psk;  // null: none is an external PSK of ours; tickets are tried next
  uint16_t index;          // which offer it answers
};
inline constexpr uint16_t kPskOfTls12 = 0x0303;  // of DTLS 1.2 as well; any hash will do
struct ChoosePsk {
  using Answer = PskChosen;
  absl::Span<const PskOffer> offers;
  crypto::HashId hash;  // of the suite that was chosen: the PSK's must be the same
  uint16_t protocol;    // 0x0304 or 0xfefc: an imported PSK's must be the same; or kPskOfTls12
};
// HKDF-Extract under a PSK that stays behind its handle: the early secret of TLS 1.3.
struct PskDerived {
  Bytes early_secret;
};
struct DerivePsk {
  using Answer = PskDerived;
  const ExternalPsk* psk;
  const crypto::HashAlgorithm* hash;
};

// The master secret of TLS 1.2 under a PSK that stays behind its handle (RFC 4279, RFC 5489): the
// PRF with `label` and the two pieces of `seed`.
struct MasterDerived {
  Bytes master;  // 48 bytes
};
struct DeriveMaster {
  using Answer = MasterDerived;
  const ExternalPsk* psk;
  const crypto::HashAlgorithm* hash;
  std::optional<Bytes> other_secret;  // of ECDHE; none: the PSK alone
  std::string_view label;
  std::array<Bytes, 2> seed;
  // Does it in this process: 48 bytes into `out`. Whoever asks names the PRF, so a profile that
  // lacks TLS 1.2 links none.
  Result<void> (*derive)(const DeriveMaster& request, MutableBytes out);
};

// ---- Sessions
// ------------------------------------------------------------------------------------

struct SessionFound {
  Bytes session;  // session.h's encoding; empty: none
};
// A client before its ClientHello (key: the server's name), a TLS 1.2 server (key: the session ID).
struct LookUpSession {
  using Answer = SessionFound;
  Bytes key;
};
struct SessionStored {};
struct StoreSession {
  using Answer = SessionStored;
  Bytes key;
  Bytes session;  // secret
};
struct TicketSealed {
  Bytes ticket;  // empty: none is to be sent
};
struct SealTicket {
  using Answer = TicketSealed;
  Bytes session;  // secret
};
struct TicketOpened {
  Bytes session;  // empty: not a ticket of ours, or too old
};
struct OpenTicket {
  using Answer = TicketOpened;
  Bytes ticket;
};

// ---- Answers that any request may get
// ------------------------------------------------------------

struct OpFailed {};  // a driver that could not: fatal, internal_error
struct OpRefused {   // the peer's input does not pass; `error` is its Error, Origin::kPeer
  Error error;
};

template <class... Request>
struct OperationList {
  using Any = std::variant<Request...>;
  // Answer i is to request i.
  using Result = std::variant<typename Request::Answer..., OpRefused, OpFailed>;
};
using AllOperations =
    OperationList<GenerateShare, Agree, Encapsulate, Sign, VerifySignature, VerifyChain,
                  ChooseCredential, ChoosePsk, DerivePsk, LookUpSession, StoreSession, SealTicket,
                  OpenTicket, DeriveMaster>;
using Operation = AllOperations::Any;
using OpResult = AllOperations::Result;

struct Pending {
  OpId id;
  Operation request{GenerateShare{}};
};

// The requests that wait for an answer. While there is one, the handshake message stream stops.
class PendingList {
 public:
  Result<OpId> Add(Operation request) {
    if (size_ == list_.size()) return NoSpace();
    list_[size_++] = {OpId{++last_}, request};
    return OpId{last_};
  }
  // Takes the request off the list. Misuse: an id that does not wait, an answer of another kind. A
  // driver's failure is fatal, and so is a refusal: here for all operations, so no state need think
  // of it.
  Result<void> Answer(OpId id, const OpResult& result) {
    const auto end = list_.begin() + size_;
    const auto it = std::find_if(list_.begin(), end, [&](const Pending& p) { return p.id == id; });
    if (it == end) return Misuse(Code::kStaleOperation);
    if (std::holds_alternative<OpFailed>(result)) return DriverError(Code::kOperationFailed);
    if (const auto* refused = std::get_if<OpRefused>(&result)) {
      if (refused->error.origin != Origin::kPeer) return Misuse(Code::kMisuse);
      return refused->error;
    }
    if (it->request.index() != result.index()) return Misuse(Code::kStaleOperation);
    std::move(it + 1, end, it);
    --size_;
    return {};
  }
  absl::Span<const Pending> view() const ABSL_ATTRIBUTE_LIFETIME_BOUND {
    return {list_.data(), size_};
  }
  void Clear() { size_ = 0; }

 private:
  std::array<Pending, 2> list_;
  uint8_t size_ = 0;
  uint32_t last_ = 0;
};

}  // namespace merlon::tls
