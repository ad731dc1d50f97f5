// SPDX-License-Identifier: Apache-2.0
#include "x509/request.h"

#include "x509/der.h"
#include "x509/error.h"
#include "x509/name.h"
#include "x509/oid.h"
#include "x509/signed.h"
#include "x509/verify_path.h"

namespace merlon::x509 {
namespace {

Error BadDer() { return CertificateError(Code::kBadDer); }
Error Bad() { return CertificateError(Code::kBadRequest); }

}  // namespace

Result<Request> Request::Parse(Bytes der) {
  Request out;
  MERLON_ASSIGN_OR_RETURN(const SignedDer parts, SignedDer::Parse(der));
  out.tbs_ = parts.tbs;
  out.signature_algorithm_ = parts.algorithm;
  out.signature_ = parts.signature;
  // CertificationRequestInfo, s4.1: version 0, and attributes [0], there even if empty.
  DerReader reader(parts.contents);
  uint32_t version;
  Bytes contents, key, attributes;
  if (!reader.SmallInteger(&version)) return BadDer();
  if (version != 0) return Bad();
  if (!reader.Element(der::kSequence, &contents, &out.subject_) || !IsName(out.subject_) ||
      !reader.Element(der::kSequence, &contents, &key)) {
    return BadDer();
  }
  MERLON_ASSIGN_OR_RETURN(out.public_key_, PublicKeyInfo::Parse(key));
  if (!reader.Element(der::Context(0, true), &attributes) || !reader.done()) return BadDer();
  MERLON_TRY(out.ParseAttributes(attributes));
  return out;
}

// Others than extensionRequest are passed over.
Result<void> Request::ParseAttributes(Bytes contents) {
  for (DerReader reader(contents); !reader.done();) {
    DerReader fields{Bytes()};
    Bytes id, values, list;
    if (!reader.Sequence(&fields) || !ReadOid(fields, &id) || !fields.Element(der::kSet, &values) ||
        !fields.done()) {
      return BadDer();
    }
    if (id != Bytes(oid::kExtensionRequest)) continue;
    // RFC 2985 s5.4.2: "SINGLE VALUE TRUE".
    DerReader value(values);
    if (!extensions_.all.empty() || !value.Element(der::kSequence, &list) || !value.done()) {
      return Bad();
    }
    const Result<Extensions> parsed = Extensions::Parse(list);
    if (!parsed.ok()) return Bad();
    extensions_ = *parsed;
  }
  return {};
}

Result<void> Request::CheckSignature(const crypto::DriverTable& drivers) const {
  return x509::CheckSignature(signature_algorithm_, tbs_, signature_, public_key_, drivers);
}

Result<size_t> WriteRequest(const CertificateSpec& spec, const crypto::BoundSigningKey& signer,
                            crypto::Rng& rng, MutableBytes out) {
  if (out.size() < kSignedFront) return NoSpace();
  DerWriter writer(Slice(out, kSignedFront));
  writer.Element(der::kSequence, [&] {
    writer.SmallInteger(0);
    WriteSubject(writer, spec);
    writer.Raw(spec.public_key);
    writer.Element(der::Context(0, true), [&] {
      if (!HasExtensions(spec)) return;
      writer.Element(der::kSequence, [&] {
        writer.Element(der::kOid, oid::kExtensionRequest);
        writer.Element(der::kSet, [&] {
          writer.Element(der::kSequence, [&] { WriteExtensions(writer, spec); });
        });
      });
    });
  });
  MERLON_ASSIGN_OR_RETURN(const size_t size, writer.Finish());
  return SignInPlace(size, signer, rng, out);
}

}  // namespace merlon::x509
