// SPDX-License-Identifier: Apache-2.0
// The key schedule of TLS 1.3 (RFC 9846 s7.1) as stages: each is made by the one before, which is
// spent by it. A step on an lvalue does not compile; a step on a spent stage traps.
#pragma once
#include <optional>

#include "crypto/base/secret.h"
#include "crypto/hash.h"
#include "crypto/key_derivation.h"
#include "record/traffic_keys.h"

namespace merlon::tls {

using record::TrafficSecret;
using HashSecret = Secret<48>;  // as long as the hash

// The two traffic secrets of one epoch.
struct TrafficPair {
  TrafficSecret client, server;
};
// Which hash, and which label prefix: the two constants in which the protocols differ.
struct KeySchedule {
  const crypto::HashAlgorithm* hash;
  crypto::LabelPrefix prefix;
};

// Derive-Secret and its kin, for one secret.
HashSecret Expand(const KeySchedule& schedule, const HashSecret& secret, std::string_view label,
                  Bytes context);
// The MAC of a Finished or of a binder: HMAC(finished_key(base), transcript) (s4.4.4).
crypto::Digest FinishedMac(const KeySchedule& schedule, const HashSecret& base,
                           const crypto::Digest& transcript);
// application_traffic_secret_N+1 (s7.2).
TrafficSecret NextTrafficSecret(const KeySchedule& schedule, const TrafficSecret& secret);
// The PSK that belongs to a ticket (s4.6.1).
HashSecret ResumptionPsk(const KeySchedule& schedule, const HashSecret& resumption_master,
                         Bytes nonce);
// TLS-Exporter (s7.5) into `out`, which is at most 255 times as long as the hash.
void ExportKeyingMaterial(const KeySchedule& schedule, const HashSecret& exporter_master,
                          std::string_view label, Bytes context, MutableBytes out);

enum class BinderKind : uint8_t { kExternal, kImported, kResumption };

// What follows the server's Finished.
struct ApplicationSecrets {
  TrafficPair traffic;
  HashSecret exporter_master;
};

class MasterStage {
 public:
  // Under the transcript ClientHello..server Finished.
  ApplicationSecrets Application(const crypto::Digest& transcript) const;
  // Under the transcript ClientHello..client Finished; the end of the schedule.
  HashSecret ResumptionMaster(const crypto::Digest& transcript) &&;

 private:
  friend class HandshakeStage;
  MasterStage(KeySchedule schedule, HashSecret secret)
      : schedule_(schedule), secret_(std::move(secret)) {}
  KeySchedule schedule_;
  HashSecret secret_;
};

// Passed at once, so that its secret is there as an HMAC key alone.
class HandshakeStage {
 public:
  // Under the transcript ClientHello..ServerHello.
  TrafficPair Handshake(const crypto::Digest& transcript) const;
  MasterStage Master() &&;

 private:
  friend class EarlyStage;
  HandshakeStage(KeySchedule schedule, const HashSecret& secret);
  KeySchedule schedule_;
  std::optional<crypto::Hmac> secret_;  // none: spent
};

class EarlyStage {
 public:
  // Without a PSK: the PSK is zeros, and nothing but Agree can follow.
  static EarlyStage WithoutPsk(KeySchedule schedule);
  // With a PSK whose bytes are here: of a ticket.
  static EarlyStage FromPsk(KeySchedule schedule, Bytes psk);
  // With an early secret that an answerer extracted behind a handle; as long as the hash, or it
  // traps: the caller checks the answer.
  static EarlyStage FromEarlySecret(KeySchedule schedule, Bytes early_secret);

  HashSecret BinderKey(BinderKind kind) const;
  // Under the transcript ClientHello: of 0-RTT, and of what is exported with it.
  TrafficSecret ClientEarlyTraffic(const crypto::Digest& transcript) const;
  HashSecret EarlyExporterMaster(const crypto::Digest& transcript) const;
  // Empty: no (EC)DHE, the PSK alone.
  HandshakeStage Agree(Bytes shared_secret) &&;
  const KeySchedule& schedule() const { return schedule_; }

 private:
  EarlyStage(KeySchedule schedule, HashSecret secret, bool has_psk = true)
      : schedule_(schedule), secret_(std::move(secret)), has_psk_(has_psk) {}
  const HashSecret& early_secret() const;  // traps without a PSK
  KeySchedule schedule_;
  HashSecret secret_;  // without a PSK: what is derived from it, to extract the next
  bool has_psk_;
};

}  // namespace merlon::tls
