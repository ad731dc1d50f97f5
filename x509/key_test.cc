// SPDX-License-Identifier: Apache-2.0
// Private keys in and out of a store, and certificates written and verified with real algorithms.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "crypto/bound_key.h"
#include "x509/der_writer.h"
#include "x509/ocsp.h"
#include "x509/oid.h"
#include "x509/path_builder.h"
#include "x509/pem.h"
#include "x509/pkcs8.h"
#include "x509/pkcs8_encrypted.h"
#include "x509/public_key.h"
#include "x509/signature_algorithm.h"
#include "x509/status_writer.h"
#include "x509/testing/key_files.h"
#include "x509/testing/portable_drivers.h"
#include "x509/writer.h"

namespace merlon::x509 {
namespace {

using crypto::HashId;
using crypto::KeyHandle;
using crypto::KeyType;
using crypto::SignFamily;
using crypto::Usage;
using Buffer = std::vector<uint8_t>;

constexpr Usage kAll = Usage::kSign | Usage::kExport;
constexpr UnixTime kNow{std::chrono::seconds(1'767'225'600)};  // 2026-01-01

// The same bytes each time; for tests alone.
class CountingRng final : public crypto::Rng {
 public:
  Result<void> Fill(MutableBytes out) override {
    for (uint8_t& byte : out)
      byte = static_cast<uint8_t>((state_ = state_ * 48271 % 2147483647) >> 8);
    return {};
  }

 private:
  uint64_t state_ = 1;
};

// One key in the three forms that files have; made with OpenSSL 3.0 (genpkey, ec, pkcs8).
constexpr std::string_view kEcPkcs8 = R"(-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgEZ+rYaPJrY6egflI
/isMcjmj7/AyGeJo79sb1INJtaihRANCAAT1kiZxRIh7NOYkkUucUWXTTjLwSHyk
NB1dxeebzrGFs2UnI5NuRikwgL9+HDMW/1gilpNNCx03w5YPXgnhsNMZ
-----END PRIVATE KEY-----
)";
constexpr std::string_view kEcSec1 = R"(-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIBGfq2Gjya2OnoH5SP4rDHI5o+/wMhniaO/bG9SDSbWooAoGCCqGSM49
AwEHoUQDQgAE9ZImcUSIezTmJJFLnFFl004y8Eh8pDQdXcXnm86xhbNlJyOTbkYp
MIC/fhwzFv9YIpaTTQsdN8OWD14J4bDTGQ==
-----END EC PRIVATE KEY-----
)";
constexpr std::string_view kRsaPkcs8 = R"(-----BEGIN PRIVATE KEY-----
MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDLnTMZni7j5dRo
yHfvSqMvXZe/VmY1j+2nA1T9/i44L6qgpEdcUoS727R2HQV0DbL41eORT/OOUSwZ
9+GbfvSVaTRD8hpWFOQjx/0NtrZgrTfoyP4YXOhzxjRtJoIvoGgUp9ug1VNKRrnW
s+Qd4GZBKMdqw2uZoWg4hgSmE1SnoxwCuU8T4Tn1OrRfl7PP0MyMWWxfq9u+ISLT
Rh6sAPAhcFhbx9SteXwn9d/M3oIt6q+cWXiyRBlZYtw3JPFOkwUp3HcQQ8uBz5Bm
PLeqt/Hq7fXwS01ZbZg3avm74Vk2zerXd2jOCOYmAHFDgKJbKksWbzo4wkvwFC47
PiR9vPDrAgMBAAECggEAAnS6dZAlY6VVixAD9lRxpHQeDPZHVFUQmkedglTLDO1y
Qu7IV5I9PKDZS+Vst+okYwD9dja/KtPK0uNdCsmcvKKguUMV0zz8RXw3jq9KAt+E
AaBPBE82lJLq9fgVcOqf5sPhj86S6x3wRukzkrKuuRF7WkvSI+/A+JGRQ8mO51i4
RmgzlhofKCVEAgpaD6scXWcDB6461sSySFaVLI1XoFM5e9vU/R/+yMIRYqRpOPRR
vaL+oRulLDY7F/GXfFG+VOtETMdE1dQqYbNWXOiUxtu8RZvquMo26a7XTU7xIXBj
SAwVANzg7ImrSQHcvMjUGlG/bmb1D3IG6bVCgdPfHQKBgQD/aFGJYEhmiQh4577n
BeIM1grjEE90zoAg5nzfSIY+Qqx3mN8FRCTymIIc3zVAPO5xUU+XYpkI1W0vnQ7R
N/usFoZFiQERN36qYlVP5/3ZdneIQFxKh9ZzkrFuQ4a7zfPKUCvAqMdZr0jFWuri
gbl2nkfegZZMHISzvnte8NcFnwKBgQDMFh87pR5UEJKwRv3Y7S0UEdVHLuRpNBxg
UJL/3wVnp8J7iFpeFFNu7EgoYswdY+/fvpNENns01R0/FeW7uZLD5FjgEQjiamBf
/Ivl+xgc2LBayuniXf+EiPQqbhLnH367L5Pbp6RkApayVA3RIKpZXDCBuASAlinW
OLKCfGvZNQKBgQC4QNqpn3M7vVoGVzFKWt0j43pBKrAXlS2sDntBXYGzAsiHExq5
ItsAxHMBPymcaRifWUhw7ul2DPpS4hwhZSDDmhBNs7O4Zu+THZNsLPHd4vACtGOg
RPS5tbcY09AsRjy81C9sMpZ2JdT6w0c2Ft3kK/WvGI+D4wL85Mr9yANnAwKBgDlK
5I279t2moWd3JoAlZQhDUVpgYaLfDDBFrl7CXyQQRlqjlqrejeWP01nzElYV3hsz
xufZW5EjWsiA/zNKD1eK3SBZ5+KX9mI75ZI0gTpn4mo6mJoBxV+Riun2aLwVbWBj
JOD/GPkyeNerHQ3eW7QmWz+vRyRKA4it9f8HqscZAoGALljgcdTnqnZwF/j2Dzns
yXTZO9T7Jtb3pExLIkspXi7nQ4JuowUK3Yjr1LWLZmY2N313b1uhHgGbrw+KYRYF
AOznV8WDOf773c0VT6tXiuM50uijSyT/SyHfina6TKwo9Z1MIX0BZeY0nyOUMvIf
G6k+gGClKpzYYmrCX0udz6c=
-----END PRIVATE KEY-----
)";
constexpr std::string_view kRsaPkcs1 = R"(-----BEGIN RSA PRIVATE KEY-----
MIIEowIBAAKCAQEAy50zGZ4u4+XUaMh370qjL12Xv1ZmNY/tpwNU/f4uOC+qoKRH
XFKEu9u0dh0FdA2y+NXjkU/zjlEsGffhm370lWk0Q/IaVhTkI8f9Dba2YK036Mj+
GFzoc8Y0bSaCL6BoFKfboNVTSka51rPkHeBmQSjHasNrmaFoOIYEphNUp6McArlP
E+E59Tq0X5ezz9DMjFlsX6vbviEi00YerADwIXBYW8fUrXl8J/XfzN6CLeqvnFl4
skQZWWLcNyTxTpMFKdx3EEPLgc+QZjy3qrfx6u318EtNWW2YN2r5u+FZNs3q13do
zgjmJgBxQ4CiWypLFm86OMJL8BQuOz4kfbzw6wIDAQABAoIBAAJ0unWQJWOlVYsQ
A/ZUcaR0Hgz2R1RVEJpHnYJUywztckLuyFeSPTyg2UvlbLfqJGMA/XY2vyrTytLj
XQrJnLyioLlDFdM8/EV8N46vSgLfhAGgTwRPNpSS6vX4FXDqn+bD4Y/Okusd8Ebp
M5KyrrkRe1pL0iPvwPiRkUPJjudYuEZoM5YaHyglRAIKWg+rHF1nAweuOtbEskhW
lSyNV6BTOXvb1P0f/sjCEWKkaTj0Ub2i/qEbpSw2Oxfxl3xRvlTrREzHRNXUKmGz
VlzolMbbvEWb6rjKNumu101O8SFwY0gMFQDc4OyJq0kB3LzI1BpRv25m9Q9yBum1
QoHT3x0CgYEA/2hRiWBIZokIeOe+5wXiDNYK4xBPdM6AIOZ830iGPkKsd5jfBUQk
8piCHN81QDzucVFPl2KZCNVtL50O0Tf7rBaGRYkBETd+qmJVT+f92XZ3iEBcSofW
c5KxbkOGu83zylArwKjHWa9IxVrq4oG5dp5H3oGWTByEs757XvDXBZ8CgYEAzBYf
O6UeVBCSsEb92O0tFBHVRy7kaTQcYFCS/98FZ6fCe4haXhRTbuxIKGLMHWPv376T
RDZ7NNUdPxXlu7mSw+RY4BEI4mpgX/yL5fsYHNiwWsrp4l3/hIj0Km4S5x9+uy+T
26ekZAKWslQN0SCqWVwwgbgEgJYp1jiygnxr2TUCgYEAuEDaqZ9zO71aBlcxSlrd
I+N6QSqwF5UtrA57QV2BswLIhxMauSLbAMRzAT8pnGkYn1lIcO7pdgz6UuIcIWUg
w5oQTbOzuGbvkx2TbCzx3eLwArRjoET0ubW3GNPQLEY8vNQvbDKWdiXU+sNHNhbd
5Cv1rxiPg+MC/OTK/cgDZwMCgYA5SuSNu/bdpqFndyaAJWUIQ1FaYGGi3wwwRa5e
wl8kEEZao5aq3o3lj9NZ8xJWFd4bM8bn2VuRI1rIgP8zSg9Xit0gWefil/ZiO+WS
NIE6Z+JqOpiaAcVfkYrp9mi8FW1gYyTg/xj5MnjXqx0N3lu0Jls/r0ckSgOIrfX/
B6rHGQKBgC5Y4HHU56p2cBf49g857Ml02TvU+ybW96RMSyJLKV4u50OCbqMFCt2I
69S1i2ZmNjd9d29boR4Bm68PimEWBQDs51fFgzn++93NFU+rV4rjOdLoo0sk/0sh
34p2ukysKPWdTCF9AWXmNJ8jlDLyHxupPoBgpSqc2GJqwl9Lnc+n
-----END RSA PRIVATE KEY-----
)";

