// SPDX-License-Identifier: Apache-2.0
// What stands inside single extensions, both ways. Each Parse takes a whole body and is total:
// malformed is decode_error unless it says otherwise; views borrow from the body. Each Write writes
// a body that its Parse takes.
#pragma once
#include <string_view>

#include "crypto/base/bytes.h"
#include "crypto/base/result.h"
#include "crypto/base/writer.h"
#include "tls/ext/lists.h"

namespace merlon::tls {

// One number: supported_versions, pre_shared_key and key_share in answers, max_early_data_size.
Result<uint16_t> ParseU16(Bytes body);
void WriteU16(Writer& writer, uint16_t value);
Result<uint32_t> ParseU32(Bytes body);
void WriteU32(Writer& writer, uint32_t value);
// The body as it is: session_ticket (RFC 5077 s3.2), quic_transport_parameters (RFC 9001 s8.2).
Result<Bytes> ParseRaw(Bytes body);
void WriteRaw(Writer& writer, Bytes body);
// The content of a vector behind a 16-bit or 8-bit length, which may not be empty: cookie (RFC 9846
// s4.2.2), psk_key_exchange_modes (s4.2.9).
Result<Bytes> ParseVector16(Bytes body);
void WriteVector16(Writer& writer, Bytes content);
Result<Bytes> ParseVector8(Bytes body);
void WriteVector8(Writer& writer, Bytes content);
// renegotiated_connection, empty in a first handshake (RFC 5746 s3.2).
Result<Bytes> ParseRenegotiationInfo(Bytes body);

// At least one 16-bit number behind a 16-bit length: supported_groups (RFC 9846 s4.2.7),
// signature_algorithms and signature_algorithms_cert (s4.2.3).
Result<U16List> ParseU16List(Bytes body);
void WriteU16List(Writer& writer, U16List list);
// The same behind an 8-bit length: supported_versions of a ClientHello (s4.2.1).
Result<U16List> ParseVersions(Bytes body);
void WriteVersions(Writer& writer, U16List list);

// Exactly one host_name (RFC 6066 s3). One that is not a host_name, is empty, longer than 255 bytes
// or holds a NUL is unrecognized_name.
Result<std::string_view> ParseServerName(Bytes body);
void WriteServerName(Writer& writer, std::string_view name);
// ProtocolNameList (RFC 7301 s3.1): the checked list without its length.
Result<Bytes> ParseProtocolNames(Bytes body);
// The answer: a list of exactly one.
Result<std::string_view> ParseSelectedProtocol(Bytes body);
void WriteSelectedProtocol(Writer& writer, std::string_view name);
// client_shares: the checked list without its length; may be empty (RFC 9846 s4.2.8).
Result<Bytes> ParseKeyShares(Bytes body);
// server_share.
Result<KeyShareEntry> ParseKeyShare(Bytes body);
void WriteKeyShare(Writer& writer, const KeyShareEntry& entry);
// OfferedPsks (RFC 9846 s4.2.11), without truncated_size. Lists of different length are
// illegal_parameter.
Result<OfferedPsks> ParseOfferedPsks(Bytes body);
void WriteOfferedPsks(Writer& writer, const OfferedPsks& psks);
// The checked list of DistinguishedNames without its length, at least one (RFC 9846 s4.2.4).
Result<Bytes> ParseAuthorities(Bytes body);
// CertificateStatusRequest (RFC 6066 s8), as it is once it is well formed: its first byte is the
// type, and only of ocsp is the rest known.
Result<Bytes> ParseStatusRequest(Bytes body);
inline constexpr uint8_t kStatusTypeOcsp = 1;
// One of type ocsp with empty lists.
inline constexpr uint8_t kOcspStatusRequest[] = {kStatusTypeOcsp, 0, 0, 0, 0};
// CertificateStatus: an OCSP response of at least a byte, and no other type, for no other is asked.
Result<Bytes> ParseCertificateStatus(Bytes body);
void WriteCertificateStatus(Writer& writer, Bytes ocsp_response);
// Below 64 is illegal_parameter (RFC 8449 s4).
Result<uint16_t> ParseRecordSizeLimit(Bytes body);

}  // namespace merlon::tls
