// SPDX-License-Identifier: Apache-2.0
// The toy handshake:
//
//   client                                server
//   1. Hello                   -->
//                              <--        Retry                              options.retry
//      Hello                   -->
//                              <--  2.    ServerHello | Extensions, Certificate, Finished
//   3. [Certificate] Finished  -->
//                              <--  4.    tickets
#include "tls/testing/toy_datagram_core.h"

#include <algorithm>

#include "crypto/base/constant_time.h"
#include "crypto/drivers/portable/aes_gcm.h"
#include "crypto/drivers/portable/sha256.h"

namespace merlon::tls {
namespace {

const crypto::HashAlgorithm& Hash() { return crypto::kPortableSha256; }

}  // namespace

ToyDatagramCore::ToyDatagramCore(Role role, const ToyOptions& options)
    : role_(role), options_(options), transcript_(Hash()) {
  if (role_ == Role::kClient) (void)SendHello();
}

Result<Disposition> ToyDatagramCore::OnInput(const Input& input, Now) {
  Result<void> done;
  if (const auto* message = std::get_if<HandshakeMessage>(&input)) {
    if (!operations_.view().empty()) return Disposition::kHeld;
    done = OnMessage(*message);
  } else if (const auto* delivery = std::get_if<Delivered>(&input)) {
    done = OnDelivered(delivery->flight);
  }
  if (done.ok()) return Disposition::kTaken;
  failure_ = done.error();
  return done.error();
}

Result<void> ToyDatagramCore::OnMessage(const HandshakeMessage& message) {
  received.push_back(message.type);
  ++flight_.value;
  if (established_) {
    if (message.type == kKeyUpdate) return OnKeyUpdate(message.body);
    if (message.type == kTicket && role_ == Role::kClient) {
      ++tickets;
      return events_.Push(TicketArrived{});
    }
    return PeerError(Code::kUnexpectedMessage, Alert::kUnexpectedMessage);
  }
  return role_ == Role::kClient ? OnClientMessage(message) : OnServerMessage(message);
}

Result<void> ToyDatagramCore::OnClientMessage(const HandshakeMessage& message) {
  const Error unexpected = PeerError(Code::kUnexpectedMessage, Alert::kUnexpectedMessage);
  if (step_ == 0 && message.type == kRetry) {
    Absorb(message.type, message.body);
    return SendHello();
  }
  constexpr uint8_t kOrder[] = {kServerHello, kExtensions, kCertificate, kFinished};
  if (message.type != kOrder[step_]) return unexpected;
  if (step_++ == 3) {
    MERLON_TRY(CheckFinished(message.body));
    Absorb(message.type, message.body);
    application_hash_ = transcript_.Peek();
    if (options_.client_certificate) {
      MERLON_TRY(EmitFilled(kCertificate, Epoch::kHandshake, options_.certificate_size));
    }
    MERLON_TRY(EmitFinished());
    finished_ = flight_;
    MERLON_TRY(Install(Epoch::kApplication, /*write=*/true));
    MERLON_TRY(Install(Epoch::kApplication, /*write=*/false));
    established_ = true;
    return events_.Push(Connected{});
  }
  Absorb(message.type, message.body);
  if (message.type == kCertificate && options_.verify) MERLON_TRY(operations_.Add(Sign{}));
  if (message.type == kServerHello) {
    handshake_hash_ = transcript_.Peek();
    MERLON_TRY(Install(Epoch::kHandshake, /*write=*/false));
    MERLON_TRY(Install(Epoch::kHandshake, /*write=*/true));
  }
  return {};
}

Result<void> ToyDatagramCore::OnServerMessage(const HandshakeMessage& message) {
  const Error unexpected = PeerError(Code::kUnexpectedMessage, Alert::kUnexpectedMessage);
  if (step_ == 0 || step_ == 1) {
    if (message.type != kHello) return unexpected;
    Absorb(message.type, message.body);
    if (step_++ == 0 && options_.retry) return EmitFilled(kRetry, Epoch::kPlain, 20);
    step_ = 2;
    if (!options_.sign) return SendServerFlight();
    MERLON_TRY(operations_.Add(Sign{}));
    return {};
  }
  if (step_ == 2 && options_.client_certificate) {
    if (message.type != kCertificate) return unexpected;
    Absorb(message.type, message.body);
    step_ = 3;
    return {};
  }
  if (message.type != kFinished) return unexpected;
  MERLON_TRY(CheckFinished(message.body));
  Absorb(message.type, message.body);
  MERLON_TRY(Install(Epoch::kApplication, /*write=*/false));
  established_ = true;
  MERLON_TRY(events_.Push(Connected{}));
  for (unsigned i = 0; i < options_.tickets; ++i) {
    MERLON_TRY(EmitFilled(kTicket, Epoch::kApplication, 150));
  }
  return {};
}

Result<void> ToyDatagramCore::SendHello() {
  return EmitFilled(kHello, Epoch::kPlain, options_.hello_size);
}

Result<void> ToyDatagramCore::SendServerFlight() {
  MERLON_TRY(EmitFilled(kServerHello, Epoch::kPlain, 90));
  handshake_hash_ = transcript_.Peek();
  MERLON_TRY(Install(Epoch::kHandshake, /*write=*/true));
  MERLON_TRY(Install(Epoch::kHandshake, /*write=*/false));
  MERLON_TRY(EmitFilled(kExtensions, Epoch::kHandshake, 0));
  MERLON_TRY(EmitFilled(kCertificate, Epoch::kHandshake, options_.certificate_size));
  MERLON_TRY(EmitFinished());
  application_hash_ = transcript_.Peek();
  return Install(Epoch::kApplication, /*write=*/true);
}

Result<void> ToyDatagramCore::OnResult(const OpResult&, Now) {
  if (role_ == Role::kClient) return {};
  ++flight_.value;
  return SendServerFlight();
}

Result<void> ToyDatagramCore::Say(uint8_t type, size_t size) {
  ++flight_.value;
  return EmitFilled(type, write_, size);
}

// ---- KeyUpdate
// -----------------------------------------------------------------------------------

Result<void> ToyDatagramCore::OnStartKeyUpdate(bool request_peer) {
  if (!established_ || update_) return Misuse();
  ++flight_.value;
  update_ = flight_;
  const uint8_t body = request_peer;
  return Emit(kKeyUpdate, write_, Bytes(&body, 1));
}

Result<void> ToyDatagramCore::OnKeyUpdate(Bytes body) {
  if (body.size() != 1) return DecodeError();
  ++read_updates;
  MERLON_TRY(Install(record::Next(read_), /*write=*/false));
  if (body[0] == 0) return {};
  if (update_) {
    update_owed_ = true;
    return {};
  }
  return OnStartKeyUpdate(false);
}

Result<void> ToyDatagramCore::OnDelivered(FlightId flight) {
  delivered.push_back(flight.value);
  for (Kept& kept : kept_) {
    if (kept.flight == flight) std::fill(kept.bytes.begin(), kept.bytes.end(), 0xdd);
  }
  if (flight == finished_) MERLON_TRY(outbox_.Push(DropEpoch{Epoch::kPlain}));
  if (flight != update_) return {};
  update_.reset();
  ++write_updates;
  MERLON_TRY(Install(record::Next(write_), /*write=*/true));
  if (!std::exchange(update_owed_, false)) return {};
  return OnStartKeyUpdate(false);
}

// ---- Messages and keys
// ---------------------------------------------------------------------------

Result<void> ToyDatagramCore::EmitFilled(uint8_t type, Epoch epoch, size_t size) {
  std::vector<uint8_t> body(size);
  for (size_t i = 0; i < size; ++i) body[i] = static_cast<uint8_t>(type * 7 + i * 13 + i / 256);
  return Emit(type, epoch, body);
}

Result<void> ToyDatagramCore::EmitFinished() {
  const crypto::Digest mac = transcript_.Peek();
  return Emit(kFinished, Epoch::kHandshake, mac.view());
}

Result<void> ToyDatagramCore::CheckFinished(Bytes body) {
  const crypto::Digest mac = transcript_.Peek();
  if (ConstantTimeEqual(mac.view(), body)) return {};
  return PeerError(Code::kBadFinished, Alert::kDecryptError);
}

Result<void> ToyDatagramCore::Emit(uint8_t type, Epoch epoch, Bytes body) {
  std::vector<uint8_t> bytes = {type, 0, static_cast<uint8_t>(body.size() >> 8),
                                static_cast<uint8_t>(body.size())};
  bytes.insert(bytes.end(), body.begin(), body.end());
  if (!established_) Absorb(type, body);
  if (flight_.value == 0) flight_.value = 1;
  kept_.push_back({flight_, std::move(bytes)});
  return outbox_.Push(Send{epoch, flight_, kept_.back().bytes});
}

void ToyDatagramCore::Absorb(uint8_t type, Bytes body) {
  transcript_.Update(Bytes(&type, 1));
  transcript_.Update(body);
}

record::TrafficKeys ToyDatagramCore::Keys(Epoch epoch, bool from_client) const {
  const crypto::Digest& base = epoch == Epoch::kHandshake ? handshake_hash_ : application_hash_;
  const std::array<uint8_t, 2> label = {static_cast<uint8_t>(epoch),
                                        static_cast<uint8_t>(from_client)};
  const std::array<Bytes, 2> parts = {base.view(), label};
  const crypto::Digest secret = crypto::HashOf(Hash(), parts);
  record::TrafficKeys out;
  out.aead = options_.aead != nullptr ? options_.aead : &crypto::kPortableAes128Gcm;
  out.hash = &Hash();
  out.secret = record::TrafficSecret::CopyOf(secret.view());
  return out;
}

Result<void> ToyDatagramCore::Install(Epoch epoch, bool write) {
  const bool from_client = (role_ == Role::kClient) == write;
  if (write) {
    write_ = epoch;
    return outbox_.Push(InstallWrite{epoch, Keys(epoch, from_client)});
  }
  read_ = epoch;
  return outbox_.Push(InstallRead{epoch, Keys(epoch, from_client)});
}

}  // namespace merlon::tls
