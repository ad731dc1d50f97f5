// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/tcp.h"

#include "gtest/gtest.h"

namespace merlon::io {
namespace {

TEST(ParseAddress, TakesNamesAndAddressesWithAndWithoutPorts) {
  const struct {
    const char *text, *host;
    uint16_t port;
  } cases[] = {
      {"example.org", "example.org", 443},       {"example.org:8443", "example.org", 8443},
      {"127.0.0.1:1", "127.0.0.1", 1},           {"[::1]", "::1", 443},
      {"[2001:db8::5]:853", "2001:db8::5", 853}, {"h:65535", "h", 65535},
  };
  for (const auto& test : cases) {
    const absl::StatusOr<Address> address = ParseAddress(test.text, 443);
    ASSERT_TRUE(address.ok()) << test.text << ": " << address.status();
    EXPECT_EQ(address->host, test.host) << test.text;
    EXPECT_EQ(address->port, test.port) << test.text;
  }
}

TEST(ParseAddress, RefusesWhatIsNeither) {
  for (const char* text :
       {"h:", "h:x", "h:12x", "h:65536", "h:-1", "h: 1", "[::1", "[::1]443", "[::1]:", "::1"}) {
    EXPECT_FALSE(ParseAddress(text, 443).ok()) << text;
  }
}

TEST(Tcp, ConnectsToWhatListens) {
  const absl::StatusOr<Listener> listener = TcpListen({"127.0.0.1", 0});
  ASSERT_TRUE(listener.ok()) << listener.status();
  ASSERT_NE(listener->port, 0);
  absl::StatusOr<Descriptor> near = TcpConnect({"127.0.0.1", listener->port});
  ASSERT_TRUE(near.ok()) << near.status();
  absl::StatusOr<Descriptor> far = Accept(*listener);
  ASSERT_TRUE(far.ok()) << far.status();

  DescriptorTransport left(*std::move(near)), right(*std::move(far));
  ASSERT_TRUE(left.Write(AsBytes("hello")).ok());
  uint8_t buffer[16];
  const absl::StatusOr<Arrival> arrival = right.Read(buffer, std::nullopt);
  ASSERT_TRUE(arrival.ok()) << arrival.status();
  EXPECT_EQ(AsText(Slice(Bytes(buffer), 0, arrival->size)), "hello");
}

TEST(Tcp, SaysWhereItCouldNotConnect) {
  uint16_t port;
  {
    const absl::StatusOr<Listener> listener = TcpListen({"127.0.0.1", 0});
    ASSERT_TRUE(listener.ok()) << listener.status();
    port = listener->port;
  }
  const absl::StatusOr<Descriptor> refused = TcpConnect({"127.0.0.1", port});
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.status().message().find("connecting to 127.0.0.1:" + std::to_string(port)),
            absl::string_view::npos)
      << refused.status();
}

}  // namespace
}  // namespace merlon::io
