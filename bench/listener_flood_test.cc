// SPDX-License-Identifier: Apache-2.0
// A flood from forged addresses, and two clients in the middle of it: what it costs, what it
// leaves.
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <random>

#include "bench/malloc_count.h"
#include "tls/listener/listener_net.h"

namespace merlon::tls::testing {
namespace {

constexpr size_t kDatagrams = 200'000;

// What comes in a flood, and what became of it.
struct Kind {
  const char* name;
  std::vector<std::string> datagrams;  // sent with other randoms and cookies, from other addresses
  bool garbage = false;                // with any byte changed
  uint64_t sent = 0, nanoseconds = 0, replies = 0, most_macs = 0;
};

class Flood {
 public:
  explicit Flood(ListenerNet& net) : net_(net) {
    const auto datagrams = [&](Version version, size_t mtu, bool second) {
      net_.Add(
          "x",
          {.config = SharedWorld().ClientBuilder().SetVersions(version, version).Build().value(),
           .datagram = {.mtu = mtu, .retransmit = {}, .start = {}}});
      ListenerNet::Side& side = *net_.client("x").side;
      std::vector<std::string> out = All(side);
      if (!second) return out;
      side.Receive(net_.reply(net_.Judge(out.at(0), "x")), net_.now);
      return All(side);
    };
    constexpr Version k12 = Version::kTls12, k13 = Version::kTls13;
    kinds_[0] = {"DTLS 1.2, whole", datagrams(k12, 1200, false)};
    kinds_[1] = {"DTLS 1.3, whole", datagrams(k13, 1200, false)};
    kinds_[2] = {"DTLS 1.2, with a cookie", datagrams(k12, 1200, true)};
    kinds_[3] = {"DTLS 1.3, with a cookie", datagrams(k13, 1200, true)};
    kinds_[4] = {"DTLS 1.2, in pieces", datagrams(k12, 100, false)};
    kinds_[5] = {"DTLS 1.3, in pieces", datagrams(k13, 100, false)};
    kinds_[6] = {"garbage", datagrams(k13, 1200, false), true};
    net_.Remove("x");
  }

  void Send(size_t count) {
    for (size_t i = 0; i < count; ++i) SendOne(kinds_[random_() % kinds_.size()]);
  }
  const std::array<Kind, 7>& kinds() const { return kinds_; }
  uint64_t allocations() const { return allocations_; }
  uint64_t connections() const { return connections_; }

 private:
  std::vector<std::string> All(ListenerNet::Side& side) {
    std::vector<std::string> out;
    for (std::string one = side.TransmitOne(net_.now); !one.empty();
         one = side.TransmitOne(net_.now)) {
      out.push_back(one);
    }
    return out;
  }

  void SendOne(Kind& kind) {
    std::string datagram = kind.datagrams[random_() % kind.datagrams.size()];
    // Another random, where there is one: behind headers and version.
    const size_t random_at = 25 + 2;
    for (size_t i = random_at; i < std::min(datagram.size(), random_at + 32); ++i) {
      datagram[i] = static_cast<char>(random_());
    }
    if (kind.garbage) {
      for (int i = random_() % 8; i >= 0; --i) {
        datagram[random_() % datagram.size()] = static_cast<char>(random_());
      }
      datagram.resize(1 + random_() % datagram.size());
    }
    const std::array<uint32_t, 2> address = {static_cast<uint32_t>(random_()),
                                             static_cast<uint32_t>(random_())};
    const MutableBytes in(reinterpret_cast<uint8_t*>(datagram.data()), datagram.size());
    const Bytes from(reinterpret_cast<const uint8_t*>(address.data()), 6);
    const uint64_t macs = net_.listener().cookies().macs();
    const uint64_t allocations = bench::Allocations();
    const auto begin = std::chrono::steady_clock::now();
    const Result<Verdict> verdict =
        net_.listener().Receive(in, from, net_.now, MutableBytes(reply_));
    const auto end = std::chrono::steady_clock::now();
    allocations_ += bench::Allocations() - allocations;
    ++kind.sent;
    kind.nanoseconds += static_cast<uint64_t>((end - begin).count());
    kind.most_macs = std::max(kind.most_macs, net_.listener().cookies().macs() - macs);
    if (!verdict.ok() || std::holds_alternative<NewConnection>(*verdict) ||
        std::holds_alternative<Route>(*verdict)) {
      ++connections_;
    }
    if (std::holds_alternative<Reply>(*verdict)) ++kind.replies;
  }

  ListenerNet& net_;
  std::mt19937 random_{42};
  std::array<Kind, 7> kinds_;
  std::array<uint8_t, kMaxReply> reply_;
  uint64_t allocations_ = 0, connections_ = 0;
};

TEST(ListenerFlood, IsAnsweredFromBoundedMemoryWithBoundedWork) {
  ListenerNet net;
  Flood flood(net);
  const ListenerCounts before = net.listener().counts();
  flood.Send(kDatagrams / 2);
  net.Add("honest");
  net.Add("in pieces", {.datagram = {.mtu = 100, .retransmit = {}, .start = {}}});
  size_t steps = 0;
  for (; steps < 1000 && !(net.connected("honest") && net.connected("in pieces")); ++steps) {
    net.Run(std::chrono::milliseconds(5));
    net.now.instant += std::chrono::milliseconds(5);
    flood.Send(100);
  }
  EXPECT_TRUE(net.connected("honest"));
  EXPECT_TRUE(net.connected("in pieces"));
  EXPECT_LT(steps * 100, kDatagrams / 2);
  flood.Send(kDatagrams / 2 - steps * 100);
  ASSERT_TRUE(net.Run());

  uint64_t sent = 0, nanoseconds = 0;
  for (const Kind& kind : flood.kinds()) {
    std::printf("%-24s %6u datagrams, %6u answered, %5u ns each, at most %u MACs\n", kind.name,
                static_cast<unsigned>(kind.sent), static_cast<unsigned>(kind.replies),
                static_cast<unsigned>(kind.nanoseconds / kind.sent),
                static_cast<unsigned>(kind.most_macs));
    EXPECT_LE(kind.most_macs, 2u);
    sent += kind.sent;
    nanoseconds += kind.nanoseconds;
  }
  const ListenerCounts& counts = net.listener().counts();
  const uint64_t in = counts.bytes_in - before.bytes_in;
  const uint64_t out = counts.bytes_out - before.bytes_out;
  std::printf("all: %u datagrams, %u ns each; %u bytes in, %u out; %u halves evicted\n",
              static_cast<unsigned>(sent), static_cast<unsigned>(nanoseconds / sent),
              static_cast<unsigned>(in), static_cast<unsigned>(out),
              static_cast<unsigned>(net.listener().half_hellos().evicted()));
  EXPECT_EQ(sent, kDatagrams);
  EXPECT_LT(out, in);
  EXPECT_EQ(flood.allocations(), 0u);
  EXPECT_EQ(flood.connections(), 0u);
  EXPECT_EQ(counts.connections, 2u);
  EXPECT_EQ(net.servers().size(), 2u);
  EXPECT_LE(net.listener().half_hellos().used(), ListenerNet::kHalves);
  EXPECT_GT(net.listener().half_hellos().evicted(), 1000u);
}

}  // namespace
}  // namespace merlon::tls::testing
