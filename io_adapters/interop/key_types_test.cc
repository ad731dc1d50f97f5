// SPDX-License-Identifier: Apache-2.0
// Every type of key that `merlon cert make` knows, both ways: OpenSSL checks the key and its
// certificate, other programs verify them over a connection, and `merlon client` those of OpenSSL.
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <tuple>

#include "io_adapters/interop/fixture.h"

namespace merlon::interop {
namespace {

using testing::AllOf;
using testing::HasSubstr;

struct KeyType {
  const char* name;       // of --key-type
  const char* algorithm;  // for openssl genpkey, with its option
  const char* option;
  const char* scheme;
};
constexpr KeyType kKeyTypes[] = {
    {"p256", "EC", "ec_paramgen_curve:P-256", "ecdsa_secp256r1_sha256"},
    {"p384", "EC", "ec_paramgen_curve:P-384", "ecdsa_secp384r1_sha384"},
    {"ed25519", "ED25519", nullptr, "ed25519"},
    {"rsa2048", "RSA", "rsa_keygen_bits:2048", "rsa_pss_rsae_sha256"},
    {"rsa4096", "RSA", "rsa_keygen_bits:3072", "rsa_pss_rsae_sha256"},
};
// Made by OpenSSL alone.
constexpr KeyType kPssAlone = {"pss", "RSA-PSS", "rsa_keygen_bits:2048", "rsa_pss_pss_sha256"};

class KeyTypeInterop : public Interop {
 protected:
  // A CA and a leaf, both with keys of this type.
  static void Make(const std::string& type) {
    static std::set<std::string> made;
    if (!made.insert(type).second) return;
    const std::string ca = "ca_" + type;
    Must({Merlon(), "cert", "make", "--key-type", type, "--is-ca", "--cn", "CA of " + type, "--out",
          Chain(ca), "--key-out", Key(ca)});
    Must({Merlon(), "cert", "make", "--key-type", type, "--names", "localhost", "--ca", Chain(ca),
          "--ca-key", Key(ca), "--out", Chain(type), "--key-out", Key(type)});
  }
  // A self-signed certificate by OpenSSL, which is its own CA.
  static void MakeByOpenssl(const KeyType& type, const std::string& name) {
    std::vector<std::string> key = {"openssl",      "genpkey", "-algorithm",
                                    type.algorithm, "-out",    Key(name)};
    if (type.option != nullptr) key.insert(key.end(), {"-pkeyopt", type.option});
    Must(key);
    Must({"openssl", "req", "-x509", "-key", Key(name), "-out", Chain(name), "-days", "30", "-subj",
          "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-addext",
          "keyUsage=digitalSignature,keyCertSign"});
  }
  static void Must(const std::vector<std::string>& argv) {
    const Finished done = Execute(argv);
    ASSERT_EQ(done.code, 0) << argv[0] << " " << argv[1] << ":\n" << done.output;
  }
  // `merlon client` fetches the page from s_server.
  static void FetchesFromOpenssl(const std::string& name, const std::string& ca,
                                 const std::string& scheme) {
    const int port = FreePort();
    Process server({"openssl", "s_server", "-www", "-accept", std::to_string(port), "-cert",
                    Chain(name), "-key", Key(name)});
    ASSERT_TRUE(WaitForPort(port)) << server.output();
    const Finished client =
        Execute({Merlon(), "client", At(port), "--http", "/", "--verbose", "--cafile", Chain(ca)});
    EXPECT_EQ(client.code, 0) << client.output;
    EXPECT_THAT(client.output, HasSubstr(scheme));
  }
};
class EveryKeyType : public KeyTypeInterop, public testing::WithParamInterface<KeyType> {};
INSTANTIATE_TEST_SUITE_P(Keys, EveryKeyType, testing::ValuesIn(kKeyTypes),
                         [](const auto& test) { return std::string(test.param.name); });

TEST_P(EveryKeyType, OpensslAcceptsKeyAndChain) {
  const std::string type = GetParam().name;
  Make(type);
  // Primality and consistency, for RSA.
  Must({"openssl", "pkey", "-check", "-noout", "-in", Key(type)});
  Must({"openssl", "verify", "-x509_strict", "-CAfile", Chain("ca_" + type), Chain(type)});
  const Finished shown = Execute({Merlon(), "cert", "show", Chain(type)});
  EXPECT_EQ(shown.code, 0) << shown.output;
}

TEST_P(EveryKeyType, OthersVerifyTheServer) {
  const std::string type = GetParam().name;
  Make(type);
  MerlonServer server(Merlon(), Chain(type), Key(type), File("www"));
  const Finished curl = Execute({"curl", "-sS", "--cacert", Chain("ca_" + type),
                                 "https://" + At(server.port()) + "/page.txt"});
  EXPECT_EQ(curl.output, kPage);
  const Finished gnutls = Execute({"gnutls-cli", "--x509cafile", Chain("ca_" + type), "-p",
                                   std::to_string(server.port()), "localhost"},
                                  "GET /page.txt HTTP/1.1\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(gnutls.output, HasSubstr(kPage));
}

TEST_P(EveryKeyType, TheClientVerifiesOpenssl) {
  const std::string type = GetParam().name;
  Make(type);
  FetchesFromOpenssl(type, "ca_" + type, GetParam().scheme);
  const std::string name = "openssl_" + type;
  MakeByOpenssl(GetParam(), name);
  FetchesFromOpenssl(name, name, GetParam().scheme);
}

TEST_F(KeyTypeInterop, RsaKeysForPssAloneWork) {
  MakeByOpenssl(kPssAlone, "pss");
  FetchesFromOpenssl("pss", "pss", kPssAlone.scheme);
  MerlonServer server(Merlon(), Chain("pss"), Key("pss"), File("www"));
  const Finished curl = Execute(
      {"curl", "-sS", "--cacert", Chain("pss"), "https://" + At(server.port()) + "/page.txt"});
  EXPECT_EQ(curl.output, kPage);
}

TEST_F(KeyTypeInterop, P384IsAGroup) {
  MerlonServer server(Merlon(), Chain(kEc), Key(kEc), File("www"), {"--groups", "P-384"});
  const Finished curl = Execute({"curl", "-sS", "--curves", "X25519:P-384", "--cacert", Chain("ca"),
                                 "https://" + At(server.port()) + "/page.txt"});
  EXPECT_EQ(curl.output, kPage);
  const Finished client = Execute({Merlon(), "client", At(server.port()), "--http", "/page.txt",
                                   "--verbose", "--groups", "P-384", "--cafile", Chain("ca")});
  EXPECT_THAT(client.output, HasSubstr("secp384r1"));
}

}  // namespace
// What a CA and its clients write, for others to read; and theirs for us.
TEST_P(EveryKeyType, OthersVerifyRequestsCertificatesAndCrls) {
  const std::string type = GetParam().name, ca = "ca_" + type;
  Make(type);
  const std::string csr = File("csr_" + type), out = File("signed_" + type),
                    crl = File("crl_" + type), empty = File("empty_" + type);
  Must({Merlon(), "cert", "csr", "--key", Key(type), "--names", "a.test,127.0.0.1,me@a.test",
        "--must-staple", "--out", csr});
  Must({"openssl", "req", "-verify", "-noout", "-in", csr});
  Must({"certtool", "--crq-info", "--infile", csr});
  Must({Merlon(), "cert", "sign", "--csr", csr, "--ca", Chain(ca), "--ca-key", Key(ca), "--crl-url",
        "http://crl.test/", "--ocsp-url", "http://ocsp.test/", "--out", out});
  Must({"openssl", "verify", "-x509_strict", "-CAfile", Chain(ca), out});
  Must({"certtool", "--verify", "--load-ca-certificate", Chain(ca), "--infile", out});
  const Finished serial = Execute({"openssl", "x509", "-noout", "-serial", "-in", out});
  const std::string hex = serial.output.substr(serial.output.find('=') + 1, 32);
  const std::vector<std::string> make = {Merlon(),   "cert",  "crl",      "--ca", Chain(ca),
                                         "--ca-key", Key(ca), "--number", "7"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), make.begin(), make.end());
    return more;
  };
  Must(with({"--out", empty}));
  Must(with({"--out", crl, "--revoke", hex + ":key-compromise"}));
  Must({"openssl", "crl", "-verify", "-CAfile", Chain(ca), "-noout", "-in", crl});
  Must({"certtool", "--verify-crl", "--load-ca-certificate", Chain(ca), "--infile", crl});
  Must({"openssl", "verify", "-crl_check", "-CAfile", Chain(ca), "-CRLfile", empty, out});
  EXPECT_THAT(
      Execute({"openssl", "verify", "-crl_check", "-CAfile", Chain(ca), "-CRLfile", crl, out})
          .output,
      HasSubstr("certificate revoked"));
  const std::vector<std::string> verify = {Merlon(),  "cert",    "verify",    out,
                                           "--roots", Chain(ca), "--purpose", "any"};
  const auto asked = [&](std::vector<std::string> more) {
    more.insert(more.begin(), verify.begin(), verify.end());
    return Execute(more);
  };
  // Our OCSP responses, read by both; and by us.
  const std::string good = File("good_" + type), bad = File("bad_" + type);
  const std::vector<std::string> answer = {Merlon(),  "cert",     "ocsp",  out,    "--ca",
                                           Chain(ca), "--ca-key", Key(ca), "--out"};
  const auto answered = [&](std::vector<std::string> more) {
    more.insert(more.begin(), answer.begin(), answer.end());
    return more;
  };
  Must(answered({good}));
  Must(answered({bad, "--revoked", "superseded"}));
  const auto openssl_says = [&](const std::string& response) {
    return Execute({"openssl", "ocsp", "-no_nonce", "-sha256", "-issuer", Chain(ca), "-cert", out,
                    "-respin", response, "-CAfile", Chain(ca)})
        .output;
  };
  EXPECT_THAT(openssl_says(good), AllOf(HasSubstr("Response verify OK"), HasSubstr(": good")));
  EXPECT_THAT(openssl_says(bad), AllOf(HasSubstr("Response verify OK"), HasSubstr("superseded")));
  Must({"ocsptool", "--verify-response", "--load-response", good, "--load-trust", Chain(ca)});
  EXPECT_EQ(asked({"--hard-fail", "--ocsp", good}).code, 0);
  EXPECT_THAT(asked({"--ocsp", bad}).output, HasSubstr("is revoked"));
  // It must be stapled, which no CRL is.
  EXPECT_THAT(asked({"--crl", empty}).output, HasSubstr("not verified: certificate 1, CN=a.test"));
  EXPECT_THAT(Execute({Merlon(), "cert", "show", csr, "--json"}).output,
              HasSubstr("\"must_staple\":true"));
  EXPECT_THAT(Execute({Merlon(), "cert", "show", crl}).output, HasSubstr("for key compromise"));
}