// On P-384, made likewise.
constexpr std::string_view kP384Pkcs8 = R"(-----BEGIN PRIVATE KEY-----
MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDCuFkIuGuPIJv4S7MO4
eG2JOJVKw9CUbmC8b6I2Cj4Ic0MqyxsKwwbKxkaY8HBRoc2hZANiAASVXk6LoJOA
7xr5YmyzY6MUWRFaFNhRxcjUK/TRmHyOUseSkNSZq+P1WkhxK2hFGbNqHF+E83UQ
KUMSZL+CCoBIlucD87l6e+RN9zb39woqbNLqSGwXChp4QkL+IFcGk/I=
-----END PRIVATE KEY-----
)";
constexpr std::string_view kP384Sec1 = R"(-----BEGIN EC PRIVATE KEY-----
MIGkAgEBBDCuFkIuGuPIJv4S7MO4eG2JOJVKw9CUbmC8b6I2Cj4Ic0MqyxsKwwbK
xkaY8HBRoc2gBwYFK4EEACKhZANiAASVXk6LoJOA7xr5YmyzY6MUWRFaFNhRxcjU
K/TRmHyOUseSkNSZq+P1WkhxK2hFGbNqHF+E83UQKUMSZL+CCoBIlucD87l6e+RN
9zb39woqbNLqSGwXChp4QkL+IFcGk/I=
-----END EC PRIVATE KEY-----
)";
// On P-521, made likewise.
constexpr std::string_view kP521Pkcs8 = R"(-----BEGIN PRIVATE KEY-----
MIHuAgEAMBAGByqGSM49AgEGBSuBBAAjBIHWMIHTAgEBBEIB0wgPA0w/46HEOVch
jF55cYPK5+1LpAwEL893mKSr9389JwbWkqLnSdT/6z0W3rHyLzSCkXXI3QPZ7LoW
UAEOVmWhgYkDgYYABAA4BPs6n0QINVJVzfwgIdD/ySz3FtUVL/UmxdMdA/GeXzKJ
FAEGk7qzeZxUqQZWaf0L+jHY3uPgz8veFdn8H3MJfQDt/NkoTELxzjG+lvoRVtYX
YXQOLXQ9TQJHInVzyulJT4iuJQ88QHO843P2zaBwprxfAlpcnHOnpTj6lHdsi/Jk
hA==
-----END PRIVATE KEY-----
)";
constexpr std::string_view kP521Sec1 = R"(-----BEGIN EC PRIVATE KEY-----
MIHcAgEBBEIB0wgPA0w/46HEOVchjF55cYPK5+1LpAwEL893mKSr9389JwbWkqLn
SdT/6z0W3rHyLzSCkXXI3QPZ7LoWUAEOVmWgBwYFK4EEACOhgYkDgYYABAA4BPs6
n0QINVJVzfwgIdD/ySz3FtUVL/UmxdMdA/GeXzKJFAEGk7qzeZxUqQZWaf0L+jHY
3uPgz8veFdn8H3MJfQDt/NkoTELxzjG+lvoRVtYXYXQOLXQ9TQJHInVzyulJT4iu
JQ88QHO843P2zaBwprxfAlpcnHOnpTj6lHdsi/JkhA==
-----END EC PRIVATE KEY-----
)";
// RFC 8410 s10.3: one key without and with its public key (and an attribute).
constexpr std::string_view kEd25519Pkcs8 = R"(-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
-----END PRIVATE KEY-----
)";
constexpr std::string_view kEd25519WithPublicKey = R"(-----BEGIN PRIVATE KEY-----
MHICAQEwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
oB8wHQYKKoZIhvcNAQkJFDEPDA1DdXJkbGUgQ2hhaXJzgSEAGb9ECWmEzf6FQbrB
Z9w7lshQhqowtrbLDFw4rXAxZuE=
-----END PRIVATE KEY-----
)";
// s10.1: its public key.
constexpr std::string_view kEd25519PublicKey = R"(-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
-----END PUBLIC KEY-----
)";

