// SPDX-License-Identifier: Apache-2.0
// Names as text, and the server's identity.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "x509/dns_name.h"
#include "x509/ip_address.h"
#include "x509/name_constraints.h"
#include "x509/oid.h"
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
  EXPECT_TRUE(IsDnsName("b." + std::string(63, 'a')));
  EXPECT_FALSE(IsDnsName("b." + std::string(64, 'a')));
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

Buffer Tlv(uint8_t tag, Bytes contents) {
  Buffer out(2 + contents.size());
  out[0] = tag;
  out[1] = static_cast<uint8_t>(contents.size());
  std::copy(contents.begin(), contents.end(), out.begin() + 2);
  return out;
}
// An otherName with a string of the type `tag`.
Buffer Other(Bytes type, uint8_t tag, std::string_view text) {
  Buffer out = Tlv(der::kOid, type);
  const Buffer value = Tlv(der::Context(0, true), Tlv(tag, AsBytes(text)));
  out.insert(out.end(), value.begin(), value.end());
  return Tlv(der::Context(0, true), out);
}
Buffer Srv(std::string_view text) { return Other(oid::kDnsSrv, der::kIa5String, text); }
Buffer Utf8Mailbox(std::string_view text) {
  return Other(oid::kSmtpUtf8Mailbox, der::kUtf8String, text);
}
Buffer Rfc822(std::string_view text) { return Tlv(der::Context(1, false), AsBytes(text)); }
Buffer Dns(std::string_view text) { return Tlv(der::Context(2, false), AsBytes(text)); }
Buffer Uri(std::string_view text) { return Tlv(der::Context(6, false), AsBytes(text)); }

