// SPDX-License-Identifier: Apache-2.0
#include "x509/extensions.h"

#include <array>

#include "x509/der.h"
#include "x509/distribution_point.h"
#include "x509/error.h"
#include "x509/general_name.h"
#include "x509/oid.h"

namespace merlon::x509 {
namespace {

// Each decoder: false when the value is malformed or breaks a MUST of its section.
using Decode = bool (*)(const Extension&, Extensions&);

// s4.2.1.9.
// DER leaves a cA that is false out (X.690 s11.5), but CAs of the web wrote it for years, and it
// says nothing else.
bool DecodeBasicConstraints(const Extension& extension, Extensions& out) {
  DerReader outer(extension.value), fields{Bytes()};
  BasicConstraints constraints;
  if (!outer.Sequence(&fields) || !outer.done() ||
      (fields.NextIs(der::kBoolean) && !ReadBoolean(fields, &constraints.ca))) {
    return false;
  }
  if (!fields.done()) {
    uint32_t length;
    // "CAs MUST NOT include the pathLenConstraint field unless the cA boolean is asserted".
    if (!constraints.ca || !fields.SmallInteger(&length) || !fields.done()) return false;
    constraints.path_length = length;
  }
  out.basic_constraints = constraints;
  return true;
}

// s4.2.1.3: "at least one of the bits MUST be set to 1".
bool DecodeKeyUsage(const Extension& extension, Extensions& out) {
  DerReader outer(extension.value);
  Bytes contents;
  uint16_t bits;
  if (!outer.Element(der::kBitString, &contents) || !outer.done()) return false;
  // Not DER, but two roots of the web ("Trustwave Global ECC") write all nine bits.
  const bool all_nine = contents.size() == 3 && contents[0] == 7;
  if (!ParseNamedBits(contents, &bits, /*minimal=*/!all_nine) || bits == 0) return false;
  out.key_usage = static_cast<KeyUsage>(bits);
  return true;
}

KeyPurpose PurposeOf(Bytes id) {
  if (id == Bytes(oid::kServerAuth)) return KeyPurpose::kServerAuth;
  if (id == Bytes(oid::kClientAuth)) return KeyPurpose::kClientAuth;
  if (id == Bytes(oid::kOcspSigning)) return KeyPurpose::kOcspSigning;
  if (id == Bytes(oid::kAnyExtendedKeyUsage)) return KeyPurpose::kAny;
  return KeyPurpose::kNone;
}

// s4.2.1.12.
bool DecodeExtendedKeyUsage(const Extension& extension, Extensions& out) {
  DerReader outer(extension.value), ids{Bytes()};
  if (!outer.Sequence(&ids) || !outer.done() || ids.done()) return false;
  KeyPurpose purposes = KeyPurpose::kNone;
  while (!ids.done()) {
    Bytes id;
    if (!ReadOid(ids, &id)) return false;
    purposes = purposes | PurposeOf(id);
  }
  out.extended_key_usage = purposes;
  return true;
}

// s4.2.1.6.
bool DecodeSubjectAltName(const Extension& extension, Extensions& out) {
  DerReader outer(extension.value);
  out.subject_alt_name_critical = extension.critical;
  return outer.Element(der::kSequence, &out.subject_alt_name) && outer.done() &&
         AreGeneralNames(out.subject_alt_name);
}

// s4.2.1.2: "MUST mark this extension as non-critical".
bool DecodeSubjectKeyIdentifier(const Extension& extension, Extensions& out) {
  DerReader outer(extension.value);
  return !extension.critical && outer.Element(der::kOctetString, &out.subject_key_id) &&
         outer.done();
}

// s4.2.1.1: non-critical; issuer and serial number come together or not at all.
bool DecodeAuthorityKeyIdentifier(const Extension& extension, Extensions& out) {
  DerReader outer(extension.value), fields{Bytes()};
  Bytes issuer, serial;
  bool has_id, has_issuer, has_serial;
  return !extension.critical && outer.Sequence(&fields) && outer.done() &&
         fields.Optional(der::Context(0, false), &out.authority_key_id, &has_id) &&
         fields.Optional(der::Context(1, true), &issuer, &has_issuer) &&
         (!has_issuer || AreGeneralNames(issuer)) &&
         fields.Optional(der::Context(2, false), &serial, &has_serial) &&
         has_issuer == has_serial && fields.done();
}

// s4.2.1.10.
bool DecodeNameConstraints(const Extension& extension, Extensions& out) {
  const Result<NameConstraints> parsed = NameConstraints::Parse(extension.value);
  if (parsed.ok()) out.name_constraints = *parsed;
  return parsed.ok();
}

// s4.2.1.11, s4.2.1.14: that they are critical is the issuer's duty (profile.h).
bool DecodePolicyConstraints(const Extension& extension, Extensions&) {
  PolicyExtensions policy;
  return ReadPolicyConstraints(extension.value, policy);
}
bool DecodePolicyMappings(const Extension& extension, Extensions&) {
  PolicyExtensions policy;
  return ReadPolicyMappings(extension.value, policy);
}
bool DecodeInhibitAnyPolicy(const Extension& extension, Extensions&) {
  PolicyExtensions policy;
  return ReadInhibitAnyPolicy(extension.value, policy);
}
// s4.2.1.4: a critical one with a qualifier that is not understood is refused.
bool DecodeCertificatePolicies(const Extension& extension, Extensions& out) {
  PolicyExtensions policy;
  bool understood;
  if (!ReadCertificatePolicies(extension.value, policy, &understood)) return false;
  if (extension.critical && !understood) out.unprocessed_critical = true;
  return true;
}

// s4.2.1.13, s4.2.1.15 ("MUST be marked as non-critical").
bool DecodeDistributionPoints(const Extension& extension, Extensions&) {
  return AreDistributionPoints(extension.value);
}
bool DecodeFreshestCrl(const Extension& extension, Extensions&) {
  return !extension.critical && AreDistributionPoints(extension.value);
}

// s4.2.2.1: "Conforming CAs MUST mark this extension as non-critical".
bool DecodeAuthorityInfoAccess(const Extension& extension, Extensions&) {
  return !extension.critical && AreAccessDescriptions(extension.value);
}

// RFC 7633 s4: a list of TLS extensions' numbers; status_request is 5.
bool DecodeTlsFeature(const Extension& extension, Extensions& out) {
  DerReader outer(extension.value), features{Bytes()};
  if (!outer.Sequence(&features) || !outer.done()) return false;
  while (!features.done()) {
    uint32_t feature;
    if (!features.SmallInteger(&feature)) return false;
    out.must_staple = out.must_staple || feature == 5;
  }
  return true;
}

bool IsNull(Bytes value) {
  DerReader outer(value);
  Bytes contents;
  return outer.Element(der::kNull, &contents) && contents.empty() && outer.done();
}
// RFC 9608 s2: "MUST be marked non-critical".
bool DecodeNoRevAvail(const Extension& extension, Extensions& out) {
  out.no_rev_avail = true;
  return !extension.critical && IsNull(extension.value);
}
bool DecodeOcspNoCheck(const Extension& extension, Extensions& out) {
  out.ocsp_no_check = true;
  return IsNull(extension.value);
}

struct Known {
  Bytes oid;
  Decode decode;
};

Decode FindDecoder(Bytes id) {
  const Known known[] = {
      {oid::kBasicConstraints, DecodeBasicConstraints},
      {oid::kKeyUsage, DecodeKeyUsage},
      {oid::kExtendedKeyUsage, DecodeExtendedKeyUsage},
      {oid::kSubjectAltName, DecodeSubjectAltName},
      {oid::kSubjectKeyIdentifier, DecodeSubjectKeyIdentifier},
      {oid::kAuthorityKeyIdentifier, DecodeAuthorityKeyIdentifier},
      {oid::kNameConstraints, DecodeNameConstraints},
      {oid::kPolicyConstraints, DecodePolicyConstraints},
      {oid::kPolicyMappings, DecodePolicyMappings},
      {oid::kCertificatePolicies, DecodeCertificatePolicies},
      {oid::kInhibitAnyPolicy, DecodeInhibitAnyPolicy},
      {oid::kCrlDistributionPoints, DecodeDistributionPoints},
      {oid::kFreshestCrl, DecodeFreshestCrl},
      {oid::kAuthorityInfoAccess, DecodeAuthorityInfoAccess},
      {oid::kTlsFeature, DecodeTlsFeature},
      {oid::kNoRevAvail, DecodeNoRevAvail},
      {oid::kOcspNoCheck, DecodeOcspNoCheck},
  };
  for (const Known& candidate : known) {
    if (candidate.oid == id) return candidate.decode;
  }
  return nullptr;
}

}  // namespace

bool ReadExtension(DerReader& reader, Extension* extension) {
  DerReader fields{Bytes()};
  return reader.Sequence(&fields) && ReadOid(fields, &extension->oid) &&
         ReadDefaultFalse(fields, &extension->critical) &&
         fields.Element(der::kOctetString, &extension->value) && fields.done();
}

PolicyExtensions Extensions::policy() const {
  PolicyExtensions out;
  bool understood = true, good = true;
  Extension extension;
  for (DerReader reader(all); good && !reader.done() && ReadExtension(reader, &extension);) {
    const Bytes id = extension.oid, value = extension.value;
    if (id == Bytes(oid::kCertificatePolicies)) {
      good = ReadCertificatePolicies(value, out, &understood);
    } else if (id == Bytes(oid::kPolicyMappings)) {
      good = ReadPolicyMappings(value, out);
    } else if (id == Bytes(oid::kPolicyConstraints)) {
      good = ReadPolicyConstraints(value, out);
    } else if (id == Bytes(oid::kInhibitAnyPolicy)) {
      good = ReadInhibitAnyPolicy(value, out);
    }
  }
  if (!good) __builtin_trap();  // Parse has read them
  return out;
}

Bytes Extensions::Find(Bytes oid) const {
  Extension extension;
  for (DerReader reader(all); !reader.done() && ReadExtension(reader, &extension);) {
    if (extension.oid == oid) return extension.value;
  }
  return {};
}

size_t Extensions::Condense(MutableBytes at) {
  size_t kept = 0;
  for (DerReader reader(all); !reader.done();) {
    const Bytes before = reader.rest();
    Extension extension;
    if (!ReadExtension(reader, &extension)) __builtin_trap();  // Parse has read them
    const Bytes id = extension.oid;
    // Constraints were kept by all below; identifiers lead to its issuer, who is found.
    if (FindDecoder(id) == nullptr || id == Bytes(oid::kNameConstraints) ||
        id == Bytes(oid::kAuthorityInfoAccess) || id == Bytes(oid::kSubjectKeyIdentifier) ||
        id == Bytes(oid::kAuthorityKeyIdentifier)) {
      continue;
    }
    const size_t size = before.size() - reader.rest().size();
    memmove(at.data() + kept, before.data(), size);
    kept += size;
  }
  // They were good before: none is an error of Parse alone.
  *this = kept == 0 ? Extensions() : *Parse(Slice(Bytes(at), 0, kept));
  return kept;
}

Result<Extensions> Extensions::Parse(Bytes contents) {
  Extensions out;
  out.all = contents;
  // SIZE (1..MAX), s4.1.
  if (contents.empty()) return CertificateError(Code::kBadCertificate);
  std::array<Bytes, kMaxExtensions> seen;
  size_t count = 0;
  for (DerReader reader(contents); !reader.done(); ++count) {
    Extension extension;
    if (!ReadExtension(reader, &extension)) return CertificateError(Code::kBadDer);
    if (count == kMaxExtensions) return CertificateError(Code::kBadCertificate);
    // s4.2: "A certificate MUST NOT include more than one instance of a particular extension".
    for (size_t i = 0; i < count; ++i) {
      if (seen[i] == extension.oid) return CertificateError(Code::kBadCertificate);
    }
    seen[count] = extension.oid;
    const Decode decode = FindDecoder(extension.oid);
    if (decode == nullptr) {
      out.unprocessed_critical = out.unprocessed_critical || extension.critical;
    } else if (!decode(extension, out)) {
      return CertificateError(Code::kBadCertificate);
    }
  }
  return out;
}

}  // namespace merlon::x509
