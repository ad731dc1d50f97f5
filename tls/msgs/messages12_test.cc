// SPDX-License-Identifier: Apache-2.0
// The messages of TLS 1.2: what is well formed decodes and encodes to the same bytes, what is not
// gets the alert that the RFC names.
#include "tls/msgs/messages12.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tls/msgs/any_message.h"
#include "tls/msgs/message_builder.h"

namespace merlon::tls {
namespace {

constexpr Alert kOk = Alert::kNone;
constexpr Alert kDecode = Alert::kDecodeError;

struct Case {
  const char* what;
  std::string body;  // of message_builder.h
  Alert alert;
};

template <class M>
void Check(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    const std::vector<uint8_t> body = Build(c.body);
    const DecodeContext context = {.transport = Transport::kDatagram, .mac_size = 12};
    const auto got = Recode<M>(body, context);
    EXPECT_EQ(static_cast<int>(got.ok() ? kOk : got.error().alert), static_cast<int>(c.alert))
        << c.what;
    if (got.ok()) {
      EXPECT_EQ(*got, body) << c.what;
    } else {
      EXPECT_EQ(got.error().origin, Origin::kPeer) << c.what;
    }
  }
}

TEST(Messages12, Empty) {
  Check<HelloRequest>({{"empty", "", kOk}, {"a byte", "00", kDecode}});
  Check<ServerHelloDone>({{"empty", "", kOk}, {"a byte", "00", kDecode}});
}

TEST(Messages12, HelloVerifyRequest) {
  Check<HelloVerifyRequest>({{"with a cookie", "feff [c0*20]", kOk},
                             {"the longest cookie", "fefd [c0*255]", kOk},
                             {"no cookie", "feff []", kOk},
                             {"cut short", "feff 02 c0", kDecode},
                             {"no version", "fe", kDecode},
                             {"more behind it", "feff [c0] 00", kDecode}});
}

TEST(Messages12, Certificate) {
  Check<Certificate12>({{"none", "<>", kOk},
                        {"two", "<<30*9> <31>>", kOk},
                        {"an empty one", "<<>>", kDecode},
                        {"cut short", "<000003 3030>", kDecode},
                        {"more behind it", "<<30>> 00", kDecode},
                        {"nothing at all", "", kDecode}});
  const std::vector<uint8_t> body = Build("<<30*2> <31>>");
  const auto message = DecodeWhole<Certificate12>(body);
  ASSERT_TRUE(message.ok());
  Reader list(message->list);
  Bytes der;
  ASSERT_TRUE(NextCertificate12(list, &der));
  EXPECT_EQ(der, Bytes(Build("30*2")));
  ASSERT_TRUE(NextCertificate12(list, &der));
  EXPECT_FALSE(NextCertificate12(list, &der));
}

TEST(Messages12, CertificateStatus) {
  Check<CertificateStatus12>({{"a response", "01 <30>", kOk},
                              {"an empty one", "01 <>", kDecode},
                              {"of another type", "02 <30>", kDecode},
                              {"cut short", "01 000002 30", kDecode},
                              {"more behind it", "01 <30> 00", kDecode}});
}

TEST(Messages12, CertificateRequest) {
  Check<CertificateRequest12>({{"no authorities", "[40 01] {0403 0804} {}", kOk},
                               {"authorities", "[40] {0403} {{30*3} {31}}", kOk},
                               {"no types", "[] {0403} {}", kDecode},
                               {"no schemes", "[40] {} {}", kDecode},
                               {"half a scheme", "[40] {0403 08} {}", kDecode},
                               {"an empty authority", "[40] {0403} {{}}", kDecode},
                               {"TLS 1.1's form", "[40] {{30*3}}", kDecode},
                               {"more behind it", "[40] {0403} {} 00", kDecode}});
}

TEST(Messages12, NewSessionTicket) {
  Check<NewSessionTicket12>({{"a ticket", "00001c20 {aa*100}", kOk},
                             {"none after all", "00000000 {}", kOk},
                             {"cut short", "00001c20 0005 aa", kDecode},
                             {"more behind it", "00001c20 {aa} 00", kDecode}});
}

TEST(Messages12, KeyExchangesAreTakenWhole) {
  Check<ServerKeyExchange>(
      {{"anything", "03 001d [aa*32] 0403 {bb*70}", kOk}, {"nothing", "", kOk}});
  Check<ClientKeyExchange>({{"anything", "[aa*32]", kOk}, {"nothing", "", kOk}});
}

TEST(Messages12, EcdheParams) {
  struct ParamsCase {
    const char* what;
    std::string body;
    Alert alert;
  };
  for (const ParamsCase& c :
       std::vector<ParamsCase>{{"x25519", "03 001d [aa*32]", kOk},
                               {"explicit_prime", "01 001d [aa*32]", Alert::kIllegalParameter},
                               {"explicit_char2", "02 001d [aa*32]", Alert::kIllegalParameter},
                               {"an empty point", "03 001d []", kDecode},
                               {"cut short", "03 001d 20 aa", kDecode},
                               {"no curve", "03 00", kDecode},
                               {"nothing", "", kDecode}}) {
    const std::vector<uint8_t> body = Build(c.body + (c.alert == kOk ? "0403 {bb}" : ""));
    Reader reader{Bytes(body)};
    const Result<EcdheParams> params = ReadEcdheParams(reader);
    EXPECT_EQ(static_cast<int>(params.ok() ? kOk : params.error().alert), static_cast<int>(c.alert))
        << c.what;
    if (!params.ok()) continue;
    EXPECT_EQ(params->group, 0x001d);
    EXPECT_EQ(params->raw, Bytes(Build(c.body)));
    std::vector<uint8_t> out(64);
    Writer writer{MutableBytes(out)};
    WriteEcdheParams(writer, params->group, params->point);
    EXPECT_EQ(Slice(Bytes(out), 0, writer.size()), params->raw);
  }
}

}  // namespace
}  // namespace merlon::tls
