// SPDX-License-Identifier: Apache-2.0
// The key schedule of TLS 1.3, in the words of RFC 9846 s7.1. Records keys are made of the traffic
// secrets by the record layer.
#include "tls/core/key_schedule13.h"

#include <array>

#include "crypto/mac.h"
#include "tls/core/known_secrets13.h"

namespace merlon::tls {
namespace {

// A stage that was moved from holds nothing. To go on with it is a defect of ours.
const HashSecret& Unspent(const HashSecret& secret) {
  if (secret.empty()) __builtin_trap();
  return secret;
}

// HKDF-Expand-Label(secret, label, context, Hash.length)
HashSecret Derive(const KeySchedule& schedule, const HashSecret& secret, std::string_view label,
                  const crypto::Digest& transcript) {
  return Expand(schedule, Unspent(secret), label, transcript.view());
}

// Several of one secret, of the same transcript.
template <size_t kCount>
std::array<HashSecret, kCount> DeriveAll(const KeySchedule& schedule, const crypto::Hmac& secret,
                                         const std::string_view (&labels)[kCount],
                                         const crypto::Digest& transcript) {
  std::array<std::array<uint8_t, crypto::kMaxHashSize>, kCount> bytes;
  std::array<crypto::LabelledOutput, kCount> outputs;
  for (size_t i = 0; i < kCount; ++i) {
    outputs[i] = {labels[i], transcript.view(),
                  Slice(MutableBytes(bytes[i]), 0, transcript.size())};
  }
  crypto::HkdfExpandLabels(secret, schedule.prefix, outputs);
  std::array<HashSecret, kCount> out;
  for (size_t i = 0; i < kCount; ++i) out[i] = HashSecret::CopyOf(outputs[i].out);
  WipeObject(bytes);
  return out;
}

// The transcript of no messages.
crypto::Digest HashOfNothing(const crypto::HashAlgorithm& hash) {
  if (const std::optional<Bytes> known = KnownHashOfNothing(hash.id)) {
    return crypto::Digest(*known);
  }
  return crypto::HashOf(hash, Bytes());
}

// Derive-Secret(secret, label, "")
HashSecret DeriveEmpty(const KeySchedule& schedule, const HashSecret& secret,
                       std::string_view label) {
  return Derive(schedule, secret, label, HashOfNothing(*schedule.hash));
}

// HKDF-Extract. An input that is not there is Hash.length zeros (s7.1: "If a given secret is not
// available, then the 0-value consisting of a string of Hash.length bytes set to zeros is used").
HashSecret Extract(const KeySchedule& schedule, Bytes salt, Bytes ikm) {
  constexpr std::array<uint8_t, crypto::kMaxHashSize> kZeros{};
  if (ikm.empty()) ikm = Slice(Bytes(kZeros), 0, schedule.hash->size);
  return HashSecret(schedule.hash->size,
                    [&](MutableBytes out) { crypto::HkdfExtract(*schedule.hash, salt, ikm, out); });
}

}  // namespace

HashSecret Expand(const KeySchedule& schedule, const HashSecret& secret, std::string_view label,
                  Bytes context) {
  return HashSecret(schedule.hash->size, [&](MutableBytes out) {
    crypto::HkdfExpandLabel(*schedule.hash, Unspent(secret).reveal(), schedule.prefix, label,
                            context, out);
  });
}

crypto::Digest FinishedMac(const KeySchedule& schedule, const HashSecret& base,
                           const crypto::Digest& transcript) {
  const HashSecret finished_key = Expand(schedule, base, "finished", {});
  crypto::Digest mac = crypto::Digest::OfSize(schedule.hash->size);
  const Bytes data = transcript.view();
  crypto::HmacOf(*schedule.hash, finished_key.reveal(), absl::Span<const Bytes>(&data, 1),
                 mac.mutable_view());
  return mac;
}

TrafficSecret NextTrafficSecret(const KeySchedule& schedule, const TrafficSecret& secret) {
  return Expand(schedule, secret, "traffic upd", {});
}

HashSecret ResumptionPsk(const KeySchedule& schedule, const HashSecret& resumption_master,
                         Bytes nonce) {
  return Expand(schedule, resumption_master, "resumption", nonce);
}

void ExportKeyingMaterial(const KeySchedule& schedule, const HashSecret& exporter_master,
                          std::string_view label, Bytes context, MutableBytes out) {
  const HashSecret derived = DeriveEmpty(schedule, exporter_master, label);
  const crypto::Digest hashed = crypto::HashOf(*schedule.hash, context);
  crypto::HkdfExpandLabel(*schedule.hash, derived.reveal(), schedule.prefix, "exporter",
                          hashed.view(), out);
}

EarlyStage EarlyStage::WithoutPsk(KeySchedule schedule) {
  const std::optional<Bytes> known = KnownSaltWithoutPsk(schedule.hash->id, schedule.prefix);
  HashSecret salt = known ? HashSecret::CopyOf(*known)
                          : DeriveEmpty(schedule, Extract(schedule, {}, {}), "derived");
  return EarlyStage(schedule, std::move(salt), /*has_psk=*/false);
}

EarlyStage EarlyStage::FromPsk(KeySchedule schedule, Bytes psk) {
  return EarlyStage(schedule, Extract(schedule, {}, psk));
}

EarlyStage EarlyStage::FromEarlySecret(KeySchedule schedule, Bytes early_secret) {
  if (early_secret.size() != schedule.hash->size) __builtin_trap();
  return EarlyStage(schedule, HashSecret::CopyOf(early_secret));
}

const HashSecret& EarlyStage::early_secret() const {
  if (!has_psk_) __builtin_trap();
  return secret_;
}

HashSecret EarlyStage::BinderKey(BinderKind kind) const {
  std::string_view label = "res binder";
  if (kind == BinderKind::kExternal) label = "ext binder";
  if (kind == BinderKind::kImported) label = "imp binder";  // RFC 9258 s5.2
  return DeriveEmpty(schedule_, early_secret(), label);
}

TrafficSecret EarlyStage::ClientEarlyTraffic(const crypto::Digest& transcript) const {
  return Derive(schedule_, early_secret(), "c e traffic", transcript);
}

HashSecret EarlyStage::EarlyExporterMaster(const crypto::Digest& transcript) const {
  return Derive(schedule_, early_secret(), "e exp master", transcript);
}

HandshakeStage EarlyStage::Agree(Bytes shared_secret) && {
  HashSecret salt = std::move(secret_);
  if (has_psk_) salt = DeriveEmpty(schedule_, salt, "derived");
  return HandshakeStage(schedule_, Extract(schedule_, Unspent(salt).reveal(), shared_secret));
}

HandshakeStage::HandshakeStage(KeySchedule schedule, const HashSecret& secret)
    : schedule_(schedule) {
  secret_.emplace(*schedule.hash, secret.reveal());
}

TrafficPair HandshakeStage::Handshake(const crypto::Digest& transcript) const {
  if (!secret_) __builtin_trap();
  auto [client, server] =
      DeriveAll(schedule_, *secret_, {"c hs traffic", "s hs traffic"}, transcript);
  return {std::move(client), std::move(server)};
}

MasterStage HandshakeStage::Master() && {
  if (!secret_) __builtin_trap();
  const crypto::Digest nothing = HashOfNothing(*schedule_.hash);
  const auto [salt] = DeriveAll(schedule_, *secret_, {"derived"}, nothing);
  secret_.reset();
  return MasterStage(schedule_, Extract(schedule_, salt.reveal(), {}));
}

ApplicationSecrets MasterStage::Application(const crypto::Digest& transcript) const {
  const crypto::Hmac keyed(*schedule_.hash, Unspent(secret_).reveal());
  auto [client, server, exporter] =
      DeriveAll(schedule_, keyed, {"c ap traffic", "s ap traffic", "exp master"}, transcript);
  return {{std::move(client), std::move(server)}, std::move(exporter)};
}

HashSecret MasterStage::ResumptionMaster(const crypto::Digest& transcript) && {
  const HashSecret master = std::move(secret_);
  return Derive(schedule_, master, "res master", transcript);
}

}  // namespace merlon::tls