TEST_F(KeyTypeInterop, OpensslsRequestsCrlsAndOcspResponsesAreRead) {
  Make("p256");
  const std::string ca = Chain("ca_p256"), ca_key = Key("ca_p256"), csr = File("openssl_csr"),
                    out = File("openssl_signed"), request = File("ocsp_request"),
                    response = File("ocsp_response"), index = File("ocsp_index");
  Must({"openssl", "req", "-new", "-key", Key("p256"), "-subj", "/CN=b.test", "-addext",
        "subjectAltName=DNS:b.test,URI:https://b.test/,email:me@b.test,"
        "otherName:1.3.6.1.5.5.7.8.7;IA5:_imaps.b.test",
        "-out", csr});
  Must({Merlon(), "cert", "sign", "--csr", csr, "--ca", ca, "--ca-key", ca_key, "--out", out});
  const auto verified_for = [&](const std::string& option, const std::string& name) {
    return Execute({Merlon(), "cert", "verify", out, "--roots", ca, option, name});
  };
  EXPECT_EQ(verified_for("--srv", "_imaps.b.test").code, 0);
  EXPECT_EQ(verified_for("--uri", "HTTPS://b.test:8443").code, 0);
  EXPECT_EQ(verified_for("--email", "a@b.test,me@b.test").code, 0);
  EXPECT_THAT(verified_for("--srv", "_imap.b.test").output,
              HasSubstr("certificate 1, CN=b.test: The certificate is not for the name"));
  EXPECT_THAT(verified_for("--email", "b.test").output,
              HasSubstr("--email takes a mailbox, as me@example.com, not b.test"));
  // The pin, as `show` has it.
  const std::string shown = Execute({Merlon(), "cert", "show", out, "--json"}).output;
  const std::string pin = shown.substr(shown.find("\"pin\":\"") + 7, 64);
  EXPECT_EQ(verified_for("--pin", std::string(64, '0') + "," + pin).code, 0);
  EXPECT_THAT(verified_for("--pin", std::string(64, '0')).output, HasSubstr("is pinned"));
  const Finished serial = Execute({"openssl", "x509", "-noout", "-serial", "-in", out});
  const std::string hex = serial.output.substr(serial.output.find('=') + 1, 32);
  const struct {
    const char* hash;  // that names the certificate
    const char* line;
    int code;
    const char* says;
  } cases[] = {{"-sha1", "V\t350101000000Z\t\t", 0, "verified: 1 certificates"},
               {"-sha256", "R\t350101000000Z\t250101000000Z,keyCompromise\t", 3, "is revoked"}};
  for (const auto& test : cases) {
    Must({"openssl", "ocsp", test.hash, "-issuer", ca, "-cert", out, "-no_nonce", "-reqout",
          request});
    std::ofstream(index) << test.line << hex << "\tunknown\t/CN=b.test\n";
    Must({"openssl", "ocsp", "-index", index, "-CA", ca, "-rsigner", ca, "-rkey", ca_key, "-reqin",
          request, "-ndays", "1", "-respout", response});
    const Finished told = Execute({Merlon(), "cert", "verify", out, "--roots", ca, "--name",
                                   "b.test", "--hard-fail", "--ocsp", response});
    EXPECT_EQ(told.code, test.code) << told.output;
    EXPECT_THAT(told.output, HasSubstr(test.says));
  }
  // Without it nothing tells.
  EXPECT_EQ(Execute({Merlon(), "cert", "verify", out, "--roots", ca, "--hard-fail"}).code, 3);
}