Buffer DerOf(std::string_view pem) {
  const Result<std::optional<PemBlock>> block = PemReader(pem).Next();
  Buffer out((*block)->max_size());
  out.resize(DecodePem(**block, absl::MakeSpan(out))->size());
  return out;
}

// PKCS#8 with id-RSASSA-PSS around a PKCS#1 key.
Buffer PssPkcs8(std::string_view pkcs1_pem, bool with_parameters) {
  Buffer out(2600);
  DerWriter writer(absl::MakeSpan(out));
  writer.Element(der::kSequence, [&] {
    writer.SmallInteger(0);
    if (with_parameters) {
      writer.Raw(*SignatureAlgorithmIdentifier({SignFamily::kRsaPss, HashId::kSha256}));
    } else {
      WriteKeyAlgorithm(writer, KeyType::kRsaPss);
    }
    writer.Element(der::kOctetString, DerOf(pkcs1_pem));
  });
  out.resize(*writer.Finish());
  return out;
}

// RFC 9881 C.1: the seed form of the example keys, of the parameter set whose OID ends so.
Buffer MlDsaPkcs8(uint8_t last) {
  Buffer out = {0x30, 0x34, 0x02, 0x01, 0x00, 0x30, 0x0b, 0x06, 0x09, 0x60, 0x86,
                0x48, 0x01, 0x65, 0x03, 0x04, 0x03, last, 0x04, 0x22, 0x80, 0x20};
  for (uint8_t i = 0; i < 32; ++i) out.push_back(i);
  return out;
}
std::string MlDsaPem(uint8_t last) {
  std::string out(200, '\0');
  const auto size = EncodePem("PRIVATE KEY", MlDsaPkcs8(last),
                              MutableBytes(reinterpret_cast<uint8_t*>(out.data()), out.size()));
  out.resize(*size);
  return out;
}
// PKCS#8 of another form: seed and expanded key, or (no seed) the latter alone.
Buffer ExpandedPkcs8(KeyType type, Bytes seed, Bytes expanded) {
  Buffer out(6000);
  DerWriter writer(absl::MakeSpan(out));
  writer.Element(der::kSequence, [&] {
    writer.SmallInteger(0);
    WriteKeyAlgorithm(writer, type);
    writer.Element(der::kOctetString, [&] {
      if (seed.empty()) return writer.Element(der::kOctetString, expanded);
      writer.Element(der::kSequence, [&] {
        writer.Element(der::kOctetString, seed);
        writer.Element(der::kOctetString, expanded);
      });
    });
  });
  out.resize(*writer.Finish());
  return out;
}

