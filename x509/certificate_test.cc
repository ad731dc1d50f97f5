// SPDX-License-Identifier: Apache-2.0
// Certificates by hand, good and bad; extensions one by one.
#include "x509/certificate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "x509/general_name.h"
#include "x509/oid.h"
#include "x509/signature_algorithm.h"
#include "x509/testing/toy_pki.h"

namespace merlon::x509 {
namespace {

using testing::ElementsAre;

Buffer Join(const std::vector<Buffer>& parts) {
  Buffer out;
  for (const Buffer& part : parts) out.insert(out.end(), part.begin(), part.end());
  return out;
}
// An element; up to 65535 bytes of contents.
Buffer Tlv(uint8_t tag, const std::vector<Buffer>& parts) {
  const Buffer contents = Join(parts);
  const size_t n = contents.size();
  Buffer out = {tag};
  if (n >= 256) {
    out.insert(out.end(), {0x82, static_cast<uint8_t>(n >> 8)});
  } else if (n >= 128) {
    out.push_back(0x81);
  }
  out.push_back(static_cast<uint8_t>(n));
  out.insert(out.end(), contents.begin(), contents.end());
  return out;
}
Buffer Text(std::string_view text) { return Buffer(text.begin(), text.end()); }
Buffer Copy(Bytes bytes) { return Buffer(bytes.begin(), bytes.end()); }

// The fields of a certificate, each whole DER. As it stands it is a good one.
struct Fields {
  Buffer version = {0xa0, 3, 2, 1, 2};
  Buffer serial = {2, 1, 7};
  Buffer algorithm =
      Copy(*SignatureAlgorithmIdentifier({crypto::SignFamily::kEcdsa, crypto::HashId::kSha256}));
  Buffer issuer = ToyName("Issuer");
  Buffer validity =
      Tlv(0x30, {Tlv(0x17, {Text("260101000000Z")}), Tlv(0x17, {Text("270101000000Z")})});
  Buffer subject = ToyName("Subject");
  Buffer key = ToyKey(1);
  Buffer unique_ids;
  Buffer extensions = ExtensionsOf({Extension(oid::kBasicConstraints, {0x30, 0})});
  Buffer trailing;  // inside the TBSCertificate
  Buffer outer_algorithm = algorithm;
  Buffer signature = {3, 3, 0, 1, 2};
  Buffer outer_trailing;

  static Buffer Extension(Bytes id, const Buffer& value, const Buffer& critical = {}) {
    return Tlv(0x30, {Tlv(6, {Copy(id)}), critical, Tlv(4, {value})});
  }
  static Buffer ExtensionsOf(const std::vector<Buffer>& list) {
    return Tlv(0xa3, {Tlv(0x30, list)});
  }
  Buffer Der() const {
    return Tlv(0x30, {Tlv(0x30, {version, serial, algorithm, issuer, validity, subject, key,
                                 unique_ids, extensions, trailing}),
                      outer_algorithm, signature, outer_trailing});
  }
};
Code CodeOf(const Fields& fields) {
  const Buffer der = fields.Der();
  const Result<Certificate> parsed = Certificate::Parse(der);
  if (parsed.ok()) return Code{};
  EXPECT_EQ(parsed.error().origin, Origin::kPeer);
  EXPECT_EQ(parsed.error().alert, Alert::kBadCertificate);
  return parsed.error().code;
}
// After one field was replaced.
Code With(Buffer Fields::* field, const Buffer& value) {
  Fields fields;
  fields.*field = value;
  return CodeOf(fields);
}

TEST(Certificate, ParsesAGoodOne) {
  const Fields fields;
  const Buffer der = fields.Der();
  const Result<Certificate> parsed = Certificate::Parse(der);
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->version(), 3);
  EXPECT_THAT(parsed->serial(), ElementsAre(7));
  EXPECT_EQ(parsed->issuer(), Bytes(fields.issuer));
  EXPECT_EQ(parsed->subject(), Bytes(fields.subject));
  EXPECT_EQ(parsed->validity().not_after - parsed->validity().not_before, std::chrono::days(365));
  EXPECT_EQ(parsed->public_key().type, crypto::KeyType::kEcP256);
  EXPECT_EQ(parsed->public_key().key.size(), 65u);
  EXPECT_EQ(parsed->public_key().der, Bytes(fields.key));
  EXPECT_THAT(parsed->signature(), ElementsAre(1, 2));
  EXPECT_EQ(parsed->tbs().data(), der.data() + 3);
  EXPECT_FALSE(parsed->self_issued());
  ASSERT_TRUE(parsed->extensions().basic_constraints);
  EXPECT_FALSE(parsed->extensions().basic_constraints->ca);
}

TEST(Certificate, RefusesEveryTruncationAndWhatFollows) {
  Buffer der = Fields().Der();
  for (size_t size = 0; size < der.size(); ++size) {
    EXPECT_FALSE(Certificate::Parse(Slice(Bytes(der), 0, size)).ok()) << size;
  }
  der.push_back(0);
  EXPECT_EQ(Certificate::Parse(der).error().code, Code::kTrailingData);
}

TEST(Certificate, AnyOctetMayBeWrong) {
  const Buffer good = Fields().Der();
  size_t refused = 0;
  for (size_t i = 0; i < good.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      Buffer der = good;
      der[i] ^= static_cast<uint8_t>(1 << bit);
      refused += Certificate::Parse(der).ok() ? 0 : 1;
    }
  }
  EXPECT_GT(refused, good.size());
}