// `cert verify` tells which certificate broke which rule, and where that stands.
TEST_F(KeyTypeInterop, AFailedVerificationIsOneSentence) {
  for (const char* type : {"p256", "p384"}) Make(type);
  const std::string ca = Chain("ca_p256"), leaf = Chain("p256"), expired = File("expired_leaf"),
                    below = File("below_leaf"), key = File("explained_key");
  Must({Merlon(), "cert", "make", "--ca", ca, "--ca-key", Key("ca_p256"), "--names", "old.test",
        "--days", "-3", "--out", expired, "--key-out", key});
  Must({Merlon(), "cert", "make", "--ca", leaf, "--ca-key", Key("p256"), "--names", "below.test",
        "--out", below, "--key-out", key});
  const struct {
    Words words;
    const char *about, *rule, *reference;
  } cases[] = {
      {{leaf, "--roots", Chain("ca_p384")},
       "certificate 1, CN=localhost",
       "No chain leads from the certificate to a trust anchor",
       "RFC 5280 s6.1"},
      {{expired},
       "certificate 1, CN=old.test",
       "A certificate of the chain has expired",
       "RFC 5280 s4.1.2.5"},
      {{leaf, "--at", "2001-01-01"},
       "certificate 1, CN=localhost",
       "A certificate of the chain is not valid yet",
       "RFC 5280 s4.1.2.5"},
      {{below, "--chain", leaf},
       "certificate 2, CN=localhost",
       "A certificate that issued another is not allowed to issue",
       "RFC 5280 s6.1.4"},
      {{leaf, "--name", "other.test"},
       "certificate 1, CN=localhost",
       "The certificate is not for the name",
       "RFC 9525"},
      {{leaf, "--hard-fail"}, "certificate 1, CN=localhost", "revoked", "RFC 5280"},
      {{leaf, "--pin", std::string(64, '0')},
       "certificate 1, CN=localhost",
       "is pinned",
       "RFC 7469"},
  };
  for (const auto& test : cases) {
    Words words = Words{Merlon(), "cert", "verify"} + test.words;
    if (test.words.size() < 2 || test.words[1] != "--roots") words = words + Words{"--roots", ca};
    const Finished told = Execute(words), json = Execute(words + Words{"--json"});
    EXPECT_EQ(told.code, 3);
    EXPECT_EQ(told.output.find('\n'), told.output.size() - 1) << told.output;
    EXPECT_THAT(told.output, testing::StartsWith("not verified: " + std::string(test.about)));
    EXPECT_THAT(told.output, AllOf(HasSubstr(test.rule), HasSubstr(test.reference)));
    EXPECT_EQ(json.code, 3);
    EXPECT_EQ(json.output.find('\n'), json.output.size() - 1) << json.output;
    EXPECT_THAT(json.output,
                testing::StartsWith("{\"verified\":false,\"about\":\"" + std::string(test.about)));
    EXPECT_THAT(json.output, AllOf(HasSubstr("\"rule\":\""), HasSubstr(test.rule),
                                   HasSubstr("\"reference\":\""), HasSubstr(test.reference)));
  }
}