class KeyTest : public testing::Test {
 protected:
  KeyHandle Import(std::string_view pem, Usage usage = kAll) {
    const Result<KeyHandle> key = ImportPrivateKeyPem(*store_, pem, usage);
    EXPECT_TRUE(key.ok());
    return key.ok() ? *key : KeyHandle();
  }
  Buffer Public(KeyHandle key) {
    Buffer out(2600);
    out.resize(*store_->PublicKey(key, absl::MakeSpan(out)));
    return out;
  }
  Buffer PublicInfo(KeyHandle key) {
    const Buffer raw = Public(key);
    Buffer out(raw.size() + kPublicKeyInfoOverhead);
    out.resize(*WritePublicKey(store_->Attributes(key)->type, raw, absl::MakeSpan(out)));
    return out;
  }
  Error ErrorOf(Bytes der) {
    const Result<KeyHandle> key = ImportPrivateKeyDer(*store_, der, kAll);
    return key.ok() ? Error{} : key.error();
  }

  crypto::InlineKeyStore<8, 4896> store_{PortableDrivers()};
  CountingRng rng_;
};

TEST_F(KeyTest, AllFormsOfAKeyAreTheSameKey) {
  const KeyHandle pkcs8 = Import(kEcPkcs8), sec1 = Import(kEcSec1);
  EXPECT_EQ(store_->Attributes(pkcs8)->type, KeyType::kEcP256);
  EXPECT_EQ(Public(pkcs8), Public(sec1));
  const KeyHandle rsa8 = Import(kRsaPkcs8), rsa1 = Import(kRsaPkcs1);
  EXPECT_EQ(store_->Attributes(rsa8)->type, KeyType::kRsa);
  EXPECT_EQ(store_->Attributes(rsa8)->bits, 2048);
  EXPECT_EQ(Public(rsa8), Public(rsa1));
}

TEST_F(KeyTest, AllFormsOfOtherTypesToo) {
  const KeyHandle pkcs8 = Import(kP384Pkcs8), sec1 = Import(kP384Sec1);
  EXPECT_EQ(store_->Attributes(pkcs8)->type, KeyType::kEcP384);
  EXPECT_EQ(store_->Attributes(pkcs8)->bits, 384);
  EXPECT_EQ(Public(pkcs8), Public(sec1));
  const KeyHandle p521 = Import(kP521Pkcs8);
  EXPECT_EQ(store_->Attributes(p521)->bits, 521);
  EXPECT_EQ(Public(p521), Public(Import(kP521Sec1)));
  EXPECT_EQ(PublicKeyInfo::Parse(PublicInfo(p521))->type, KeyType::kEcP521);
  const KeyHandle bare = Import(kEd25519Pkcs8), full = Import(kEd25519WithPublicKey);
  EXPECT_EQ(store_->Attributes(bare)->type, KeyType::kEd25519);
  EXPECT_EQ(PublicInfo(bare), DerOf(kEd25519PublicKey));
  EXPECT_EQ(PublicInfo(full), DerOf(kEd25519PublicKey));
}

