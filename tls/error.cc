// SPDX-License-Identifier: Apache-2.0
// The table of all error codes, in the order of crypto/base/error.h, and the names of the alerts.
#include "tls/error.h"

namespace merlon::tls {
namespace {

struct Row {
  Code code;
  Explanation text;
};

constexpr Row kRows[] = {
    // Any layer
    {Code::kTruncated, {"A structure ends before its fields do.", "RFC 9846 s6.2"}},
    {Code::kTrailingData, {"Bytes follow where a structure ends.", "RFC 9846 s6.2"}},
    {Code::kIllegalValue,
     {"A field is well formed, but its value is not allowed here.", "RFC 9846 s6.2"}},
    {Code::kNoSpace, {"The memory that was given for this is too small.", ""}},
    {Code::kInternal, {"Something that cannot happen did: a defect.", ""}},
    {Code::kMisuse, {"The call is not allowed now, or an argument is out of range.", ""}},

    // crypto/
    {Code::kStaleHandle, {"The key does not exist, or no longer.", ""}},
    {Code::kNotPermitted, {"The usage policy of the key forbids this operation.", ""}},
    {Code::kUnsupported, {"No driver supports this operation.", ""}},
    {Code::kBadKey, {"The key material is malformed or invalid.", ""}},
    {Code::kBadSignature, {"The signature does not verify.", ""}},
    {Code::kBadMac,
     {"An authentication tag does not verify: the data was changed, or the keys differ.",
      "RFC 9846 s5.2"}},
    {Code::kBadPublicValue,
     {"A key exchange value is invalid, or gives a shared secret of zeros.", "RFC 9846 s7.4"}},
    {Code::kEntropyFailure, {"The source of entropy failed.", "NIST SP 800-90B s4.3"}},
    {Code::kFaultDetected, {"A result did not pass its own check; nothing was released.", ""}},
    {Code::kTooManyKeys, {"Every slot of the key store is taken.", ""}},
    {Code::kAeadLimit, {"The key has protected as many records as it may.", "RFC 9846 s5.5"}},
    {Code::kKeyExists, {"A key of this name exists already.", ""}},
    {Code::kNoSuchKey, {"There is no key of this name.", ""}},
    {Code::kBadRecord, {"The key at rest is damaged, or is sealed under another store key.", ""}},
    {Code::kRolledBack, {"The key at rest is older than the one that was stored last.", ""}},
    {Code::kStorageFailure, {"What the keys rest in cannot be read or written.", ""}},
    {Code::kUnreachable, {"Who holds the key does not answer, or not in time.", ""}},
    {Code::kBadPin, {"The token does not take its PIN: wrong, missing, expired or locked.", ""}},

    // x509/
    {Code::kBadDer, {"The encoding is not strict DER.", "ITU-T X.690 s10"}},
    {Code::kBadCertificate, {"The DER is not that of a certificate.", "RFC 5280 s4.1"}},
    {Code::kBadPem, {"The text is not PEM, or lacks the block that is wanted.", "RFC 7468 s3"}},
    {Code::kUnknownIssuer,
     {"No chain leads from the certificate to a trust anchor.", "RFC 5280 s6.1"}},
    {Code::kExpired, {"A certificate of the chain has expired.", "RFC 5280 s4.1.2.5"}},
    {Code::kNotYetValid, {"A certificate of the chain is not valid yet.", "RFC 5280 s4.1.2.5"}},
    {Code::kNotACa,
     {"A certificate that issued another is not allowed to issue.", "RFC 5280 s6.1.4"}},
    {Code::kPathTooLong,
     {"The chain is longer than one of its issuers allows.", "RFC 5280 s4.2.1.9"}},
    {Code::kBadKeyUsage,
     {"The certificate's key usage does not allow this use.", "RFC 5280 s4.2.1.3"}},
    {Code::kBadExtendedKeyUsage,
     {"The certificate's extended key usage does not allow this role.", "RFC 5280 s4.2.1.12"}},
    {Code::kNameMismatch,
     {"The certificate is not for the name that was asked for.", "RFC 9525 s6"}},
    {Code::kUnknownCriticalExtension,
     {"A certificate has a critical extension that is not understood.", "RFC 5280 s4.2"}},
    {Code::kNameConstraint,
     {"A name in the chain breaks a name constraint of an issuer.", "RFC 5280 s4.2.1.10"}},
    {Code::kUnsupportedAlgorithm,
     {"A certificate uses a key or signature algorithm that is not enabled.", "RFC 9846 s4.4.2.4"}},
    {Code::kWorkBudget,
     {"To verify the chain would take more work than is allowed.", "RFC 5280 s8"}},
    {Code::kNoValidPolicy,
     {"No certificate policy that is acceptable holds for the whole chain.", "RFC 9618 s5"}},
    {Code::kRevoked, {"A certificate of the chain is revoked.", "RFC 5280 s6.3"}},
    {Code::kRevocationUnknown,
     {"Nothing tells whether a certificate of the chain is revoked.", "RFC 5280 s6.3.3"}},
    {Code::kBadCrl, {"A certificate revocation list is malformed.", "RFC 5280 s5"}},
    {Code::kBadOcspResponse,
     {"An OCSP response is malformed, or gives no answer.", "RFC 6960 s4.2.1"}},
    {Code::kNotPinned, {"No key of the certificate path is pinned.", "RFC 7469 s2.6"}},
    {Code::kBadRequest, {"A certification request is malformed.", "RFC 2986 s4"}},
    {Code::kBadPassword,
     {"The password is not that of the encrypted key, or the key is damaged.", "RFC 8018 s6.2"}},
    {Code::kDistrusted,
     {"The trust anchor is not trusted for certificates issued since a certain day.", ""}},

    // record/
    {Code::kRecordOverflow, {"A record is longer than records may be.", "RFC 9846 s5.2"}},
    {Code::kBadRecordType, {"A record has a type that is not expected.", "RFC 9846 s5"}},
    {Code::kBadRecordVersion, {"A record has a version that no TLS has.", "RFC 9846 s5.1"}},
    {Code::kBadPadding, {"A protected record holds nothing but padding.", "RFC 9846 s5.4"}},
    {Code::kEmptyRecord, {"A handshake or alert record is empty.", "RFC 9846 s5.1"}},
    {Code::kTooManyEmptyRecords,
     {"More records without content came than are tolerated.", "RFC 9846 s5.4"}},
    {Code::kMessageTooLarge, {"A handshake message is larger than the limit.", "RFC 9846 s4"}},
    {Code::kInterleaved,
     {"Another kind of record came between the parts of a handshake message.", "RFC 9846 s5.1"}},
    {Code::kKeyChangeInMessage, {"A handshake message spans a change of keys.", "RFC 9846 s5.1"}},
    {Code::kDuplicateFragment,
     {"Two fragments of a handshake message contradict each other.", "RFC 9147 s5.5"}},
    {Code::kTooManyBadRecords,
     {"More records failed authentication than the AEAD can bear.", "RFC 9147 s4.5.3"}},

    // tls/
    {Code::kUnexpectedMessage, {"A message came that is not legal now.", "RFC 9846 s6.2"}},
    {Code::kStaleOperation, {"The answer is to an operation that does not wait for it.", ""}},
    {Code::kOutsideProfile, {"The handshake needs what this build left out.", ""}},
    {Code::kOperationFailed, {"An operation that the engine asked for failed.", ""}},
    {Code::kClosedByAlert, {"The peer ended the connection with a fatal alert.", "RFC 9846 s6.2"}},
    {Code::kClosed, {"This side has closed the connection: nothing can be sent.", "RFC 9846 s6.1"}},
    {Code::kTruncatedByTransport,
     {"The transport ended without close_notify: data may be missing.", "RFC 9846 s6.1"}},
    {Code::kProtocolVersion,
     {"The peer offers no protocol version that is enabled.", "RFC 9846 s4.2.1"}},
    {Code::kMissingExtension,
     {"An extension that the handshake needs is missing.", "RFC 9846 s9.2"}},
    {Code::kUnsupportedExtension,
     {"The peer answered an extension that was not offered.", "RFC 9846 s4.2"}},
    {Code::kDuplicateExtension, {"An extension stands in a message twice.", "RFC 9846 s4.2"}},
    {Code::kExtensionNotAllowed,
     {"An extension stands in a message where it may not.", "RFC 9846 s4.2"}},
    {Code::kNoSharedCipherSuite, {"The peers have no cipher suite in common.", "RFC 9846 s4.1.1"}},
    {Code::kNoSharedGroup, {"The peers have no key exchange group in common.", "RFC 9846 s4.1.1"}},
    {Code::kNoSharedSignatureScheme,
     {"No credential fits the signature schemes of the peer.", "RFC 9846 s4.4.2.2"}},
    {Code::kNoApplicationProtocol,
     {"The peers have no application protocol in common.", "RFC 7301 s3.2"}},
    {Code::kUnrecognizedName, {"The server name is invalid, or not known here.", "RFC 6066 s3"}},
    {Code::kBadFinished,
     {"The peer's Finished does not verify: the handshakes differ.", "RFC 9846 s4.4.4"}},
    {Code::kBadBinder, {"The binder of a pre-shared key does not verify.", "RFC 9846 s4.2.11.2"}},
    {Code::kCertificateRequired,
     {"The client sent no certificate, and one is required.", "RFC 9846 s4.4.2.4"}},
    {Code::kBadPeerSignature,
     {"The peer's signature over the handshake does not verify.", "RFC 9846 s4.4.3"}},
    {Code::kDowngrade,
     {"The server's random says that the version was forced down.", "RFC 9846 s4.1.3"}},
    {Code::kInconsistentRetry,
     {"A second hello contradicts the first.", "RFC 9846 s4.1.2, s4.1.4"}},
    {Code::kUnknownPskIdentity,
     {"No pre-shared key that is known here was offered.", "RFC 9846 s6.2"}},
    {Code::kTooManyMessages,
     {"More key updates, tickets or empty messages came than are tolerated.", ""}},
    {Code::kHandshakeTimeout,
     {"The peer did not answer, however often the flight was sent.", "RFC 9147 s5.8"}},
    {Code::kBadAlert, {"An alert is malformed, or of an unknown level.", "RFC 9846 s6"}},
    {Code::kRenegotiation, {"The peer asks to renegotiate, which is not done.", "RFC 9846 s4.1.2"}},
    {Code::kVerificationRefused, {"The application does not accept the peer's certificate.", ""}},
    {Code::kBadConfig, {"The configuration contradicts itself, or lacks something.", ""}},
};

struct AlertRow {
  Alert alert;
  std::string_view name;
};

// RFC 9846 s6, RFC 5246 s7.2, RFC 9147 s9 (too_many_cids_requested), RFC 9849 s5 (ech_required).
constexpr AlertRow kAlerts[] = {
    {Alert::kCloseNotify, "close_notify"},
    {Alert::kUnexpectedMessage, "unexpected_message"},
    {Alert::kBadRecordMac, "bad_record_mac"},
    {Alert::kRecordOverflow, "record_overflow"},
    {Alert::kHandshakeFailure, "handshake_failure"},
    {Alert::kBadCertificate, "bad_certificate"},
    {Alert::kUnsupportedCertificate, "unsupported_certificate"},
    {Alert::kCertificateRevoked, "certificate_revoked"},
    {Alert::kCertificateExpired, "certificate_expired"},
    {Alert::kCertificateUnknown, "certificate_unknown"},
    {Alert::kIllegalParameter, "illegal_parameter"},
    {Alert::kUnknownCa, "unknown_ca"},
    {Alert::kAccessDenied, "access_denied"},
    {Alert::kDecodeError, "decode_error"},
    {Alert::kDecryptError, "decrypt_error"},
    {Alert::kTooManyCidsRequested, "too_many_cids_requested"},
    {Alert::kProtocolVersion, "protocol_version"},
    {Alert::kInsufficientSecurity, "insufficient_security"},
    {Alert::kInternalError, "internal_error"},
    {Alert::kInappropriateFallback, "inappropriate_fallback"},
    {Alert::kUserCanceled, "user_canceled"},
    {Alert::kNoRenegotiation, "no_renegotiation"},
    {Alert::kMissingExtension, "missing_extension"},
    {Alert::kUnsupportedExtension, "unsupported_extension"},
    {Alert::kUnrecognizedName, "unrecognized_name"},
    {Alert::kBadCertificateStatusResponse, "bad_certificate_status_response"},
    {Alert::kUnknownPskIdentity, "unknown_psk_identity"},
    {Alert::kCertificateRequired, "certificate_required"},
    {Alert::kGeneralError, "general_error"},
    {Alert::kNoApplicationProtocol, "no_application_protocol"},
    {Alert::kEchRequired, "ech_required"},
    {Alert::kNone, "none"},
};

}  // namespace

Explanation Explain(Error error) {
  for (const Row& row : kRows) {
    if (row.code == error.code) return row.text;
  }
  return {"No error, or one that this build does not know.", ""};
}

std::string_view AlertName(Alert alert) {
  for (const AlertRow& row : kAlerts) {
    if (row.alert == alert) return row.name;
  }
  return "unknown";
}

}  // namespace merlon::tls
