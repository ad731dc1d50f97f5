// SPDX-License-Identifier: Apache-2.0
// The toy's steps. See toy_core12.h; tests alone use it.
#include "tls/testing/toy_core12.h"

#include <algorithm>

namespace merlon::tls::testing {
namespace {

constexpr Error Unexpected() {
  return PeerError(Code::kUnexpectedMessage, Alert::kUnexpectedMessage);
}

}  // namespace

record::TrafficKeys Toy12Keys(const crypto::AeadAlgorithm& aead, Side writer) {
  const auto fill = [&](uint8_t first) {
    return [=](MutableBytes out) {
      for (size_t i = 0; i < out.size(); ++i) {
        out[i] = static_cast<uint8_t>(first + i + 0x40 * static_cast<int>(writer));
      }
    };
  };
  const size_t iv_size = aead.id == crypto::AeadId::kChaCha20Poly1305 ? 12 : 4;
  return {&aead, nullptr,
          record::KeyBlockHalf{Secret<32>(aead.key_size, fill(1)), Secret<12>(iv_size, fill(7))}};
}

ToyCore12::ToyCore12(Side side, const Toy12Config& config) : side_(side), config_(config) {
  if (is_server()) {
    expected_ = config_.resumed ? std::vector<uint8_t>{kFinished, kClientHello}
                                : std::vector<uint8_t>{kFinished, kClientKeyExchange, kClientHello};
    return;
  }
  expected_ = {kFinished};
  if (config_.ticket) expected_.push_back(kNewSessionTicket);
  if (!config_.resumed) {
    expected_.push_back(kServerHelloDone);
    expected_.push_back(kCertificate);
  }
  expected_.push_back(kServerHello);
  (void)SendHello();
}

Result<Disposition> ToyCore12::OnInput(const Input& input, Now) {
  Result<void> done;
  if (const auto* message = std::get_if<HandshakeMessage>(&input)) {
    if (!operations_.view().empty()) return Disposition::kHeld;
    ++flight_.value;
    done = OnMessage(*message);
  } else if (const auto* delivery = std::get_if<Delivered>(&input)) {
    delivered.push_back(delivery->flight.value);
    for (Kept& kept : kept_) {
      if (kept.flight == delivery->flight) std::fill(kept.bytes.begin(), kept.bytes.end(), 0xdd);
    }
  } else {
    done = OnChangeCipherSpec();
  }
  if (done.ok()) return Disposition::kTaken;
  failure_ = done.error();
  return done.error();
}

// On a stream: right before the peer's Finished.
Result<void> ToyCore12::OnChangeCipherSpec() {
  if (is_datagram() || expected_ != std::vector<uint8_t>{kFinished}) return Unexpected();
  return InstallRead();
}

Result<void> ToyCore12::OnMessage(const HandshakeMessage& message) {
  received.push_back(message.type);
  if (established_) {
    if (message.type != (is_server() ? kClientHello : kHelloRequest)) return Unexpected();
    ++renegotiations;
    return outbox_.Push(SendWarning{Alert::kNoRenegotiation});
  }
  const bool verify = message.type == kHelloVerifyRequest && !is_server() && !verified_ &&
                      expected_.back() == kServerHello;
  if (verify) {
    verified_ = true;
    return SendHello();
  }
  const Epoch epoch = message.type == kFinished ? Epoch::kFirstKeys : Epoch::kPlain;
  if (message.type != expected_.back() || message.epoch != epoch) return Unexpected();
  if (is_server() && message.type == kClientHello && config_.verify_request && !verified_) {
    verified_ = true;
    return Emit(Epoch::kPlain, kHelloVerifyRequest, {});
  }
  expected_.pop_back();
  if (message.type == kFinished) return OnFinished(message);
  Absorb(message.type, message.body);
  return is_server() ? OnServerMessage(message) : OnClientMessage(message);
}

Result<void> ToyCore12::OnClientMessage(const HandshakeMessage& message) {
  switch (message.type) {
    case kServerHello:
      MERLON_TRY(Settle());
      return config_.resumed && is_datagram() ? InstallRead() : Result<void>();
    case kCertificate:
      if (config_.operations) MERLON_TRY(operations_.Add(VerifyChain{}));
      return {};
    case kServerHelloDone: {
      static constexpr uint8_t kShare[] = "client's share";
      MERLON_TRY(Emit(Epoch::kPlain, kClientKeyExchange, kShare));
      MERLON_TRY(SendFinished());
      return is_datagram() ? InstallRead() : Result<void>();
    }
    default:
      return {};
  }
}

Result<void> ToyCore12::OnServerMessage(const HandshakeMessage& message) {
  if (message.type == kClientHello) return SendServerHello();
  if (config_.operations) {
    MERLON_TRY(operations_.Add(Agree{}));
    return {};
  }
  return is_datagram() ? InstallRead() : Result<void>();
}

Result<void> ToyCore12::OnResult(const OpResult&, Now) {
  return is_server() && is_datagram() ? InstallRead() : Result<void>();
}

Result<void> ToyCore12::SendHello() {
  static constexpr uint8_t kHello[] = "client hello";
  transcript_ = kNothing;
  return Emit(Epoch::kPlain, kClientHello, kHello);
}

Result<void> ToyCore12::SendServerHello() {
  static constexpr uint8_t kHello[] = "server hello", kTicket[] = "a ticket";
  MERLON_TRY(Settle());
  MERLON_TRY(Emit(Epoch::kPlain, kServerHello, kHello));
  if (!config_.resumed) {
    const std::vector<uint8_t> certificate(config_.certificate_size, 0xce);
    MERLON_TRY(Emit(Epoch::kPlain, kCertificate, certificate));
    return Emit(Epoch::kPlain, kServerHelloDone, {});
  }
  if (config_.ticket) MERLON_TRY(Emit(Epoch::kPlain, kNewSessionTicket, kTicket));
  MERLON_TRY(SendFinished());
  return is_datagram() ? InstallRead() : Result<void>();
}

Result<void> ToyCore12::OnFinished(const HandshakeMessage& message) {
  uint64_t sum = 0;
  for (const uint8_t byte : message.body) sum = sum << 8 | byte;
  if (message.body.size() != 8 || sum != transcript_) {
    return PeerError(Code::kBadFinished, Alert::kDecryptError);
  }
  Absorb(message.type, message.body);
  if (is_server() != config_.resumed) {  // ours is the last flight
    static constexpr uint8_t kTicket[] = "a ticket";
    if (is_server() && config_.ticket) {
      MERLON_TRY(Emit(Epoch::kPlain, kNewSessionTicket, kTicket));
    }
    MERLON_TRY(SendFinished());
    MERLON_TRY(outbox_.Push(FinalFlight{}));
  }
  established_ = true;
  return events_.Push(Connected{});
}

Result<void> ToyCore12::SendFinished() {
  MERLON_TRY(outbox_.Push(SendChangeCipherSpec{flight_}));
  MERLON_TRY(outbox_.Push(InstallWrite{Epoch::kFirstKeys, Toy12Keys(*config_.aead, side_)}));
  uint8_t sum[8];
  for (int i = 0; i < 8; ++i) sum[i] = static_cast<uint8_t>(transcript_ >> 8 * (7 - i));
  return Emit(Epoch::kFirstKeys, kFinished, sum);
}

Result<void> ToyCore12::Settle() {
  return outbox_.Push(SettleVersion{is_datagram() ? uint16_t{0xfefd} : uint16_t{0x0303}});
}

Result<void> ToyCore12::InstallRead() {
  if (std::exchange(reads_protected_, true)) return Unexpected();
  const Side peer = is_server() ? Side::kClient : Side::kServer;
  return outbox_.Push(tls::InstallRead{Epoch::kFirstKeys, Toy12Keys(*config_.aead, peer)});
}

Result<void> ToyCore12::Say(uint8_t type, Bytes body) {
  ++flight_.value;
  return Emit(Epoch::kFirstKeys, type, body);
}

Result<void> ToyCore12::Emit(Epoch epoch, uint8_t type, Bytes body) {
  std::vector<uint8_t> message = {type, static_cast<uint8_t>(body.size() >> 16),
                                  static_cast<uint8_t>(body.size() >> 8),
                                  static_cast<uint8_t>(body.size())};
  message.insert(message.end(), body.begin(), body.end());
  if (type != kHelloVerifyRequest) Absorb(type, body);
  kept_.push_back({flight_, std::move(message)});
  return outbox_.Push(Send{epoch, flight_, kept_.back().bytes});
}

void ToyCore12::Absorb(uint8_t type, Bytes body) {  // FNV-1a
  transcript_ = (transcript_ ^ type) * 0x100000001b3;
  for (const uint8_t byte : body) transcript_ = (transcript_ ^ byte) * 0x100000001b3;
}

}  // namespace merlon::tls::testing