TEST(Certificate, Versions) {
  EXPECT_EQ(With(&Fields::version, {}), Code::kBadCertificate);          // v1 with extensions
  EXPECT_EQ(With(&Fields::version, {0xa0, 3, 2, 1, 0}), Code::kBadDer);  // the default, encoded
  EXPECT_EQ(With(&Fields::version, {0xa0, 3, 2, 1, 1}), Code::kBadCertificate);
  EXPECT_EQ(With(&Fields::version, {0xa0, 3, 2, 1, 3}), Code::kBadDer);
  EXPECT_EQ(With(&Fields::version, {0xa0, 5, 2, 1, 2, 5, 0}), Code::kBadDer);
  Fields v1;
  v1.version = v1.extensions = {};
  EXPECT_EQ(CodeOf(v1), Code{});
  v1.unique_ids = {0x81, 2, 0, 1};
  EXPECT_EQ(CodeOf(v1), Code::kBadCertificate);
}

TEST(Certificate, SerialNumbers) {
  EXPECT_EQ(With(&Fields::serial, {2, 1, 0}), Code{});  // judged by the rules for chains
  EXPECT_EQ(With(&Fields::serial, {2, 1, 0x80}), Code::kBadDer);
  EXPECT_EQ(With(&Fields::serial, {2, 2, 0, 1}), Code::kBadDer);
  EXPECT_EQ(With(&Fields::serial, {2, 0}), Code::kBadDer);
  EXPECT_EQ(With(&Fields::serial, Tlv(2, {Buffer(20, 1)})), Code{});
  EXPECT_EQ(With(&Fields::serial, Tlv(2, {Buffer(21, 1)})), Code::kBadCertificate);
  EXPECT_EQ(With(&Fields::serial, Tlv(2, {{0}, Buffer(20, 0xff)})), Code::kBadCertificate);
}

TEST(Certificate, BothAlgorithmsAreTheSame) {
  const Buffer other =
      Copy(*SignatureAlgorithmIdentifier({crypto::SignFamily::kEcdsa, crypto::HashId::kSha384}));
  EXPECT_EQ(With(&Fields::outer_algorithm, other), Code::kBadCertificate);
  EXPECT_EQ(With(&Fields::algorithm, other), Code::kBadCertificate);
}

TEST(Certificate, NamesAndKeys) {
  EXPECT_EQ(With(&Fields::issuer, {0x30, 0}), Code::kBadCertificate);
  EXPECT_EQ(With(&Fields::issuer, {0x30, 2, 0x31, 0}), Code::kBadDer);
  EXPECT_EQ(With(&Fields::subject, {0x30, 0}), Code{});
  EXPECT_EQ(With(&Fields::subject, {0x30, 2, 0x31, 0}), Code::kBadDer);
  Buffer key = ToyKey(1);
  key.back() ^= 1;
  EXPECT_EQ(With(&Fields::key, key), Code{});
  key[26] = 5;  // neither an uncompressed nor a compressed point
  EXPECT_EQ(With(&Fields::key, key), Code::kBadKey);
  EXPECT_EQ(With(&Fields::key, {0x30, 0}), Code::kBadDer);
  // An algorithm that nobody knows is no error here.
  const Buffer unknown = Tlv(0x30, {Tlv(0x30, {{6, 2, 0x2a, 3}}), {3, 2, 0, 1}});
  EXPECT_EQ(With(&Fields::key, unknown), Code{});
}

