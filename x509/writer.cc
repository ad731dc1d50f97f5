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

}  // namespace

void WriteSubject(DerWriter& writer, const CertificateSpec& spec) {
  if (spec.subject_name.empty()) return PutName(writer, spec.subject);
  writer.Raw(spec.subject_name);
}

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
                                   MutableBytes out, crypto::KeyType key) {
  MERLON_ASSIGN_OR_RETURN(const Bytes identifier, SignatureAlgorithmIdentifier(algorithm, key));
  DerWriter writer(out);
  writer.Element(der::kSequence, [&] {
    writer.Element(der::Context(0, true), [&] { writer.SmallInteger(2); });  // v3
    writer.UnsignedInteger(spec.serial);
    writer.Raw(identifier);
    if (spec.issuer.empty()) WriteSubject(writer, spec);
    writer.Raw(spec.issuer);
    writer.Element(der::kSequence, [&] {
      PutTime(writer, spec.not_before);
      PutTime(writer, spec.not_after);
    });
    WriteSubject(writer, spec);
    writer.Raw(spec.public_key);
    if (!HasExtensions(spec)) return;
    writer.Element(der::Context(3, true),
                   [&] { writer.Element(der::kSequence, [&] { WriteExtensions(writer, spec); }); });
  });
  return writer.Finish();
}

Result<size_t> WriteSigned(Bytes tbs, crypto::SignAlg algorithm, Bytes signature, MutableBytes out,
                           crypto::KeyType key) {
  MERLON_ASSIGN_OR_RETURN(const Bytes identifier, SignatureAlgorithmIdentifier(algorithm, key));
  DerWriter writer(out);
  writer.Element(der::kSequence, [&] {
    writer.Raw(tbs);
    writer.Raw(identifier);
    writer.BitString(signature);
  });
  return writer.Finish();
}

namespace {

// With room for a signature, so that signers of small ones take little stack.
template <size_t kRoom>
[[gnu::noinline]] Result<size_t> SignInto(Bytes tbs, const crypto::BoundSigningKey& signer,
                                          crypto::Rng& rng, MutableBytes out) {
  std::array<uint8_t, kRoom> signature;
  MERLON_ASSIGN_OR_RETURN(const size_t size, signer.Sign(tbs, rng, absl::MakeSpan(signature)));
  return WriteSigned(tbs, signer.algorithm(), Bytes(signature.data(), size), out,
                     signer.key_type());
}

}  // namespace

Result<size_t> WriteCertificate(const CertificateSpec& spec, const crypto::BoundSigningKey& signer,
                                crypto::Rng& rng, MutableBytes out) {
  if (out.size() < kSignedFront) return NoSpace();
  MERLON_ASSIGN_OR_RETURN(
      const size_t tbs_size,
      WriteTbsCertificate(spec, signer.algorithm(), Slice(out, kSignedFront), signer.key_type()));
  return SignInPlace(tbs_size, signer, rng, out);
}

Result<size_t> SignInPlace(size_t tbs_size, const crypto::BoundSigningKey& signer, crypto::Rng& rng,
                           MutableBytes out) {
  const Bytes tbs = Slice(Bytes(out), kSignedFront, tbs_size);
  return signer.max_signature_size() <= crypto::kMaxSignatureSize
             ? SignInto<crypto::kMaxSignatureSize>(tbs, signer, rng, out)
             : SignInto<crypto::kMaxLatticeSignatureSize>(tbs, signer, rng, out);
}

}  // namespace merlon::x509