TEST_F(KeyTypeInterop, WhatIsWrittenIsToldAsJson) {
  Make("p256");
  const std::string ca = Chain("ca_p256"), ca_key = Key("ca_p256"), csr = File("json_csr"),
                    out = File("json_out");
  const Words issuer = {"--ca", ca, "--ca-key", ca_key, "--json", "--out", out};
  const struct {
    Words words;
    const char* says;
  } cases[] = {
      {Words{"make", "--names", "a.test", "--key-out", File("json_key")} + issuer,
       "\"written\":{\"kind\":\"certificate\",\"facts\":{\"subject\":\"CN=a.test\""},
      {{"csr", "--names", "b.test", "--key-out", File("json_key"), "--json", "--out", csr},
       "\"kind\":\"certification request\",\"facts\":{\"subject\":\"CN=b.test\""},
      {Words{"sign", "--csr", csr} + issuer, "\"issuer\":\"CN=CA of p256\""},
      {Words{"crl", "--revoke", "4d:superseded"} + issuer, "\"kind\":\"CRL\",\"facts\":{"},
      {Words{"ocsp", Chain("p256")} + issuer, "\"written\":{\"kind\":\"OCSP response\"}}"},
  };
  for (const auto& test : cases) {
    const Finished told = Execute(Words{Merlon(), "cert"} + test.words);
    EXPECT_EQ(told.code, 0) << told.output;
    EXPECT_THAT(told.output, AllOf(testing::StartsWith("{\"out\":\""), HasSubstr(test.says),
                                   testing::EndsWith("}\n")));
  }
}

