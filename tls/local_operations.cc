// SPDX-License-Identifier: Apache-2.0
#include "tls/local_operations.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "crypto/base/reader.h"
#include "tls/ext/lists.h"
#include "x509/certificate.h"
#include "x509/error.h"
#include "x509/path_builder.h"

namespace merlon::tls {
namespace {

// An error of cryptography on the peer's input refuses it; any other is a failure of ours.
OpResult Refuse(Error error) {
  if (error.origin == Origin::kPeer) return OpRefused{error};
  return OpFailed{};
}

bool SameLetter(char a, char b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return lower(a) == lower(b);
}
bool SameName(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), SameLetter);
}

// Does a credential with these names serve `name`? "*." stands for one label (RFC 9525 s6.3).
bool Serves(const Credential& credential, std::string_view name) {
  if (credential.names.empty()) return true;
  for (std::string_view pattern : credential.names) {
    if (SameName(pattern, name)) return true;
    const size_t dot = name.find('.');
    if (pattern.substr(0, 2) == "*." && dot != std::string_view::npos &&
        SameName(pattern.substr(1), name.substr(dot))) {
      return true;
    }
  }
  return false;
}

// Did one of these authorities issue a certificate of the chain? Names are compared as bytes: both
// are DER (s4.2.4).
bool IssuedByOneOf(Bytes authorities, const Credential& credential) {
  Bytes name;
  for (Reader list(authorities); NextAuthority(list, &name);) {
    for (Bytes issuer : credential.issuers) {
      if (issuer == name) return true;
    }
  }
  return false;
}

}  // namespace

OpResult LocalOperations::Perform(const Operation& operation) {
  Wipe(Slice(MutableBytes(answer_), 0, std::exchange(answer_size_, 0)));
  return std::visit([&](const auto& request) { return Do(request); }, operation);
}

// Room for the bytes of the answer, which the next call wipes.
MutableBytes LocalOperations::Room(size_t size) {
  answer_size_ = std::max(answer_size_, size);
  return Slice(MutableBytes(answer_), 0, size);
}

OpResult LocalOperations::Do(const GenerateShare& request) {
  const crypto::KeyAgreementAlgorithm* group = crypto_.drivers.key_agreement(request.group);
  if (group == nullptr) return OpFailed{};
  const MutableBytes answer = Room(group->private_size + group->initiator_share_size);
  const MutableBytes private_key = Slice(answer, 0, group->private_size);
  const MutableBytes share = Slice(answer, group->private_size, group->initiator_share_size);
  if (!group->generate(crypto_.rng, private_key, share).ok()) return OpFailed{};
  return ShareGenerated{.share = share, .private_key = private_key};
}

OpResult LocalOperations::Do(const Agree& request) {
  const crypto::KeyAgreementAlgorithm* group = crypto_.drivers.key_agreement(request.group);
  if (group == nullptr) return OpFailed{};
  const MutableBytes secret = Room(group->secret_size);
  const Result<void> agreed = group->agree(request.private_key, request.peer_share, secret);
  if (!agreed.ok()) return Refuse(agreed.error());
  return SharedSecret{secret};
}

OpResult LocalOperations::Do(const Encapsulate& request) {
  const crypto::KeyAgreementAlgorithm* group = crypto_.drivers.key_agreement(request.group);
  if (group == nullptr) return OpFailed{};
  const MutableBytes answer = Room(group->responder_share_size + group->secret_size);
  const MutableBytes share = Slice(answer, 0, group->responder_share_size);
  const MutableBytes secret = Slice(answer, group->responder_share_size, group->secret_size);
  const Result<void> made = group->respond(crypto_.rng, request.peer_share, share, secret);
  if (!made.ok()) return Refuse(made.error());
  return Encapsulated{.share = share, .secret = secret};
}

OpResult LocalOperations::Do(const Sign& request) {
  for (const SigningKey& key : request.credential->signing_keys) {
    if (key.scheme->id != request.scheme) continue;
    if (key.key.max_signature_size() > answer_.size()) return OpFailed{};
    const MutableBytes out = Room(key.key.max_signature_size());
    const Result<size_t> size = key.key.Sign(request.message, crypto_.rng, out);
    if (!size.ok()) return OpFailed{};
    return Signature{Slice(out, 0, *size)};
  }
  return OpFailed{};
}

