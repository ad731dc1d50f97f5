// SPDX-License-Identifier: Apache-2.0
// Clients that show a certificate, or share a key: `merlon server` and `merlon client` against
// peers that nobody here wrote.
#include <unistd.h>

#include <fstream>

#include "io_adapters/interop/fixture.h"
#include "io_adapters/interop/table.h"

namespace merlon::interop {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr char kRequest[] =
    "GET /page.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
constexpr char kPskHex[] = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

// In TLS 1.3, which is the newest that both ends have.
void Proves(const Words& peers, const char* merlon, const char* authentication, const char* what) {
  for (const std::string& peer : peers) {
    Prove({.peer = peer, .version = "TLS 1.3", .merlon = merlon, .authentication = authentication},
          what);
  }
}
constexpr char kOpenssl[] = "OpenSSL 3.0", kGnutls[] = "GnuTLS 3.7", kCurl[] = "curl 7.88",
               kNginx[] = "nginx 1.22", kBoth[] = "both certificates";

// ---- merlon server
// -------------------------------------------------------------------------------

class ServerAsks : public Interop {
 protected:
  static MerlonServer Serve(const Words& more = {}) {
    return MerlonServer(Merlon(), Chain(kEc), Key(kEc), File("www"),
                        Words{"--client-ca", Chain("ca")} + more);
  }
  // The page, or what kept it from coming. `kind`: of the client's certificate; empty: none.
  static Finished Openssl(int port, const std::string& kind, const Words& more = {}) {
    Words argv = {"openssl", "s_client", "-connect", At(port), "-CAfile", Chain("ca"), "-ign_eof"};
    if (!kind.empty()) argv = argv + Words{"-cert", Chain(kind), "-key", Key(kind)};
    return Execute(argv + more, kRequest);
  }
  static Finished Gnutls(int port, const std::string& kind) {
    Words argv = {"gnutls-cli", "--x509cafile", Chain("ca"), "-p", std::to_string(port)};
    if (!kind.empty()) {
      argv = argv + Words{"--x509certfile", Chain(kind), "--x509keyfile", Key(kind)};
    }
    return Execute(argv + Words{"localhost"}, kRequest);
  }
  static Finished Curl(int port, const std::string& kind) {
    Words argv = {"curl", "-sS", "--cacert", Chain("ca")};
    if (!kind.empty()) argv = argv + Words{"--cert", Chain(kind), "--key", Key(kind)};
    return Execute(argv + Words{"https://" + At(port) + "/page.txt"});
  }
};

TEST_F(ServerAsks, AndLearnsWhoTheClientIs) {
  Proves({kOpenssl, kGnutls, kCurl}, "server", kBoth, "talks");
  for (const char* kind : {kEc, kRsaClient}) {
    SCOPED_TRACE(kind);
    MerlonServer server = Serve();
    EXPECT_THAT(Openssl(server.port(), kind).output, HasSubstr(kPage));
    EXPECT_THAT(Gnutls(server.port(), kind).output, HasSubstr(kPage));
    EXPECT_EQ(Curl(server.port(), kind).output, kPage);
    const std::string scheme =
        kind == std::string_view(kEc) ? "ecdsa_secp256r1_sha256" : "rsa_pss_rsae_sha256";
    EXPECT_TRUE(server.process().WaitFor("connection 3: ")) << server.process().output();
    EXPECT_TRUE(server.process().WaitFor("client certificate with " + scheme))
        << server.process().output();
    EXPECT_THAT(server.process().output(), Not(HasSubstr("alert")));
  }
}

TEST_F(ServerAsks, AndNamesItsAuthorities) {
  MerlonServer server = Serve();
  EXPECT_THAT(Openssl(server.port(), kEc).output,
              HasSubstr("Acceptable client certificate CA names\nCN = Interop CA"));
}

TEST_F(ServerAsks, InVainWhereItIsRequired) {
  MerlonServer server = Serve();
  const Finished openssl = Openssl(server.port(), "");
  EXPECT_THAT(openssl.output, HasSubstr("SSL alert number 116"));
  EXPECT_THAT(openssl.output, Not(HasSubstr(kPage)));
  EXPECT_TRUE(server.process().WaitFor("certificate_required (116)")) << server.process().output();
  EXPECT_THAT(Gnutls(server.port(), "").output, Not(HasSubstr(kPage)));
  EXPECT_NE(Curl(server.port(), "").code, 0);
}

TEST_F(ServerAsks, InVainWhereItIsOptional) {
  MerlonServer server = Serve({"--client-auth", "optional"});
  EXPECT_THAT(Openssl(server.port(), "").output, HasSubstr(kPage));
  EXPECT_THAT(Gnutls(server.port(), "").output, HasSubstr(kPage));
  EXPECT_EQ(Curl(server.port(), "").output, kPage);
  EXPECT_TRUE(server.process().WaitFor("no client certificate")) << server.process().output();
}

TEST_F(ServerAsks, AndRefusesWhomItDoesNotTrust) {
  Proves({kOpenssl, kCurl}, "server", kBoth, "refuses");
  for (const auto& [kind, number, alert] :
       {std::tuple(kUntrusted, "48", "unknown_ca (48)"),
        std::tuple(kExpired, "45", "certificate_expired (45)"),
        std::tuple(kRsa, "43", "unsupported_certificate (43)")}) {  // a server's
    SCOPED_TRACE(kind);
    MerlonServer server = Serve({"--client-auth", "optional"});
    EXPECT_THAT(Openssl(server.port(), kind).output,
                HasSubstr(std::string("SSL alert number ") + number));
    EXPECT_TRUE(server.process().WaitFor(alert)) << server.process().output();
    EXPECT_NE(Curl(server.port(), kind).code, 0);
  }
}

TEST_F(ServerAsks, AndKnowsTheClientAgainWhenItResumes) {
  Proves({kOpenssl}, "server", kBoth, "resumes");
  MerlonServer server = Serve();
  const std::string session = File("client_auth.session");
  Openssl(server.port(), kEc, {"-sess_out", session});
  const Finished again = Openssl(server.port(), kEc, {"-sess_in", session});
  EXPECT_THAT(again.output, HasSubstr("Reused, TLSv1.3"));
  EXPECT_THAT(again.output, HasSubstr(kPage));
  EXPECT_TRUE(server.process().WaitFor("resumed, client certificate")) << server.process().output();
}

// nginx as a client: it fetches from us what it gives to its own client.
class NginxFetches : public Interop, public testing::WithParamInterface<const char*> {
 protected:
  void Serve(const char* kind, const Words& more = {}) {
    server_ = std::make_unique<MerlonServer>(Merlon(), Chain(kind), Key(kind), File("www"), more);
  }
  void StartNginx() {
    port_ = FreePort();
    const std::string ours = "https://127.0.0.1:" + std::to_string(server_->port());
    nginx_ = std::make_unique<Process>(
        Nginx(port_, kEc,
              "location / { proxy_pass " + ours + "; proxy_ssl_protocols TLSv" + GetParam() +
                  "; proxy_ssl_server_name on; proxy_ssl_name localhost; proxy_ssl_verify on; "
                  "proxy_ssl_trusted_certificate " +
                  Chain("ca") + "; proxy_ssl_certificate " + Chain(kEc) +
                  "; proxy_ssl_certificate_key " + Key(kEc) + "; }"));
    ASSERT_TRUE(WaitForPort(port_)) << nginx_->output();
  }
  Finished Fetch() {
    return Execute({"curl", "-sS", "--cacert", Chain("ca"), "https://" + At(port_) + "/page.txt"});
  }
  std::string Said(const char* text) {
    return server_->process().WaitFor(text) ? "" : server_->process().output();
  }
  std::string version() const { return std::string("TLS ") + GetParam(); }
  void ProvesHere(const char* authentication, const char* what) {
    Prove({.peer = kNginx,
           .version = version(),
           .merlon = "server",
           .authentication = authentication},
          what);
  }