TEST_F(KeyTypeInterop, ACertificateIsShownInFewerLinesThanByOpenssl) {
  Make("p256");
  const Finished ours = Execute({Merlon(), "cert", "show", Chain("p256")}),
                 theirs = Execute({"openssl", "x509", "-noout", "-text", "-in", Chain("p256")});
  const auto lines = [](const Finished& done) { return std::ranges::count(done.output, '\n'); };
  EXPECT_LT(2 * lines(ours), lines(theirs)) << ours.output;
}

// `merlon key` on a key store of the test's own.
class KeyStoreInterop : public KeyTypeInterop {
 protected:
  static Words Keys(const Words& words) {
    return Words{Merlon(), "key"} + words + Words{"--key-store", File("store")};
  }
  // Signs a message by the key, and has OpenSSL verify that.
  static void SignsForOpenssl(const std::string& name, const Words& how, const Words& verify) {
    const std::string message = File("message"), out = File("signature"), pub = File("key.pub");
    std::ofstream(message) << "a message\n";
    Must(Keys({"export-public", name, "--out", pub}));
    Must(Keys(Words{"sign", name, message, "--out", out} + how));
    EXPECT_EQ(Execute(Keys(Words{"verify", name, message, "--signature", out} + how)).code, 0);
    Must(verify + Words{pub, "-signature", out, message});
    EXPECT_EQ(Execute(Keys(Words{"verify", name, "--signature", out} + how), "another").code, 3);
  }
};