OpResult LocalOperations::Do(const VerifySignature& request) {
  const crypto::SignAlgorithm* algorithm =
      crypto_.drivers.sign(request.algorithm.family, request.key_type);
  // Ed25519 names no hash.
  const bool hashless = request.algorithm.hash == crypto::HashId::kNone;
  const crypto::HashAlgorithm* hash =
      hashless ? nullptr : crypto_.drivers.hash(request.algorithm.hash);
  if (algorithm == nullptr || (hash == nullptr && !hashless)) return OpFailed{};
  // RFC 9846 s4.4.3: "If the verification fails, the receiver MUST terminate the handshake with a
  // "decrypt_error" alert."
  if (!algorithm->verify(request.public_key, hash, request.message, request.signature).ok()) {
    return OpRefused{PeerError(Code::kBadPeerSignature, Alert::kDecryptError)};
  }
  return SignatureValid{};
}

// The leaf's SHA-256; nothing, where no driver has that.
Bytes LocalOperations::IdentityOf(Bytes leaf_der) {
  const crypto::HashAlgorithm* sha256 = crypto_.drivers.hash(crypto::HashId::kSha256);
  if (sha256 == nullptr) return {};
  const crypto::Digest digest = crypto::HashOf(*sha256, leaf_der);
  const MutableBytes answer = Room(digest.size());
  memcpy(answer.data(), digest.view().data(), digest.size());
  return answer;
}

OpResult LocalOperations::Do(const VerifyChain& request) {
  x509::Certificate leaf;
  if (const auto* policy = std::get_if<VerifyAgainst>(&options_.chain_policy)) {
    // Pins are hashes: without that function none is known.
    const crypto::HashAlgorithm* sha256 = crypto_.drivers.hash(crypto::HashId::kSha256);
    const bool pinned = !policy->pins.empty() && sha256 != nullptr;
    if (policy->anchors == nullptr && !pinned) {
      return OpRefused{PeerError(Code::kUnknownIssuer, Alert::kUnknownCa)};
    }
    x509::VerifyOptions options;
    if (policy->minimum_time) {
      options = x509::DeviceOptions(*policy->minimum_time, {}, crypto_.drivers);
    } else {
      options.now = request.wall;
      options.drivers = crypto_.drivers;
    }
    options.purpose =
        request.peer_is_server ? x509::KeyPurpose::kServerAuth : x509::KeyPurpose::kClientAuth;
    options.signatures = options_.chain_signatures;
    options.prepared = options_.chain_keys;
    if (request.peer_is_server) {
      options.server_name =
          policy->expected_name.empty() ? request.server_name : policy->expected_name;
    }
    // Without a name any certificate of any site would do: a chain alone proves nothing.
    if (request.peer_is_server && options.server_name.empty()) {
      return OpRefused{PeerError(Code::kNameMismatch, Alert::kBadCertificate)};
    }
    const x509::ChainInput presented{request.chain_der};
    std::optional<x509::PinnedAnchors> pins;
    if (pinned) pins.emplace(policy->pins, request.chain_der, *sha256, policy->anchors);
    const x509::TrustStore& anchors =
        pinned ? static_cast<const x509::TrustStore&>(*pins) : *policy->anchors;
    const Result<x509::VerifiedChain> chain =
        policy->verifier == nullptr
            ? x509::VerifyChain(presented, anchors, options)
            : policy->verifier->Verify(presented, request.ocsp_response, anchors, options);
    if (!chain.ok()) return Refuse(chain.error());
    leaf = chain->leaf;
  } else {
    const Result<x509::Certificate> parsed = x509::Certificate::Parse(request.chain_der[0]);
    if (!parsed.ok()) return Refuse(parsed.error());
    leaf = *parsed;
    // RFC 9846 s4.4.2.2: "the digitalSignature bit MUST be set if the Key Usage extension is
    // present": no matter of trust.
    const std::optional<x509::KeyUsage>& usage = leaf.extensions().key_usage;
    if (usage && !x509::Has(*usage, x509::KeyUsage::kDigitalSignature)) {
      return OpRefused{x509::CertificateError(Code::kBadKeyUsage)};
    }
  }
  return ChainVerified{leaf.public_key().type, leaf.public_key().key, IdentityOf(leaf.der())};
}

