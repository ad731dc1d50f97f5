// SPDX-License-Identifier: Apache-2.0
// Names as text, and the server's identity.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "x509/dns_name.h"
#include "x509/ip_address.h"
#include "x509/service_identity.h"
#include "x509/testing/toy_pki.h"

namespace merlon::x509 {
namespace {

TEST(DnsName, AcceptsPreferredSyntaxAlone) {
  for (const char* good : {"a", "example.com", "EXAMPLE.com", "xn--bcher-kva.example", "1.example",
                           "a-b.c", "a--b.c", "127.0.0.1x"}) {
    EXPECT_TRUE(IsDnsName(good)) << good;
  }
  for (const char* bad : {"", ".", "a.", ".a", "a..b", "-a.b", "a-.b", "a_b.c", "a b.c", "*.a.b",
                          "b\xc3\xbc"
                          "cher.example",
                          "127.0.0.1", "a.1", "1"}) {
    EXPECT_FALSE(IsDnsName(bad)) << bad;
  }
  EXPECT_TRUE(IsDnsName(std::string(63, 'a') + ".b"));
  EXPECT_FALSE(IsDnsName(std::string(64, 'a') + ".b"));
  std::string name = "a";
  while (name.size() < 253) name += ".a";
  EXPECT_TRUE(IsDnsName(name));
  EXPECT_FALSE(IsDnsName(name + ".a"));
  EXPECT_FALSE(IsDnsName(std::string_view("a\0b.c", 5)));
}

TEST(DnsName, WildcardIsTheWholeLeftMostLabel) {
  EXPECT_TRUE(IsDnsPattern("*.example.com"));
  for (const char* bad : {"*", "*.", "*.com", "*a.example.com", "a*.example.com", "a.*.com",
                          "**.example.com", "*.*.com", "xn--*.example.com"}) {
    EXPECT_FALSE(IsDnsPattern(bad)) << bad;
  }
  EXPECT_TRUE(DnsPatternMatches("*.example.com", "WWW.example.COM"));
  EXPECT_FALSE(DnsPatternMatches("*.example.com", "example.com"));
  EXPECT_FALSE(DnsPatternMatches("*.example.com", "a.b.example.com"));
  EXPECT_FALSE(DnsPatternMatches("*.example.com", "www.example.org"));
  EXPECT_TRUE(DnsPatternMatches("www.example.com", "www.Example.com"));
  EXPECT_FALSE(DnsPatternMatches("www.example.com", "ww.example.com"));
}

TEST(IpAddress, ReadsIpv4) {
  const uint8_t expected[] = {192, 0, 2, 255};
  ASSERT_TRUE(ParseIpAddress("192.0.2.255"));
  EXPECT_EQ(ParseIpAddress("192.0.2.255")->view(), Bytes(expected));
  for (const char* bad : {"", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.4.",
                          "1..2.3", "1.2.3.+4", "0x1.2.3.4", " 1.2.3.4", "1.2.3.0004"}) {
    EXPECT_FALSE(ParseIpAddress(bad)) << bad;
  }
  EXPECT_TRUE(ParseIpAddress("0.0.0.0"));
}

TEST(IpAddress, ReadsIpv6) {
  const auto equal = [](const char* a, const char* b) {
    const auto left = ParseIpAddress(a), right = ParseIpAddress(b);
    return left && right && *left == *right && left->size() == 16;
  };
  EXPECT_TRUE(equal("2001:db8::1", "2001:0DB8:0:0:0:0:0:1"));
  EXPECT_TRUE(equal("::", "0:0:0:0:0:0:0:0"));
  EXPECT_TRUE(equal("::1", "0:0:0:0:0:0:0:1"));
  EXPECT_TRUE(equal("1::", "1:0:0:0:0:0:0:0"));
  EXPECT_TRUE(equal("::ffff:192.0.2.1", "0:0:0:0:0:ffff:c000:201"));
  EXPECT_TRUE(equal("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"));
  EXPECT_TRUE(equal("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"));
  EXPECT_FALSE(equal("::1", "::2"));
  for (const char* bad :
       {":", ":::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "::1::", "1::2::3",
        "12345::", "g::", "::1%eth0", "[::1]", "1:2:3:4:5:6:7:1.2.3.4",
        "1.2.3.4::", ":1:2::", "1:", "::1:", "1:2:3:4:5:6:7:", "::1.2.3"}) {
    EXPECT_FALSE(ParseIpAddress(bad)) << bad;
  }
}

TEST(ServiceIdentity, MatchesDnsNamesAndAddressesApart) {
  const std::string_view names[] = {"www.example.com", "*.example.org", "192.0.2.9", "bad_name.org",
                                    "*.co"};
  const uint8_t v4[] = {192, 0, 2, 1};
  uint8_t v6[16] = {0x20, 1, 0xd, 0xb8};
  v6[15] = 1;
  const Bytes addresses[] = {v4, v6};
  const Buffer der =
      Issue({.spec = {.subject = "cn.example.com", .dns_names = names, .ip_addresses = addresses},
             .key = 1,
             .issuer = "Root",
             .issuer_key = 2});
  const Result<Certificate> certificate = Certificate::Parse(der);
  ASSERT_TRUE(certificate.ok());
  for (const char* good : {"www.example.com", "WWW.EXAMPLE.COM", "www.example.com.",
                           "a.example.org", "192.0.2.1", "2001:db8::1", "2001:DB8:0::0:1"}) {
    EXPECT_TRUE(CheckServerName(*certificate, good).ok()) << good;
  }
  for (const char* bad : {"cn.example.com", "example.com", "example.org", "a.b.example.org",
                          "192.0.2.9", "192.0.2.2", "::ffff:192.0.2.1", "bad_name.org",
                          "www.example.com..", "*.example.org", "a.co", "", "."}) {
    const Result<void> checked = CheckServerName(*certificate, bad);
    ASSERT_FALSE(checked.ok()) << bad;
    EXPECT_EQ(checked.error(), PeerError(Code::kNameMismatch, Alert::kBadCertificate));
  }
}

TEST(IpAddress, IsWrittenAsRfc5952Says) {
  for (std::string_view text : {"0.0.0.0", "192.0.2.255", "::", "::1", "2001:db8::1", "1::",
                                "2001:db8:0:1:1:1:1:1", "2001:0:0:1::1", "fe80::ff00:42:8329"}) {
    const std::optional<IpAddress> address = ParseIpAddress(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(IpAddressText(address->view()).view(), text);
  }
  EXPECT_EQ(IpAddressText(ParseIpAddress("2001:DB8:0:0:1:0:0:1")->view()).view(),
            "2001:db8::1:0:0:1");
  EXPECT_EQ(IpAddressText(Bytes()).view(), "");
}

}  // namespace
}  // namespace merlon::x509