TEST(ServiceIdentity, MatchesEachTypeByItsRules) {
  constexpr IdentityType kDns = IdentityType::kDnsName, kIp = IdentityType::kIpAddress,
                         kUri = IdentityType::kUri, kSrv = IdentityType::kSrv,
                         kEmail = IdentityType::kEmail;
  const struct {
    IdentityType type;
    std::string_view reference;
    Buffer presented;
    bool matches;
  } cases[] = {
      // RFC 9525 s6.3: DNS names are no SRV names and no URIs; an address is no DNS name.
      {kDns, "www.example.com", Dns("*.example.com"), true},
      {kDns, "www.example.com", Uri("https://www.example.com"), false},
      {kDns, "www.example.com", Srv("_https.www.example.com"), false},
      {kDns, "192.0.2.1", Tlv(der::Context(7, false), Buffer{192, 0, 2, 1}), false},
      {kDns,
       "b\xc3\xbc"
       "cher.example",
       Dns("xn--bcher-kva.example"), false},
      {kDns, "XN--BCHER-KVA.example", Dns("xn--bcher-kva.example"), true},
      {kDns, "www.example.com", Dns("www.example.com."), false},
      {kIp, "192.0.2.1", Tlv(der::Context(7, false), Buffer{192, 0, 2, 1}), true},
      {kIp, "192.0.2.1", Dns("192.0.2.1"), false},
      {kIp, "a.example", Dns("a.example"), false},
      // s6.5: scheme and host, whatever their case; the rest is not compared.
      {kUri, "https://www.example.com/path?query", Uri("HTTPS://WWW.example.com:8443/#other"),
       true},
      {kUri, "https://me@www.example.com.", Uri("https://www.example.com"), true},
      {kUri, "https://www.example.com", Uri("http://www.example.com"), false},
      {kUri, "https://www.example.com", Uri("https://example.com"), false},
      {kUri, "https://www.example.com", Uri("https://*.example.com"), false},
      {kUri, "https://www.example.com", Uri("https://www.example.com."), false},
      {kUri, "https://www.example.com", Uri("https://a@b@www.example.com"), false},
      {kUri, "https://www.example.com", Uri("https://www.example.com:port"), false},
      {kUri, "https://www.example.com", Dns("www.example.com"), false},
      {kUri, "https://www%2eexample.com", Uri("https://www%2eexample.com"), false},
      {kUri, "https://", Uri("https://"), false},
      {kUri, "www.example.com", Uri("www.example.com"), false},
      {kUri, "urn:example.com", Uri("urn:example.com"), false},
      // s6.4: addresses in URIs.
      {kUri, "https://[2001:db8::1]/", Uri("https://[2001:DB8:0::1]:443"), true},
      {kUri, "https://[2001:db8::1]/", Uri("https://[2001:db8::2]"), false},
      {kUri, "https://192.0.2.1", Uri("https://192.0.2.1/"), true},
      {kUri, "https://[192.0.2.1]", Uri("https://[192.0.2.1]"), false},
      {kUri, "https://192.0.2.1", Uri("https://[::ffff:192.0.2.1]"), false},
      // RFC 5922 s7.1: without a user.
      {kUri, "sip:voice.example", Uri("SIP:voice.example:5060;transport=tls"), true},
      {kUri, "sip:voice.example", Uri("sip:me@voice.example"), false},
      {kUri, "sip:voice.example", Uri("sips:voice.example"), false},
      // RFC 4985 s2, RFC 9525 s6.5.
      {kSrv, "_imaps.example.net", Srv("_IMAPS.Example.net"), true},
      {kSrv, "_imaps.example.net.", Srv("_imaps.example.net"), true},
      {kSrv, "_imaps.example.net", Srv("_imap.example.net"), false},
      {kSrv, "_imaps.example.net", Srv("_imaps.mail.example.net"), false},
      {kSrv, "_imaps.mail.example.net", Srv("_imaps.*.example.net"), false},
      {kSrv, "_imaps.example.net", Srv("_imaps.example.net."), false},
      {kSrv, "_imaps._tcp.example.net", Srv("_imaps._tcp.example.net"), false},
      {kSrv, "imaps.example.net", Srv("imaps.example.net"), false},
      {kSrv, "_imaps.example.net", Dns("example.net"), false},
      {kSrv, "_imaps.example.net", Other(oid::kDnsSrv, der::kUtf8String, "_imaps.example.net"),
       false},
      // RFC 5280 s7.5, RFC 9598 s3, s5.
      {kEmail, "Me@example.com", Rfc822("Me@EXAMPLE.com"), true},
      {kEmail, "Me@example.com", Rfc822("me@example.com"), false},
      {kEmail, "me@example.com", Rfc822("example.com"), false},
      {kEmail, "me@example.com.", Rfc822("me@example.com"), false},
      {kEmail, "@example.com", Rfc822("@example.com"), false},
      {kEmail, "me@a@example.com", Rfc822("me@a@example.com"), false},
      {kEmail, "\"me@a\"@example.com", Rfc822("\"me@a\"@example.com"), true},
      {kEmail, "me@example.com", Utf8Mailbox("me@example.com"), false},
      {kEmail, "\xe7\x94\xa8@example.com", Utf8Mailbox("\xe7\x94\xa8@EXAMPLE.com"), true},
      {kEmail, "\xe7\x94\xa8@xn--bcher-kva.example",
       Utf8Mailbox("\xe7\x94\xa8@b\xc3\xbc"
                   "cher.example"),
       false},
      {kEmail, "\xe7\x94\xa8@example.com", Utf8Mailbox("\xe7\x94\xa9@example.com"), false},
      {kEmail, "\xef\xbb\xbf\xe7\x94\xa8@example.com",
       Utf8Mailbox("\xef\xbb\xbf\xe7\x94\xa8@example.com"), false},
      {kEmail, "me@example.com", Dns("example.com"), false},
  };
  for (const auto& test : cases) {
    const Buffer der =
        Issue({.spec = {.subject = "me@example.com", .subject_alt_name = test.presented},
               .key = 1,
               .issuer = "Root",
               .issuer_key = 2});
    const Result<Certificate> certificate = Certificate::Parse(der);
    ASSERT_TRUE(certificate.ok()) << test.reference;
    EXPECT_EQ(CheckIdentity(*certificate, {test.type, test.reference}).ok(), test.matches)
        << test.reference << " as " << std::string(AsText(test.presented));
    EXPECT_TRUE(!test.matches || IsIdentity({test.type, test.reference})) << test.reference;
  }
}