TEST_F(KeyStoreInterop, OpensslVerifiesWhatAKeyOfTheStoreSigned) {
  Must(Keys({"generate", "1"}));
  SignsForOpenssl("1", {}, {"openssl", "dgst", "-sha256", "-verify"});
  SignsForOpenssl("1", {"--hash", "sha512"}, {"openssl", "dgst", "-sha512", "-verify"});
  Must(Keys({"import", "rsa", Key(kRsa)}));
  SignsForOpenssl("rsa", {"--padding", "pkcs1"}, {"openssl", "dgst", "-sha256", "-verify"});
  SignsForOpenssl("rsa", {"--hash", "sha384"},
                  {"openssl", "dgst", "-sha384", "-sigopt", "rsa_padding_mode:pss", "-sigopt",
                   "rsa_pss_saltlen:-1", "-verify"});
  Must(Keys({"generate", "ed", "--type", "ed25519"}));
  Must(Keys({"sign", "ed", File("message"), "--out", File("signature")}));
  Must(Keys({"export-public", "store:ed", "--out", File("ed.pub")}));
  Must({"openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", File("ed.pub"), "-in",
        File("message"), "-sigfile", File("signature")});
}

TEST_F(KeyStoreInterop, KeysOfTheStoreEncryptForOpensslAndThemselves) {
  std::ofstream(File("text")) << "a text\n";
  Must(Keys({"import", "oaep", Key(kRsa), "--type", "rsa2048-oaep"}));
  Must(Keys({"export-public", "oaep", "--out", File("oaep.pub")}));
  Must({"openssl", "pkeyutl", "-encrypt", "-pubin", "-inkey", File("oaep.pub"), "-in", File("text"),
        "-pkeyopt", "rsa_padding_mode:oaep", "-pkeyopt", "rsa_oaep_md:sha256", "-out",
        File("sealed")});
  EXPECT_EQ(Execute(Keys({"decrypt", "oaep", File("sealed")})).output, "a text\n");
  EXPECT_THAT(Execute(Keys({"sign", "oaep", File("text")})).output, HasSubstr("policy of the key"));
  for (const char* type : {"aes256", "seal"}) {
    Must(Keys({"generate", type, "--type", type}));
    Must(Keys({"encrypt", type, File("text"), "--context", "c", "--out", File("sealed")}));
    EXPECT_EQ(Execute(Keys({"decrypt", type, File("sealed"), "--context", "c"})).output,
              "a text\n");
    EXPECT_EQ(Execute(Keys({"decrypt", type, File("sealed")})).code, 3);
  }
}

TEST_F(KeyStoreInterop, AStoreIsListedAndItsKeysDestroyed) {
  Must(Keys({"generate", "web", "--type", "p384"}));
  EXPECT_THAT(Execute(Keys({"list", "--json"})).output,
              HasSubstr("{\"name\":\"web\",\"type\":\"EC P-384\",\"bits\":\"384\",\"may\":"
                        "[\"sign\"],\"algorithm\":\"any\"}"));
  EXPECT_THAT(Execute(Keys({"show", "web"})).output, HasSubstr("public key sha256"));
  const Finished again = Execute(Keys({"generate", "web"}));
  EXPECT_EQ(again.code, 1);
  EXPECT_EQ(again.output, "merlon: key web: A key of this name exists already.\n");
  Must(Keys({"generate", "web", "--replace"}));
  EXPECT_THAT(Execute(Keys({"show", "web"})).output, HasSubstr("EC P-256"));
  Must(Keys({"destroy", "web"}));
  EXPECT_EQ(Execute(Keys({"sign", "web"})).output,
            "merlon: key web: There is no key of this name.\n");
  EXPECT_EQ(Execute(Keys({"show", "../web"})).code, 1);
}

