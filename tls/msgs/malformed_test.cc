// SPDX-License-Identifier: Apache-2.0
// What malformed messages are answered with, alert by alert; and their well-formed neighbours, so
// that each refusal is for the reason that it names.
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tls/msgs/any_message.h"
#include "tls/msgs/message_builder.h"

namespace merlon::tls {
namespace {

constexpr Alert kOk = Alert::kNone;
constexpr Alert kDecode = Alert::kDecodeError;
constexpr Alert kIllegal = Alert::kIllegalParameter;
constexpr Alert kUnsupported = Alert::kUnsupportedExtension;
constexpr Alert kName = Alert::kUnrecognizedName;

struct Case {
  const char* what;
  uint8_t type;
  std::string body;  // of message_builder.h
  Alert alert;
  Transport transport = Transport::kStream;
};

void Check(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    const std::vector<uint8_t> body = Build(c.body);
    const DecodeContext context = {.transport = c.transport, .mac_size = 32};
    const auto got = RecodeAny(c.type, body, context);
    const Alert alert = got.ok() ? kOk : got.error().alert;
    EXPECT_EQ(static_cast<int>(alert), static_cast<int>(c.alert)) << c.what << ": " << c.body;
    if (got.ok()) {
      EXPECT_EQ(*got, body) << c.what << ": " << c.body;
    } else {
      EXPECT_EQ(got.error().origin, Origin::kPeer) << c.what;
    }
  }
}

// ---- ClientHello

std::string Hello(const std::string& extensions) {
  return "0303 00*32 [] {1301} [00] {" + extensions + "}";
}
constexpr char kBinder[] = "[aa*32]";

TEST(Malformed, ClientHelloBeforeItsExtensions) {
  Check({
      {"no extensions", 1, "0303 00*32 [] {1301} [00]", kOk},
      {"empty extensions", 1, Hello(""), kOk},
      {"any version", 1, "ffff 00*32 [] {1301} [00]", kOk},
      {"session id of 32", 1, "0303 00*32 [01*32] {1301} [00]", kOk},
      {"session id of 33", 1, "0303 00*32 [01*33] {1301} [00]", kDecode},
      {"short random", 1, "0303 00*31", kDecode},
      {"no suites", 1, "0303 00*32 [] {} [00]", kDecode},
      {"half a suite", 1, "0303 00*32 [] {130113} [00]", kDecode},
      {"no compression methods", 1, "0303 00*32 [] {1301} []", kDecode},
      {"many compression methods", 1, "0303 00*32 [] {1301} [010203]", kOk},
      {"half a length of extensions", 1, "0303 00*32 [] {1301} [00] 00", kDecode},
      {"bytes behind the extensions", 1, Hello("") + "00", kDecode},
      {"extensions longer than the message", 1, "0303 00*32 [] {1301} [00] 0001", kDecode},
      {"empty", 1, "", kDecode},
      {"datagram with cookie", 1, "fefd 00*32 [] ['cookie'] {1301} [00]", kOk,
       Transport::kDatagram},
      {"datagram with empty cookie", 1, "fefd 00*32 [] [] {1301} [00]", kOk, Transport::kDatagram},
      {"datagram without cookie", 1, "fefd 00*32 [] {1301} [00]", kDecode, Transport::kDatagram},
      {"stream with cookie", 1, "0303 00*32 [] ['cookie'] {1301} [00]", kDecode},
  });
}

TEST(Malformed, ExtensionBlocks) {
  Check({
      {"unknown", 1, Hello("7a7a {0102}"), kOk},
      {"header cut short", 1, Hello("7a7a 00"), kDecode},
      {"body cut short", 1, Hello("7a7a 0002 00"), kDecode},
      {"unknown twice", 1, Hello("ffff {} 7a7a {} ffff {}"), kDecode},
      {"known twice", 1, Hello("0017 {} 0017 {}"), kDecode},
      {"same in another window", 1, Hello("0017 {} 0817 {} 1017 {}"), kOk},
      {"known, of no concern", 1,
       Hello("0005 {ff} 000e {00} 0012 {01} 0015 {} 001b {03} 0036 {0000} fe0d {05}"), kOk},
      {"oid_filters in a ClientHello", 1, Hello("0030 {0000}"), kIllegal},
  });
}

TEST(Malformed, ClientHelloExtensions) {
  Check({
      {"status_request", 1, Hello("0005 {01 {{30}} {aa}}"), kOk},
      {"status_request with an empty responder", 1, Hello("0005 {01 {{}} {}}"), kDecode},
      {"status_request without extensions", 1, Hello("0005 {01 {}}"), kDecode},
      {"status_request with more behind it", 1, Hello("0005 {01 {} {} 00}"), kDecode},
      {"status_request without a type", 1, Hello("0005 {}"), kDecode},
      {"server_name", 1, Hello("0000 {{00 {'a.example'}}}"), kOk},
      {"name of 255", 1, Hello("0000 {{00 {61*255}}}"), kOk},
      {"name of 256", 1, Hello("0000 {{00 {61*256}}}"), kName},
      {"empty name", 1, Hello("0000 {{00 {}}}"), kName},
      {"name with NUL", 1, Hello("0000 {{00 {'a' 00 'b'}}}"), kName},
      {"other type of name", 1, Hello("0000 {{01 {'a'}}}"), kName},
      {"two names", 1, Hello("0000 {{00 {'a'} 00 {'b'}}}"), kDecode},
      {"empty list of names", 1, Hello("0000 {{}}"), kDecode},
      {"server_name empty", 1, Hello("0000 {}"), kDecode},
      {"bytes behind the list of names", 1, Hello("0000 {{00 {'a'}} 00}"), kDecode},
      {"name cut short", 1, Hello("0000 {{00 0002 61}}"), kDecode},

      {"groups", 1, Hello("000a {{001d0017}}"), kOk},
      {"no groups", 1, Hello("000a {{}}"), kDecode},
      {"half a group", 1, Hello("000a {{001d00}}"), kDecode},
      {"bytes behind groups", 1, Hello("000a {{001d} 00}"), kDecode},
      {"point formats", 1, Hello("000b {[00 01]}"), kOk},
      {"no point formats", 1, Hello("000b {[]}"), kDecode},
      {"point formats empty", 1, Hello("000b {}"), kDecode},
      {"no schemes", 1, Hello("000d {{}}"), kDecode},
      {"half a scheme", 1, Hello("000d {{04}}"), kDecode},
      {"no certificate schemes", 1, Hello("0032 {{}}"), kDecode},
      {"certificate schemes", 1, Hello("0032 {{0403}}"), kOk},

      {"protocols", 1, Hello("0010 {{['h2'] ['x']}}"), kOk},
      {"no protocols", 1, Hello("0010 {{}}"), kDecode},
      {"empty protocol", 1, Hello("0010 {{['h2'] []}}"), kDecode},
      {"protocol cut short", 1, Hello("0010 {{0361}}"), kDecode},

      {"versions", 1, Hello("002b {[0304 0303]}"), kOk},
      {"no versions", 1, Hello("002b {[]}"), kDecode},
      {"half a version", 1, Hello("002b {[030403]}"), kDecode},
      {"one version, as in a ServerHello", 1, Hello("002b {0304}"), kDecode},

      {"shares", 1, Hello("0033 {{001d {aa} 0017 {bb}}}"), kOk},
      {"no shares", 1, Hello("0033 {{}}"), kOk},
      {"empty share", 1, Hello("0033 {{001d {}}}"), kDecode},
      {"share cut short", 1, Hello("0033 {{001d 0002 aa}}"), kDecode},
      {"bytes behind shares", 1, Hello("0033 {{001d {aa}} 00}"), kDecode},

      {"PSK modes", 1, Hello("002d {[0100]}"), kOk},
      {"no PSK modes", 1, Hello("002d {[]}"), kDecode},
      {"cookie", 1, Hello("002c {{aa}}"), kOk},
      {"empty cookie", 1, Hello("002c {{}}"), kDecode},
      {"cookie without length", 1, Hello("002c {aa}"), kDecode},
      {"authorities", 1, Hello("002f {{{3000} {3001}}}"), kOk},
      {"no authorities", 1, Hello("002f {{}}"), kDecode},
      {"authorities empty", 1, Hello("002f {}"), kDecode},
      {"empty authority", 1, Hello("002f {{{}}}"), kDecode},
      {"early data", 1, Hello("002a {}"), kOk},
      {"early data with a size", 1, Hello("002a {00000000}"), kDecode},
      {"post-handshake authentication", 1, Hello("0031 {}"), kOk},
      {"post-handshake authentication with a body", 1, Hello("0031 {00}"), kDecode},
      {"extended master secret", 1, Hello("0017 {}"), kOk},
      {"extended master secret with a body", 1, Hello("0017 {00}"), kDecode},
      {"ticket", 1, Hello("0023 {'ticket'}"), kOk},
      {"renegotiation", 1, Hello("ff01 {[]}"), kOk},
      {"renegotiation of another handshake", 1, Hello("ff01 {[aabb]}"), kOk},
      {"renegotiation without length", 1, Hello("ff01 {}"), kDecode},
      {"record limit of 64", 1, Hello("001c {0040}"), kOk},
      {"record limit of 63", 1, Hello("001c {003f}"), kIllegal},
      {"record limit of 3 bytes", 1, Hello("001c {004000}"), kDecode},
      {"QUIC's parameters in QUIC", 1, Hello("0039 {0102}"), kOk, Transport::kMessage},
      {"QUIC's parameters elsewhere", 1, Hello("0039 {0102}"), kUnsupported},
  });
}

TEST(Malformed, OfferedPsks) {
  const std::string binder = kBinder;
  Check({
      {"one PSK", 1, Hello("0029 {{{'id'} 00000001} {" + binder + "}}"), kOk},
      {"two PSKs", 1, Hello("0029 {{{'id'} 00000001 {'jd'} 00000002} {" + binder + binder + "}}"),
       kOk},
      {"behind others", 1, Hello("0017 {} 0029 {{{'id'} 00000001} {" + binder + "}}"), kOk},
      {"before a known one", 1, Hello("0029 {{{'id'} 00000001} {" + binder + "}} 0017 {}"),
       kIllegal},
      {"before an unknown one", 1, Hello("0029 {{{'id'} 00000001} {" + binder + "}} 7a7a {}"),
       kIllegal},
      {"no identities", 1, Hello("0029 {{} {" + binder + "}}"), kDecode},
      {"empty identity", 1, Hello("0029 {{{} 00000001} {" + binder + "}}"), kDecode},
      {"identity without age", 1, Hello("0029 {{{'id'}} {" + binder + "}}"), kDecode},
      {"no binders", 1, Hello("0029 {{{'id'} 00000001} {}}"), kDecode},
      {"binders left out", 1, Hello("0029 {{{'id'} 00000001}}"), kDecode},
      {"empty binder", 1, Hello("0029 {{{'id'} 00000001} {[]}}"), kDecode},
      {"binder cut short", 1, Hello("0029 {{{'id'} 00000001} {20 aa}}"), kDecode},
      {"short binder: for verification to refuse", 1, Hello("0029 {{{'id'} 00000001} {[aa*31]}}"),
       kOk},
      {"more binders", 1, Hello("0029 {{{'id'} 00000001} {" + binder + binder + "}}"), kIllegal},
      {"more identities", 1, Hello("0029 {{{'id'} 00000001 {'jd'} 00000002} {" + binder + "}}"),
       kIllegal},
      {"bytes behind", 1, Hello("0029 {{{'id'} 00000001} {" + binder + "} 00}"), kDecode},
  });
}

// ---- ServerHello, HelloRetryRequest

std::string Server(const std::string& extensions) {
  return "0303 00*32 [] 1301 00 {" + extensions + "}";
}
std::string Retry(const std::string& extensions) {
  return "0303 cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c [] 1301 00 {" +
         extensions + "}";
}

TEST(Malformed, ServerHello) {
  Check({
      {"TLS 1.3", 2, Server("0033 {001d {aa}} 002b {0304}"), kOk},
      {"with PSK", 2, Server("0029 {0000} 0033 {001d {aa}} 002b {0304}"), kOk},
      {"TLS 1.2 without extensions", 2, "0303 00*32 [01*32] c02f 00", kOk},
      {"TLS 1.2 with empty extensions", 2, Server(""), kOk},
      {"TLS 1.2 with its extensions", 2,
       Server("0000 {} 0005 {} 000b {[00]} 0010 {{['h2']}} 0017 {} 0023 {} ff01 {[]}"), kOk},
      {"TLS 1.0", 2, "0301 00*32 [] 002f 00", kOk},
      {"unknown: for the state to refuse", 2, Server("002b {0304} 7a7a {}"), kOk},
      {"session id of 33", 2, "0303 00*32 [01*33] 1301 00", kDecode},
      {"cut short", 2, "0303 00*32 [] 1301", kDecode},
      {"bytes behind", 2, Server("002b {0304}") + "00", kDecode},
      {"twice", 2, Server("002b {0304} 002b {0304}"), kIllegal},
      {"unknown twice", 2, Server("7a7a {} 7a7a {}"), kIllegal},
      {"twice in TLS 1.2", 2, Server("0017 {} 0017 {}"), kIllegal},
      {"ALPN in TLS 1.3", 2, Server("002b {0304} 0010 {{['h2']}}"), kUnsupported},
      {"cookie", 2, Server("002b {0304} 002c {{aa}}"), kUnsupported},
      {"extended master secret in TLS 1.3", 2, Server("002b {0304} 0017 {}"), kUnsupported},
      {"version of 1 byte", 2, Server("002b {03}"), kDecode},
      {"version of 3 bytes", 2, Server("002b {030400}"), kDecode},
      {"list of versions", 2, Server("002b {[0304]}"), kDecode},
      {"empty share", 2, Server("0033 {001d {}}"), kDecode},
      {"group without share", 2, Server("0033 {001d}"), kDecode},
      {"bytes behind share", 2, Server("0033 {001d {aa} 00}"), kDecode},
      {"PSK of 1 byte", 2, Server("0029 {00}"), kDecode},
  });
}

TEST(Malformed, HelloRetryRequest) {
  Check({
      {"group", 2, Retry("002b {0304} 0033 {001d}"), kOk},
      {"cookie", 2, Retry("002c {{aa}} 002b {0304}"), kOk},
      {"neither: for the state to refuse", 2, Retry("002b {0304}"), kOk},
      {"encrypted_client_hello", 2, Retry("002b {0304} fe0d {00*8}"), kOk},
      {"unknown: for the state to refuse", 2, Retry("002b {0304} 7a7a {}"), kOk},
      {"share, as in a ServerHello", 2, Retry("0033 {001d {aa}}"), kDecode},
      {"empty cookie", 2, Retry("002c {{}}"), kDecode},
      {"bytes behind cookie", 2, Retry("002c {{aa} 00}"), kDecode},
      {"twice", 2, Retry("002c {{aa}} 002c {{aa}}"), kIllegal},
      {"PSK", 2, Retry("0029 {0000}"), kUnsupported},
      {"server_name", 2, Retry("0000 {}"), kUnsupported},
  });
}

// ---- Behind ServerHello

TEST(Malformed, EncryptedExtensions) {
  Check({
      {"none", 8, "{}", kOk},
      {"all", 8,
       "{0000 {} 000a {{001d}} 0010 {{['h2']}} 001c {4001} 002a {} 000e {{0001}[]} 7a7a {}}", kOk},
      {"no length", 8, "", kDecode},
      {"bytes behind", 8, "{} 00", kDecode},
      {"unknown twice", 8, "{ffff {} ffff {}}", kDecode},
      {"server_name with a name", 8, "{0000 {{00 {'a'}}}}", kDecode},
      {"two protocols", 8, "{0010 {{['h2'] ['x']}}}", kDecode},
      {"no protocol", 8, "{0010 {{}}}", kDecode},
      {"empty protocol", 8, "{0010 {{[]}}}", kDecode},
      {"early data with a size", 8, "{002a {00000000}}", kDecode},
      {"no groups", 8, "{000a {{}}}", kDecode},
      {"record limit of 63", 8, "{001c {003f}}", kIllegal},
      {"key_share", 8, "{0033 {001d {aa}}}", kUnsupported},
      {"supported_versions", 8, "{002b {0304}}", kUnsupported},
      {"pre_shared_key", 8, "{0029 {0000}}", kUnsupported},
      {"session ticket of TLS 1.2", 8, "{0023 {}}", kUnsupported},
      {"renegotiation", 8, "{ff01 {[]}}", kUnsupported},
  });
}

TEST(Malformed, CertificateRequest) {
  Check({
      {"schemes", 13, "[] {000d {{0403}}}", kOk},
      {"without schemes: for the state to refuse", 13, "[] {}", kOk},
      {"context and the rest", 13,
       "[0102] {000d {{0403}} 0032 {{0401}} 002f {{{3000}}} 0005 {} 0012 {} 001b {[0002]} 0030 "
       "{0000} 7a7a {}}",
       kOk},
      {"no schemes", 13, "[] {000d {{}}}", kDecode},
      {"half a scheme", 13, "[] {000d {{040304}}}", kDecode},
      {"no authorities", 13, "[] {002f {{}}}", kDecode},
      {"empty authority", 13, "[] {002f {{{3000} {}}}}", kDecode},
      {"no context", 13, "", kDecode},
      {"no extensions", 13, "[]", kDecode},
      {"twice", 13, "[] {000d {{0403}} 000d {{0403}}}", kIllegal},
      {"key_share", 13, "[] {000d {{0403}} 0033 {001d}}", kIllegal},
      {"server_name", 13, "[] {000d {{0403}} 0000 {}}", kIllegal},
  });
}

TEST(Malformed, Certificate) {
  Check({
      {"none", 11, "[] <>", kOk},
      {"two", 11, "[01] <<30> {} <31> {0005 {01 <aa>} 0012 {00}}>", kOk},
      {"an empty response", 11, "[] <<30> {0005 {01 <>}}>", kDecode},
      {"a status of another type", 11, "[] <<30> {0005 {02 <aa>}}>", kDecode},
      {"unknown: for the state to refuse", 11, "[] <<30> {7a7a {}}>", kOk},
      {"empty certificate", 11, "[] <<> {}>", kDecode},
      {"entry without extensions", 11, "[] <<30>>", kDecode},
      {"second entry cut short", 11, "[] <<30> {} 0000>", kDecode},
      {"bytes behind", 11, "[] <<30> {}> 00", kDecode},
      {"extension cut short", 11, "[] <<30> {0005}>", kDecode},
      {"twice", 11, "[] <<30> {0005 {01 <aa>} 0005 {01 <aa>}}>", kIllegal},
      {"server_name", 11, "[] <<30> {0000 {}}>", kUnsupported},
  });
}

TEST(Malformed, TheSmallOnes) {
  Check({
      {"CertificateVerify", 15, "0403 {aabb}", kOk},
      {"CertificateVerify without length", 15, "0403", kDecode},
      {"CertificateVerify cut short", 15, "0403 0003 aabb", kDecode},
      {"CertificateVerify with bytes behind", 15, "0403 {aabb} 00", kDecode},
      {"Finished", 20, "aa*32", kOk},
      {"Finished of 31", 20, "aa*31", kDecode},
      {"Finished of 33", 20, "aa*33", kDecode},
      {"Finished of 0", 20, "", kDecode},
      {"EndOfEarlyData", 5, "", kOk},
      {"EndOfEarlyData with a body", 5, "00", kDecode},
      {"KeyUpdate", 24, "00", kOk},
      {"KeyUpdate that asks", 24, "01", kOk},
      {"KeyUpdate of 2", 24, "02", kIllegal},
      {"KeyUpdate empty", 24, "", kDecode},
      {"KeyUpdate with bytes behind", 24, "0000", kDecode},
      {"ticket", 4, "00000001 00000002 [] {aa} {}", kOk},
      {"ticket with early data", 4, "00000001 00000002 [0000] {aa} {7a7a {} 002a {00000400}}", kOk},
      {"empty ticket", 4, "00000001 00000002 [] {} {}", kDecode},
      {"ticket without extensions", 4, "00000001 00000002 [] {aa}", kDecode},
      {"ticket with bytes behind", 4, "00000001 00000002 [] {aa} {} 00", kDecode},
      {"ticket with an empty early data", 4, "00000001 00000002 [] {aa} {002a {}}", kDecode},
      {"early data twice", 4, "00000001 00000002 [] {aa} {002a {00000400} 002a {00000400}}",
       kIllegal},
      {"ticket with a version", 4, "00000001 00000002 [] {aa} {002b {0304}}", kIllegal},
  });
}

}  // namespace
}  // namespace merlon::tls