TEST(ServiceIdentity, KnowsWhatIsNoReference) {
  const ReferenceIdentity bad[] = {{IdentityType::kDnsName, "*.example.com"},
                                   {IdentityType::kDnsName, ""},
                                   {IdentityType::kIpAddress, "[2001:db8::1]"},
                                   {IdentityType::kUri, "https://a_b/"},
                                   {IdentityType::kUri, "mailto:me@example.com"},
                                   {IdentityType::kSrv, "example.com"},
                                   {IdentityType::kSrv, "_https."},
                                   {IdentityType::kEmail, "example.com"},
                                   {IdentityType::kEmail, "me@[192.0.2.1]"}};
  for (const ReferenceIdentity& reference : bad) {
    EXPECT_FALSE(IsIdentity(reference)) << reference.name;
  }
}

TEST(NameConstraints, BindMailboxesUrisAndSrvNames) {
  const Buffer unknown = Other(oid::kCommonName, der::kUtf8String, "x");
  const Buffer wide = Utf8Mailbox("\xe7\x94\xa8@mail.example.com");
  const struct {
    Buffer base, name;
    bool inside, refused = false;  // refused: as permitted and as excluded
  } cases[] = {
      // RFC 4985 s4's examples.
      {Srv("example.com"), Srv("_mail.example.com"), true},
      {Srv("example.com"), Srv("_mail.1.example.com"), true},
      {Srv("example.com"), Srv("_mail.1example.com"), false},
      {Srv("_mail"), Srv("_mail.1example.com"), true},
      {Srv("_mail"), Srv("_ntp.example.com"), false},
      {Srv("_MAIL.example.com"), Srv("_mail.1.Example.com"), true},
      {Srv("_mail.example.com"), Srv("_ntp.example.com"), false},
      {Srv("_mail.example.com"), Srv("_mail.1example.com"), false},
      {Srv("example.com"), Srv("mail.example.com"), false, true},
      {Rfc822("example.com"), Rfc822("a@example.com"), true},
      {Rfc822("example.com"), Rfc822("a@mail.example.com"), false},
      {Rfc822("a@example.com"), Rfc822("A@example.com"), false},
      // RFC 9598 s6: an SmtpUTF8Mailbox is bound by constraints on rfc822Names.
      {Rfc822(".example.com"), wide, true},
      {Rfc822("mail.example.com"), wide, true},
      {Rfc822("example.com"), wide, false},
      {Rfc822("a@mail.example.com"), wide, false},
      {Rfc822("example.com"),
       Utf8Mailbox("\xe7\x94\xa8@b\xc3\xbc"
                   "cher.example"),
       false, true},
      {wide, wide, false, true},
      {unknown, unknown, false, true},
      {Uri(".example.com"), Uri("https://www.example.com/"), true},
      {Uri("example.com"), Uri("https://me@EXAMPLE.com:1/"), true},
      {Uri("example.com"), Uri("https://www.example.com/"), false},
      // s4.2.1.10: without an authority that has a domain name, refused.
      {Uri("example.com"), Uri("sip:example.com"), false, true},
      {Uri("example.com"), Uri("https://192.0.2.1/"), false, true},
  };
  const Buffer nobody = {0x30, 0};
  for (const auto& test : cases) {
    for (bool excluded : {false, true}) {
      const Buffer der = Tlv(der::kSequence, Tlv(der::Context(excluded ? 1 : 0, true),
                                                 Tlv(der::kSequence, test.base)));
      const Result<NameConstraints> constraints = NameConstraints::Parse(der);
      ASSERT_TRUE(constraints.ok()) << std::string(AsText(test.base));
      uint32_t budget = 9;
      EXPECT_EQ(constraints->Check(nobody, test.name, &budget).ok(),
                !test.refused && test.inside != excluded)
          << std::string(AsText(test.base)) << " for " << std::string(AsText(test.name));
      // Names of other forms are free.
      EXPECT_TRUE(constraints->Check(nobody, Dns("a.example"), &budget).ok());
    }
  }
  for (std::string_view bad : {"_", "_mail.", "mail_", "", ".example.com", "_mail._tcp.example"}) {
    const Buffer der =
        Tlv(der::kSequence, Tlv(der::Context(0, true), Tlv(der::kSequence, Srv(bad))));
    EXPECT_FALSE(NameConstraints::Parse(der).ok()) << bad;
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
