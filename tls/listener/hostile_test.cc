// SPDX-License-Identifier: Apache-2.0
// What strangers, forgers and clients that come back do to a listener.
#include <gtest/gtest.h>

#include "tls/listener/listener_net.h"
#include "tls/listener/plain_message.h"
#include "tls/msgs/messages12.h"

namespace merlon::tls::testing {
namespace {

constexpr Version k12 = Version::kTls12, k13 = Version::kTls13;

NetClientOptions Speaking(Version low, Version high) {
  return {.config = SharedWorld().ClientBuilder().SetVersions(low, high).Build().value()};
}
NetClientOptions Speaking(Version version) { return Speaking(version, version); }

uint64_t Count(ListenerNet& net, Dropped why) {
  return net.listener().counts().dropped[static_cast<size_t>(why)];
}
// An alert in the clear: type, version, epoch, number, length; level and description.
void ExpectAlert(const std::string& datagram, Alert alert) {
  ASSERT_EQ(datagram.size(), 15u);
  EXPECT_EQ(datagram[0], 21);
  EXPECT_EQ(datagram[13], 2);
  EXPECT_EQ(datagram[14], static_cast<char>(alert));
}
uint8_t TypeOf(const std::string& datagram) { return static_cast<uint8_t>(datagram.at(13)); }

// The ClientHello that this client sends first, and the one that answers `reply`.
std::string FirstHello(ListenerNet& net, const std::string& address) {
  return net.client(address).side->TransmitOne(net.now);
}
std::string SecondHello(ListenerNet& net, const std::string& address) {
  const std::string first = FirstHello(net, address);
  const std::string reply = net.reply(net.Judge(first, address));
  net.client(address).side->Receive(reply, net.now);
  return FirstHello(net, address);
}

// RFC 6347 s4.2.1: form and numbers of a HelloVerifyRequest.
TEST(ListenerHostile, AHelloVerifyRequestRepeatsTheNumbers) {
  ListenerNet net;
  net.Add("a", Speaking(k12));
  std::string hello = FirstHello(net, "a");
  hello[10] = 0x33;  // the record's number
  hello[18] = 0x05;  // message_seq
  const std::string reply = net.reply(net.Judge(hello, "a"));
  ASSERT_EQ(reply.size(), 46u);
  EXPECT_EQ(TypeOf(reply), HelloVerifyRequest::kType);
  EXPECT_EQ(reply.substr(0, 11), std::string("\x16\xfe\xfd\0\0\0\0\0\0\0\x33", 11));
  EXPECT_EQ(reply[18], 5);
  EXPECT_EQ(reply.substr(25, 3), "\xfe\xff\x12");  // DTLS 1.0, 18 bytes
  EXPECT_LT(reply.size(), hello.size());
}

TEST(ListenerHostile, NothingIsKeptOfAFirstClientHello) {
  ListenerNet net;
  for (const Version version : {k12, k13}) {
    net.Add("a", Speaking(version));
    const std::string hello = FirstHello(net, "a");
    const std::string reply = net.reply(net.Judge(hello, "a"));
    EXPECT_FALSE(reply.empty());
    EXPECT_EQ(net.reply(net.Judge(hello, "a")), reply);
    EXPECT_LT(reply.size(), hello.size());
    EXPECT_EQ(net.listener().half_hellos().used(), 0u);
    EXPECT_EQ(net.listener().counts().connections, 0u);
  }
}

// In DTLS 1.2 it is as if there were no cookie; in DTLS 1.3 the end (RFC 9147 s5.1).
TEST(ListenerHostile, ACookieIsForOneAddressAndItsTime) {
  for (const Version version : {k12, k13}) {
    SCOPED_TRACE(static_cast<int>(version));
    ListenerNet net;
    net.Add("a", Speaking(version));
    const std::string hello = SecondHello(net, "a");
    const auto expect_refused = [&](ListenerNet& at, const std::string& datagram,
                                    std::string_view address) {
      const std::string reply = at.reply(at.Judge(datagram, address));
      if (version == k13) return ExpectAlert(reply, Alert::kIllegalParameter);
      ASSERT_EQ(reply.size(), 46u);
      EXPECT_EQ(TypeOf(reply), HelloVerifyRequest::kType);
      EXPECT_EQ(reply[18], 1);  // message_seq
    };
    expect_refused(net, hello, "b");
    ListenerNet other;
    const auto key = other.NewKey(2);
    other.listener().RotateCookieKey(key);
    other.listener().RotateCookieKey(key);
    expect_refused(other, hello, "a");
    net.now.instant += kCookieLifetime + std::chrono::seconds(1);
    expect_refused(net, hello, "a");
    net.now.instant -= std::chrono::seconds(1);
    EXPECT_EQ(net.listener().counts().connections, 0u);
    EXPECT_TRUE(std::holds_alternative<NewConnection>(net.Judge(hello, "a")));
  }
}

// Any bit of a ClientHello with a cookie: no connection, unless the bit is in what neither version
// covers; and then the connection itself looks.
TEST(ListenerHostile, AForgedCookieMakesNoConnection) {
  for (const Version version : {k12, k13}) {
    ListenerNet net;
    net.Add("a", Speaking(version));
    const std::string hello = SecondHello(net, "a");
    const auto fresh = [&] {
      const Verdict verdict = net.Judge(hello, "a");
      const auto* made = std::get_if<NewConnection>(&verdict);
      if (made == nullptr) return false;
      net.listener().Forget(made->slot);
      return true;
    };
    ASSERT_TRUE(fresh());
    // The cookie: of DTLS 1.2 behind version, random and an empty session id; of DTLS 1.3 wherever
    // its extension (44) is.
    size_t begin = 25 + 2 + 32 + 1 + 1, size = kCookie12Size;
    if (version == k13) {
      size = kCookie12Size + 32;
      const std::string head = {0, 44, 0, static_cast<char>(size + 2), 0, static_cast<char>(size)};
      begin = hello.find(head);
      ASSERT_NE(begin, std::string::npos);
      begin += head.size();
    }
    for (size_t bit = 0; bit < 8 * size; ++bit) {
      std::string forged = hello;
      forged[begin + bit / 8] = static_cast<char>(forged[begin + bit / 8] ^ 1 << bit % 8);
      EXPECT_TRUE(std::holds_alternative<Reply>(net.Judge(forged, "a"))) << bit;
    }
    ASSERT_TRUE(fresh());
  }
}

TEST(ListenerHostile, TheCookieKeyTurnsOver) {
  for (const Version version : {k12, k13}) {
    ListenerNet net;
    net.Add("a", Speaking(version));
    net.Add("b", Speaking(version));
    const std::string hello = SecondHello(net, "a"), late = SecondHello(net, "b");
    net.listener().RotateCookieKey(net.NewKey(2));
    EXPECT_TRUE(std::holds_alternative<NewConnection>(net.Judge(hello, "a")));
    net.listener().RotateCookieKey(net.NewKey(3));
    EXPECT_TRUE(std::holds_alternative<Reply>(net.Judge(late, "b")));
  }
}

// Whoever answers a client of both versions with a HelloVerifyRequest in our stead makes it send a
// cookie of DTLS 1.2, which a server of DTLS 1.3 has to refuse (RFC 9147 s5.3): no downgrade.
TEST(ListenerHostile, AForgedHelloVerifyRequestIsNoDowngrade) {
  ListenerNet net, forger(SharedWorld().ServerBuilder().SetVersions(k12, k12).Build().value());
  net.Add("a", Speaking(k12, k13));
  const std::string first = FirstHello(net, "a");
  net.client("a").side->Receive(forger.reply(forger.Judge(first, "a")), net.now);
  const std::string second = FirstHello(net, "a");
  ASSERT_FALSE(second.empty());
  ExpectAlert(net.reply(net.Judge(second, "a")), Alert::kIllegalParameter);
}

TEST(ListenerHostile, SaysWhyNothingCanComeOfIt) {
  World& world = SharedWorld();
  ListenerNet net(world.ServerBuilder()
                      .SetVersions(k13, k13)
                      .SetSuites({0x1301})
                      .SetGroups({29})
                      .Build()
                      .value());
  net.Add("a", Speaking(k12));
  ExpectAlert(net.reply(net.Judge(FirstHello(net, "a"), "a")), Alert::kProtocolVersion);
  net.Add("b", {.config = world.ClientBuilder().SetSuites({0x1302}).Build().value()});
  ExpectAlert(net.reply(net.Judge(FirstHello(net, "b"), "b")), Alert::kHandshakeFailure);
  net.Add("c", {.config = world.ClientBuilder().SetGroups({23}).Build().value()});
  ExpectAlert(net.reply(net.Judge(FirstHello(net, "c"), "c")), Alert::kHandshakeFailure);
  EXPECT_EQ(net.listener().cookies().macs(), 0u);
}

TEST(ListenerHostile, TheClientReadsWhyNothingCanComeOfIt) {
  ListenerNet net(SharedWorld().ServerBuilder().SetVersions(k13, k13).Build().value());
  net.Add("a", Speaking(k12));
  ASSERT_TRUE(net.Run());
  EXPECT_EQ(net.client("a").side->face.peer_alert(), Alert::kProtocolVersion);
}

TEST(ListenerHostile, AStrangersOtherDatagramsAreNothing) {
  ListenerNet net;
  net.Add("a");
  ASSERT_TRUE(net.Run());
  net.client("a").side->Settle(net.now);
  const std::string data = net.client("a").side->Seal("data");
  const std::string hello = [&] {
    net.Add("b");
    return FirstHello(net, "b");
  }();
  const auto changed = [&](size_t at, char value) {
    std::string out = hello;
    out[at] = value;
    return out;
  };
  for (const std::string& datagram :
       {std::string(), std::string("x"), std::string(2000, '\0'), data, changed(0, 21),
        changed(0, 23), changed(0, 26), changed(1, 3), changed(4, 1), changed(13, 2),
        changed(13, 20), hello.substr(0, 30)}) {
    const Verdict verdict = net.Judge(datagram, "stranger");
    ASSERT_TRUE(std::holds_alternative<Drop>(verdict));
    EXPECT_EQ(std::get<Drop>(verdict).why, Dropped::kNotAHello);
  }
  // A ClientHello that is not one inside.
  const Verdict malformed = net.Judge(changed(25 + 34, 60), "stranger");
  EXPECT_EQ(std::get<Drop>(malformed).why, Dropped::kMalformed);
  EXPECT_EQ(net.listener().half_hellos().used(), 0u);
}

// The least ClientHello of DTLS 1.3 that there can be, with a share and without.
TEST(ListenerHostile, RepliesAreBoundedByWhatCame) {
  for (const uint16_t suite : {0x1301, 0x1302}) {
    ListenerNet net(
        SharedWorld().ServerBuilder().SetSuites({suite}).SetGroups({29}).Build().value());
    const std::vector<uint8_t> random(32, 1), share(32, 9);
    for (const bool with_share : {false, true}) {
      const std::string suites = {0x13, static_cast<char>(suite)};
      ClientHello hello;
      hello.legacy_version = 0xfefd;
      hello.random = random;
      hello.cipher_suites = U16List(AsBytes(suites));
      hello.compression_methods = AsBytes(std::string_view("\0", 1));
      hello.supported_versions = U16List(AsBytes("\xfe\xfc"));
      hello.supported_groups = U16List(AsBytes(std::string_view("\0\x1d", 2)));
      hello.signature_algorithms = U16List(AsBytes("\x04\x03"));
      std::string shares;
      if (with_share) shares = std::string("\0\x1d\0\x20", 4) + ToString(share);
      hello.key_share = AsBytes(shares);
      std::vector<uint8_t> datagram(200);
      Writer writer(Slice(absl::MakeSpan(datagram), kPlainMessageHeader));
      hello.Encode(writer, {Transport::kDatagram, 0});
      datagram.resize(kPlainMessageHeader + *writer.Finish());
      WritePlainMessageHeader(ClientHello::kType, 0, 0, datagram.size() - kPlainMessageHeader,
                              absl::MakeSpan(datagram));
      const std::string reply = net.reply(net.Judge(ToString(Bytes(datagram)), "a"));
      std::printf("%zu bytes are answered with %zu\n", datagram.size(), reply.size());
      EXPECT_EQ(datagram.size(), with_share ? 134u : 98u);
      EXPECT_EQ(reply.size(),
                (suite == 0x1302 ? kMaxReply : kMaxReply - 16) - (with_share ? 6 : 0));
    }
  }
  static_assert(kMaxReply == 149);
}

TEST(ListenerHostile, ClientHellosOfAConnectionAreItsOwn) {
  for (const Version version : {k12, k13}) {
    ListenerNet net;
    net.Add("a", Speaking(version));
    const std::string first = FirstHello(net, "a");
    const std::string reply = net.reply(net.Arrive(first, "a"));
    net.client("a").side->Receive(reply, net.now);
    const std::string second = FirstHello(net, "a");
    ASSERT_TRUE(std::holds_alternative<NewConnection>(net.Arrive(second, "a")));
    // Repeated by the client, or late.
    EXPECT_TRUE(std::holds_alternative<Route>(net.Arrive(second, "a")));
    EXPECT_TRUE(std::holds_alternative<Route>(net.Arrive(first, "a")));
    ASSERT_TRUE(net.Run());
    EXPECT_TRUE(net.connected("a"));
    EXPECT_TRUE(std::holds_alternative<Route>(net.Arrive(second, "a")));
    EXPECT_EQ(net.listener().counts().connections, 1u);
  }
}

// RFC 9147 s5.11, RFC 6347 s4.2.8: a client that lost its memory comes from the same address.
TEST(ListenerHostile, AClientThatComesBackReplacesItselfBehindItsCookie) {
  for (const Version version : {k12, k13}) {
    for (const size_t mtu : {1200, 100}) {
      SCOPED_TRACE(mtu);
      ListenerNet net;
      net.Add("a", Speaking(version));
      ASSERT_TRUE(net.Run());
      ASSERT_TRUE(net.connected("a"));
      auto* const old = net.server("a")->side.get();
      NetClientOptions again = Speaking(version);
      again.datagram.mtu = mtu;
      net.Add("a", again);
      // Without the cookie: the old connection stands.
      std::vector<std::string> hello;
      for (std::string out = FirstHello(net, "a"); !out.empty(); out = FirstHello(net, "a")) {
        hello.push_back(out);
        const Verdict verdict = net.Arrive(out, "a");
        EXPECT_FALSE(std::holds_alternative<NewConnection>(verdict));
        EXPECT_FALSE(std::holds_alternative<Route>(verdict));
      }
      EXPECT_EQ(hello.size() > 1, mtu == 100);
      EXPECT_EQ(net.server("a")->side.get(), old);
      EXPECT_FALSE(old->face.failure());
      ASSERT_TRUE(net.Run());
      EXPECT_TRUE(net.connected("a"));
      EXPECT_EQ(net.servers().size(), 1u);
      EXPECT_EQ(net.listener().counts().connections, 2u);
    }
  }
}

// Forged ClientHellos from the address of a connection do nothing to it, and bring no alert upon
// its client.
TEST(ListenerHostile, ForgersDoNotDisturbAConnection) {
  ListenerNet net(SharedWorld().ServerBuilder().SetVersions(k13, k13).Build().value());
  net.Add("a", Speaking(k13));
  ASSERT_TRUE(net.Run());
  ListenerNet others;
  for (int i = 0; i < 100; ++i) {
    others.Add("x", i % 2 == 0 ? Speaking(k13) : Speaking(k12));
    std::string hello = FirstHello(others, "x");
    const Verdict verdict = net.Arrive(hello, "a");
    if (i % 2 == 0) {
      EXPECT_TRUE(std::holds_alternative<Reply>(verdict));
    } else {
      EXPECT_EQ(std::get<Drop>(verdict).why, Dropped::kRefused);
    }
  }
  net.client("a").to_server.Send(AsBytes(net.client("a").side->Seal("still here")),
                                 net.now.instant);
  ASSERT_TRUE(net.Run());
  EXPECT_TRUE(net.connected("a"));
  EXPECT_EQ(net.server("a")->side->log.data, "still here");
  EXPECT_EQ(net.listener().counts().connections, 1u);
}

// Fragments of a forger from a client's address: what contradicts is dropped, and when the client
// repeats itself it gets through.
TEST(ListenerHostile, AForgedFragmentCostsTheClientARetransmission) {
  ListenerNet net;
  NetClientOptions options = Speaking(k13);
  options.datagram.mtu = 100;
  net.Add("a", options);
  const std::string fragment = FirstHello(net, "a");
  std::string forged = fragment;
  for (size_t i = 25 + 34; i < forged.size(); ++i) forged[i] = 'x';
  EXPECT_EQ(std::get<Drop>(net.Arrive(forged, "a")).why, Dropped::kPartial);
  net.client("a").to_server.Send(AsBytes(fragment), net.now.instant);
  ASSERT_TRUE(net.Run());
  EXPECT_TRUE(net.connected("a"));
  EXPECT_EQ(Count(net, Dropped::kMalformed), 1u);
}

TEST(ListenerHostile, MisuseSaysSo) {
  ListenerNet net;
  std::vector<uint8_t> reply(kMaxReply), datagram(10);
  const std::string address(kMaxPeerAddress + 1, 'a');
  Listener& listener = net.listener();
  EXPECT_EQ(
      listener.Receive(absl::MakeSpan(datagram), AsBytes(address), net.now, absl::MakeSpan(reply))
          .error(),
      Misuse());
  EXPECT_EQ(listener
                .Receive(absl::MakeSpan(datagram), AsBytes("a"), net.now,
                         absl::MakeSpan(reply).first(kMaxReply - 1))
                .error(),
            Misuse(Code::kNoSpace));
  EXPECT_EQ(listener.counts().datagrams, 0u);
}

// Without its key a listener cannot tell anybody anything.
TEST(ListenerHostile, FailsWithoutItsCookieKey) {
  ListenerNet net;
  net.Add("a");
  ASSERT_TRUE(net.keys().Destroy({.slot = 0, .generation = 1}).ok());
  std::string hello = FirstHello(net, "a");
  std::vector<uint8_t> reply(kMaxReply);
  EXPECT_EQ(net.listener()
                .Receive(MutableBytes(reinterpret_cast<uint8_t*>(hello.data()), hello.size()),
                         AsBytes("a"), net.now, absl::MakeSpan(reply))
                .error(),
            Misuse(Code::kStaleHandle));
}

}  // namespace
}  // namespace merlon::tls::testing