// RFC 4055 s3.1: such a key is for PSS alone; bound to one hash, it is not supported.
TEST_F(KeyTest, KeysForPssAloneAreATypeOfTheirOwn) {
  const auto key = ImportPrivateKeyDer(*store_, PssPkcs8(kRsaPkcs1, false), kAll);
  ASSERT_TRUE(key.ok());
  EXPECT_EQ(store_->Attributes(*key)->type, KeyType::kRsaPss);
  EXPECT_EQ(Public(*key), Public(Import(kRsaPkcs1)));
  EXPECT_TRUE(
      crypto::BoundSigningKey::Bind(*store_, *key, {SignFamily::kRsaPss, HashId::kSha256}).ok());
  EXPECT_FALSE(
      crypto::BoundSigningKey::Bind(*store_, *key, {SignFamily::kRsaPkcs1, HashId::kSha256}).ok());
  EXPECT_EQ(ErrorOf(PssPkcs8(kRsaPkcs1, true)), Misuse(Code::kUnsupported));

  const Buffer info = PublicInfo(*key);
  EXPECT_EQ(PublicKeyInfo::Parse(info)->type, KeyType::kRsaPss);
  EXPECT_EQ(PublicKeyInfo::Parse(info)->bits, 2048);
  Buffer bound(700);
  DerWriter writer(absl::MakeSpan(bound));
  writer.Element(der::kSequence, [&] {
    writer.Raw(*SignatureAlgorithmIdentifier({SignFamily::kRsaPss, HashId::kSha256}));
    writer.BitString(Public(*key));
  });
  bound.resize(*writer.Finish());
  ASSERT_TRUE(PublicKeyInfo::Parse(bound).ok());
  EXPECT_EQ(PublicKeyInfo::Parse(bound)->type, KeyType::kNone);
}

// RFC 9881 s6, C: a seed, an expanded key, and both, which must be one key.
TEST_F(KeyTest, AllFormsOfMlDsaKeysAreTheSameKey) {
  const struct {
    uint8_t last;
    KeyType type;
    uint8_t public_start[4];  // RFC 9881 C.3
  } cases[] = {{0x11, KeyType::kMlDsa44, {0xd7, 0xb2, 0xb4, 0x72}},
               {0x12, KeyType::kMlDsa65, {0x48, 0x68, 0x3d, 0x91}},
               {0x13, KeyType::kMlDsa87, {0x97, 0x92, 0xbc, 0xec}}};
  for (const auto& test : cases) {
    const KeyHandle by_seed = Import(MlDsaPem(test.last));
    EXPECT_EQ(store_->Attributes(by_seed)->type, test.type);
    const Buffer public_key = Public(by_seed), info = PublicInfo(by_seed);
    EXPECT_EQ(Slice(Bytes(public_key), 0, 4), Bytes(test.public_start));
    const auto parsed = PublicKeyInfo::Parse(info);
    ASSERT_TRUE(parsed.ok());
    EXPECT_EQ(parsed->type, test.type);
    EXPECT_EQ(parsed->key, Bytes(public_key));
    const crypto::ContextSignAlgorithm& more = *PortableDrivers().any_sign(test.type)->with_context;
    Buffer seed(32), expanded(more.private_size), again(more.public_size);
    ASSERT_EQ(*store_->Export(by_seed, absl::MakeSpan(seed)), 32u);
    ASSERT_TRUE(more.expand(seed, absl::MakeSpan(expanded), absl::MakeSpan(again)).ok());
    for (const Buffer& form : {Buffer(), seed}) {
      const Buffer der = ExpandedPkcs8(test.type, form, expanded);
      const auto key = ImportPrivateKeyDer(*store_, der, kAll);
      ASSERT_TRUE(key.ok());
      EXPECT_EQ(Public(*key), public_key);
      Buffer out(der.size() + kPkcs8Overhead);
      out.resize(*ExportPkcs8(*store_, *key, absl::MakeSpan(out)));
      EXPECT_EQ(out, form.empty() ? der : MlDsaPkcs8(test.last));
      EXPECT_TRUE(store_->Destroy(*key).ok());
    }
    expanded[more.private_size - 1] ^= 1;
    EXPECT_EQ(ErrorOf(ExpandedPkcs8(test.type, seed, expanded)), Misuse(Code::kBadKey));
    EXPECT_EQ(ErrorOf(ExpandedPkcs8(test.type, {}, expanded)), Misuse(Code::kBadKey));
    EXPECT_TRUE(store_->Destroy(by_seed).ok());

    // RFC 9881 s2: parameters MUST be absent; and a key of a byte less.
    Buffer with_null(info.size() + 40), shorter(info.size());
    DerWriter writer(absl::MakeSpan(with_null)), short_writer(absl::MakeSpan(shorter));
    writer.Element(der::kSequence, [&] {
      writer.Element(der::kSequence, [&] {
        writer.Raw(Slice(Bytes(info), 6, 11));
        writer.Element(der::kNull, Bytes());
      });
      writer.BitString(public_key);
    });
    with_null.resize(*writer.Finish());
    shorter.resize(
        *WritePublicKey(test.type, Slice(Bytes(public_key), 1), absl::MakeSpan(shorter)));
    EXPECT_EQ(PublicKeyInfo::Parse(with_null).error().code, Code::kBadKey);
    EXPECT_EQ(PublicKeyInfo::Parse(shorter).error().code, Code::kBadKey);
  }
}

