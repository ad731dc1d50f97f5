// SPDX-License-Identifier: Apache-2.0
#include "x509/certificate.h"

#include <cstring>

#include "x509/der.h"
#include "x509/error.h"
#include "x509/name.h"
#include "x509/signed.h"
#include "x509/time.h"

namespace merlon::x509 {
namespace {

Error BadDer() { return CertificateError(Code::kBadDer); }
Error Bad() { return CertificateError(Code::kBadCertificate); }

bool ReadValidity(DerReader& reader, Validity* validity) {
  DerReader times{Bytes()};
  return reader.Sequence(&times) && ReadTime(times, &validity->not_before) &&
         ReadTime(times, &validity->not_after) && times.done();
}

// [0] EXPLICIT INTEGER DEFAULT v1, as 1, 2 or 3.
bool ReadVersion(DerReader& fields, uint8_t* version) {
  Bytes contents;
  bool present;
  *version = 1;
  if (!fields.Optional(der::Context(0, true), &contents, &present)) return false;
  if (!present) return true;
  DerReader reader(contents);
  uint32_t value;
  // X.690 s11.5: the default is not encoded.
  if (!reader.SmallInteger(&value) || !reader.done() || value < 1 || value > 2) return false;
  *version = static_cast<uint8_t>(value + 1);
  return true;
}

// An IMPLICIT BIT STRING [n], if it stands there.
bool SkipUniqueId(DerReader& fields, uint8_t n) {
  Bytes contents;
  bool present;
  return fields.Optional(der::Context(n, false), &contents, &present) &&
         (!present ||
          (!contents.empty() && contents[0] < 8 && (contents.size() > 1 || contents[0] == 0)));
}

}  // namespace

Result<Certificate> Certificate::Parse(Bytes der) {
  Certificate out;
  out.der_ = der;
  MERLON_ASSIGN_OR_RETURN(const SignedDer parts, SignedDer::Parse(der));
  out.tbs_ = parts.tbs;
  out.signature_algorithm_ = parts.algorithm;
  out.signature_ = parts.signature;
  MERLON_TRY(out.ParseTbs(DerReader(parts.contents)));
  return out;
}

bool Certificate::self_issued() const { return NamesEqual(issuer_, subject_); }

size_t Certificate::Condense(MutableBytes der) {
  size_t kept = 0;
  const auto keep = [&](Bytes part) {
    uint8_t* const to = der.data() + kept;
    memmove(to, part.data(), part.size());
    kept += part.size();
    return Bytes(to, part.size());
  };
  // In the order in which they stand, so that none is overwritten.
  serial_ = keep(serial_);
  issuer_ = keep(issuer_);
  subject_ = keep(subject_);
  // A key of a type that is not known is empty.
  const size_t key_at = public_key_.key.empty()
                            ? 0
                            : static_cast<size_t>(public_key_.key.data() - public_key_.der.data());
  public_key_.der = keep(public_key_.der);
  public_key_.key = Slice(public_key_.der, key_at, public_key_.key.size());
  kept += extensions_.Condense(Slice(der, kept));
  der_ = tbs_ = signature_algorithm_ = signature_ = Bytes();
  return kept;
}

Result<void> Certificate::ParseTbs(DerReader fields) {
  Bytes algorithm, algorithm_whole, name, serial;
  if (!ReadVersion(fields, &version_)) return BadDer();
  // s4.1.2.2: not negative, at most 20 octets. Zero is left to the rules for chains, because old
  // trust anchors have it.
  DerReader serial_reader = fields;
  if (!fields.UnsignedInteger(&serial_) || !serial_reader.Element(der::kInteger, &serial)) {
    return BadDer();
  }
  if (serial.size() > 20) return Bad();
  if (!fields.Element(der::kSequence, &algorithm, &algorithm_whole)) return BadDer();
  // s4.1.1.2: "MUST contain the same algorithm identifier as the signature field".
  if (algorithm_whole != signature_algorithm_) return Bad();
  if (!fields.Element(der::kSequence, &name, &issuer_) || !IsName(issuer_)) return BadDer();
  if (IsEmptyName(issuer_)) return Bad();  // s4.1.2.4
  if (!ReadValidity(fields, &validity_)) return BadDer();
  if (!fields.Element(der::kSequence, &name, &subject_) || !IsName(subject_)) return BadDer();
  Bytes key, key_whole;
  if (!fields.Element(der::kSequence, &key, &key_whole)) return BadDer();
  MERLON_ASSIGN_OR_RETURN(public_key_, PublicKeyInfo::Parse(key_whole));
  return ParseTail(fields);
}

// What depends on the version: s4.1.2.1, s4.1.2.8, s4.1.2.9. Version 2 is not accepted: nothing
// issues it.
Result<void> Certificate::ParseTail(DerReader& fields) {
  if (version_ == 2) return Bad();
  if (version_ == 1) return fields.done() ? Result<void>() : Bad();
  if (!SkipUniqueId(fields, 1) || !SkipUniqueId(fields, 2)) return BadDer();
  Bytes contents, list;
  bool present;
  if (!fields.Optional(der::Context(3, true), &contents, &present) || !fields.done()) {
    return BadDer();
  }
  if (!present) return {};
  DerReader reader(contents);
  if (!reader.Element(der::kSequence, &list) || !reader.done()) return BadDer();
  MERLON_ASSIGN_OR_RETURN(extensions_, Extensions::Parse(list));
  return {};
}

}  // namespace merlon::x509
