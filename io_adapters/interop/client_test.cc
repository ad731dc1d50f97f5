// SPDX-License-Identifier: Apache-2.0
// `merlon client` against servers that nobody here wrote.
#include <unistd.h>

#include <fstream>

#include "io_adapters/interop/fixture.h"

namespace merlon::interop {
namespace {

using testing::HasSubstr;
using testing::Not;

class ClientInterop : public Interop {
 protected:
  void SetUp() override { ProveByName("client"); }
  Finished Fetch(const std::vector<std::string>& more = {}) {
    std::vector<std::string> argv = {Merlon(),    "client",    At(port_),  "--http",
                                     "/page.txt", "--verbose", "--cafile", Chain("ca")};
    argv.insert(argv.end(), more.begin(), more.end());
    return Execute(argv);
  }
  // s_server in the folder of the page.
  void StartOpenssl(const std::string& kind, const std::vector<std::string>& more = {}) {
    std::vector<std::string> argv = {"openssl", "s_server",  "-WWW", "-accept", Port(),
                                     "-cert",   Chain(kind), "-key", Key(kind)};
    argv.insert(argv.end(), more.begin(), more.end());
    Start(argv);
  }
  void StartGnutls(const std::string& kind, const std::vector<std::string>& more = {}) {
    std::vector<std::string> argv = {"gnutls-serv",   "--http",         "-p",
                                     Port(),          "--x509certfile", Chain(kind),
                                     "--x509keyfile", Key(kind)};
    argv.insert(argv.end(), more.begin(), more.end());
    Start(argv);
  }
  void StartNginx(const std::string& kind, const std::string& more = "") {
    port_ = FreePort();
    Start(Nginx(port_, kind, "ssl_protocols TLSv1.3;\n" + more));
  }
  std::string Port() {
    port_ = FreePort();
    return std::to_string(port_);
  }
  void Start(const std::vector<std::string>& argv) {
    char old[4096];
    ASSERT_NE(getcwd(old, sizeof(old)), nullptr);
    ASSERT_EQ(chdir(File("www").c_str()), 0);
    server_ = std::make_unique<Process>(argv);
    ASSERT_EQ(chdir(old), 0);
    if (WaitForPort(port_)) return;
    (void)server_->WaitFor("no such text: all that it said");
    FAIL() << argv[0] << " did not start: " << server_->output();
  }
  Process& server() { return *server_; }