TEST_F(KeyTest, ExportsWhatItImports) {
  for (const Buffer& der : {DerOf(kEcPkcs8), DerOf(kRsaPkcs8), DerOf(kP384Pkcs8), DerOf(kP521Pkcs8),
                            DerOf(kEd25519Pkcs8), DerOf(containers::kEd448Pkcs8),
                            PssPkcs8(kRsaPkcs1, false), MlDsaPkcs8(0x12)}) {
    const KeyHandle key = *ImportPrivateKeyDer(*store_, der, kAll);
    Buffer out(2600);
    const Result<size_t> size = ExportPkcs8(*store_, key, absl::MakeSpan(out));
    ASSERT_TRUE(size.ok());
    out.resize(*size);
    EXPECT_EQ(out, der);  // OpenSSL writes the same bytes
    Buffer small(*size - 1, 0xee);
    EXPECT_EQ(ExportPkcs8(*store_, key, absl::MakeSpan(small)).error().code, Code::kNoSpace);
    EXPECT_THAT(small, testing::Each(0));
    EXPECT_TRUE(store_->Destroy(key).ok());
  }
  Buffer out(2600);
  EXPECT_EQ(ExportPkcs8(*store_, Import(kEcPkcs8, Usage::kSign), absl::MakeSpan(out)).error().code,
            Code::kNotPermitted);
}

TEST_F(KeyTest, RefusesMalformedKeysAndKeepsNone) {
  for (std::string_view pem : {kEcPkcs8, kEcSec1, kP384Pkcs8, kP384Sec1, kEd25519WithPublicKey}) {
    const Buffer good = DerOf(pem);
    for (size_t size = 0; size < good.size(); ++size) {
      EXPECT_EQ(ErrorOf(Slice(Bytes(good), 0, size)), Misuse(Code::kBadKey));
    }
    Buffer longer = good;
    longer.push_back(0);
    EXPECT_EQ(ErrorOf(longer), Misuse(Code::kBadKey));
    Buffer other_point = good;
    other_point.back() ^= 1;
    EXPECT_EQ(ErrorOf(other_point).code, Code::kBadKey);
  }
  // All four slots are free.
  for (int i = 0; i < 4; ++i) Import(kEcSec1);
}

TEST_F(KeyTest, ReadsPemFilesWithOtherBlocks) {
  const std::string text =
      "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n"
      "-----END EC PARAMETERS-----\n" +
      std::string(kEcSec1);
  Import(text);
  EXPECT_EQ(ImportPrivateKeyPem(*store_, "", kAll).error(), Misuse(Code::kBadPem));
  EXPECT_EQ(ImportPrivateKeyPem(*store_,
                                "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n"
                                "-----END ENCRYPTED PRIVATE KEY-----\n",
                                kAll)
                .error(),
            Misuse(Code::kUnsupported));
}

TEST_F(KeyTest, WritesChainsThatVerify) {
  const std::string ml_dsa44 = MlDsaPem(0x11), ml_dsa87 = MlDsaPem(0x13);
  const struct {
    std::string_view ca_key;
    crypto::SignAlg algorithm;
    bool pss_alone = false;
  } cases[] = {{kP384Sec1, {SignFamily::kEcdsa, HashId::kSha384}},
               {kP384Sec1, {SignFamily::kEcdsa, HashId::kSha256}},
               {kP384Sec1, {SignFamily::kEcdsa, HashId::kSha512}},
               {kEd25519Pkcs8, {SignFamily::kEddsa, HashId::kNone}},
               {containers::kEd448Pkcs8, {SignFamily::kEddsa, HashId::kNone}},
               {ml_dsa44, {SignFamily::kMlDsa44, HashId::kNone}},
               {ml_dsa87, {SignFamily::kMlDsa87, HashId::kNone}},
               {kRsaPkcs1, {SignFamily::kRsaPss, HashId::kSha256}, true},
               {kEcPkcs8, {SignFamily::kEcdsa, HashId::kSha256}},
               {kEcPkcs8, {SignFamily::kEcdsa, HashId::kSha384}},
               {kRsaPkcs8, {SignFamily::kRsaPkcs1, HashId::kSha256}},
               {kRsaPkcs8, {SignFamily::kRsaPss, HashId::kSha384}}};
  for (const auto& test : cases) {
    const KeyHandle leaf_key = Import(kEcSec1);
    const KeyHandle ca_key = test.pss_alone
                                 ? *ImportPrivateKeyDer(*store_, PssPkcs8(test.ca_key, false), kAll)
                                 : Import(test.ca_key);
    const auto signer = crypto::BoundSigningKey::Bind(*store_, ca_key, test.algorithm);
    ASSERT_TRUE(signer.ok());
    const Buffer ca_info = PublicInfo(ca_key), leaf_info = PublicInfo(leaf_key);
    const auto id = KeyIdentifier(*PortableDrivers().hash(HashId::kSha256), ca_info);
    ASSERT_TRUE(id.ok());
    const uint8_t serial[] = {1, 2, 3};
    uint8_t name[64];
    const Bytes ca_name(name, *WriteName("Test CA", absl::MakeSpan(name)));
    Buffer ca(8192), leaf(8192);
    ca.resize(*WriteCertificate({.serial = serial,
                                 .subject = "Test CA",
                                 .not_before = kNow,
                                 .not_after = kNow + std::chrono::days(10),
                                 .public_key = ca_info,
                                 .ca = true,
                                 .path_length = 0,
                                 .subject_key_id = id->view()},
                                *signer, rng_, absl::MakeSpan(ca)));
    const std::string_view dns[] = {"localhost"};
    leaf.resize(*WriteCertificate({.serial = serial,
                                   .subject = "localhost",
                                   .issuer = ca_name,
                                   .not_before = kNow,
                                   .not_after = kNow + std::chrono::days(5),
                                   .public_key = leaf_info,
                                   .purposes = KeyPurpose::kServerAuth,
                                   .dns_names = dns,
                                   .authority_key_id = id->view()},
                                  *signer, rng_, absl::MakeSpan(leaf)));
    const TrustAnchor anchors[] = {*TrustAnchor::FromCertificate(ca)};
    const Bytes presented[] = {leaf};
    VerifyOptions options;
    options.now = kNow + std::chrono::days(1);
    options.server_name = "localhost";
    options.drivers = PortableDrivers();
    EXPECT_TRUE(VerifyChain({presented}, TrustAnchors(anchors), options).ok());
    leaf.back() ^= 1;
    const Bytes changed[] = {leaf};
    const auto refused = VerifyChain({changed}, TrustAnchors(anchors), options);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error(), PeerError(Code::kBadSignature, Alert::kBadCertificate));
    Buffer small(100);
    EXPECT_EQ(WriteCertificate({.serial = serial, .subject = "x", .public_key = leaf_info}, *signer,
                               rng_, absl::MakeSpan(small))
                  .error()
                  .code,
              Code::kNoSpace);
    EXPECT_TRUE(store_->Destroy(ca_key).ok());
    EXPECT_TRUE(store_->Destroy(leaf_key).ok());
  }
}

