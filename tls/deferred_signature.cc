// SPDX-License-Identifier: Apache-2.0
#include "tls/deferred_signature.h"

namespace merlon::tls {
namespace {

// The key that is to sign; null: it is no signature, or the credential has none for the scheme.
const crypto::BoundSigningKey* KeyOf(const Pending& pending) {
  const auto* const request = std::get_if<Sign>(&pending.request);
  if (request == nullptr) return nullptr;
  for (const SigningKey& key : request->credential->signing_keys) {
    if (key.scheme->id == request->scheme) return &key.key;
  }
  return nullptr;
}

// The owner has too many calls: not now.
bool IsFull(const Result<crypto::KeyCall>& call) {
  return !call.ok() && call.error() == Misuse(Code::kTooManyKeys);
}

}  // namespace

bool DeferredSignature::Take(const Pending& pending) {
  const crypto::BoundSigningKey* const key = KeyOf(pending);
  if (waiting_ || key == nullptr || key->max_signature_size() > signature_.size()) return false;
  Result<crypto::KeyCall> call = key->Start(std::get<Sign>(pending.request).message);
  // Other errors LocalOperations finds again, and says.
  if (!call.ok() && !IsFull(call)) return false;
  waiting_ = pending.id;
  if (call.ok()) call_.emplace(*std::move(call));
  return true;
}

std::optional<OpResult> DeferredSignature::Go(absl::Span<const Pending> operations) {
  if (!call_) {
    for (const Pending& pending : operations) {
      if (pending.id != *waiting_) continue;
      waiting_.reset();
      if (Take(pending)) return std::nullopt;
      waiting_ = pending.id;
    }
    return OpFailed{};
  }
  const Result<std::optional<size_t>> size = call_->Resume(MutableBytes(signature_));
  if (!size.ok()) return OpFailed{};
  if (!size->has_value()) return std::nullopt;
  return Signature{Slice(Bytes(signature_), 0, **size)};
}

}  // namespace merlon::tls