  int port_ = 0;
  std::unique_ptr<Process> server_;
};

class ClientWithKey : public ClientInterop, public testing::WithParamInterface<const char*> {};
INSTANTIATE_TEST_SUITE_P(Keys, ClientWithKey, testing::Values(kEc, kRsa),
                         [](const auto& test) { return std::string(test.param); });

TEST_P(ClientWithKey, FetchesFromOpenssl) {
  StartOpenssl(GetParam());
  const Finished client = Fetch();
  EXPECT_EQ(client.code, 0) << client.output;
  EXPECT_THAT(client.output, HasSubstr(kPage));
}

TEST_P(ClientWithKey, FetchesFromGnutls) {
  StartGnutls(GetParam());
  const Finished client = Fetch();
  EXPECT_EQ(client.code, 0) << client.output;
  EXPECT_THAT(client.output, HasSubstr("Session"));  // of the page that gnutls-serv makes
}

TEST_P(ClientWithKey, FetchesFromNginx) {
  StartNginx(GetParam());
  const Finished client = Fetch();
  EXPECT_EQ(client.code, 0) << client.output;
  EXPECT_THAT(client.output, HasSubstr(kPage));
}

TEST_F(ClientInterop, LargePagesArriveWhole) {
  const std::vector<std::string> path = {"--http", "/large.txt"};
  StartOpenssl(kEc);
  EXPECT_TRUE(HasLargePage(Fetch(path).output));
  StartGnutls(kEc, {"--httpdata", File("www/large.txt")});
  EXPECT_TRUE(HasLargePage(Fetch(path).output));
  StartNginx(kEc);
  EXPECT_TRUE(HasLargePage(Fetch(path).output));
}

TEST_F(ClientInterop, LargePagesArriveOverChaCha20Poly1305) {
  const auto fetch = [&] {
    const Finished client = Fetch({"--http", "/large.txt"});
    EXPECT_TRUE(HasLargePage(client.output));
    EXPECT_THAT(client.output, HasSubstr("TLS_CHACHA20_POLY1305_SHA256"));
  };
  StartOpenssl(kEc, {"-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256"});
  fetch();
  StartGnutls(kEc, {"--httpdata", File("www/large.txt"), "--priority",
                    "NORMAL:-CIPHER-ALL:+CHACHA20-POLY1305"});
  fetch();
}

TEST_F(ClientInterop, ChainsOfRsaAreVerified) {
  StartOpenssl(kRsaChain);
  const Finished client = Fetch({"--cafile", Chain("rsa_ca")});
  EXPECT_EQ(client.code, 0) << client.output;
  EXPECT_THAT(client.output, HasSubstr(kPage));
  EXPECT_THAT(Fetch().output, HasSubstr("unknown_ca (48)"));
}

TEST_F(ClientInterop, ResumesWithOpenssl) {
  StartOpenssl(kEc);
  const std::vector<std::string> session = {"--session", File("client.openssl.session")};
  EXPECT_THAT(Fetch(session).output, Not(HasSubstr("resumed")));
  const Finished again = Fetch(session);
  EXPECT_EQ(again.code, 0);
  EXPECT_THAT(again.output, HasSubstr("resumed"));
  EXPECT_THAT(again.output, HasSubstr(kPage));
}

TEST_F(ClientInterop, ResumesWithGnutls) {
  StartGnutls(kEc);
  const std::vector<std::string> session = {"--session", File("client.gnutls.session")};
  EXPECT_THAT(Fetch(session).output, Not(HasSubstr("resumed")));
  EXPECT_THAT(Fetch(session).output, HasSubstr("resumed"));
}

TEST_F(ClientInterop, ResumesWithNginx) {
  StartNginx(kEc);
  const std::vector<std::string> session = {"--session", File("client.nginx.session")};
  EXPECT_THAT(Fetch(session).output, Not(HasSubstr("resumed")));
  const Finished again = Fetch(session);
  EXPECT_THAT(again.output, HasSubstr("resumed"));
  EXPECT_THAT(again.output, HasSubstr(kPage));
}

TEST_F(ClientInterop, OpensslAsksForAnotherGroup) {
  StartOpenssl(kEc, {"-groups", "P-256"});
  const Finished client = Fetch({"--groups", "x25519,P-256"});
  EXPECT_EQ(client.code, 0);
  EXPECT_THAT(client.output, HasSubstr("secp256r1, ecdsa_secp256r1_sha256, after a HelloRetry"));
}

TEST_F(ClientInterop, GnutlsAsksForAnotherGroup) {
  StartGnutls(kEc, {"--priority", "NORMAL:-GROUP-ALL:+GROUP-SECP256R1"});
  const Finished client = Fetch({"--groups", "x25519,P-256"});
  EXPECT_EQ(client.code, 0);
  EXPECT_THAT(client.output, HasSubstr("after a HelloRetryRequest"));
}

TEST_F(ClientInterop, NginxAsksForAnotherGroup) {
  StartNginx(kRsa, "ssl_ecdh_curve prime256v1;\n");
  const Finished client = Fetch({"--groups", "x25519,P-256"});
  EXPECT_EQ(client.code, 0);
  EXPECT_THAT(client.output, HasSubstr("after a HelloRetryRequest"));
}

TEST_F(ClientInterop, NoSharedGroupIsHandshakeFailure) {
  StartOpenssl(kEc, {"-groups", "P-256"});
  const Finished client = Fetch({"--groups", "x25519"});
  EXPECT_EQ(client.code, 3);
  EXPECT_THAT(client.output, HasSubstr("handshake_failure (40)"));
}

TEST_F(ClientInterop, AlpnIsAgreedOn) {
  StartOpenssl(kEc, {"-alpn", "other,http/1.1"});
  EXPECT_THAT(Fetch({"--alpn", "http/1.1"}).output, HasSubstr("ALPN http/1.1"));
}

TEST_F(ClientInterop, AlpnMismatchIsSeenByBothSides) {
  StartOpenssl(kEc, {"-alpn", "h2"});
  const Finished client = Fetch({"--alpn", "other"});
  EXPECT_EQ(client.code, 3);
  EXPECT_THAT(client.output, HasSubstr("no_application_protocol (120)"));
  EXPECT_TRUE(server().WaitFor("no application protocol")) << server().output();
}

TEST_F(ClientInterop, GnutlsSeesAlpnMismatch) {
  StartGnutls(kEc, {"--alpn", "http/1.1", "--alpn-fatal"});
  const Finished client = Fetch({"--alpn", "other"});
  EXPECT_EQ(client.code, 3);
  EXPECT_THAT(client.output, HasSubstr("no_application_protocol (120)"));
  EXPECT_THAT(Fetch({"--alpn", "other,http/1.1"}).output, HasSubstr("ALPN http/1.1"));
}

struct BadCertificate {
  const char* kind;
  const char* ours;    // the alert in our sentence
  const char* theirs;  // in OpenSSL's
  const char* gnutls;  // in gnutls-serv's
};
class ClientRefuses : public ClientInterop, public testing::WithParamInterface<BadCertificate> {};
INSTANTIATE_TEST_SUITE_P(Certificates, ClientRefuses,
                         testing::Values(BadCertificate{kExpired, "certificate_expired (45)",
                                                        "SSL alert number 45", "Alert[2|45]"},
                                         BadCertificate{kWrongName, "bad_certificate (42)",
                                                        "SSL alert number 42", "Alert[2|42]"},
                                         BadCertificate{kUntrusted, "unknown_ca (48)",
                                                        "SSL alert number 48", "Alert[2|48]"}),
                         [](const auto& test) { return std::string(test.param.kind); });

TEST_P(ClientRefuses, Openssl) {
  StartOpenssl(GetParam().kind);
  const Finished client = Fetch();
  EXPECT_EQ(client.code, 3);
  EXPECT_THAT(client.output, HasSubstr(GetParam().ours));
  EXPECT_THAT(client.output, HasSubstr("about: certificate"));
  EXPECT_THAT(client.output, Not(HasSubstr(kPage)));
  EXPECT_TRUE(server().WaitFor(GetParam().theirs)) << server().output();
}

TEST_P(ClientRefuses, Nginx) {
  StartNginx(GetParam().kind);
  EXPECT_EQ(Fetch().code, 3);
  EXPECT_TRUE(server().WaitFor(GetParam().theirs)) << server().output();
}

TEST_P(ClientRefuses, Gnutls) {
  StartGnutls(GetParam().kind, {"--debug", "5"});
  const Finished client = Fetch();
  EXPECT_EQ(client.code, 3);
  EXPECT_THAT(client.output, HasSubstr(GetParam().ours));
  EXPECT_TRUE(server().WaitFor(GetParam().gnutls)) << server().output();
}

TEST_F(ClientInterop, PipesStdinAndStdout) {
  port_ = FreePort();
  Start({"openssl", "s_server", "-rev", "-accept", std::to_string(port_), "-cert", Chain(kEc),
         "-key", Key(kEc)});
  Process client({Merlon(), "client", At(port_), "--cafile", Chain("ca")});
  client.Send("abcdef\n");
  EXPECT_TRUE(client.WaitFor("fedcba\n")) << client.output();
}

TEST_F(ClientInterop, KeyLogHasEverySecret) {
  StartOpenssl(kEc);
  const std::string log = File("keys.log");
  ASSERT_EQ(Fetch({"--keylog", log}).code, 0);
  std::ifstream file(log);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  for (const char* label :
       {"CLIENT_HANDSHAKE_TRAFFIC_SECRET ", "SERVER_HANDSHAKE_TRAFFIC_SECRET ",
        "CLIENT_TRAFFIC_SECRET_0 ", "SERVER_TRAFFIC_SECRET_0 ", "EXPORTER_SECRET "}) {
    EXPECT_THAT(text, HasSubstr(label));
  }
}

TEST_F(ClientInterop, NobodyListeningIsExitCode2) {
  port_ = FreePort();
  const Finished client = Fetch();
  EXPECT_EQ(client.code, 2);
  EXPECT_THAT(client.output, HasSubstr("connecting to localhost"));
}

// No program of Debian speaks DTLS 1.3: our own two, over UDP.
TEST_F(ClientInterop, DtlsClientTalksToDtlsServer) {
  Process server({Merlon(), "dtls-server", "--cert", Chain(kEc), "--key", Key(kEc), "--port", "0",
                  "--host", "127.0.0.1", "--once"});
  ASSERT_TRUE(server.WaitFor("listening on port ")) << server.output();
  ASSERT_TRUE(server.WaitFor("\n"));
  const std::string port = server.output().substr(server.output().find("port ") + 5);
  const Finished client =
      Execute({Merlon(), "dtls-client", "127.0.0.1:" + port.substr(0, port.find('\n')), "--cafile",
               Chain("ca")},
              "first line\nsecond line\n");
  EXPECT_EQ(client.code, 0) << client.output;
  EXPECT_THAT(client.output, HasSubstr("first line\nsecond line\n"));
  EXPECT_THAT(client.output, HasSubstr("DTLS 1.3"));
  EXPECT_EQ(server.Wait(), 0) << server.output();
}

// What the server staples, OpenSSL's responder made: by SHA-1 CertIDs.
TEST_F(ClientInterop, TakesTheStatusThatOpensslStaples) {
  const std::string response = File("client_status.der"), index = File("client_index.txt");
  for (const bool revoked : {false, true}) {
    const Finished serial = Execute({"openssl", "x509", "-in", Chain(kEc), "-noout", "-serial"});
    const std::string number = serial.output.substr(7, serial.output.find('\n') - 7);
    std::ofstream(index) << (revoked ? "R\t400101000000Z\t250101000000Z\t" : "V\t400101000000Z\t\t")
                         << number << "\tunknown\t/CN=localhost\n";
    const Finished made =
        Execute({"openssl", "ocsp", "-index", index, "-CA", Chain("ca"), "-rsigner", Chain("ca"),
                 "-rkey", Key("ca"), "-issuer", Chain("ca"), "-cert", Chain(kEc), "-ndays", "1",
                 "-respout", response});
    ASSERT_EQ(made.code, 0) << made.output;
    StartOpenssl(kEc, {"-status_file", response});
    const Finished client = Fetch({"--status", "hard"});
    EXPECT_EQ(client.code, revoked ? 3 : 0) << client.output;
    if (revoked) {
      EXPECT_THAT(client.output, HasSubstr("revoked"));
    } else {
      EXPECT_THAT(client.output, HasSubstr(kPage));
    }
    // TLS 1.2 has a message for it.
    const Finished client12 = Fetch({"--status", "hard", "--max-version", "1.2"});
    EXPECT_EQ(client12.code, revoked ? 3 : 0) << client12.output;
  }
  StartOpenssl(kEc);
  EXPECT_EQ(Fetch({"--status", "soft"}).code, 0);
  EXPECT_EQ(Fetch({"--status", "hard"}).code, 3);
}

}  // namespace
}  // namespace merlon::interop