CredentialChosen LocalOperations::FindCredential(const ChooseCredential& request, bool by_name,
                                                 bool by_authority) const {
  for (const Credential& credential : options_.credentials) {
    if (by_name && !Serves(credential, request.server_name)) continue;
    if (by_authority ? !IssuedByOneOf(request.authorities, credential)
                     : credential.only_for_authorities) {
      continue;
    }
    for (const SigningKey& key : credential.signing_keys) {
      const auto at = std::find(request.schemes.begin(), request.schemes.end(), key.scheme->id);
      if (at != request.schemes.end()) return {&credential, key.scheme->id};
    }
  }
  return {nullptr, 0};
}

OpResult LocalOperations::Do(const ChooseCredential& request) {
  for (const bool by_name : {true, false}) {
    // Without one for the name a server shows any: a wrong name is the client's to refuse. A client
    // shows nothing to a server that it is not for.
    if (!by_name && !request.as_server) break;
    // RFC 9846 s4.2.4: authorities are "to guide certificate selection".
    for (const bool by_authority : {true, false}) {
      const CredentialChosen found = FindCredential(request, by_name, by_authority);
      if (found.credential != nullptr) return found;
    }
  }
  return CredentialChosen{nullptr, 0};
}

OpResult LocalOperations::Do(const ChoosePsk& request) {
  if (request.protocol == kPskOfTls12) {
    for (const ExternalPsk& psk : options_.psks12) {
      if (psk.identity == request.offers[0].identity) return PskChosen{&psk, 0};
    }
    return PskChosen{nullptr, 0};
  }
  for (const ExternalPsk& psk : options_.psks) {
    const bool usable = psk.hash == request.hash &&
                        (psk.target_protocol == 0 || psk.target_protocol == request.protocol);
    for (size_t i = 0; usable && i < request.offers.size(); ++i) {
      if (psk.identity == request.offers[i].identity) {
        return PskChosen{&psk, static_cast<uint16_t>(i)};
      }
    }
  }
  return PskChosen{nullptr, 0};
}

OpResult LocalOperations::Do(const DerivePsk& request) {
  const MutableBytes out = Room(request.hash->size);
  // RFC 9846 s7.1: the salt of the first extraction is zeros.
  if (!request.psk->secret->Extract(*request.hash, {}, out).ok()) return OpFailed{};
  return PskDerived{out};
}

OpResult LocalOperations::Do(const DeriveMaster& request) {
  constexpr size_t kMasterSecretSize = 48;  // RFC 5246 s8.1
  const MutableBytes out = Room(kMasterSecretSize);
  if (!request.derive(request, out).ok()) return OpFailed{};
  return MasterDerived{out};
}

OpResult LocalOperations::Do(const LookUpSession& request) {
  if (options_.sessions == nullptr) return SessionFound{};
  const MutableBytes answer = Room(answer_.size());
  return SessionFound{Slice(answer, 0, options_.sessions->LookUp(request.key, answer))};
}

OpResult LocalOperations::Do(const StoreSession& request) {
  if (options_.sessions != nullptr) options_.sessions->Store(request.key, request.session);
  return SessionStored{};
}

OpResult LocalOperations::Do(const SealTicket& request) {
  if (options_.ticket_key == nullptr) return TicketSealed{};
  constexpr size_t kOverhead = crypto::BoundAeadKey::kOverhead;
  const MutableBytes answer = Room(std::min(request.session.size() + kOverhead, answer_.size()));
  const Result<size_t> size = options_.ticket_key->Seal({}, request.session, crypto_.rng, answer);
  if (!size.ok()) return TicketSealed{};
  return TicketSealed{Slice(answer, 0, *size)};
}

OpResult LocalOperations::Do(const OpenTicket& request) {
  if (options_.ticket_key == nullptr) return TicketOpened{};
  const MutableBytes answer = Room(std::min(request.ticket.size(), answer_.size()));
  const Result<size_t> size = options_.ticket_key->Open({}, request.ticket, answer);
  if (!size.ok()) return TicketOpened{};
  return TicketOpened{Slice(answer, 0, *size)};
}

}  // namespace merlon::tls