  int port_ = 0;
  std::unique_ptr<MerlonServer> server_;
  std::unique_ptr<Process> nginx_;
};
INSTANTIATE_TEST_SUITE_P(Versions, NginxFetches, testing::Values("1.3", "1.2"),
                         [](const auto& test) { return "Tls1" + std::string(1, test.param[2]); });

TEST_P(NginxFetches, AndResumes) {
  ProvesHere("server certificate", "talks");
  ProvesHere("server certificate", "resumes");
  Serve(kRsa);
  ASSERT_NO_FATAL_FAILURE(StartNginx());
  EXPECT_EQ(Fetch().output, kPage);
  EXPECT_EQ(Said(("connection 1: " + version()).c_str()), "");
  EXPECT_EQ(Fetch().output, kPage);
  EXPECT_EQ(Said("resumed"), "");
}

TEST_P(NginxFetches, AndShowsItsCertificate) {
  ProvesHere(kBoth, "talks");
  Serve(kEc, {"--client-ca", Chain("ca")});
  ASSERT_NO_FATAL_FAILURE(StartNginx());
  EXPECT_EQ(Fetch().output, kPage);
  EXPECT_EQ(Said("client certificate with "), "");
}

TEST_P(NginxFetches, AndRefuses) {
  ProvesHere("server certificate", "refuses");
  Serve(kUntrusted);
  ASSERT_NO_FATAL_FAILURE(StartNginx());
  EXPECT_THAT(Fetch().output, HasSubstr("502 Bad Gateway"));
  // It looks when the handshake is over: there is no alert.
  EXPECT_TRUE(nginx_->WaitFor("upstream SSL certificate verify error")) << nginx_->output();
}

// ---- merlon client
// -------------------------------------------------------------------------------

class ClientIsAsked : public Interop {
 protected:
  // `kind`: of the certificate; empty: none.
  Finished Fetch(const std::string& kind, const Words& more = {}) {
    Words argv = {Merlon(), "client", At(port_), "--http", "/page.txt", "--verbose"};
    if (!kind.empty()) argv = argv + Words{"--client-cert", Chain(kind), "--client-key", Key(kind)};
    return Execute(argv + (more.empty() ? Words{"--cafile", Chain("ca")} : more));
  }
  void StartOpenssl(const Words& more) {
    Start(Words{"openssl", "s_server", "-WWW", "-accept", Port(), "-cert", Chain(kEc), "-key",
                Key(kEc), "-CAfile", Chain("ca"), "-verify_return_error"} +
          more);
  }
  void StartGnutls(const Words& more) {
    Start(Words{"gnutls-serv", "--http", "-p", Port(), "--x509certfile", Chain(kEc),
                "--x509keyfile", Key(kEc), "--x509cafile", Chain("ca")} +
          more);
  }
  void StartNginx(const std::string& verify) {
    port_ = FreePort();
    Start(Nginx(port_, kEc,
                "ssl_protocols TLSv1.3; ssl_client_certificate " + Chain("ca") +
                    "; ssl_verify_client " + verify + ";"));
  }
  std::string Port() {
    port_ = FreePort();
    return std::to_string(port_);
  }
  void Start(const Words& argv) {
    char old[4096];
    ASSERT_NE(getcwd(old, sizeof(old)), nullptr);
    ASSERT_EQ(chdir(File("www").c_str()), 0);
    server_ = std::make_unique<Process>(argv);
    ASSERT_EQ(chdir(old), 0);
    if (WaitForPort(port_)) return;
    (void)server_->WaitFor("no such text: all that it said");
    FAIL() << argv[0] << " did not start: " << server_->output();
  }