TEST(Certificate, Rsa) {
  const auto key = [](const Buffer& parameters, const Buffer& rsa) {
    return Tlv(0x30,
               {Tlv(0x30, {Tlv(6, {Copy(oid::kRsaEncryption)}), parameters}), Tlv(3, {{0}, rsa})});
  };
  const Buffer modulus = Tlv(2, {{0x0f}, Buffer(255, 0xff)}), null = {5, 0};
  const Buffer good = key(null, Tlv(0x30, {modulus, {2, 3, 1, 0, 1}}));
  const Result<PublicKeyInfo> parsed = PublicKeyInfo::Parse(good);
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->type, crypto::KeyType::kRsa);
  EXPECT_EQ(parsed->bits, 2044);
  EXPECT_EQ(With(&Fields::key, key({}, Tlv(0x30, {modulus, {2, 1, 3}}))), Code::kBadKey);
  EXPECT_EQ(With(&Fields::key, key(null, Tlv(0x30, {modulus}))), Code::kBadKey);
  EXPECT_EQ(With(&Fields::key, key(null, Tlv(0x30, {modulus, {2, 1, 0}}))), Code::kBadKey);
  EXPECT_EQ(With(&Fields::key, key(null, Tlv(0x30, {modulus, {2, 1, 3}, {5, 0}}))), Code::kBadKey);
}

TEST(Certificate, NothingFollowsAnything) {
  EXPECT_EQ(With(&Fields::trailing, {5, 0}), Code::kBadDer);
  EXPECT_EQ(With(&Fields::outer_trailing, {5, 0}), Code::kBadDer);
  EXPECT_EQ(With(&Fields::signature, {3, 3, 1, 1, 2}), Code::kBadDer);
  EXPECT_EQ(With(&Fields::signature, {4, 2, 1, 2}), Code::kBadDer);
  EXPECT_EQ(With(&Fields::unique_ids, {0x81, 2, 0, 1, 0x82, 2, 0, 1}), Code{});
  EXPECT_EQ(With(&Fields::unique_ids, {0x82, 2, 0, 1, 0x81, 2, 0, 1}), Code::kBadDer);
  EXPECT_EQ(With(&Fields::validity, Tlv(0x30, {Tlv(0x17, {Text("260101000000Z")})})),
            Code::kBadDer);
}

Code WithExtensions(const std::vector<Buffer>& list) {
  return With(&Fields::extensions, Fields::ExtensionsOf(list));
}
Code WithExtension(Bytes id, const Buffer& value, bool critical = false) {
  return WithExtensions({Fields::Extension(id, value, critical ? Buffer{1, 1, 0xff} : Buffer{})});
}

TEST(Extensions, TheList) {
  const Buffer one = Fields::Extension(Buffer{0x2a, 1}, {}),
               two = Fields::Extension(Buffer{0x2a, 2}, {});
  EXPECT_EQ(WithExtensions({one, two}), Code{});
  EXPECT_EQ(WithExtensions({one, two, one}), Code::kBadCertificate);
  EXPECT_EQ(WithExtensions({}), Code::kBadCertificate);
  EXPECT_EQ(With(&Fields::extensions, {}), Code{});
  EXPECT_EQ(WithExtensions({Fields::Extension(Buffer{0x2a, 1}, {}, {1, 1, 0})}), Code::kBadDer);
  EXPECT_EQ(WithExtensions({Fields::Extension(Buffer{0x2a, 1}, {}, {1, 1, 1})}), Code::kBadDer);
  EXPECT_EQ(WithExtensions({Fields::Extension(Buffer{0x2a, 1}, {}, {5, 0})}), Code::kBadDer);
  EXPECT_EQ(With(&Fields::extensions, Tlv(0xa3, {Tlv(0x30, {one}), {5, 0}})), Code::kBadDer);
  std::vector<Buffer> many;
  for (uint8_t i = 0; i < kMaxExtensions; ++i)
    many.push_back(Fields::Extension(Buffer{0x2a, i}, {}));
  EXPECT_EQ(WithExtensions(many), Code{});
  many.push_back(Fields::Extension(Buffer{0x2b, 1}, {}));
  EXPECT_EQ(WithExtensions(many), Code::kBadCertificate);
}

