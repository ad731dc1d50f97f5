// SPDX-License-Identifier: Apache-2.0
// Fuzz target: a listener, what anyone may send to it from four addresses, and the connections that
// come of it. The input is a script (script.h): kDeliver is a datagram, bits 6 and 7 say from
// where; kClose is the end of that address's connection, kKeyUpdate another cookie key, kWait some
// time.
#include "tls/listener/listener.h"

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "fuzz/entry.h"
#include "fuzz/harness.h"

namespace merlon::fuzz {
namespace {

constexpr size_t kAddresses = 4, kPeers = 3, kHalves = 2, kHelloBytes = 600;

crypto::BoundMacKey NewKey(crypto::KeyStore& keys) {
  const std::vector<uint8_t> material(32, 1);
  const auto key =
      keys.Import({.type = crypto::KeyType::kHmac, .usage = crypto::Usage::kSign}, material);
  return *crypto::BoundMacKey::Bind(keys, *key, crypto::HashId::kSha256);
}
tls::Seed FixedSeed() {
  return tls::Seed(32, [](MutableBytes out) { memset(out.data(), 7, out.size()); });
}

class Desk {
 public:
  explicit Desk(uint8_t memory_fill)
      : half_bytes_(kHalves * (kHelloBytes + tls::kPlainMessageHeader), memory_fill),
        listener_(Config(), key_, FixedSeed(),
                  {absl::MakeSpan(peers_), absl::MakeSpan(halves_), absl::MakeSpan(half_bytes_)}) {}

  // In words, and bytes.
  std::string Run(Bytes script) {
    for (const Step& step : ParseScript(script)) Do(step);
    return log_;
  }

 private:
  static const tls::ServerConfig& Config() {
    static const auto config = FuzzWorld().ServerBuilder().Build().value();
    return *config;
  }

  void Do(const Step& step) {
    const size_t from = step.what >> 6;
    if (step.action() == Action::kWait) {
      now_.instant += std::chrono::seconds(step.variant() ? 50 : 1);
    } else if (step.action() == Action::kKeyUpdate) {
      listener_.RotateCookieKey(key_);
    } else if (step.action() == Action::kClose && slots_[from]) {
      listener_.Forget(*slots_[from]);
      slots_[from].reset();
    } else if (step.action() == Action::kDeliver) {
      Deliver(step.bytes, from);
    }
  }

  void Deliver(std::string_view bytes, size_t from) {
    std::vector<uint8_t> datagram(bytes.begin(), bytes.end());
    std::array<uint8_t, tls::kMaxReply> reply;
    const std::array<uint8_t, 2> address = {9, static_cast<uint8_t>(from)};
    const uint64_t macs = listener_.cookies().macs();
    const Result<tls::Verdict> verdict =
        listener_.Receive(absl::MakeSpan(datagram), address, now_, MutableBytes(reply));
    Expect(verdict.ok(), "nothing that comes is misuse");
    Expect(listener_.cookies().macs() - macs <= 2, "at most two MACs for a datagram");
    Expect(listener_.half_hellos().used() <= kHalves, "half ClientHellos are bounded");
    const tls::ListenerCounts& counts = listener_.counts();
    Expect(2 * counts.bytes_out <= 3 * counts.bytes_in + 200, "replies are as small as requests");
    log_ += static_cast<char>('0' + verdict->index());
    if (const auto* answer = std::get_if<tls::Reply>(&*verdict)) {
      Expect(answer->size <= tls::kMaxReply, "kMaxReply is the most");
      log_ += AsText(Slice(Bytes(reply), 0, answer->size));
    } else if (const auto* route = std::get_if<tls::Route>(&*verdict)) {
      Expect(slots_[from] == route->slot, "an address is routed to its own connection");
    } else if (const auto* fresh = std::get_if<tls::NewConnection>(&*verdict)) {
      Begin(*fresh, from);
    }
  }

  void Begin(const tls::NewConnection& fresh, size_t from) {
    Expect(fresh.slot < kPeers, "a slot is in the table");
    Expect(fresh.replaces == slots_[from].has_value(), "whoever had a slot is replaced");
    for (size_t other = 0; other < kAddresses; ++other) {
      Expect(other == from || slots_[other] != fresh.slot, "a slot is one address's");
    }
    Expect(!fresh.replaces || slots_[from] == fresh.slot, "an address has one slot");
    slots_[from] = fresh.slot;
    std::vector<uint8_t> storage(32768), reassembly(20480), out(1200);
    tls::HandshakeCore<tls::FullProfile> core(
        Config(),
        tls::ServerOptions{.transport_parameters = {},
                           .retried = fresh.retried ? &*fresh.retried : nullptr},
        tls::Transport::kDatagram, absl::MakeSpan(storage), FixedSeed(), now_);
    tls::DatagramConnection face(core, absl::MakeSpan(reassembly),
                                 {.retransmit = {}, .start = fresh.start});
    (void)face.Receive(fresh.first, now_);
    const std::optional<Error> failure = face.failure();
    Expect(!failure || failure->origin == Origin::kPeer, "a connection fails of its peer alone");
    const bool took = failure || !face.Operations().empty();
    Expect(took, "the connection takes the ClientHello that the listener gives it");
    const auto sent = face.PollTransmit(absl::MakeSpan(out), now_);
    if (sent.ok()) log_ += AsText(Slice(Bytes(out), 0, sent->size));
  }

  crypto::InlineKeyStore<1, 64> keys_{FuzzDrivers()};
  crypto::BoundMacKey key_ = NewKey(*keys_);
  std::array<tls::PeerSlot, kPeers> peers_{};
  std::vector<uint8_t> half_bytes_;
  std::array<tls::HalfHello, kHalves> halves_{};
  tls::Listener listener_;
  std::array<std::optional<uint32_t>, kAddresses> slots_{};
  Now now_{Instant(std::chrono::seconds(5)), tls::testing::kTestTime};
  std::string log_;
};

}  // namespace
}  // namespace merlon::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  merlon::fuzz::Desk desk(0), again(0xee);
  merlon::fuzz::Expect(desk.Run({data, size}) == again.Run({data, size}),
                       "what memory held does not matter");
  return 0;
}

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned seed) {
  if (seed % 4 == 0) return LLVMFuzzerMutate(data, size, max_size);
  return merlon::fuzz::MutateScript(data, size, max_size, 0, seed);
}
