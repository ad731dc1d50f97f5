// SPDX-License-Identifier: Apache-2.0
#include "x509/crl.h"

#include <algorithm>
#include <array>

#include "x509/der.h"
#include "x509/error.h"
#include "x509/extensions.h"
#include "x509/name.h"
#include "x509/oid.h"
#include "x509/signed.h"
#include "x509/time.h"

namespace merlon::x509 {
namespace {

Error BadDer() { return CertificateError(Code::kBadDer); }
Error Bad() { return CertificateError(Code::kBadCrl); }

// The OIDs of a list of extensions, none twice and no more than there is room for.
template <size_t kMax>
class SeenOnce {
 public:
  bool Add(Bytes oid) {
    const auto end = seen_.begin() + static_cast<std::ptrdiff_t>(count_);
    if (count_ == kMax || std::find(seen_.begin(), end, oid) != end) return false;
    seen_[count_++] = oid;
    return true;
  }

 private:
  std::array<Bytes, kMax> seen_;
  size_t count_ = 0;
};

// One extension of an entry: s5.3.
bool ReadEntryExtension(const Extension& extension, CrlEntry* entry) {
  DerReader value(extension.value);
  if (extension.oid == Bytes(oid::kReasonCode)) {
    Bytes contents;
    return value.Element(der::kEnumerated, &contents) && value.done() &&
           ParseCrlReason(contents, &entry->reason);
  }
  if (extension.oid == Bytes(oid::kCertificateIssuer)) {  // s5.3.3: "MUST be marked critical"
    return extension.critical && value.Element(der::kSequence, &entry->certificate_issuer) &&
           value.done() && AreGeneralNames(entry->certificate_issuer);
  }
  if (extension.oid == Bytes(oid::kInvalidityDate)) {
    UnixTime date;
    return value.NextIs(der::kGeneralizedTime) && ReadTime(value, &date) && value.done();
  }
  return !extension.critical;
}

// CertificateSerialNumber: CRLs list negative ones too, of certificates that should not be.
bool ReadSerial(DerReader& reader, CrlEntry* entry) {
  if (reader.UnsignedInteger(&entry->serial)) return true;
  entry->negative = true;
  Bytes& serial = entry->serial;
  return reader.Element(der::kInteger, &serial) && !serial.empty() && (serial[0] & 0x80) != 0 &&
         !(serial.size() > 1 && serial[0] == 0xff && (serial[1] & 0x80) != 0);
}

// An entry of revokedCertificates; *has_extensions needs version 2.
Result<void> ReadEntry(DerReader& reader, CrlEntry* entry, bool* has_extensions) {
  DerReader fields{Bytes()}, list{Bytes()};
  *entry = CrlEntry();
  if (!reader.Sequence(&fields) || !ReadSerial(fields, entry) || !ReadTime(fields, &entry->date)) {
    return BadDer();
  }
  *has_extensions = !fields.done();
  if (!*has_extensions) return {};
  if (!fields.Sequence(&list) || !fields.done() || list.done()) return BadDer();
  SeenOnce<kMaxCrlEntryExtensions> seen;
  while (!list.done()) {
    Extension extension;
    if (!ReadExtension(list, &extension)) return BadDer();
    if (!seen.Add(extension.oid) || !ReadEntryExtension(extension, entry)) return Bad();
  }
  return {};
}

// A BOOLEAN DEFAULT FALSE [n] IMPLICIT.
bool ReadFlag(DerReader& fields, uint8_t n, bool* flag) {
  Bytes contents;
  bool present;
  if (!fields.Optional(der::Context(n, false), &contents, &present)) return false;
  *flag = present;
  return !present || (contents.size() == 1 && contents[0] == 0xff);
}

bool ParseIdp(Bytes value, IssuingDistributionPoint& out) {
  DerReader outer(value), fields{Bytes()};
  Bytes name, reasons;
  bool has_name, has_reasons;
  return outer.Sequence(&fields) && outer.done() &&
         !fields.done() &&  // s5.2.5: "MUST NOT [be] an empty sequence"
         fields.Optional(der::Context(0, true), &name, &has_name) &&
         (!has_name || ParseDistributionPointName(name, &out.name)) &&
         ReadFlag(fields, 1, &out.only_users) && ReadFlag(fields, 2, &out.only_cas) &&
         fields.Optional(der::Context(3, false), &reasons, &has_reasons) &&
         (!has_reasons || ParseReasons(reasons, &out.reasons)) &&
         ReadFlag(fields, 4, &out.indirect) && ReadFlag(fields, 5, &out.only_attributes) &&
         fields.done() &&
         // "at most one of onlyContainsUserCerts, onlyContainsCACerts, and
         // onlyContainsAttributeCerts".
         out.only_users + out.only_cas + out.only_attributes <= 1;
}

bool ParseNumber(Bytes value, Bytes* number) {
  DerReader reader(value);
  // s5.2.3: at most 20 octets.
  return reader.UnsignedInteger(number) && reader.done() && number->size() <= 20;
}

}  // namespace

bool ParseCrlReason(Bytes contents, CrlReason* reason) {
  if (contents.size() != 1 || contents[0] > 10 || contents[0] == 7) return false;
  *reason = static_cast<CrlReason>(contents[0]);
  return true;
}

Result<Crl> Crl::Parse(Bytes der) {
  Crl out;
  out.der_ = der;
  MERLON_ASSIGN_OR_RETURN(const SignedDer parts, SignedDer::Parse(der));
  out.tbs_ = parts.tbs;
  out.signature_algorithm_ = parts.algorithm;
  out.signature_ = parts.signature;
  MERLON_TRY(out.ParseTbs(DerReader(parts.contents)));
  return out;
}

Result<void> Crl::ParseTbs(DerReader fields) {
  uint32_t version = 0;
  Bytes algorithm, algorithm_whole, name, list, extensions;
  // s5.1.2.1: absent (version 1) or 1 (version 2).
  version2_ = fields.NextIs(der::kInteger);
  if (version2_ && !fields.SmallInteger(&version)) return BadDer();
  if (version2_ && version != 1) return Bad();
  if (!fields.Element(der::kSequence, &algorithm, &algorithm_whole)) return BadDer();
  if (algorithm_whole != signature_algorithm_) return Bad();  // s5.1.1.2
  if (!fields.Element(der::kSequence, &name, &issuer_) || !IsName(issuer_)) return BadDer();
  if (IsEmptyName(issuer_)) return Bad();  // s5.1.2.3
  if (!ReadTime(fields, &this_update_)) return BadDer();
  if (fields.NextIs(der::kUtcTime) || fields.NextIs(der::kGeneralizedTime)) {
    UnixTime next;
    if (!ReadTime(fields, &next)) return BadDer();
    next_update_ = next;
  }
  bool has_entries, has_extensions;
  if (!fields.Optional(der::kSequence, &list, &has_entries) ||
      !fields.Optional(der::Context(0, true), &extensions, &has_extensions) || !fields.done()) {
    return BadDer();
  }
  if (has_entries) MERLON_TRY(ParseEntries(list));
  if (!has_extensions) return {};
  DerReader reader(extensions);
  Bytes contents;
  if (!reader.Element(der::kSequence, &contents) || !reader.done()) return BadDer();
  if (!version2_) return Bad();  // s5.1.2.7
  return ParseExtensions(contents);
}

Result<void> Crl::ParseEntries(Bytes contents) {
  entries_ = contents;
  // s5.1.2.6: "When there are no revoked certificates, the revoked certificates list MUST be
  // absent".
  if (contents.empty()) return Bad();
  for (DerReader reader(contents); !reader.done(); ++size_) {
    CrlEntry entry;
    bool has_extensions;
    MERLON_TRY(ReadEntry(reader, &entry, &has_extensions));
    if (has_extensions && !version2_) return Bad();
  }
  return {};
}

// s5.2. What is critical and not here makes the CRL useless.
Result<void> Crl::ParseExtensions(Bytes contents) {
  SeenOnce<kMaxCrlExtensions> seen;
  if (contents.empty()) return Bad();
  for (DerReader reader(contents); !reader.done();) {
    Extension extension;
    if (!ReadExtension(reader, &extension)) return BadDer();
    if (!seen.Add(extension.oid)) return Bad();
    const Bytes id = extension.oid, value = extension.value;
    bool good = true;
    if (id == Bytes(oid::kCrlNumber)) {  // "MUST mark this extension as non-critical"
      has_number_ = true;
      good = !extension.critical && ParseNumber(value, &number_);
    } else if (id == Bytes(oid::kDeltaCrlIndicator)) {  // "critical"
      is_delta_ = true;
      good = extension.critical && ParseNumber(value, &base_number_);
    } else if (id == Bytes(oid::kIssuingDistributionPoint)) {  // "critical"
      idp_der_ = value;
      good = extension.critical && ParseIdp(value, idp_);
    } else if (id == Bytes(oid::kAuthorityKeyIdentifier)) {
      authority_key_id_ = value;
      good = !extension.critical;
    } else if (id == Bytes(oid::kFreshestCrl)) {
      good = !extension.critical && AreDistributionPoints(value);
    } else {
      good = !extension.critical;
    }
    if (!good) return Bad();
  }
  return {};
}

bool Crl::Entries::Next(CrlEntry* entry) {
  bool has_extensions;
  if (reader_.done() || !ReadEntry(reader_, entry, &has_extensions).ok()) return false;
  if (entry->certificate_issuer.empty()) {
    entry->certificate_issuer = issuer_;
  } else {
    issuer_ = entry->certificate_issuer;
  }
  return true;
}

}  // namespace merlon::x509
