// SPDX-License-Identifier: Apache-2.0
#include "x509/writer.h"

#include <array>

#include "x509/der_writer.h"
#include "x509/oid.h"
#include "x509/public_key.h"
#include "x509/signature_algorithm.h"
#include "x509/time.h"

namespace merlon::x509 {
namespace {

void PutName(DerWriter& writer, std::string_view common_name) {
  writer.Element(der::kSequence, [&] {
    if (common_name.empty()) return;
    writer.Element(der::kSet, [&] {
      writer.Element(der::kSequence, [&] {
        writer.Element(der::kOid, oid::kCommonName);
        writer.Element(der::kUtf8String, AsBytes(common_name));
      });
    });
  });
}

void PutTime(DerWriter& writer, UnixTime time) {
  const EncodedTime encoded = EncodeTime(time);
  writer.Element(encoded.tag, encoded.contents());
}

template <class Body>
void PutExtension(DerWriter& writer, Bytes id, bool critical, Body body) {
  writer.Element(der::kSequence, [&] {
    writer.Element(der::kOid, id);
    if (critical) writer.Boolean(true);
    writer.Element(der::kOctetString, body);
  });
}

// RFC 5280 s4.2.1.9, s4.2.1.3: both critical.
void PutUsage(DerWriter& writer, const CertificateSpec& spec) {
  if (spec.ca) {
    PutExtension(writer, oid::kBasicConstraints, true, [&] {
      writer.Element(der::kSequence, [&] {
        writer.Boolean(true);
        if (spec.path_length) writer.SmallInteger(*spec.path_length);
      });
    });
  }
  if (!spec.key_usage) return;
  PutExtension(writer, oid::kKeyUsage, true, [&] {
    const KeyUsage usage =
        spec.ca ? KeyUsage::kKeyCertSign | KeyUsage::kCrlSign : KeyUsage::kDigitalSignature;
    writer.NamedBits(static_cast<uint16_t>(usage));
  });
}

void PutPurposes(DerWriter& writer, const CertificateSpec& spec) {
  if (spec.purposes == KeyPurpose::kNone) return;
  PutExtension(writer, oid::kExtendedKeyUsage, false, [&] {
    writer.Element(der::kSequence, [&] {
      const auto put = [&](KeyPurpose purpose, Bytes id) {
        if (Has(spec.purposes, purpose)) writer.Element(der::kOid, id);
      };
      put(KeyPurpose::kServerAuth, oid::kServerAuth);
      put(KeyPurpose::kClientAuth, oid::kClientAuth);
      put(KeyPurpose::kOcspSigning, oid::kOcspSigning);
      put(KeyPurpose::kAny, oid::kAnyExtendedKeyUsage);
    });
  });
}

// Critical when there is no subject (RFC 5280 s4.1.2.6).
void PutSubjectAltName(DerWriter& writer, const CertificateSpec& spec) {
  if (spec.dns_names.empty() && spec.ip_addresses.empty()) return;
  PutExtension(writer, oid::kSubjectAltName, spec.subject.empty(), [&] {
    writer.Element(der::kSequence, [&] {
      for (std::string_view name : spec.dns_names) {
        writer.Element(der::Context(2, false), AsBytes(name));
      }
      for (Bytes address : spec.ip_addresses) writer.Element(der::Context(7, false), address);
    });
  });
}

void PutKeyIdentifiers(DerWriter& writer, const CertificateSpec& spec) {
  if (!spec.subject_key_id.empty()) {
    PutExtension(writer, oid::kSubjectKeyIdentifier, false,
                 [&] { writer.Element(der::kOctetString, spec.subject_key_id); });
  }
  if (!spec.authority_key_id.empty()) {
    PutExtension(writer, oid::kAuthorityKeyIdentifier, false, [&] {
      writer.Element(der::kSequence,
                     [&] { writer.Element(der::Context(0, false), spec.authority_key_id); });
    });
  }
}

void PutExtensions(DerWriter& writer, const CertificateSpec& spec) {
  PutUsage(writer, spec);
  PutPurposes(writer, spec);
  PutSubjectAltName(writer, spec);
  PutKeyIdentifiers(writer, spec);
  for (const Extension& extension : spec.more) {
    PutExtension(writer, extension.oid, extension.critical, [&] { writer.Raw(extension.value); });
  }
}

bool HasExtensions(const CertificateSpec& spec) {
  return spec.ca || spec.key_usage || spec.purposes != KeyPurpose::kNone ||
         !spec.dns_names.empty() || !spec.ip_addresses.empty() || !spec.subject_key_id.empty() ||
         !spec.authority_key_id.empty() || !spec.more.empty();
}

}  // namespace

Result<FixedBytes<20>> KeyIdentifier(const crypto::HashAlgorithm& sha256, Bytes public_key) {
  MERLON_ASSIGN_OR_RETURN(const PublicKeyInfo info, PublicKeyInfo::Parse(public_key));
  return FixedBytes<20>(Slice(crypto::HashOf(sha256, info.key).view(), 0, 20));
}

Result<size_t> WriteName(std::string_view common_name, MutableBytes out) {
  DerWriter writer(out);
  PutName(writer, common_name);
  return writer.Finish();
}

Result<size_t> WriteTbsCertificate(const CertificateSpec& spec, crypto::SignAlg algorithm,
                                   MutableBytes out) {
  MERLON_ASSIGN_OR_RETURN(const Bytes identifier, SignatureAlgorithmIdentifier(algorithm));
  DerWriter writer(out);
  writer.Element(der::kSequence, [&] {
    writer.Element(der::Context(0, true), [&] { writer.SmallInteger(2); });  // v3
    writer.UnsignedInteger(spec.serial);
    writer.Raw(identifier);
    if (spec.issuer.empty()) PutName(writer, spec.subject);
    writer.Raw(spec.issuer);
    writer.Element(der::kSequence, [&] {
      PutTime(writer, spec.not_before);
      PutTime(writer, spec.not_after);
    });
    PutName(writer, spec.subject);
    writer.Raw(spec.public_key);
    if (!HasExtensions(spec)) return;
    writer.Element(der::Context(3, true),
                   [&] { writer.Element(der::kSequence, [&] { PutExtensions(writer, spec); }); });
  });
  return writer.Finish();
}

Result<size_t> WriteSigned(Bytes tbs, crypto::SignAlg algorithm, Bytes signature,
                           MutableBytes out) {
  MERLON_ASSIGN_OR_RETURN(const Bytes identifier, SignatureAlgorithmIdentifier(algorithm));
  DerWriter writer(out);
  writer.Element(der::kSequence, [&] {
    writer.Raw(tbs);
    writer.Raw(identifier);
    writer.BitString(signature);
  });
  return writer.Finish();
}

Result<size_t> WriteCertificate(const CertificateSpec& spec, const crypto::BoundSigningKey& signer,
                                crypto::Rng& rng, MutableBytes out) {
  constexpr size_t kFront = 8;  // the header of the whole, which comes before
  if (out.size() < kFront) return NoSpace();
  const MutableBytes room = Slice(out, kFront);
  MERLON_ASSIGN_OR_RETURN(const size_t tbs_size,
                          WriteTbsCertificate(spec, signer.algorithm(), room));
  const Bytes tbs = Slice(Bytes(room), 0, tbs_size);
  std::array<uint8_t, crypto::kMaxSignatureSize> signature;
  MERLON_ASSIGN_OR_RETURN(const size_t size, signer.Sign(tbs, rng, absl::MakeSpan(signature)));
  return WriteSigned(tbs, signer.algorithm(), Bytes(signature.data(), size), out);
}

}  // namespace merlon::x509