TEST(Extensions, EachIsStrict) {
  struct Test {
    Bytes id;
    Buffer value;
    bool good;
  };
  const Buffer permit_dns = Tlv(0x30, {Tlv(0xa0, {Tlv(0x30, {Tlv(0x82, {Text("a.b")})})})});
  const auto constraint = [](uint8_t tag, const Buffer& base, const Buffer& more = {}) {
    return Tlv(0x30, {Tlv(0xa0, {Tlv(0x30, {Tlv(tag, {base}), more})})});
  };
  const Test tests[] = {
      {oid::kBasicConstraints, {0x30, 0}, true},
      {oid::kBasicConstraints, {0x30, 3, 1, 1, 0xff}, true},
      {oid::kBasicConstraints, {0x30, 6, 1, 1, 0xff, 2, 1, 0}, true},
      {oid::kBasicConstraints, {0x30, 3, 1, 1, 0}, true},  // DEFAULT FALSE, encoded
      {oid::kBasicConstraints, {0x30, 6, 1, 1, 0, 2, 1, 0}, false},
      {oid::kBasicConstraints, {0x30, 3, 2, 1, 0}, false},  // pathLen without cA
      {oid::kBasicConstraints, {0x30, 6, 1, 1, 0xff, 2, 1, 0x80}, false},
      {oid::kBasicConstraints, {0x30, 0, 5, 0}, false},
      {oid::kBasicConstraints, {}, false},
      {oid::kKeyUsage, {3, 2, 7, 0x80}, true},
      {oid::kKeyUsage, {3, 1, 0}, false},
      {oid::kKeyUsage, {3, 2, 0, 0x80}, false},
      {oid::kKeyUsage, {3, 3, 7, 6, 0}, true},
      {oid::kKeyUsage, {3, 3, 7, 6, 0x40}, false},
      {oid::kKeyUsage, {3, 3, 6, 6, 0}, false},
      {oid::kKeyUsage, {3, 3, 7, 0, 0}, false},
      {oid::kKeyUsage, {3, 2, 7, 0x80, 0}, false},
      {oid::kExtendedKeyUsage, Tlv(0x30, {Tlv(6, {Copy(oid::kServerAuth)})}), true},
      {oid::kExtendedKeyUsage, {0x30, 0}, false},
      {oid::kExtendedKeyUsage, {0x30, 2, 5, 0}, false},
      {oid::kSubjectAltName, Tlv(0x30, {Tlv(0x82, {Text("a.b")})}), true},
      {oid::kSubjectAltName, Tlv(0x30, {Tlv(0x82, {Text("anything at all")})}), true},
      {oid::kSubjectAltName, {0x30, 0}, false},
      {oid::kSubjectAltName, {0x30, 3, 0x82, 1, 0x80}, false},  // not ASCII
      {oid::kSubjectAltName, {0x30, 3, 0xa2, 1, 'a'}, false},   // constructed
      {oid::kSubjectAltName, {0x30, 3, 0x0c, 1, 'a'}, false},
      {oid::kSubjectAltName, {0x30, 2, 0x89, 0}, false},
      {oid::kSubjectAltName, {0x30, 6, 0x87, 4, 1, 2, 3, 4}, true},
      {oid::kSubjectAltName, {0x30, 5, 0x87, 3, 1, 2, 3}, false},
      {oid::kSubjectAltName, {0x30, 4, 0xa4, 2, 0x30, 0}, true},
      {oid::kSubjectAltName, {0x30, 4, 0xa4, 2, 0x31, 0}, false},
      {oid::kSubjectKeyIdentifier, {4, 1, 1}, true},
      {oid::kSubjectKeyIdentifier, {4, 1, 1, 0}, false},
      {oid::kAuthorityKeyIdentifier, {0x30, 3, 0x80, 1, 1}, true},
      {oid::kAuthorityKeyIdentifier, {0x30, 0}, true},
      {oid::kAuthorityKeyIdentifier, {0x30, 3, 0x82, 1, 1}, false},  // serial without issuer
      {oid::kAuthorityKeyIdentifier, {4, 1, 1}, false},
      {oid::kNameConstraints, permit_dns, true},
      {oid::kNameConstraints, {0x30, 0}, false},
      {oid::kNameConstraints, {0x30, 2, 0xa0, 0}, false},
      {oid::kNameConstraints, constraint(0x82, Text("*.a.b")), false},
      {oid::kNameConstraints, constraint(0x82, Text(".a.b")), false},
      {oid::kNameConstraints, constraint(0x82, {}), true},
      {oid::kNameConstraints, constraint(0x82, Text("a.b"), {0x80, 1, 0}), false},
      {oid::kNameConstraints, constraint(0x82, Text("a.b"), {0x81, 1, 0}), false},
      {oid::kNameConstraints, constraint(0x87, {10, 0, 0, 0, 255, 0, 0, 0}), true},
      {oid::kNameConstraints, constraint(0x87, {10, 0, 0, 0, 255, 0, 255, 0}), false},
      {oid::kNameConstraints, constraint(0x87, {10, 0, 0, 0, 255, 0xa0, 0, 0}), false},
      {oid::kNameConstraints, constraint(0x87, {10, 0, 0, 0}), false},
      {oid::kNameConstraints, constraint(0x81, Text("a@b.c")), true},
      {oid::kNameConstraints, constraint(0x81, Text("a@")), false},
  };
  for (const Test& test : tests) {
    EXPECT_EQ(WithExtension(test.id, test.value) == Code{}, test.good)
        << testing::PrintToString(test.id) << testing::PrintToString(test.value);
  }
  // s4.2.1.1, s4.2.1.2: never critical.
  EXPECT_EQ(WithExtension(oid::kSubjectKeyIdentifier, {4, 1, 1}, true), Code::kBadCertificate);
  EXPECT_EQ(WithExtension(oid::kAuthorityKeyIdentifier, {0x30, 0}, true), Code::kBadCertificate);
}