  int port_ = 0;
  std::unique_ptr<Process> server_;
};

TEST_F(ClientIsAsked, AndShowsItsCertificate) {
  Proves({kOpenssl, kGnutls, kNginx}, "client", kBoth, "talks");
  for (const char* kind : {kEc, kRsaClient}) {
    SCOPED_TRACE(kind);
    StartOpenssl({"-Verify", "3"});
    const Finished openssl = Fetch(kind);
    EXPECT_EQ(openssl.code, 0) << openssl.output;
    EXPECT_THAT(openssl.output, HasSubstr(kPage));
    EXPECT_THAT(openssl.output, HasSubstr("client certificate with"));
    StartGnutls({"--require-client-cert", "--verify-client-cert"});
    const Finished gnutls = Fetch(kind);
    EXPECT_EQ(gnutls.code, 0) << gnutls.output;
    EXPECT_THAT(gnutls.output, HasSubstr("client certificate with"));
    StartNginx("on");
    const Finished nginx = Fetch(kind);
    EXPECT_EQ(nginx.code, 0) << nginx.output;
    EXPECT_THAT(nginx.output, HasSubstr(kPage));
  }
}

TEST_F(ClientIsAsked, AndHasNoneWhereItIsOptional) {
  StartOpenssl({"-verify", "3"});
  const Finished openssl = Fetch("");
  EXPECT_EQ(openssl.code, 0) << openssl.output;
  EXPECT_THAT(openssl.output, HasSubstr("no client certificate"));
  EXPECT_THAT(openssl.output, HasSubstr(kPage));
  StartGnutls({});
  EXPECT_EQ(Fetch("").code, 0);
  StartNginx("optional");
  EXPECT_THAT(Fetch("").output, HasSubstr(kPage));
}

TEST_F(ClientIsAsked, AndHasNoneWhereItIsRequired) {
  StartOpenssl({"-Verify", "3"});
  const Finished openssl = Fetch("");
  EXPECT_EQ(openssl.code, 3) << openssl.output;
  EXPECT_THAT(openssl.output, HasSubstr("certificate_required (116)"));
  StartGnutls({"--require-client-cert"});
  const Finished gnutls = Fetch("");
  EXPECT_EQ(gnutls.code, 3) << gnutls.output;
  EXPECT_THAT(gnutls.output, HasSubstr("certificate_required (116)"));
}

TEST_F(ClientIsAsked, AndIsNotTrusted) {
  Proves({kOpenssl, kGnutls}, "client", kBoth, "refuses");
  StartOpenssl({"-Verify", "3"});
  const Finished openssl = Fetch(kUntrusted);
  EXPECT_EQ(openssl.code, 3) << openssl.output;
  EXPECT_THAT(openssl.output, HasSubstr("unknown_ca (48)"));
  StartGnutls({"--require-client-cert", "--verify-client-cert"});
  const Finished gnutls = Fetch(kUntrusted);
  EXPECT_EQ(gnutls.code, 3) << gnutls.output;
  // gnutls-serv says so whatever the reason.
  EXPECT_THAT(gnutls.output, HasSubstr("access_denied (49)"));
}

TEST_F(ClientIsAsked, AndResumes) {
  Proves({kOpenssl}, "client", kBoth, "resumes");
  StartOpenssl({"-Verify", "3"});
  const Words session = {"--cafile", Chain("ca"), "--session", File("client_auth.merlon.session")};
  EXPECT_THAT(Fetch(kEc, session).output, Not(HasSubstr("resumed")));
  const Finished again = Fetch(kEc, session);
  EXPECT_THAT(again.output, HasSubstr("resumed, client certificate"));
  EXPECT_THAT(again.output, HasSubstr(kPage));
  // Not as somebody else.
  EXPECT_THAT(Fetch(kRsaClient, session).output, Not(HasSubstr("resumed")));
}

// ---- Shared keys
// ---------------------------------------------------------------------------------

// OpenSSL and GnuTLS of this distribution have no importer (RFC 9258): raw PSKs.
TEST_F(ClientIsAsked, ForASharedKey) {
  Proves({kOpenssl, kGnutls}, "client", "PSK", "talks");
  std::ofstream(File("psk.txt")) << "# for tests\n\ndevice 17:" << kPskHex << "\n";
  const Words psk = {"--raw-psk-file", File("psk.txt")};
  Start(Words{"openssl", "s_server", "-WWW", "-accept", Port(), "-nocert", "-psk", kPskHex,
              "-psk_identity", "device 17", "-tls1_3"});
  const Finished openssl = Fetch("", psk);
  EXPECT_EQ(openssl.code, 0) << openssl.output;
  EXPECT_THAT(openssl.output, HasSubstr("external PSK"));
  EXPECT_THAT(openssl.output, HasSubstr(kPage));
  Start(Words{"gnutls-serv", "--http", "-p", Port(), "--pskpasswd", File("psk.txt"), "--priority",
              "NORMAL:-VERS-ALL:+VERS-TLS1.3:-KX-ALL:+ECDHE-PSK"});
  const Finished gnutls = Fetch("", psk);
  EXPECT_EQ(gnutls.code, 0) << gnutls.output;
  EXPECT_THAT(gnutls.output, HasSubstr("external PSK"));
}

TEST_F(ServerAsks, ForASharedKey) {
  Proves({kOpenssl}, "server", "PSK", "talks");
  Proves({kOpenssl}, "server", "PSK", "refuses");
  std::ofstream(File("psk.txt")) << "device:" << kPskHex << "\n";
  MerlonServer server(Merlon(), Chain(kEc), Key(kEc), File("www"),
                      {"--raw-psk-file", File("psk.txt")});
  const Finished openssl = Execute({"openssl", "s_client", "-connect", At(server.port()), "-psk",
                                    kPskHex, "-psk_identity", "device", "-tls1_3", "-ign_eof"},
                                   kRequest);
  EXPECT_THAT(openssl.output, HasSubstr(kPage));
  EXPECT_TRUE(server.process().WaitFor("external PSK")) << server.process().output();
  const Finished wrong = Execute(
      {"openssl", "s_client", "-connect", At(server.port()), "-psk",
       "ff" + std::string(kPskHex).substr(2), "-psk_identity", "device", "-tls1_3", "-ign_eof"},
      kRequest);
  EXPECT_THAT(wrong.output, HasSubstr("SSL alert number 51"));
}

// The importer's own default: both ends ours.
TEST_F(ServerAsks, ForAnImportedKey) {
  std::ofstream(File("psk.txt")) << "device:" << kPskHex << "\n";
  const Words psk = {"--psk-file", File("psk.txt")};
  MerlonServer server(Merlon(), Chain(kEc), Key(kEc), File("www"), psk);
  const Finished client = Execute(
      Words{Merlon(), "client", At(server.port()), "--http", "/page.txt", "--verbose"} + psk);
  EXPECT_EQ(client.code, 0);
  EXPECT_THAT(client.output, HasSubstr("external PSK"));
  EXPECT_THAT(client.output, HasSubstr(kPage));
}

}  // namespace
}  // namespace merlon::interop
