// SPDX-License-Identifier: Apache-2.0
#include "tls/core/handshake12.h"

#include <cstring>
#include <utility>

#include "crypto/base/constant_time.h"
#include "tls/msgs/messages13.h"
#include "tls/session.h"

namespace merlon::tls {
namespace {

// The header under which a message counts: 4 bytes, 12 on datagrams (RFC 6347 s4.2.2, s4.2.6).
struct Header {
  uint8_t bytes[12];
  size_t size;
  Bytes view() const { return Bytes(bytes, size); }
};
Header HeaderOf(uint8_t type, uint16_t sequence, size_t body_size, Transport transport) {
  Header out{};
  Writer writer{MutableBytes(out.bytes)};
  writer.Int<1>(type);
  writer.Int<3>(body_size);
  if (transport == Transport::kDatagram) {
    writer.Int<2>(sequence);
    writer.Int<3>(0);
    writer.Int<3>(body_size);
  }
  out.size = writer.size();
  return out;
}

bool IsEdwards(crypto::KeyType key) { return key == crypto::KeyType::kEd25519; }
bool IsWeierstrass(crypto::KeyType key) { return CurveOf(key) != crypto::GroupId::kNone; }

Result<Prf12*> KeyedPrf(const Master12& master, Context& cx) {
  if (cx.prf == nullptr) {
    MERLON_ASSIGN_OR_RETURN(
        cx.prf, cx.arena.KeepObject<Prf12>(*cx.negotiated.suite->hash, master.secret.reveal()));
  }
  return cx.prf;
}

// One direction's keys, of a key block that is derived when the first is asked for: what they
// protect first is a Finished.
record::TrafficKeys TakeKeys(Master12& master, Prf12& prf, bool of_client, const Context& cx) {
  const CipherSuite& suite = *cx.negotiated.suite;
  record::KeyBlockHalf& half = of_client ? master.keys.client : master.keys.server;
  if (half.key.empty()) {
    const crypto::Digest hash = cx.transcript->Peek();
    master.keys = DeriveKeyBlock(prf.hmac, *suite.aead, cx.client_random, cx.server_random,
                                 {of_client, hash.view(), MutableBytes(prf.first_finished)});
    prf.has_first = true;
  }
  return {suite.aead, suite.hash, std::move(half)};
}

// verify_data of the Finished that is due.
using VerifyData12 = std::array<uint8_t, kVerifyDataSize12>;
VerifyData12 DueVerifyData(Prf12& prf, bool of_client, const Context& cx) {
  if (std::exchange(prf.has_first, false)) return prf.first_finished;
  VerifyData12 out;
  const crypto::Digest hash = cx.transcript->Peek();
  VerifyData(prf.hmac, {of_client, hash.view(), MutableBytes(out)});
  return out;
}

Result<void> DeriveUnderPsk(const DeriveMaster& request, MutableBytes out) {
  return request.psk->secret->Tls12Master(*request.hash, request.other_secret, request.label,
                                          request.seed, out);
}

}  // namespace

Result<void> StartTranscript12(bool with_log, Context& cx) {
  MERLON_TRY(cx.StartTranscript());
  if (!with_log) return {};
  MERLON_ASSIGN_OR_RETURN(const absl::Span<MessageLog> log, cx.arena.KeepArray<MessageLog>(1));
  cx.log = log.data();
  return {};
}

Result<void> AddMessage12(uint8_t type, uint16_t sequence, Bytes body, Context& cx) {
  const Header header = HeaderOf(type, sequence, body.size(), cx.decode.transport);
  cx.transcript->AddWhole(header.view());
  cx.transcript->AddWhole(body);
  if (cx.log == nullptr) return {};
  // CertificateVerify and what follows it is not signed.
  if (type == CertificateVerify::kType || type == Finished::kType) {
    cx.log = nullptr;
    return {};
  }
  return cx.log->messages.Push({type, sequence, body});
}

Result<void> Absorb12(Context& cx) {
  const HandshakeMessage& m = cx.message;
  if (cx.log == nullptr) return AddMessage12(m.type, m.sequence, m.body, cx);
  MERLON_ASSIGN_OR_RETURN(const Bytes body, cx.Keep(m.body));
  return AddMessage12(m.type, m.sequence, body, cx);
}

Result<void> QueueAndAdd12(Epoch epoch, Bytes message, Context& cx) {
  const Bytes body =
      Slice(message, record::kHandshakeHeaderSize, message.size() - record::kHandshakeHeaderSize);
  MERLON_TRY(AddMessage12(message[0], cx.next_sequence, body, cx));
  return cx.Queue(epoch, message);
}

Result<Bytes> LoggedMessages(Context& cx) {
  if (cx.log == nullptr) return LocalError(Code::kInternal);
  MERLON_ASSIGN_OR_RETURN(
      const MutableBytes all, cx.arena.KeepFilled([&](MutableBytes free) -> Result<size_t> {
        Writer writer(free);
        for (const LoggedMessage& m : cx.log->messages) {
          writer.Raw(HeaderOf(m.type, m.sequence, m.body.size(), cx.decode.transport).view());
          writer.Raw(m.body);
        }
        return writer.Finish();
      }));
  return Bytes(all);
}

Result<void> CheckEpoch12(Epoch epoch, const Context& cx) {
  if (cx.message.epoch == epoch) return {};
  return PeerError(Code::kUnexpectedMessage, Alert::kUnexpectedMessage);
}

Result<Established12> Establish12(Master12 master, bool waits, Context& cx) {
  Established12 out;
  out.master = std::move(master);
  memcpy(out.randoms.data(), cx.client_random.data(), kHelloRandomSize);
  memcpy(out.randoms.data() + kHelloRandomSize, cx.server_random.data(), kHelloRandomSize);
  MERLON_TRY(cx.events.Push(Connected{}));
  if (!waits) {
    MERLON_TRY(cx.OfferStorageBack());
    return out;
  }
  out.last_flight = cx.flight;
  if (cx.decode.transport == Transport::kDatagram) MERLON_TRY(cx.outbox.Push(FinalFlight{}));
  return out;
}

Result<void> OnDelivered12(Established12& s, const Delivered& delivered, Context& cx) {
  if (s.last_flight != delivered.flight) return {};
  s.last_flight.reset();
  return cx.OfferStorageBack();
}

Result<void> RefuseRenegotiation(Established12& s, Context& cx) {
  constexpr uint8_t kMostRefusals = 4;
  if (++s.refused > kMostRefusals) {
    return PeerError(Code::kRenegotiation, Alert::kUnexpectedMessage);
  }
  return cx.outbox.Push(SendWarning{Alert::kNoRenegotiation});
}

Result<void> Export12(const Established12& s, std::string_view label, std::optional<Bytes> context,
                      MutableBytes out, const Context& cx) {
  if (!s.master.extended) return Misuse();
  const Bytes randoms(s.randoms);
  // The storage may be gone.
  ExportKeyingMaterial12(PrfOf(*cx.negotiated.suite->hash, s.master.secret),
                         Slice(randoms, 0, kHelloRandomSize),
                         Slice(randoms, kHelloRandomSize, kHelloRandomSize), label, context, out);
  return {};
}

Result<MasterSeed> SeedOfMaster(bool extended, Context& cx) {
  if (!extended) return PlainMasterSeed(cx.client_random, cx.server_random);
  MERLON_ASSIGN_OR_RETURN(const Bytes hash, cx.Keep(cx.transcript->Peek().view()));
  return ExtendedMasterSeed(hash);
}

Result<void> RequestPskMaster12(bool extended, std::optional<Bytes> other_secret, Context& cx) {
  MERLON_ASSIGN_OR_RETURN(const MasterSeed seed, SeedOfMaster(extended, cx));
  return cx.Request(DeriveMaster{.psk = cx.negotiated.psk,
                                 .hash = cx.negotiated.suite->hash,
                                 .other_secret = other_secret,
                                 .label = seed.label,
                                 .seed = {seed.first, seed.second},
                                 .derive = DeriveUnderPsk});
}

Result<void> InstallReadKeys12(Master12& master, Context& cx) {
  MERLON_ASSIGN_OR_RETURN(Prf12* const prf, KeyedPrf(master, cx));
  const bool of_client = cx.server != nullptr;
  return cx.outbox.Push(InstallRead{Epoch::kFirstKeys, TakeKeys(master, *prf, of_client, cx)});
}

Result<void> EmitFinished12(Master12& master, Context& cx) {
  MERLON_ASSIGN_OR_RETURN(Prf12* const prf, KeyedPrf(master, cx));
  const bool is_client = cx.client != nullptr;
  MERLON_TRY(cx.outbox.Push(SendChangeCipherSpec{cx.flight}));
  MERLON_TRY(
      cx.outbox.Push(InstallWrite{Epoch::kFirstKeys, TakeKeys(master, *prf, is_client, cx)}));
  const VerifyData12 mac = DueVerifyData(*prf, is_client, cx);
  return Emit12(Epoch::kFirstKeys, Finished{.mac = mac}, cx);
}

Result<void> CheckFinished12(Bytes mac, const Master12& master, Context& cx) {
  MERLON_TRY(CheckEpoch12(Epoch::kFirstKeys, cx));
  MERLON_ASSIGN_OR_RETURN(Prf12* const prf, KeyedPrf(master, cx));
  const VerifyData12 expected = DueVerifyData(*prf, cx.client == nullptr, cx);
  // RFC 5246 s7.4.9: "Recipients of Finished messages MUST verify that the contents are correct";
  // s7.2.2: decrypt_error is for "[being] unable to [...] validate a Finished message".
  if (!ConstantTimeEqual(Bytes(expected), mac)) {
    return PeerError(Code::kBadFinished, Alert::kDecryptError);
  }
  return Absorb12(cx);
}

Result<void> LogMaster12(const Master12& master, Context& cx) {
  return cx.LogSecret("CLIENT_RANDOM", master.secret.reveal());
}

const NamedGroup* FindGroup12(uint16_t id, const CommonConfig& config) {
  for (const NamedGroup* group : config.groups) {
    if (static_cast<uint16_t>(group->id) == id && group->tls12) return group;
  }
  return nullptr;
}

bool Fits12(const SignatureScheme& scheme, crypto::KeyType key) {
  if (scheme.algorithm.family == crypto::SignFamily::kEcdsa) return IsWeierstrass(key);
  return scheme.key_type == key;
}

const SignatureScheme* FindScheme12(uint16_t id, const CommonConfig& config) {
  for (const SignatureScheme* scheme : config.schemes) {
    if (scheme->id == id) return scheme;
  }
  return nullptr;
}

bool Authenticates(KeyExchange key_exchange, crypto::KeyType key) {
  if (key_exchange == KeyExchange::kEcdheRsa) {
    return key == crypto::KeyType::kRsa || key == crypto::KeyType::kRsaPss;
  }
  return key_exchange == KeyExchange::kEcdheEcdsa && (IsWeierstrass(key) || IsEdwards(key));
}

bool SchemeAuthenticates(KeyExchange key_exchange, uint16_t scheme) {
  // RFC 8446 s4.2.3: ecdsa_*, ed25519 and ed448 against rsa_pkcs1_* and rsa_pss_*.
  const bool ec = scheme == 0x0403 || scheme == 0x0503 || scheme == 0x0603 || scheme == 0x0807 ||
                  scheme == 0x0808;
  const bool rsa = scheme == 0x0401 || scheme == 0x0501 || scheme == 0x0601 ||
                   (scheme >= 0x0804 && scheme <= 0x0806) || (scheme >= 0x0809 && scheme <= 0x080b);
  return (key_exchange == KeyExchange::kEcdheEcdsa && ec) ||
         (key_exchange == KeyExchange::kEcdheRsa && rsa);
}

Result<Bytes> KeepSession12(const Master12& master, Bytes ticket, Bytes session_id,
                            uint32_t lifetime, Context& cx) {
  Session session;
  session.version = 0x0303;
  session.transport = cx.decode.transport;
  session.cipher_suite = cx.negotiated.suite->id;
  session.psk = Secret<Session::kMaxPskSize>::CopyOf(master.secret.reveal());
  session.issued = cx.now.wall;
  session.lifetime = lifetime;
  session.extended_master_secret = master.extended;
  session.session_id = session_id;
  if (cx.server != nullptr) {
    session.client_authentication = cx.server->client_authentication;
  } else if (cx.negotiated.client_certificate != ClientCertificate::kNotRequested) {
    session.client_authentication = ClientAuthentication::kOptional;
  }
  session.client_authenticated = cx.negotiated.client_certificate == ClientCertificate::kVerified;
  session.client_identity = cx.negotiated.client_identity;
  session.server_name = AsBytes(cx.negotiated.server_name);
  session.alpn = AsBytes(cx.negotiated.alpn);
  session.ticket = ticket;
  MERLON_ASSIGN_OR_RETURN(const MutableBytes encoded, cx.arena.Keep(session.EncodedSize()));
  MERLON_TRY(session.Encode(encoded));
  return Bytes(encoded);
}

}  // namespace merlon::tls
