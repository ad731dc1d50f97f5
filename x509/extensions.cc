// SPDX-License-Identifier: Apache-2.0
#include "x509/extensions.h"

#include <array>

#include "x509/der.h"
#include "x509/error.h"
#include "x509/general_name.h"
#include "x509/oid.h"

namespace merlon::x509 {
namespace {

// Each decoder: false when the value is malformed or breaks a MUST of its section.
using Decode = bool (*)(const Extension&, Extensions&);

// s4.2.1.9.
bool DecodeBasicConstraints(const Extension& extension, Extensions& out) {
  DerReader outer(extension.value), fields{Bytes()};
  BasicConstraints constraints;
  if (!outer.Sequence(&fields) || !outer.done() || !ReadDefaultFalse(fields, &constraints.ca)) {
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
  uint16_t bits;
  if (!ReadNamedBits(outer, &bits) || !outer.done() || bits == 0) return false;
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

// Policies are not processed. As none is required by us, only policyConstraints could make a path
// fail for its policies (s6.1.3 (f)): it counts as not processed even when it is not marked
// critical, which s4.2.1.11 demands. certificatePolicies and inhibitAnyPolicy then have no effect.
bool DecodePolicyConstraints(const Extension&, Extensions& out) {
  out.unprocessed_critical = true;
  return true;
}
bool DecodeInhibitAnyPolicy(const Extension& extension, Extensions&) {
  DerReader outer(extension.value);
  uint32_t skip_certificates;
  return outer.SmallInteger(&skip_certificates) && outer.done();
}

// The contents of policyQualifiers; *understood: all are the two of s4.2.1.4.
bool ReadPolicyQualifiers(DerReader list, bool* understood) {
  if (list.done()) return false;
  while (!list.done()) {
    DerReader fields{Bytes()};
    Bytes id, value;
    uint8_t tag;
    if (!list.Sequence(&fields) || !ReadOid(fields, &id) || !fields.Any(&tag, &value) ||
        !fields.done()) {
      return false;
    }
    *understood = *understood && (id == Bytes(oid::kCpsQualifier) || id == Bytes(oid::kUserNotice));
  }
  return true;
}

// s4.2.1.4: a critical one with a qualifier that is not understood is refused.
bool DecodeCertificatePolicies(const Extension& extension, Extensions& out) {
  DerReader outer(extension.value), list{Bytes()};
  if (!outer.Sequence(&list) || !outer.done() || list.done()) return false;
  bool understood = true;
  while (!list.done()) {
    DerReader policy{Bytes()}, qualifiers{Bytes()};
    Bytes id;
    if (!list.Sequence(&policy) || !ReadOid(policy, &id)) return false;
    if (policy.done()) continue;
    if (!policy.Sequence(&qualifiers) || !policy.done() ||
        !ReadPolicyQualifiers(qualifiers, &understood)) {
      return false;
    }
  }
  if (extension.critical && !understood) out.unprocessed_critical = true;
  return true;
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
      {oid::kCertificatePolicies, DecodeCertificatePolicies},
      {oid::kInhibitAnyPolicy, DecodeInhibitAnyPolicy},
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
