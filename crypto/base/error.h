// SPDX-License-Identifier: Apache-2.0
// The one error type of all layers: what is wrong, what to tell the peer, who is to blame.
// Sentences about errors are not here: tls/error.h explains.
#pragma once
#include <cstdint>

namespace merlon {

// What is wrong. Values are stable; each layer has a range.
enum class Code : uint16_t {
  // Any layer. 0 is no error: that is how Result<void> fits in four bytes.
  kTruncated = 1,
  kTrailingData = 2,
  kIllegalValue = 3,
  kNoSpace = 4,
  kInternal = 5,
  kMisuse = 6,  // a call that the present state does not allow, or an argument out of range

  // crypto/
  kStaleHandle = 100,     // no such key, or it was destroyed
  kNotPermitted = 101,    // the key's usage policy forbids it
  kUnsupported = 102,     // no driver does this
  kBadKey = 103,          // malformed or invalid key material
  kBadSignature = 104,    // a signature does not verify
  kBadMac = 105,          // an authentication tag does not verify
  kBadPublicValue = 106,  // a key exchange value that is invalid, or gives an all-zero secret
  kEntropyFailure = 107,  // the entropy source failed
  kFaultDetected = 108,   // a result did not check: nothing was released
  kTooManyKeys = 109,     // every slot is taken
  kAeadLimit = 110,       // the key has protected as many records as it may
  kKeyExists = 111,       // a persistent key has this name already
  kNoSuchKey = 112,       // no persistent key, or none of another location, has this name
  kBadRecord = 113,       // a key at rest that is damaged, or was sealed under another store key
  kRolledBack = 114,      // a key at rest that is older than what the store has counted
  kStorageFailure = 115,  // what keys rest in could not be read or written
  kUnreachable = 116,     // the process or token that holds the key does not answer, or not in time
  kBadPin = 117,          // the token does not take its PIN: wrong, missing, expired or locked

  // x509/
  kBadDer = 200,          // not strict DER
  kBadCertificate = 201,  // DER, but not a certificate by RFC 5280
  kBadPem = 202,          // not PEM, or without the block that is wanted
  kUnknownIssuer = 203,   // no path to a trust anchor
  kExpired = 204,
  kNotYetValid = 205,
  kNotACa = 206,       // basicConstraints or keyUsage do not allow issuing
  kPathTooLong = 207,  // pathLenConstraint
  kBadKeyUsage = 208,  // the leaf may not be used for this
  kBadExtendedKeyUsage = 209,
  kNameMismatch = 210,  // no subjectAltName matches the name asked for
  kUnknownCriticalExtension = 211,
  kNameConstraint = 212,
  kUnsupportedAlgorithm = 213,  // signature or key algorithm that is not enabled
  kWorkBudget = 214,            // verification would take more work than allowed
  kNoValidPolicy = 215,         // no certificate policy holds for the whole path
  kRevoked = 216,
  kRevocationUnknown = 217,  // nothing that was handed in tells whether it is revoked
  kBadCrl = 218,             // DER, but not a CRL by RFC 5280
  kBadOcspResponse = 219,    // DER, but not an OCSP response by RFC 6960, or one without an answer
  kBadRequest = 220,         // DER, but not a certification request by RFC 2986
  kBadPassword = 221,        // an encrypted key does not decrypt with it, or is damaged
  kDistrusted = 222,         // its trust anchor does not answer for certificates that new
  kNotPinned = 223,          // no key of the path is one that must be on it

  // record/
  kRecordOverflow = 300,  // longer than 2^14 + 256
  kBadRecordType = 301,
  kBadRecordVersion = 302,
  kBadPadding = 303,   // an inner plaintext that is all zeros
  kEmptyRecord = 304,  // an empty handshake or alert record
  kTooManyEmptyRecords = 305,
  kMessageTooLarge = 306,     // a handshake message beyond the limit
  kInterleaved = 307,         // another record type inside a handshake message
  kKeyChangeInMessage = 308,  // a message straddles a key change
  kDuplicateFragment = 309,   // fragments of one message that contradict each other
  kTooManyBadRecords = 310,   // AEAD integrity limit (RFC 9147 s4.5.3)

