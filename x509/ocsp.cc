// SPDX-License-Identifier: Apache-2.0
#include "x509/ocsp.h"

#include "x509/der.h"
#include "x509/error.h"
#include "x509/extensions.h"
#include "x509/name.h"
#include "x509/oid.h"
#include "x509/time.h"

namespace merlon::x509 {
namespace {

Error BadDer() { return CertificateError(Code::kBadDer); }
Error Bad() { return CertificateError(Code::kBadOcspResponse); }

bool ReadGeneralizedTime(DerReader& reader, UnixTime* time) {
  return reader.NextIs(der::kGeneralizedTime) && ReadTime(reader, time);
}

// [n] EXPLICIT GeneralizedTime, if it stands there.
bool ReadOptionalTime(DerReader& fields, uint8_t n, std::optional<UnixTime>* time) {
  Bytes contents;
  bool present;
  if (!fields.Optional(der::Context(n, true), &contents, &present)) return false;
  if (!present) return true;
  DerReader reader(contents);
  UnixTime value;
  if (!ReadGeneralizedTime(reader, &value) || !reader.done()) return false;
  *time = value;
  return true;
}

// The contents of [1] EXPLICIT Extensions: a list in which nothing is critical.
bool AreNotCritical(Bytes contents) {
  DerReader outer(contents), list{Bytes()};
  if (!outer.Sequence(&list) || !outer.done() || list.done()) return false;
  Extension extension;
  while (!list.done()) {
    if (!ReadExtension(list, &extension) || extension.critical) return false;
  }
  return true;
}

bool ReadCertId(DerReader& reader, OcspCertId* id) {
  DerReader fields{Bytes()}, algorithm{Bytes()};
  Bytes null;
  bool has_null;
  return reader.Sequence(&fields) && fields.Sequence(&algorithm) && ReadOid(algorithm, &id->hash) &&
         algorithm.Optional(der::kNull, &null, &has_null) && null.empty() && algorithm.done() &&
         fields.Element(der::kOctetString, &id->issuer_name_hash) &&
         fields.Element(der::kOctetString, &id->issuer_key_hash) &&
         fields.UnsignedInteger(&id->serial) && fields.done();
}

// RevokedInfo: [1] IMPLICIT.
bool ReadRevoked(Bytes contents, OcspSingleResponse* single) {
  DerReader fields(contents);
  Bytes wrapped;
  bool present;
  if (!ReadGeneralizedTime(fields, &single->revoked_at) ||
      !fields.Optional(der::Context(0, true), &wrapped, &present) || !fields.done()) {
    return false;
  }
  if (!present) return true;
  DerReader reader(wrapped);
  Bytes reason;
  return reader.Element(der::kEnumerated, &reason) && reader.done() &&
         ParseCrlReason(reason, &single->reason);
}

bool ReadStatus(DerReader& reader, OcspSingleResponse* single) {
  uint8_t tag;
  Bytes contents;
  if (!reader.Any(&tag, &contents)) return false;
  if (tag == der::Context(1, true)) {
    single->status = CertificateStatus::kRevoked;
    return ReadRevoked(contents, single);
  }
  single->status =
      tag == der::Context(0, false) ? CertificateStatus::kGood : CertificateStatus::kUnknown;
  return contents.empty() && (tag == der::Context(0, false) || tag == der::Context(2, false));
}

}  // namespace

bool ReadOcspSingleResponse(DerReader& reader, OcspSingleResponse* single) {
  DerReader fields{Bytes()};
  Bytes extensions;
  bool has_extensions;
  *single = OcspSingleResponse();
  return reader.Sequence(&fields) && ReadCertId(fields, &single->id) &&
         ReadStatus(fields, single) && ReadGeneralizedTime(fields, &single->this_update) &&
         ReadOptionalTime(fields, 0, &single->next_update) &&
         fields.Optional(der::Context(1, true), &extensions, &has_extensions) &&
         (!has_extensions || AreNotCritical(extensions)) && fields.done();
}

Result<OcspResponse> OcspResponse::Parse(Bytes der) {
  OcspResponse out;
  DerReader outer(der), fields{Bytes()}, bytes{Bytes()};
  Bytes status, wrapped, id, basic;
  bool present;
  if (!outer.Sequence(&fields)) return BadDer();
  if (!outer.done()) return CertificateError(Code::kTrailingData);
  if (!fields.Element(der::kEnumerated, &status) || status.size() != 1 ||
      !fields.Optional(der::Context(0, true), &wrapped, &present) || !fields.done()) {
    return BadDer();
  }
  if (status[0] > 6 || status[0] == 4) return Bad();
  out.status_ = static_cast<OcspResponseStatus>(status[0]);
  // s4.2.1: "If the value of responseStatus is one of the error conditions, the responseBytes field
  // is not set".
  if ((out.status_ == OcspResponseStatus::kSuccessful) != present) return Bad();
  if (!present) return out;
  DerReader explicit_bytes(wrapped);
  if (!explicit_bytes.Sequence(&bytes) || !explicit_bytes.done() || !ReadOid(bytes, &id) ||
      !bytes.Element(der::kOctetString, &basic) || !bytes.done()) {
    return BadDer();
  }
  if (id != Bytes(oid::kOcspBasic)) return Bad();
  MERLON_TRY(out.ParseBasic(basic));
  return out;
}

// BasicOCSPResponse.
Result<void> OcspResponse::ParseBasic(Bytes der) {
  DerReader outer(der), fields{Bytes()};
  Bytes data, algorithm, wrapped;
  bool present;
  if (!outer.Sequence(&fields) || !outer.done() || !fields.Element(der::kSequence, &data, &tbs_) ||
      !fields.Element(der::kSequence, &algorithm, &signature_algorithm_) ||
      !ReadBitString(fields, &signature_) ||
      !fields.Optional(der::Context(0, true), &wrapped, &present) || !fields.done()) {
    return BadDer();
  }
  if (present) {
    DerReader reader(wrapped);
    if (!reader.Element(der::kSequence, &certificates_) || !reader.done()) return BadDer();
  }
  return ParseData(DerReader(data));
}

// ResponseData. Its version is not written: v1, the default, is the only one (X.690 s11.5).
Result<void> OcspResponse::ParseData(DerReader fields) {
  uint8_t tag;
  Bytes responder, extensions;
  bool has_extensions;
  if (!fields.Any(&tag, &responder)) return BadDer();
  if (tag == der::Context(1, true)) {
    responder_name_ = responder;
    if (!IsName(responder)) return BadDer();
  } else if (tag == der::Context(2, true)) {
    DerReader reader(responder);
    if (!reader.Element(der::kOctetString, &responder_key_hash_) || !reader.done()) return BadDer();
    if (responder_key_hash_.size() != 20 && responder_key_hash_.size() != 32) return Bad();
  } else {
    return BadDer();
  }
  if (!ReadGeneralizedTime(fields, &produced_at_) || !fields.Element(der::kSequence, &responses_) ||
      !fields.Optional(der::Context(1, true), &extensions, &has_extensions) || !fields.done()) {
    return BadDer();
  }
  if (has_extensions && !ReadExtensions(extensions)) return Bad();
  for (DerReader reader(responses_); !reader.done(); ++size_) {
    OcspSingleResponse single;
    if (!ReadOcspSingleResponse(reader, &single)) return Bad();
  }
  return size_ > 0 ? Result<void>() : Bad();
}

bool OcspResponse::ReadExtensions(Bytes contents) {
  if (!AreNotCritical(contents)) return false;
  DerReader outer(contents), list{Bytes()};
  Extension extension;
  if (!outer.Sequence(&list)) return false;
  while (!list.done() && ReadExtension(list, &extension)) {
    if (extension.oid != Bytes(oid::kOcspNonce)) continue;
    // RFC 9654 s2.1: an OCTET STRING of 1 to 128 octets; once.
    DerReader value(extension.value);
    if (!nonce_.empty() || !value.Element(der::kOctetString, &nonce_) || !value.done() ||
        nonce_.empty() || nonce_.size() > 128) {
      return false;
    }
  }
  return true;
}

Result<CertificateStatus> OcspSource::Ask(const StatusQuestion& question) const {
  for (const OcspResponse& response : responses_) {
    MERLON_ASSIGN_OR_RETURN(const CertificateStatus status, AskResponse(question, response));
    if (status != CertificateStatus::kUnknown) return status;
  }
  return CertificateStatus::kUnknown;
}

// s3.2: what must hold before a response is believed. The signature comes last: it costs most.
Result<CertificateStatus> OcspSource::AskResponse(const StatusQuestion& question,
                                                  const OcspResponse& response) const {
  CertificateStatus found = CertificateStatus::kUnknown;
  if (response.status() != OcspResponseStatus::kSuccessful) return found;
  if (!options_.nonce.empty() && response.nonce() != options_.nonce) return found;
  if (question.budget->list_entries < response.size()) return CertificateError(Code::kWorkBudget);
  question.budget->list_entries -= static_cast<uint32_t>(response.size());
  OcspSingleResponse single;
  for (DerReader reader = response.responses();
       !reader.done() && ReadOcspSingleResponse(reader, &single);) {
    if (!IsAbout(single.id, question) || !IsCurrent(single, question.options.now)) continue;
    // Of several, "revoked" counts.
    if (found != CertificateStatus::kRevoked) found = single.status;
  }
  if (found == CertificateStatus::kUnknown) return found;
  MERLON_ASSIGN_OR_RETURN(const bool authorized, IsAuthorized(question, response));
  return authorized ? found : CertificateStatus::kUnknown;
}

// s4.1.1: hashes of the issuer's Name, as the certificate has it, and of its key without tag and
// length.
bool OcspSource::IsAbout(const OcspCertId& id, const StatusQuestion& question) const {
  if (id.serial != question.certificate().serial()) return false;
  const crypto::HashAlgorithm* hash = nullptr;
  if (id.hash == Bytes(oid::kSha1)) hash = options_.sha1;
  if (id.hash == Bytes(oid::kSha256)) hash = question.options.drivers.hash(crypto::HashId::kSha256);
  return hash != nullptr &&
         crypto::HashOf(*hash, question.certificate().issuer()).view() == id.issuer_name_hash &&
         crypto::HashOf(*hash, question.path.issuer_key(question.index).key).view() ==
             id.issuer_key_hash;
}

bool OcspSource::IsCurrent(const OcspSingleResponse& single, UnixTime now) const {
  const UnixTime end =
      single.next_update ? *single.next_update : single.this_update + options_.max_age;
  return single.this_update <= now && now <= end;
}

// ResponderID (s4.2.1).
bool OcspSource::IsNamed(const OcspResponse& response, Bytes subject, Bytes key,
                         const crypto::DriverTable& drivers) const {
  if (!response.responder_name().empty()) return NamesEqual(response.responder_name(), subject);
  const Bytes wanted = response.responder_key_hash();
  const crypto::HashAlgorithm* const hash =
      wanted.size() == 20 ? options_.sha1 : drivers.hash(crypto::HashId::kSha256);
  return hash != nullptr && crypto::HashOf(*hash, key).view() == wanted;
}

// s4.2.2.2: the CA that issued the certificate, or someone to whom it delegated this directly.
Result<bool> OcspSource::IsAuthorized(const StatusQuestion& question,
                                      const OcspResponse& response) const {
  const VerifyOptions& options = question.options;
  const PublicKeyInfo& issuer_key = question.path.issuer_key(question.index);
  if (IsNamed(response, question.certificate().issuer(), issuer_key.key, options.drivers)) {
    MERLON_ASSIGN_OR_RETURN(const bool is_signer,
                            IsSignedBy(question, issuer_key, response.signature_algorithm(),
                                       response.tbs(), response.signature()));
    if (is_signer) return true;
  }
  for (DerReader reader(response.certificates()); !reader.done();) {
    Bytes contents, whole;
    if (!reader.Element(der::kSequence, &contents, &whole)) return false;
    if (question.budget->path_steps == 0) return CertificateError(Code::kWorkBudget);
    --question.budget->path_steps;
    const Result<Certificate> responder = Certificate::Parse(whole);
    if (!responder.ok() ||
        !IsNamed(response, responder->subject(), responder->public_key().key, options.drivers)) {
      continue;
    }
    MERLON_ASSIGN_OR_RETURN(const bool may, IsDelegate(question, response, *responder));
    if (may) return true;
  }
  return false;
}

// s4.2.2.2: "issued directly by the CA", with id-kp-OCSPSigning; and s4.2.2.2.1 about its own
// revocation.
Result<bool> OcspSource::IsDelegate(const StatusQuestion& question, const OcspResponse& response,
                                    const Certificate& responder) const {
  const std::optional<KeyPurpose>& purposes = responder.extensions().extended_key_usage;
  if (!NamesEqual(responder.issuer(), question.certificate().issuer()) || !purposes ||
      !Has(*purposes, KeyPurpose::kOcspSigning)) {
    return false;
  }
  VerifyOptions options = question.options;
  options.purpose = KeyPurpose::kOcspSigning;
  // RFC 5280 s4.2.1.12, of id-kp-OCSPSigning: "consistent: digitalSignature and/or nonRepudiation".
  const std::optional<KeyUsage>& usage = responder.extensions().key_usage;
  options.leaf_usage = usage && Has(*usage, KeyUsage::kNonRepudiation)
                           ? KeyUsage::kNonRepudiation
                           : KeyUsage::kDigitalSignature;
  options.profile = nullptr;
  if (!CheckLeaf(responder, options).ok()) return false;
  MERLON_ASSIGN_OR_RETURN(
      const bool issued,
      IsSignedBy(question, question.path.issuer_key(question.index),
                 responder.signature_algorithm(), responder.tbs(), responder.signature()));
  if (!issued) return false;
  MERLON_ASSIGN_OR_RETURN(const bool is_signer, IsSignedBy(question, responder.public_key(),
                                                           response.signature_algorithm(),
                                                           response.tbs(), response.signature()));
  if (!is_signer || responder.extensions().ocsp_no_check) return is_signer;
  return question.revocation.IsGood(question, responder);
}

}  // namespace merlon::x509
