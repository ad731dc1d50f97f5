// SPDX-License-Identifier: Apache-2.0
#include "x509/pins.h"

#include <algorithm>

namespace merlon::x509 {
namespace {

bool IsPinned(absl::Span<const SpkiPin> pins, const crypto::HashAlgorithm& sha256,
              Bytes public_key) {
  return std::ranges::find(pins, PinOf(sha256, public_key)) != pins.end();
}

}  // namespace

SpkiPin PinOf(const crypto::HashAlgorithm& sha256, Bytes public_key) {
  if (sha256.size != sizeof(SpkiPin)) __builtin_trap();
  SpkiPin pin;
  crypto::Hasher hasher(sha256);
  hasher.Update(public_key);
  hasher.Finish(absl::MakeSpan(pin));
  return pin;
}

const TrustAnchor* PinnedAnchors::FindBySubject(Bytes subject, size_t index) const {
  size_t before = 0;
  for (size_t i = 0; i < std::min(presented_.size(), kMaxPinnedLook); ++i) {
    const Result<Certificate> parsed = Certificate::Parse(presented_[i]);
    if (!parsed.ok() || !NamesEqual(parsed->subject(), subject) ||
        !IsPinned(pins_, sha256_, parsed->public_key().der) || before++ != index) {
      continue;
    }
    found_ = TrustAnchor(*parsed);
    return &found_;
  }
  return others_ == nullptr ? nullptr : others_->FindBySubject(subject, index - before);
}

Result<void> RequirePin::Check(const CertificatePath& path, const VerifyOptions& options,
                               WorkBudget* budget, size_t* culprit) const {
  *culprit = 0;
  bool pinned = IsPinned(pins_, sha256_, path.anchor->public_key().der);
  for (const Certificate& certificate : path.certificates) {
    pinned = pinned || IsPinned(pins_, sha256_, certificate.public_key().der);
  }
  if (!pinned) return CertificateError(Code::kNotPinned);
  return next_ == nullptr ? Result<void>() : next_->Check(path, options, budget, culprit);
}

VerifyOptions DeviceOptions(UnixTime minimum_time, std::string_view server_name,
                            const crypto::DriverTable& drivers) {
  VerifyOptions options;
  options.now = minimum_time;
  options.now_is_a_minimum = true;
  options.server_name = server_name;
  options.drivers = drivers;
  options.budget = {
      .signature_checks = 4, .path_steps = 64, .name_comparisons = 1024, .list_entries = 1024};
  options.max_path_length = 2;
  return options;
}

}  // namespace merlon::x509