  // tls/
  kUnexpectedMessage = 400,
  kStaleOperation = 401,
  kOutsideProfile = 402,
  kOperationFailed = 403,
  kClosedByAlert = 404,         // the peer sent a fatal alert; see Connection::peer_alert
  kClosed = 405,                // this side closed: nothing more can be sent
  kTruncatedByTransport = 406,  // end of transport without close_notify
  kProtocolVersion = 407,
  kMissingExtension = 408,
  kUnsupportedExtension = 409,  // an answer to what was not asked
  kDuplicateExtension = 410,
  kExtensionNotAllowed = 411,  // an extension in a message where it may not stand
  kNoSharedCipherSuite = 412,
  kNoSharedGroup = 413,
  kNoSharedSignatureScheme = 414,
  kNoApplicationProtocol = 415,
  kUnrecognizedName = 416,
  kBadFinished = 417,
  kBadBinder = 418,
  kCertificateRequired = 419,
  kBadPeerSignature = 420,
  kDowngrade = 421,          // the sentinel of RFC 9846 s4.1.3
  kInconsistentRetry = 422,  // a second ClientHello or ServerHello that contradicts the first
  kUnknownPskIdentity = 423,
  kTooManyMessages = 424,   // KeyUpdates, tickets or empty messages beyond what is tolerated
  kHandshakeTimeout = 425,  // retransmitted as often as allowed
  kBadAlert = 426,
  kRenegotiation = 427,
  kVerificationRefused = 428,  // the answerer of VerifyChain said no
  kBadConfig = 429,
};

// RFC 9846 s6 (RFC 8446 s6), and those of TLS 1.2 that are still sent.
enum class Alert : uint8_t {
  kCloseNotify = 0,
  kUnexpectedMessage = 10,
  kBadRecordMac = 20,
  kRecordOverflow = 22,
  kHandshakeFailure = 40,
  kBadCertificate = 42,
  kUnsupportedCertificate = 43,
  kCertificateRevoked = 44,
  kCertificateExpired = 45,
  kCertificateUnknown = 46,
  kIllegalParameter = 47,
  kUnknownCa = 48,
  kAccessDenied = 49,
  kDecodeError = 50,
  kDecryptError = 51,
  kTooManyCidsRequested = 52,
  kProtocolVersion = 70,
  kInsufficientSecurity = 71,
  kInternalError = 80,
  kInappropriateFallback = 86,
  kUserCanceled = 90,
  kNoRenegotiation = 100,
  kMissingExtension = 109,
  kUnsupportedExtension = 110,
  kUnrecognizedName = 112,
  kBadCertificateStatusResponse = 113,
  kUnknownPskIdentity = 115,
  kCertificateRequired = 116,
  kGeneralError = 117,
  kNoApplicationProtocol = 120,
  kEchRequired = 121,
  kNone = 255,  // nothing to tell the peer
};

// Who is to blame. kMisuse changes nothing and queues nothing; the others end the connection.
enum class Origin : uint8_t { kPeer, kLocal, kMisuse, kDriver };

struct [[nodiscard]] Error {
  Code code;
  Alert alert;
  Origin origin;
  friend constexpr bool operator==(Error, Error) = default;
};
static_assert(sizeof(Error) == 4);

constexpr Error PeerError(Code code, Alert alert) { return {code, alert, Origin::kPeer}; }
constexpr Error Misuse(Code code = Code::kMisuse) { return {code, Alert::kNone, Origin::kMisuse}; }
constexpr Error LocalError(Code code) { return {code, Alert::kInternalError, Origin::kLocal}; }
constexpr Error DriverError(Code code) { return {code, Alert::kInternalError, Origin::kDriver}; }
constexpr Error NoSpace() { return LocalError(Code::kNoSpace); }
// A message or structure that cannot be parsed (RFC 9846 s6.2, decode_error).
constexpr Error DecodeError(Code code = Code::kTruncated) {
  return PeerError(code, Alert::kDecodeError);
}
constexpr Error IllegalParameter(Code code = Code::kIllegalValue) {
  return PeerError(code, Alert::kIllegalParameter);
}

}  // namespace merlon
