// SPDX-License-Identifier: Apache-2.0
// The toy handshake's steps. See toy_core.h; tests alone use it.
#include "tls/testing/toy_core.h"

#include <algorithm>

namespace merlon::tls::testing {
namespace {

constexpr Error Unexpected() {
  return PeerError(Code::kUnexpectedMessage, Alert::kUnexpectedMessage);
}

}  // namespace

record::TrafficSecret ToySecret(const crypto::HashAlgorithm& hash, Side writer, Epoch epoch) {
  return record::TrafficSecret(hash.size, [&](MutableBytes out) {
    std::fill(out.begin(), out.end(), static_cast<uint8_t>(0x40 + static_cast<uint8_t>(writer)));
    out[0] = static_cast<uint8_t>(epoch);
  });
}

ToyCore::ToyCore(Side side, const ToyConfig& config) : side_(side), config_(config) {
  if (side == Side::kServer) return;
  static constexpr uint8_t kHello[] = "client hello";
  (void)SendFlight(Epoch::kPlain, kClientHello, kHello);
}

Result<Disposition> ToyCore::OnInput(const Input& input, Now) {
  Result<void> done;
  if (const auto* message = std::get_if<HandshakeMessage>(&input)) {
    if (!operations_.view().empty()) return Disposition::kHeld;
    ++flight_.value;
    done = OnMessage(*message);
  } else if (const auto* delivered_input = std::get_if<Delivered>(&input)) {
    done = OnDelivered(delivered_input->flight);
  } else {
    ++change_cipher_specs;
  }
  if (done.ok()) return Disposition::kTaken;
  failure_ = done.error();
  return done.error();
}

Result<void> ToyCore::OnMessage(const HandshakeMessage& message) {
  if (state_ == State::kEstablished) return OnEstablished(message);
  if (message.type == kFinished) MERLON_TRY(CheckFinished(message.body));
  Absorb(message.type, message.body);
  const bool server = side_ == Side::kServer;
  if (state_ == State::kHello && message.type == (server ? kClientHello : kServerHello)) {
    if (!config_.operations) return server ? AfterClientHello() : AfterServerHello();
    if (server) return operations_.Add(Encapsulate{}).ok() ? Result<void>() : NoSpace();
    return operations_.Add(Agree{}).ok() ? Result<void>() : NoSpace();
  }
  if (state_ == State::kExtensions && message.type == kEncryptedExtensions) {
    state_ = State::kCertificate;
    return {};
  }
  if (state_ == State::kCertificate && message.type == kCertificate) {
    state_ = State::kFinished;
    if (config_.operations) MERLON_TRY(operations_.Add(VerifyChain{}));
    return {};
  }
  if (state_ != State::kFinished || message.type != kFinished) return Unexpected();
  MERLON_TRY(Install(/*write=*/false, Epoch::kApplication));
  if (!server) {
    if (!config_.client_signs) return ClientFinished();
    return operations_.Add(Sign{}).ok() ? Result<void>() : NoSpace();
  }
  state_ = State::kEstablished;
  MERLON_TRY(events_.Push(Connected{}));
  if (config_.seals_tickets) return operations_.Add(SealTicket{}).ok() ? Result<void>() : NoSpace();
  for (int i = 0; i < config_.tickets; ++i) MERLON_TRY(SendTicket());
  return {};
}

Result<void> ToyCore::SendTicket() {
  static constexpr uint8_t kTicket[] = "a ticket";
  return SendFlight(write_epoch_, kNewSessionTicket, kTicket);
}

Result<void> ToyCore::ClientFinished() {
  MERLON_TRY(SendFinished());
  MERLON_TRY(Install(/*write=*/true, Epoch::kApplication));
  state_ = State::kEstablished;
  return events_.Push(Connected{});
}

Result<void> ToyCore::OnEstablished(const HandshakeMessage& message) {
  if (message.type == kNewSessionTicket && side_ == Side::kClient) {
    MERLON_TRY(events_.Push(TicketArrived{}));
    if (config_.operations) MERLON_TRY(operations_.Add(StoreSession{}));
    return {};
  }
  if (message.type != kKeyUpdate || message.body.size() != 1) return Unexpected();
  MERLON_TRY(Install(/*write=*/false, record::Next(read_epoch_)));
  if (message.body[0] == 1 && !update_) return OnStartKeyUpdate(false);
  return {};
}

Result<void> ToyCore::CheckFinished(Bytes body) {
  uint64_t sum = 0;
  for (const uint8_t byte : body) sum = sum << 8 | byte;
  if (body.size() == 8 && sum == transcript_) return {};
  return PeerError(Code::kBadFinished, Alert::kDecryptError);
}

Result<void> ToyCore::AfterClientHello() {
  static constexpr uint8_t kHello[] = "server hello", kExtensions[] = "extensions";
  MERLON_TRY(SendFlight(Epoch::kPlain, kServerHello, kHello));
  if (config_.change_cipher_spec) MERLON_TRY(outbox_.Push(SendChangeCipherSpec{}));
  MERLON_TRY(Install(/*write=*/true, Epoch::kHandshake));
  MERLON_TRY(SendFlight(Epoch::kHandshake, kEncryptedExtensions, kExtensions));
  const std::vector<uint8_t> certificate(config_.certificate_size, 0xce);
  MERLON_TRY(SendFlight(Epoch::kHandshake, kCertificate, certificate));
  MERLON_TRY(SendFinished());
  MERLON_TRY(Install(/*write=*/true, Epoch::kApplication));
  if (config_.early_keys) MERLON_TRY(Install(/*write=*/false, Epoch::kEarly));
  MERLON_TRY(Install(/*write=*/false, Epoch::kHandshake));
  if (config_.skip) MERLON_TRY(outbox_.Push(*config_.skip));
  state_ = State::kFinished;
  return {};
}

Result<void> ToyCore::AfterServerHello() {
  MERLON_TRY(Install(/*write=*/false, Epoch::kHandshake));
  if (config_.change_cipher_spec) MERLON_TRY(outbox_.Push(SendChangeCipherSpec{}));
  MERLON_TRY(Install(/*write=*/true, Epoch::kHandshake));
  state_ = State::kExtensions;
  return {};
}

Result<void> ToyCore::OnResult(const OpResult& result, Now) {
  ++flight_.value;
  Result<void> done;
  if (std::holds_alternative<Encapsulated>(result)) done = AfterClientHello();
  if (std::holds_alternative<SharedSecret>(result)) done = AfterServerHello();
  if (std::holds_alternative<Signature>(result)) done = ClientFinished();
  if (std::holds_alternative<TicketSealed>(result)) done = SendTicket();
  if (!done.ok()) failure_ = done.error();
  return done;
}

Result<void> ToyCore::OnStartKeyUpdate(bool request_peer) {
  if (!established() || update_) return Misuse();
  update_ = FlightId{++flight_.value};
  const uint8_t request = request_peer ? 1 : 0;
  return SendFlight(write_epoch_, kKeyUpdate, Bytes(&request, 1));
}

Result<void> ToyCore::OnDelivered(FlightId flight) {
  delivered.push_back(flight.value);
  if (update_ != flight) return {};
  update_.reset();
  return Install(/*write=*/true, record::Next(write_epoch_));
}

Result<void> ToyCore::SendFlight(Epoch epoch, uint8_t type, Bytes body) {
  std::vector<uint8_t> message = {type, static_cast<uint8_t>(body.size() >> 16),
                                  static_cast<uint8_t>(body.size() >> 8),
                                  static_cast<uint8_t>(body.size())};
  message.insert(message.end(), body.begin(), body.end());
  kept_.push_back(std::move(message));
  if (state_ != State::kEstablished) Absorb(type, body);
  return outbox_.Push(Send{epoch, flight_, kept_.back()});
}

Result<void> ToyCore::SendFinished() {
  uint8_t sum[8];
  for (int i = 0; i < 8; ++i) sum[i] = static_cast<uint8_t>(transcript_ >> 8 * (7 - i));
  return SendFlight(Epoch::kHandshake, kFinished, sum);
}

Result<void> ToyCore::Install(bool write, Epoch epoch) {
  (write ? write_epoch_ : read_epoch_) = epoch;
  const Side peer = side_ == Side::kClient ? Side::kServer : Side::kClient;
  if (write) return outbox_.Push(InstallWrite{epoch, Keys(side_, epoch)});
  return outbox_.Push(InstallRead{epoch, Keys(peer, epoch)});
}

record::TrafficKeys ToyCore::Keys(Side writer, Epoch epoch) const {
  return {config_.aead, config_.hash, ToySecret(*config_.hash, writer, epoch)};
}

void ToyCore::Absorb(uint8_t type, Bytes body) {  // FNV-1a
  transcript_ = (transcript_ ^ type) * 0x100000001b3;
  for (const uint8_t byte : body) transcript_ = (transcript_ ^ byte) * 0x100000001b3;
}

std::string Describe(const Event& event) {
  if (const auto* keys = std::get_if<KeysChanged>(&event)) {
    return std::string("keys ") + (keys->write ? "write " : "read ") +
           std::to_string(static_cast<uint64_t>(keys->epoch));
  }
  if (std::holds_alternative<Connected>(event)) return "connected";
  if (std::holds_alternative<TicketArrived>(event)) return "ticket";
  if (std::holds_alternative<PeerClosed>(event)) return "peer closed";
  return "other";
}

}  // namespace merlon::tls::testing
