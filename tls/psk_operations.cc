// SPDX-License-Identifier: Apache-2.0
#include "tls/psk_operations.h"

#include "tls/config.h"

namespace merlon::tls {

OpResult PskOperations::Perform(const Operation& operation) {
  Wipe(MutableBytes(answer_));
  if (const auto* generate = std::get_if<GenerateShare>(&operation)) return Do(*generate);
  if (const auto* agree = std::get_if<Agree>(&operation)) return Do(*agree);
  if (const auto* derive = std::get_if<DerivePsk>(&operation)) return Do(*derive);
  if (const auto* encapsulate = std::get_if<Encapsulate>(&operation)) return Do(*encapsulate);
  return OpFailed{};
}

const crypto::KeyAgreementAlgorithm* PskOperations::Find(crypto::GroupId id) const {
  for (const crypto::KeyAgreementAlgorithm* group : groups_) {
    const size_t most = size_t{group->private_size} + group->initiator_share_size;
    if (group->id == id && most <= answer_.size()) return group;
  }
  return nullptr;
}

OpResult PskOperations::Do(const GenerateShare& request) {
  const crypto::KeyAgreementAlgorithm* group = Find(request.group);
  if (group == nullptr) return OpFailed{};
  const MutableBytes private_key = Slice(MutableBytes(answer_), 0, group->private_size);
  const MutableBytes share =
      Slice(MutableBytes(answer_), group->private_size, group->initiator_share_size);
  if (!group->generate(rng_, private_key, share).ok()) return OpFailed{};
  return ShareGenerated{.share = share, .private_key = private_key};
}

OpResult PskOperations::Do(const Agree& request) {
  const crypto::KeyAgreementAlgorithm* group = Find(request.group);
  if (group == nullptr) return OpFailed{};
  const MutableBytes secret = Slice(MutableBytes(answer_), 0, group->secret_size);
  const Result<void> agreed = group->agree(request.private_key, request.peer_share, secret);
  if (agreed.ok()) return SharedSecret{secret};
  if (agreed.error().origin == Origin::kPeer) return OpRefused{agreed.error()};
  return OpFailed{};
}

OpResult PskOperations::Do(const DerivePsk& request) {
  const MutableBytes out = Slice(MutableBytes(answer_), 0, request.hash->size);
  // RFC 9846 s7.1: the salt of the first extraction is zeros.
  if (!request.psk->secret->Extract(*request.hash, {}, out).ok()) return OpFailed{};
  return PskDerived{out};
}

OpResult PskOperations::Do(const Encapsulate& request) {
  const crypto::KeyAgreementAlgorithm* group = Find(request.group);
  if (group == nullptr) return OpFailed{};
  const MutableBytes share = Slice(MutableBytes(answer_), 0, group->responder_share_size);
  const MutableBytes secret =
      Slice(MutableBytes(answer_), group->responder_share_size, group->secret_size);
  const Result<void> made = group->respond(rng_, request.peer_share, share, secret);
  if (made.ok()) return Encapsulated{.share = share, .secret = secret};
  if (made.error().origin == Origin::kPeer) return OpRefused{made.error()};
  return OpFailed{};
}

}  // namespace merlon::tls