TEST_F(KeyStoreInterop, ACaAndAServerTakeTheirKeysFromTheStore) {
  const Words store = {"--key-store", File("store")};
  for (const char* name : {"ca", "server"}) Must(Keys({"generate", name}));
  Must(Words{Merlon(), "cert", "make", "--is-ca", "--cn", "Store CA", "--key", "store:ca", "--out",
             File("store_ca.pem")} +
       store);
  Must(Words{Merlon(), "cert", "make", "--ca", File("store_ca.pem"), "--ca-key", "store:ca",
             "--key", "store:server", "--names", "localhost", "--out", File("store.pem")} +
       store);
  MerlonServer server(Merlon(), File("store.pem"), "store:server", File("www"), store);
  const Finished curl = Execute({"curl", "-sS", "--cacert", File("store_ca.pem"),
                                 "https://" + At(server.port()) + "/page.txt"});
  EXPECT_EQ(curl.output, kPage);
  // The server has its key; the store is free.
  EXPECT_EQ(Execute(Keys({"list"})).code, 0);
}

TEST_F(KeyStoreInterop, AServerWhoseKeyTheAgentHoldsServesCurl) {
  const Words store = {"--key-store", File("store")};
  Must(Keys({"generate", "tls"}));
  Must(Words{Merlon(), "cert", "make", "--key", "store:tls", "--names", "localhost", "--out",
             File("agent.pem")} +
       store);
  // A socket's path is short, which TEST_TMPDIR need not be.
  char folder[] = P_tmpdir "/merlonXXXXXX";
  ASSERT_NE(::mkdtemp(folder), nullptr);
  const Words socket = {"--agent", std::string(folder) + "/agent"};
  {
    Process agent(Words{Merlon(), "agent", "--socket", socket[1], "--keys",
                        "tls:user=" + std::to_string(::geteuid()) + ":only=tls13-server"} +
                  store);
    ASSERT_TRUE(agent.WaitFor("listening on")) << agent.output();
    EXPECT_THAT(Execute(Words{Merlon(), "key", "list"} + socket).output, HasSubstr("tls  "));
    EXPECT_EQ(Execute(Words{Merlon(), "key", "sign", "agent:tls", File("message")} + socket).output,
              "merlon: agent:tls: The usage policy of the key forbids this operation.\n");
    MerlonServer server(Merlon(), File("agent.pem"), "agent:tls", File("www"), socket);
    const Words fetch = {"curl", "-sS", "--cacert", File("agent.pem"),
                         "https://" + At(server.port()) + "/page.txt"};
    EXPECT_EQ(Execute(fetch).output, kPage);
    // TLS 1.2's signatures are not what the key is for.
    EXPECT_NE(Execute(fetch + Words{"--tls-max", "1.2"}).code, 0);
    EXPECT_EQ(Execute(fetch).output, kPage);
  }
  EXPECT_THAT(Execute(Words{Merlon(), "key", "show", "agent:tls"} + socket).output,
              HasSubstr("does not answer"));
  ::unlink(socket[1].c_str());
  ::rmdir(folder);
}