// RFC 8410 s3: each curve has an identifier of its own, and a signature is refused under the other.
TEST_F(KeyTest, Ed448IsNotEd25519) {
  const Buffer der = DerOf(containers::kEd448Certificate);
  const auto certificate = Certificate::Parse(der);
  ASSERT_TRUE(certificate.ok());
  EXPECT_EQ(certificate->public_key().type, KeyType::kEd448);
  EXPECT_EQ(PublicInfo(Import(containers::kEd448Pkcs8)),
            Buffer(certificate->public_key().der.begin(), certificate->public_key().der.end()));
  const auto check = [&](Bytes algorithm) {
    return CheckSignature(algorithm, certificate->tbs(), certificate->signature(),
                          certificate->public_key(), PortableDrivers());
  };
  EXPECT_TRUE(check(certificate->signature_algorithm()).ok());
  EXPECT_EQ(check(*SignatureAlgorithmIdentifier({SignFamily::kEddsa, HashId::kNone})).error(),
            PeerError(Code::kUnsupportedAlgorithm, Alert::kUnsupportedCertificate));
  Buffer shorter = Public(Import(containers::kEd448Pkcs8));
  shorter.resize(32);
  Buffer info(100);
  info.resize(*WritePublicKey(KeyType::kEd448, shorter, absl::MakeSpan(info)));
  EXPECT_EQ(PublicKeyInfo::Parse(info).error().code, Code::kBadKey);
}

TEST_F(KeyTest, Pkcs1PublicKeysAreThoseOfTheirInfos) {
  const KeyHandle key = Import(kRsaPkcs1);
  const Buffer info = PublicInfo(key), bare = Public(key);
  const auto parsed = PublicKeyInfo::FromPkcs1(bare);
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->type, KeyType::kRsa);
  EXPECT_EQ(parsed->bits, 2048);
  EXPECT_EQ(parsed->key, PublicKeyInfo::Parse(info)->key);
  EXPECT_EQ(PublicKeyInfo::FromPkcs1(info).error().code, Code::kBadKey);
}

// The signature of an OCSP response is as long as its signer's are.
TEST_F(KeyTest, OcspResponsesAreSignedByAnyKey) {
  const struct {
    std::string key;
    crypto::SignAlg algorithm;
  } cases[] = {{MlDsaPem(0x11), {SignFamily::kMlDsa44, HashId::kNone}},
               {std::string(containers::kEd448Pkcs8), {SignFamily::kEddsa, HashId::kNone}},
               {std::string(kRsaPkcs1), {SignFamily::kRsaPss, HashId::kSha256}}};
  for (const auto& test : cases) {
    const KeyHandle key = Import(test.key);
    const auto signer = crypto::BoundSigningKey::Bind(*store_, key, test.algorithm);
    ASSERT_TRUE(signer.ok());
    const Buffer hash(32, 7), serial = {5};
    const OcspSingleResponse single = {.id = {oid::kSha256, hash, hash, serial},
                                       .status = CertificateStatus::kGood};
    Buffer out(4096);
    const auto size = WriteOcspResponse(
        {.responder_key_hash = hash, .responses = absl::Span<const OcspSingleResponse>(&single, 1)},
        *signer, rng_, absl::MakeSpan(out));
    ASSERT_TRUE(size.ok());
    const auto response = OcspResponse::Parse(Slice(Bytes(out), 0, *size));
    ASSERT_TRUE(response.ok());
    const Buffer info = PublicInfo(key);
    EXPECT_TRUE(CheckSignature(response->signature_algorithm(), response->tbs(),
                               response->signature(), *PublicKeyInfo::Parse(info),
                               PortableDrivers())
                    .ok());
    EXPECT_TRUE(store_->Destroy(key).ok());
  }
}