TEST(Extensions, AreDecoded) {
  Fields fields;
  const uint8_t unknown[] = {0x2a, 9};
  fields.extensions = Fields::ExtensionsOf(
      {Fields::Extension(oid::kBasicConstraints, {0x30, 6, 1, 1, 0xff, 2, 1, 5}),
       Fields::Extension(oid::kKeyUsage, {3, 2, 1, 0x06}, {1, 1, 0xff}),
       Fields::Extension(oid::kExtendedKeyUsage,
                         Tlv(0x30, {Tlv(6, {Copy(oid::kClientAuth)}), Tlv(6, {Copy(unknown)})})),
       Fields::Extension(oid::kSubjectKeyIdentifier, {4, 2, 8, 9}),
       Fields::Extension(oid::kAuthorityKeyIdentifier, {0x30, 3, 0x80, 1, 7}),
       Fields::Extension(oid::kSubjectAltName, {0x30, 6, 0x87, 4, 1, 2, 3, 4}, {1, 1, 0xff})});
  const Buffer der = fields.Der();
  const Result<Certificate> parsed = Certificate::Parse(der);
  ASSERT_TRUE(parsed.ok());
  const Extensions& extensions = parsed->extensions();
  EXPECT_TRUE(extensions.basic_constraints->ca);
  EXPECT_EQ(extensions.basic_constraints->path_length, 5u);
  EXPECT_EQ(extensions.key_usage, KeyUsage::kKeyCertSign | KeyUsage::kCrlSign);
  EXPECT_EQ(extensions.extended_key_usage, KeyPurpose::kClientAuth);
  EXPECT_THAT(extensions.subject_key_id, ElementsAre(8, 9));
  EXPECT_THAT(extensions.authority_key_id, ElementsAre(7));
  EXPECT_TRUE(extensions.subject_alt_name_critical);
  DerReader names(extensions.subject_alt_name);
  GeneralName name;
  ASSERT_TRUE(ReadGeneralName(names, &name));
  EXPECT_EQ(name.type, GeneralNameType::kIpAddress);
  EXPECT_THAT(name.value, ElementsAre(1, 2, 3, 4));
  EXPECT_FALSE(extensions.unprocessed_critical);
  DerReader all(extensions.all);
  Extension extension;
  size_t count = 0;
  while (ReadExtension(all, &extension)) ++count;
  EXPECT_EQ(count, 6u);
}

