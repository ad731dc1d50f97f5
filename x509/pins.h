// SPDX-License-Identifier: Apache-2.0
// Pins: keys by the SHA-256 of their SubjectPublicKeyInfo (RFC 7469 s2.4), as what is trusted or as
// what a path must hold besides; and the options of the device profile.
#pragma once
#include <array>

#include "crypto/hash.h"
#include "x509/verify_path.h"

namespace merlon::x509 {

using SpkiPin = std::array<uint8_t, 32>;
// Of a SubjectPublicKeyInfo, whole DER.
SpkiPin PinOf(const crypto::HashAlgorithm& sha256, Bytes public_key);

// PinnedAnchors looks at this many of the certificates presented.
inline constexpr size_t kMaxPinnedLook = 16;

// The anchors of one verification that trusts keys: each certificate presented whose key is pinned
// is one, be it the leaf or a CA's. It is held to what it says about itself, as an anchor that is a
// certificate is; a server that leaves its root out is trusted by the key of an intermediate.
// Behind them come those of `others`, if given. All is borrowed. RAM: one TrustAnchor.
class PinnedAnchors final : public TrustStore {
 public:
  PinnedAnchors(absl::Span<const SpkiPin> pins, absl::Span<const Bytes> presented,
                const crypto::HashAlgorithm& sha256, const TrustStore* others = nullptr)
      : pins_(pins), presented_(presented), sha256_(sha256), others_(others) {}
  // One at a time: what it gave is gone with the next call.
  const TrustAnchor* FindBySubject(Bytes subject, size_t index) const override;

 private:
  absl::Span<const SpkiPin> pins_;
  absl::Span<const Bytes> presented_;
  const crypto::HashAlgorithm& sha256_;
  const TrustStore* others_;
  mutable TrustAnchor found_;
};

// For VerifyOptions::path_check: of the keys on the path, that of the anchor among them, one must
// be pinned (RFC 7469 s2.6), else kNotPinned, about the leaf; then `next` is asked, if given.
class RequirePin final : public PathCheck {
 public:
  RequirePin(absl::Span<const SpkiPin> pins, const crypto::HashAlgorithm& sha256,
             const PathCheck* next = nullptr)
      : pins_(pins), sha256_(sha256), next_(next) {}
  Result<void> Check(const CertificatePath& path, const VerifyOptions& options, WorkBudget* budget,
                     size_t* culprit) const override;

 private:
  absl::Span<const SpkiPin> pins_;
  const crypto::HashAlgorithm& sha256_;
  const PathCheck* next_;
};

// The device profile: roots in flash, or pins, and no clock that can be trusted. `minimum_time` is
// one that has passed for certain, as that of the firmware's build: a certificate whose notAfter is
// before it is refused, one whose notBefore lies behind it is not. Nothing else is known of the
// time: what expires after the build is taken for ever. At most 2 intermediates, 4 signatures, 64
// certificates looked at, 1024 comparisons with name constraints.
VerifyOptions DeviceOptions(UnixTime minimum_time, std::string_view server_name,
                            const crypto::DriverTable& drivers);

}  // namespace merlon::x509