// What a token makes stays there: OpenSSL verifies what it signs, and curl is served.
TEST_F(KeyStoreInterop, AServerWhoseKeyIsOnATokenServesCurl) {
  const std::string config = File("softhsm.conf"), tokens = File("tokens"), pin = File("pin");
  ASSERT_EQ(::mkdir(tokens.c_str(), 0700), 0);
  std::ofstream(config) << "directories.tokendir = " << tokens << "\n";
  std::ofstream(pin) << "1234\n";
  ::setenv("SOFTHSM2_CONF", config.c_str(), 1);
  // SoftHSM loses parameters of curves: not our leak (of `merlon` under LeakSanitizer alone).
  std::ofstream(File("leaks")) << "leak:libcrypto.so\nleak:libsofthsm2.so\n";
  ::setenv("LSAN_OPTIONS", ("print_suppressions=0:suppressions=" + File("leaks")).c_str(), 1);
  ::setenv("MERLON_PKCS11_MODULE", "/usr/lib/softhsm/libsofthsm2.so", 1);
  Must({"softhsm2-util", "--init-token", "--free", "--label", "My token", "--so-pin", "5678",
        "--pin", "1234"});
  const auto uri = [&](const std::string& name) {
    return "pkcs11:token=My%20token;object=" + name + "?pin-source=" + pin;
  };
  const auto key = [&](const Words& words) { return Execute(Words{Merlon(), "key"} + words); };
  for (const char* type : {"p256", "ed25519", "rsa2048"}) {
    Must({Merlon(), "key", "generate", uri(type), "--type", type});
  }
  EXPECT_THAT(key({"generate", uri("p256")}).output, HasSubstr("of this name exists already"));
  EXPECT_THAT(key({"list", uri("")}).output,
              AllOf(HasSubstr("EC P-256"), HasSubstr("Ed25519"), HasSubstr("RSA ")));
  EXPECT_THAT(
      key({"show", uri("rsa2048"), "--json"}).output,
      AllOf(HasSubstr("object=rsa2048\",\"type\":\"RSA\""), HasSubstr("\"bits\":\"2048\"")));
  SignsForOpenssl(uri("p256"), {}, {"openssl", "dgst", "-sha256", "-verify"});
  SignsForOpenssl(uri("rsa2048"), {"--padding", "pkcs1", "--hash", "sha384"},
                  {"openssl", "dgst", "-sha384", "-verify"});

  Must({Merlon(), "cert", "make", "--key", uri("p256"), "--names", "localhost", "--out",
        File("token.pem")});
  MerlonServer server(Merlon(), File("token.pem"), uri("p256"), File("www"));
  for (const char* version : {"1.2", "1.3"}) {
    EXPECT_EQ(Execute({"curl", "-sS", "--tls-max", version, "--cacert", File("token.pem"),
                       "https://" + At(server.port()) + "/page.txt"})
                  .output,
              kPage);
  }

  // Keys that were made elsewhere.
  for (const auto& [name, algorithm, option] :
       {std::tuple("rsa2048", "RSA", "rsa_keygen_bits:2048"),
        std::tuple("p384", "EC", "ec_paramgen_curve:P-384")}) {
    Must({"openssl", "genpkey", "-algorithm", algorithm, "-pkeyopt", option, "-out",
          File("made.key")});
    Must({Merlon(), "key", "import", uri(name), File("made.key"), "--type", name, "--replace"});
    Must({"openssl", "pkey", "-in", File("made.key"), "-pubout", "-out", File("made.pub")});
    Must({Merlon(), "key", "export-public", uri(name), "--out", File("key.pub")});
    Must({"cmp", File("made.pub"), File("key.pub")});
  }
  SignsForOpenssl(uri("rsa2048"), {"--padding", "pkcs1"},
                  {"openssl", "dgst", "-sha256", "-verify"});

  Must({Merlon(), "key", "destroy", uri("rsa2048")});
  EXPECT_EQ(key({"destroy", uri("rsa2048")}).output,
            "merlon: key rsa2048: There is no key of this name.\n");
  std::ofstream(pin) << "4321\n";
  EXPECT_THAT(key({"list", uri("")}).output, HasSubstr("does not take its PIN"));
  EXPECT_EQ(key({"list", "pkcs11:token=none?pin-value=1234"}).output,
            "merlon: no token is called none\n");
  EXPECT_EQ(key({"list", "pkcs11:slot-id=1"}).code, 1);
}

}  // namespace merlon::interop
