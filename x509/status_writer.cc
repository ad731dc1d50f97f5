// SPDX-License-Identifier: Apache-2.0
#include "x509/status_writer.h"

#include <array>

#include "x509/extension_writer.h"
#include "x509/oid.h"
#include "x509/signature_algorithm.h"
#include "x509/time.h"

namespace merlon::x509 {
namespace {

void PutTime(DerWriter& writer, UnixTime time) {
  const EncodedTime encoded = EncodeTime(time);
  writer.Element(encoded.tag, encoded.contents());
}

void PutReason(DerWriter& writer, CrlReason reason) {
  const uint8_t octet = static_cast<uint8_t>(reason);
  writer.Element(der::kEnumerated, Bytes(&octet, 1));
}

void PutEntry(DerWriter& writer, const CrlEntry& entry) {
  writer.Element(der::kSequence, [&] {
    writer.UnsignedInteger(entry.serial);
    PutTime(writer, entry.date);
    // RFC 5280 s5.3.1: "SHOULD be absent instead of using the unspecified (0) reasonCode value".
    const bool has_reason = entry.reason != CrlReason::kUnspecified;
    if (!has_reason && entry.certificate_issuer.empty()) return;
    writer.Element(der::kSequence, [&] {
      if (has_reason) {
        PutExtension(writer, oid::kReasonCode, false, [&] { PutReason(writer, entry.reason); });
      }
      if (!entry.certificate_issuer.empty()) {
        PutExtension(writer, oid::kCertificateIssuer, true,
                     [&] { writer.Element(der::kSequence, entry.certificate_issuer); });
      }
    });
  });
}

// RFC 5280 s5.2.5; what has its default is left out.
void PutScope(DerWriter& writer, const IssuingDistributionPoint& scope) {
  const auto flag = [&](uint8_t n, bool value) {
    const uint8_t octet = 0xff;
    if (value) writer.Element(der::Context(n, false), Bytes(&octet, 1));
  };
  writer.Element(der::kSequence, [&] {
    if (!scope.name.empty()) {
      const bool full = !scope.name.full.empty();
      writer.Element(der::Context(0, true), [&] {
        writer.Element(der::Context(full ? 0 : 1, true),
                       full ? scope.name.full : scope.name.relative);
      });
    }
    flag(1, scope.only_users);
    flag(2, scope.only_cas);
    if (scope.reasons != kAllReasons) {
      std::array<uint8_t, 8> bits;
      DerWriter named{absl::MakeSpan(bits)};
      named.NamedBits(scope.reasons);
      // An implicit tag in place of BIT STRING's.
      writer.Element(der::Context(3, false), Slice(Bytes(bits), 2, named.size() - 2));
    }
    flag(4, scope.indirect);
    flag(5, scope.only_attributes);
  });
}

void PutCrlExtensions(DerWriter& writer, const CrlSpec& spec) {
  if (!spec.authority_key_id.empty()) {
    PutExtension(writer, oid::kAuthorityKeyIdentifier, false, [&] {
      writer.Element(der::kSequence,
                     [&] { writer.Element(der::Context(0, false), spec.authority_key_id); });
    });
  }
  if (!spec.number.empty()) {
    PutExtension(writer, oid::kCrlNumber, false, [&] { writer.UnsignedInteger(spec.number); });
  }
  if (spec.base_number) {
    PutExtension(writer, oid::kDeltaCrlIndicator, true,
                 [&] { writer.UnsignedInteger(*spec.base_number); });
  }
  if (spec.scope != nullptr) {
    PutExtension(writer, oid::kIssuingDistributionPoint, true,
                 [&] { PutScope(writer, *spec.scope); });
  }
}

// RFC 6960 s4.2.1: always GeneralizedTime.
void PutGeneralizedTime(DerWriter& writer, UnixTime time) {
  const EncodedTime encoded = EncodeTime(time);
  writer.Element(der::kGeneralizedTime, [&] {
    const Bytes text = encoded.contents();
    // RFC 5280 s4.1.2.5.1: UTCTime's years from 50 on are of the 20th century.
    if (encoded.tag == der::kUtcTime) writer.Raw(AsBytes(text[0] >= '5' ? "19" : "20"));
    writer.Raw(text);
  });
}

void PutSingleResponse(DerWriter& writer, const OcspSingleResponse& single) {
  writer.Element(der::kSequence, [&] {
    writer.Element(der::kSequence, [&] {
      writer.Element(der::kSequence, [&] {
        writer.Element(der::kOid, single.id.hash);
        writer.Element(der::kNull, Bytes());
      });
      writer.Element(der::kOctetString, single.id.issuer_name_hash);
      writer.Element(der::kOctetString, single.id.issuer_key_hash);
      writer.UnsignedInteger(single.id.serial);
    });
    if (single.status == CertificateStatus::kRevoked) {
      writer.Element(der::Context(1, true), [&] {
        PutGeneralizedTime(writer, single.revoked_at);
        if (single.reason == CrlReason::kUnspecified) return;
        writer.Element(der::Context(0, true), [&] { PutReason(writer, single.reason); });
      });
    } else {
      const uint8_t n = single.status == CertificateStatus::kGood ? 0 : 2;
      writer.Element(der::Context(n, false), Bytes());
    }
    PutGeneralizedTime(writer, single.this_update);
    if (!single.next_update) return;
    writer.Element(der::Context(0, true), [&] { PutGeneralizedTime(writer, *single.next_update); });
  });
}

void PutResponseData(DerWriter& writer, const OcspResponseSpec& spec) {
  writer.Element(der::kSequence, [&] {
    if (!spec.responder_name.empty()) {
      writer.Element(der::Context(1, true), spec.responder_name);
    } else {
      writer.Element(der::Context(2, true),
                     [&] { writer.Element(der::kOctetString, spec.responder_key_hash); });
    }
    PutGeneralizedTime(writer, spec.produced_at);
    writer.Element(der::kSequence, [&] {
      for (const OcspSingleResponse& single : spec.responses) PutSingleResponse(writer, single);
    });
    if (spec.nonce.empty()) return;
    writer.Element(der::Context(1, true), [&] {
      writer.Element(der::kSequence, [&] {
        PutExtension(writer, oid::kOcspNonce, false,
                     [&] { writer.Element(der::kOctetString, spec.nonce); });
      });
    });
  });
}

}  // namespace

Result<size_t> WriteCrl(const CrlSpec& spec, const crypto::BoundSigningKey& signer,
                        crypto::Rng& rng, MutableBytes out) {
  MERLON_ASSIGN_OR_RETURN(const Bytes algorithm,
                          SignatureAlgorithmIdentifier(signer.algorithm(), signer.key_type()));
  if (out.size() < kSignedFront) return NoSpace();
  DerWriter writer(Slice(out, kSignedFront));
  writer.Element(der::kSequence, [&] {
    writer.SmallInteger(1);  // v2
    writer.Raw(algorithm);
    writer.Raw(spec.issuer);
    PutTime(writer, spec.this_update);
    if (spec.next_update) PutTime(writer, *spec.next_update);
    if (!spec.entries.empty()) {
      writer.Element(der::kSequence, [&] {
        for (const CrlEntry& entry : spec.entries) PutEntry(writer, entry);
      });
    }
    if (spec.authority_key_id.empty() && spec.number.empty() && !spec.base_number &&
        spec.scope == nullptr) {
      return;
    }
    writer.Element(der::Context(0, true), [&] {
      writer.Element(der::kSequence, [&] { PutCrlExtensions(writer, spec); });
    });
  });
  MERLON_ASSIGN_OR_RETURN(const size_t size, writer.Finish());
  return SignInPlace(size, signer, rng, out);
}

Result<size_t> WriteOcspResponse(const OcspResponseSpec& spec,
                                 const crypto::BoundSigningKey& signer, crypto::Rng& rng,
                                 MutableBytes out) {
  // More than comes before the data and, with the algorithm (PSS: 67 bytes), before the signature:
  // both are made where they are not in the way, and moved forward.
  constexpr size_t kFront = 128;
  MERLON_ASSIGN_OR_RETURN(const Bytes algorithm,
                          SignatureAlgorithmIdentifier(signer.algorithm(), signer.key_type()));
  if (out.size() < kFront) return NoSpace();
  DerWriter data(Slice(out, kFront));
  PutResponseData(data, spec);
  MERLON_ASSIGN_OR_RETURN(const size_t data_size, data.Finish());
  const Bytes tbs = Slice(Bytes(out), kFront, data_size);
  const MutableBytes signature = Slice(out, kFront + data_size);
  MERLON_ASSIGN_OR_RETURN(const size_t size, signer.Sign(tbs, rng, signature));
  DerWriter writer(out);
  writer.Element(der::kSequence, [&] {
    const uint8_t successful = 0;
    writer.Element(der::kEnumerated, Bytes(&successful, 1));
    writer.Element(der::Context(0, true), [&] {
      writer.Element(der::kSequence, [&] {
        writer.Element(der::kOid, oid::kOcspBasic);
        writer.Element(der::kOctetString, [&] {
          writer.Element(der::kSequence, [&] {
            writer.Raw(tbs);
            writer.Raw(algorithm);
            writer.BitString(Slice(Bytes(signature), 0, size));
            if (spec.certificates.empty()) return;
            writer.Element(der::Context(0, true), [&] {
              writer.Element(der::kSequence, [&] {
                for (Bytes certificate : spec.certificates) writer.Raw(certificate);
              });
            });
          });
        });
      });
    });
  });
  return writer.Finish();
}

}  // namespace merlon::x509