TEST(Extensions, PoliciesAreDecoded) {
  const auto unprocessed = [](Bytes id, const Buffer& value, bool critical) {
    Fields fields;
    fields.extensions = Fields::ExtensionsOf(
        {Fields::Extension(id, value, critical ? Buffer{1, 1, 0xff} : Buffer{})});
    const Buffer der = fields.Der();
    return Certificate::Parse(der)->extensions().unprocessed_critical;
  };
  const auto policy = [](const Buffer& qualifier) {
    const Buffer qualifiers =
        qualifier.empty() ? Buffer{} : Tlv(0x30, {Tlv(0x30, {Tlv(6, {qualifier}), {5, 0}})});
    return Tlv(0x30, {Tlv(0x30, {{6, 2, 0x2a, 1}, qualifiers})});
  };
  EXPECT_FALSE(unprocessed(oid::kCertificatePolicies, policy({}), true));
  EXPECT_FALSE(unprocessed(oid::kCertificatePolicies, policy(Copy(oid::kUserNotice)), true));
  EXPECT_TRUE(unprocessed(oid::kCertificatePolicies, policy({0x2a, 1}), true));
  EXPECT_FALSE(unprocessed(oid::kCertificatePolicies, policy({0x2a, 1}), false));
  EXPECT_EQ(WithExtension(oid::kCertificatePolicies, {0x30, 0}), Code::kBadCertificate);
  EXPECT_FALSE(unprocessed(oid::kInhibitAnyPolicy, {2, 1, 0}, true));
  EXPECT_EQ(WithExtension(oid::kInhibitAnyPolicy, {0x30, 0}), Code::kBadCertificate);
  for (bool critical : {false, true}) {
    EXPECT_FALSE(unprocessed(oid::kPolicyConstraints, {0x30, 3, 0x80, 1, 0}, critical));
    EXPECT_EQ(unprocessed(Buffer{0x2a, 1}, {}, critical), critical);
  }
}

TEST(Extensions, OfPoliciesAndRevocationAreStrict) {
  const Buffer ca_policy = Tlv(0x30, {Tlv(0x30, {{6, 2, 0x2a, 1}})}),
               url = Tlv(0x86, {{'h', 't', 't', 'p', ':'}}),
               point = Tlv(0x30, {Tlv(0x30, {Tlv(0xa0, {Tlv(0xa0, {url})})})}),
               reasons_alone = Tlv(0x30, {Tlv(0x30, {{0x81, 2, 6, 0x40}})}),
               access = Tlv(0x30, {Tlv(0x30, {Tlv(6, {Copy(oid::kAdOcsp)}), url})}),
               map_any = Tlv(0x30, {Tlv(0x30, {{6, 2, 0x2a, 1}, Tlv(6, {Copy(oid::kAnyPolicy)})})}),
               map = Tlv(0x30, {Tlv(0x30, {{6, 2, 0x2a, 1}, {6, 2, 0x2a, 2}})});
  const struct {
    Bytes id;
    Buffer value;
    Code code;
  } cases[] = {
      {oid::kCertificatePolicies, ca_policy, Code{}},
      {oid::kCertificatePolicies,
       Tlv(0x30, {Buffer(ca_policy.begin() + 2, ca_policy.end()),
                  Buffer(ca_policy.begin() + 2, ca_policy.end())}),
       Code::kBadCertificate},  // the same one twice
      {oid::kPolicyConstraints, {0x30, 0}, Code::kBadCertificate},
      {oid::kPolicyConstraints, {0x30, 3, 0x80, 1, 0x80}, Code::kBadCertificate},  // negative
      {oid::kPolicyConstraints, {0x30, 4, 0x81, 2, 0, 1}, Code::kBadCertificate},  // not minimal
      {oid::kPolicyMappings, map, Code{}},
      {oid::kPolicyMappings, map_any, Code::kBadCertificate},
      {oid::kPolicyMappings, {0x30, 0}, Code::kBadCertificate},
      {oid::kCrlDistributionPoints, point, Code{}},
      {oid::kCrlDistributionPoints, reasons_alone, Code::kBadCertificate},
      {oid::kCrlDistributionPoints, {0x30, 0}, Code::kBadCertificate},
      {oid::kFreshestCrl, point, Code{}},
      {oid::kAuthorityInfoAccess, access, Code{}},
      {oid::kAuthorityInfoAccess, {0x30, 0}, Code::kBadCertificate},
      {oid::kTlsFeature, {0x30, 3, 2, 1, 5}, Code{}},
      {oid::kTlsFeature, {0x30, 3, 4, 1, 5}, Code::kBadCertificate},
      {oid::kNoRevAvail, {5, 0}, Code{}},
      {oid::kNoRevAvail, {5, 1, 0}, Code::kBadCertificate},
      {oid::kOcspNoCheck, {4, 0}, Code::kBadCertificate},
  };
  for (size_t i = 0; i < std::size(cases); ++i) {
    EXPECT_EQ(WithExtension(cases[i].id, cases[i].value), cases[i].code) << i;
  }
}

}  // namespace
}  // namespace merlon::x509