constexpr std::string_view kPassword = "correct horse";

TEST_F(KeyTest, OpensEncryptedKeysThatOthersWrote) {
  const Buffer expected = Public(Import(kEcPkcs8));
  for (std::string_view pem :
       {containers::kSha1Aes128, containers::kSha224Aes192, containers::kSha256Aes256,
        containers::kSha384Aes128, containers::kSha512Aes256}) {
    const auto key = ImportPrivateKeyPem(*store_, pem, AsBytes(kPassword), kAll);
    ASSERT_TRUE(key.ok());
    EXPECT_EQ(Public(*key), expected);
    EXPECT_TRUE(store_->Destroy(*key).ok());
    EXPECT_EQ(ImportPrivateKeyPem(*store_, pem, AsBytes("wrong"), kAll).error(),
              Misuse(Code::kBadPassword));
    // 64 iterations are asked for.
    EXPECT_TRUE(ImportPrivateKeyPem(*store_, pem, AsBytes(kPassword), kAll, 64).ok());
    EXPECT_EQ(ImportPrivateKeyPem(*store_, pem, AsBytes(kPassword), kAll, 63).error(),
              Misuse(Code::kWorkBudget));
  }
  EXPECT_EQ(Public(*ImportPrivateKeyPem(*store_, kEcSec1, AsBytes(kPassword), kAll)), expected);
  EXPECT_EQ(ImportPrivateKeyPem(*store_, "", AsBytes(kPassword), kAll).error(),
            Misuse(Code::kBadPem));
}

TEST_F(KeyTest, RefusesOtherEncryptionsAndMalformedOnes) {
  for (std::string_view pem : {containers::kScrypt, containers::kTripleDes}) {
    EXPECT_EQ(ImportPrivateKeyPem(*store_, pem, AsBytes(kPassword), kAll).error(),
              Misuse(Code::kUnsupported));
  }
  const Buffer good = DerOf(containers::kSha1Aes128);
  const auto error_of = [&](Bytes der) {
    const auto key = ImportEncryptedPrivateKeyDer(*store_, der, AsBytes(kPassword), kAll, 64);
    return key.ok() ? Error{} : key.error();
  };
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_EQ(error_of(Slice(Bytes(good), 0, size)), Misuse(Code::kBadKey));
  }
  // Nothing is authenticated, but what is changed, salt and IV too, shows in the key's DER here.
  for (size_t i = 0; i < good.size(); ++i) {
    Buffer changed = good;
    changed[i] ^= 0x40;
    const Error error = error_of(changed);
    EXPECT_NE(error, Error{}) << i;
    EXPECT_EQ(error.origin, Origin::kMisuse) << i;
  }
}

TEST_F(KeyTest, WritesEncryptedKeysThatItOpens) {
  const KeyHandle key = Import(kEcPkcs8);
  const struct {
    HashId hash;
    uint8_t key_size;
  } cases[] = {{HashId::kSha256, 32}, {HashId::kSha224, 16}, {HashId::kSha384, 24}};
  for (const auto& test : cases) {
    Buffer out(400, 0xee);
    const PasswordOptions options = {.hash = test.hash, .iterations = 3, .key_size = test.key_size};
    const auto size =
        ExportEncryptedPkcs8(*store_, key, AsBytes(kPassword), rng_, absl::MakeSpan(out), options);
    ASSERT_TRUE(size.ok());
    EXPECT_THAT(Slice(Bytes(out), *size), testing::Each(0));
    const auto again = ImportEncryptedPrivateKeyDer(*store_, Slice(Bytes(out), 0, *size),
                                                    AsBytes(kPassword), kAll);
    ASSERT_TRUE(again.ok());
    EXPECT_EQ(Public(*again), Public(key));
    EXPECT_TRUE(store_->Destroy(*again).ok());
    Buffer small(*size - 1, 0xee);
    EXPECT_EQ(
        ExportEncryptedPkcs8(*store_, key, AsBytes(kPassword), rng_, absl::MakeSpan(small), options)
            .error()
            .code,
        Code::kNoSpace);
    EXPECT_THAT(small, testing::Each(0));
  }
  Buffer out(400);
  EXPECT_EQ(ExportEncryptedPkcs8(*store_, key, AsBytes(kPassword), rng_, absl::MakeSpan(out),
                                 {.hash = HashId::kSha1})
                .error(),
            Misuse());
}

}  // namespace
}  // namespace merlon::x509
