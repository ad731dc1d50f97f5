// SPDX-License-Identifier: Apache-2.0
// The key schedule of TLS 1.3, in the words of RFC 9846 s7.1. Records keys are made of the traffic
// secrets by the record layer.
#include "tls/core/key_schedule13.h"

#include <array>

#include "crypto/mac.h"

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

// Two of the same secret.
TrafficPair DerivePair(const KeySchedule& schedule, const HashSecret& secret,
                       std::string_view client, std::string_view server,
                       const crypto::Digest& transcript) {
  const crypto::Hmac keyed(*schedule.hash, Unspent(secret).reveal());
  const auto derive = [&](std::string_view label) {
    return TrafficSecret(schedule.hash->size, [&](MutableBytes out) {
      crypto::HkdfExpandLabel(keyed, schedule.prefix, label, transcript.view(), out);
    });
  };
  return {derive(client), derive(server)};
}

// Derive-Secret(secret, label, ""): the transcript of no messages.
HashSecret DeriveEmpty(const KeySchedule& schedule, const HashSecret& secret,
                       std::string_view label) {
  return Derive(schedule, secret, label, crypto::HashOf(*schedule.hash, Bytes()));
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

EarlyStage EarlyStage::WithoutPsk(KeySchedule schedule) { return FromPsk(schedule, {}); }

EarlyStage EarlyStage::FromPsk(KeySchedule schedule, Bytes psk) {
  return EarlyStage(schedule, Extract(schedule, {}, psk));
}

EarlyStage EarlyStage::FromEarlySecret(KeySchedule schedule, Bytes early_secret) {
  if (early_secret.size() != schedule.hash->size) __builtin_trap();
  return EarlyStage(schedule, HashSecret::CopyOf(early_secret));
}

HashSecret EarlyStage::BinderKey(BinderKind kind) const {
  std::string_view label = "res binder";
  if (kind == BinderKind::kExternal) label = "ext binder";
  if (kind == BinderKind::kImported) label = "imp binder";  // RFC 9258 s5.2
  return DeriveEmpty(schedule_, secret_, label);
}

TrafficSecret EarlyStage::ClientEarlyTraffic(const crypto::Digest& transcript) const {
  return Derive(schedule_, secret_, "c e traffic", transcript);
}

HashSecret EarlyStage::EarlyExporterMaster(const crypto::Digest& transcript) const {
  return Derive(schedule_, secret_, "e exp master", transcript);
}

HandshakeStage EarlyStage::Agree(Bytes shared_secret) && {
  const HashSecret early = std::move(secret_);
  const HashSecret salt = DeriveEmpty(schedule_, early, "derived");
  return HandshakeStage(schedule_, Extract(schedule_, salt.reveal(), shared_secret));
}

TrafficPair HandshakeStage::Handshake(const crypto::Digest& transcript) const {
  return DerivePair(schedule_, secret_, "c hs traffic", "s hs traffic", transcript);
}

MasterStage HandshakeStage::Master() && {
  const HashSecret handshake = std::move(secret_);
  const HashSecret salt = DeriveEmpty(schedule_, handshake, "derived");
  return MasterStage(schedule_, Extract(schedule_, salt.reveal(), {}));
}

TrafficPair MasterStage::Application(const crypto::Digest& transcript) const {
  return DerivePair(schedule_, secret_, "c ap traffic", "s ap traffic", transcript);
}

HashSecret MasterStage::ExporterMaster(const crypto::Digest& transcript) const {
  return Derive(schedule_, secret_, "exp master", transcript);
}

HashSecret MasterStage::ResumptionMaster(const crypto::Digest& transcript) && {
  const HashSecret master = std::move(secret_);
  return Derive(schedule_, master, "res master", transcript);
}

}  // namespace merlon::tls
