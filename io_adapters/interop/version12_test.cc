// SPDX-License-Identifier: Apache-2.0
// TLS 1.2 and DTLS 1.2: the program `merlon` against OpenSSL, GnuTLS, curl and nginx, both ways.
// Peers with the command line of peers/plumbing.h have rows of their own (peers_test).
#include <unistd.h>

#include <fstream>

#include "io_adapters/interop/fixture.h"
#include "io_adapters/interop/table.h"

namespace merlon::interop {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr char kOpenssl[] = "OpenSSL 3.0", kGnutls[] = "GnuTLS 3.7", kCurl[] = "curl 7.88",
               kNginx[] = "nginx 1.22";
constexpr char kPskHex[] = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
constexpr char kPriority12[] = "NORMAL:-VERS-ALL:+VERS-TLS1.2";
constexpr char kDatagramPriority[] = "NORMAL:-VERS-ALL:+VERS-DTLS1.2";

// A suite by IANA's name, OpenSSL's, and the key that it goes with.
struct Suite {
  const char *name, *openssl, *kind;
};
constexpr Suite kSuites[] = {
    {"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256", kEc},
    {"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "ECDHE-ECDSA-AES256-GCM-SHA384", kEc},
    {"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305", kEc},
    {"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "ECDHE-RSA-AES128-GCM-SHA256", kRsa},
    {"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "ECDHE-RSA-AES256-GCM-SHA384", kRsa},
    {"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-RSA-CHACHA20-POLY1305", kRsa}};

class Version12 : public Interop {
 protected:
  static void Proves(const char* peer, const char* merlon, const char* what,
                     const char* authentication = "server certificate",
                     const char* version = "TLS 1.2") {
    Prove({.peer = peer, .version = version, .merlon = merlon, .authentication = authentication},
          what);
  }
};

// ---- merlon client

class Client12 : public Version12 {
 protected:
  void Start(const Words& argv) {
    char old[4096];
    ASSERT_NE(getcwd(old, sizeof(old)), nullptr);
    ASSERT_EQ(chdir(File("www").c_str()), 0);
    server_ = std::make_unique<Process>(argv);
    ASSERT_EQ(chdir(old), 0);
    ASSERT_TRUE(WaitForPort(port_)) << server_->output();
  }
  std::string Port() { return std::to_string(port_ = FreePort()); }
  Words Identity(const char* kind) { return {"-cert", Chain(kind), "-key", Key(kind)}; }
  void StartOpenssl(const Words& more) {
    Start(Words{"openssl", "s_server", "-WWW", "-tls1_2", "-accept", Port()} + more);
  }
  void StartGnutls(const char* kind, const Words& more = {}) {
    Start(Words{"gnutls-serv", "--http", "-p", Port(), "--x509certfile", Chain(kind),
                "--x509keyfile", Key(kind), "--priority", kPriority12} +
          more);
  }
  void StartNginx(const char* kind, const std::string& more = "") {
    port_ = FreePort();
    Start(Nginx(port_, kind, "ssl_protocols TLSv1.2;" + more));
  }
  Finished Fetch(const Words& more = {}, const char* path = "/page.txt") {
    return Execute(Words{Merlon(), "client", At(port_), "--http", path, "--verbose"} + more);
  }
  Finished FetchVerified(const Words& more = {}, const char* path = "/page.txt") {
    return Fetch(Words{"--cafile", Chain("ca")} + more, path);
  }
  void ExpectPage(const Finished& client) {
    EXPECT_EQ(client.code, 0) << client.output;
    EXPECT_THAT(client.output, HasSubstr(kPage));
    EXPECT_THAT(client.output, HasSubstr("connected: TLS 1.2, "));
  }
  void ExpectResumed(const char* name) {
    const Words session = {"--session", File(std::string("client12.") + name)};
    EXPECT_THAT(FetchVerified(session).output, Not(HasSubstr("resumed")));
    for (int again = 0; again < 2; ++again) {
      const Finished client = FetchVerified(session);
      EXPECT_EQ(client.code, 0) << client.output;
      EXPECT_THAT(client.output, HasSubstr("resumed"));
    }
  }

  int port_ = 0;
  std::unique_ptr<Process> server_;
};

TEST_F(Client12, EverySuiteWithOpenssl) {
  Proves(kOpenssl, "client", "every suite");
  for (const Suite& suite : kSuites) {
    SCOPED_TRACE(suite.name);
    StartOpenssl(Identity(suite.kind) + Words{"-cipher", suite.openssl});
    const Finished client = FetchVerified();
    ExpectPage(client);
    EXPECT_THAT(client.output, HasSubstr(std::string("TLS 1.2, ") + suite.name + ", x25519, "));
  }
}

TEST_F(Client12, ChoosesASuite) {
  Proves(kOpenssl, "client", "one suite offered");
  StartOpenssl(Identity(kRsa));
  const Finished client = FetchVerified({"--suites", kSuites[4].name});
  ExpectPage(client);
  EXPECT_THAT(client.output, HasSubstr(kSuites[4].name));
  // No suite of theirs is left.
  EXPECT_THAT(FetchVerified({"--suites", kSuites[0].name}).output, HasSubstr("handshake_failure"));
}

TEST_F(Client12, GnutlsAndNginx) {
  for (const char* kind : {kEc, kRsa}) {
    SCOPED_TRACE(kind);
    StartGnutls(kind, {"--httpdata", File("www/large.txt")});
    const Finished gnutls = FetchVerified();
    EXPECT_TRUE(HasLargePage(gnutls.output));
    EXPECT_THAT(gnutls.output, HasSubstr("connected: TLS 1.2, "));
    StartNginx(kind);
    ExpectPage(FetchVerified());
    EXPECT_TRUE(HasLargePage(FetchVerified({}, "/large.txt").output));
  }
  Proves(kGnutls, "client", "talks");
  Proves(kNginx, "client", "talks");
}

TEST_F(Client12, ResumesWithTicketsAndWithSessionIds) {
  Proves(kOpenssl, "client", "resumes by ticket and by session ID");
  Proves(kGnutls, "client", "resumes");
  Proves(kNginx, "client", "resumes");
  StartOpenssl(Identity(kEc));
  ExpectResumed("openssl.ticket");
  StartOpenssl(Identity(kEc) + Words{"-no_ticket"});
  ExpectResumed("openssl.id");
  StartGnutls(kEc);
  ExpectResumed("gnutls");
  StartNginx(kEc);
  ExpectResumed("nginx");
}

TEST_F(Client12, ShowsACertificate) {
  Proves(kOpenssl, "client", "talks", "both certificates");
  for (const char* kind : {kEc, kRsaClient}) {
    SCOPED_TRACE(kind);
    StartOpenssl(Identity(kEc) +
                 Words{"-Verify", "1", "-verify_return_error", "-CAfile", Chain("ca")});
    const Finished client =
        FetchVerified({"--client-cert", Chain(kind), "--client-key", Key(kind)});
    ExpectPage(client);
    EXPECT_THAT(client.output, HasSubstr("client certificate with "));
    EXPECT_EQ(FetchVerified().code, 3);
  }
}

TEST_F(Client12, KnowsAPsk) {
  Proves(kOpenssl, "client", "talks", "PSK");
  std::ofstream(File("psks12")) << "a device:" << kPskHex << "\n";
  for (const char* suite : {"PSK-AES128-GCM-SHA256", "ECDHE-PSK-CHACHA20-POLY1305"}) {
    SCOPED_TRACE(suite);
    StartOpenssl({"-nocert", "-psk", kPskHex, "-psk_identity", "a device", "-cipher", suite});
    const Finished client = Fetch({"--psk-file", File("psks12")});
    ExpectPage(client);
    EXPECT_THAT(client.output, HasSubstr("external PSK"));
  }
}

TEST_F(Client12, RefusesBadChains) {
  Proves(kOpenssl, "client", "refuses");
  for (const auto& [kind, alert] :
       {std::pair(kUntrusted, "unknown_ca (48)"), std::pair(kExpired, "certificate_expired (45)"),
        std::pair(kWrongName, "bad_certificate (42)")}) {
    StartOpenssl(Identity(kind));
    const Finished client = FetchVerified();
    EXPECT_EQ(client.code, 3);
    EXPECT_THAT(client.output, HasSubstr(alert));
  }
}

TEST_F(Client12, NginxWithABadChainIsRefused) {
  Proves(kNginx, "client", "refuses");
  StartNginx(kUntrusted);
  const Finished client = FetchVerified();
  EXPECT_EQ(client.code, 3);
  EXPECT_THAT(client.output, HasSubstr("unknown_ca (48)"));
  EXPECT_TRUE(server_->WaitFor("SSL alert number 48")) << server_->output();
}

TEST_F(Client12, NginxAsksForACertificate) {
  Proves(kNginx, "client", "talks", "both certificates");
  StartNginx(kEc, "ssl_verify_client on; ssl_client_certificate " + Chain("ca") + ";");
  const Finished client = FetchVerified({"--client-cert", Chain(kEc), "--client-key", Key(kEc)});
  ExpectPage(client);
  EXPECT_THAT(client.output, HasSubstr("client certificate with "));
}

TEST_F(Client12, OfTls13AloneRefuses) {
  StartOpenssl(Identity(kEc));
  const Finished client = FetchVerified({"--min-version", "1.3"});
  EXPECT_EQ(client.code, 3);
  EXPECT_THAT(client.output, HasSubstr("protocol_version (70)"));
}

TEST_F(Client12, OptionsThatCannotWorkAreSentences) {
  port_ = 1;
  const auto says = [&](const Words& more, const char* sentence) {
    const Finished client = FetchVerified(more);
    EXPECT_EQ(client.code, 1);
    EXPECT_THAT(client.output, HasSubstr(sentence));
  };
  says({"--suites", "RC4"}, "no cipher suite is called \"RC4\"");
  says({"--min-version", "1.1"}, "--min-version takes 1.2 or 1.3");
  says({"--min-version", "1.3", "--max-version", "1.2"}, "--min-version is above --max-version");
  says({"--max-version", "1.2", "--suites", "TLS_AES_128_GCM_SHA256"}, "of a version that");
}

// ---- merlon server

class Server12 : public Version12 {
 protected:
  static MerlonServer Serve(const char* kind, const Words& more = {}) {
    return MerlonServer(Merlon(), Chain(kind), Key(kind), File("www"), more);
  }
  static Finished Openssl(int port, const Words& more, const char* page = "page.txt") {
    return Execute(
        Words{"openssl", "s_client", "-tls1_2", "-connect", At(port), "-servername", "localhost",
              "-CAfile", Chain("ca"), "-verify_return_error", "-ign_eof"} +
            more,
        std::string("GET /") + page + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  }
  static Finished Gnutls(int port, const Words& more) {
    return Execute(Words{"gnutls-cli", "--x509cafile", Chain("ca"), "--priority", kPriority12, "-p",
                         std::to_string(port)} +
                       more + Words{"localhost"},
                   "GET /page.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  }
  static Finished Curl(int port, const char* page, const Words& more = {}) {
    return Execute(Words{"curl", "-sS", "--tls-max", "1.2", "--cacert", Chain("ca")} + more +
                   Words{"https://" + At(port) + "/" + page});
  }
};

TEST_F(Server12, EverySuiteWithOpenssl) {
  Proves(kOpenssl, "server", "every suite");
  for (const Suite& suite : kSuites) {
    SCOPED_TRACE(suite.name);
    MerlonServer server = Serve(suite.kind);
    EXPECT_THAT(Openssl(server.port(), {"-cipher", suite.openssl}).output, HasSubstr(kPage));
    EXPECT_TRUE(server.process().WaitFor(std::string("TLS 1.2, ") + suite.name))
        << server.process().output();
  }
}

TEST_F(Server12, OpensslGnutlsAndCurl) {
  Proves(kOpenssl, "server", "talks");
  Proves(kGnutls, "server", "talks");
  Proves(kCurl, "server", "talks");
  for (const char* kind : {kEc, kRsa}) {
    SCOPED_TRACE(kind);
    MerlonServer server = Serve(kind);
    EXPECT_TRUE(HasLargePage(Openssl(server.port(), {}, "large.txt").output));
    EXPECT_THAT(Gnutls(server.port(), {}).output, HasSubstr(kPage));
    EXPECT_TRUE(Curl(server.port(), "large.txt").output == LargePage());
    EXPECT_TRUE(server.process().WaitFor("connection 3: TLS 1.2")) << server.process().output();
  }
}

TEST_F(Server12, OpensslAndGnutlsResume) {
  Proves(kOpenssl, "server", "resumes");
  Proves(kGnutls, "server", "resumes");
  MerlonServer server = Serve(kEc);
  const std::string session = File("server12.session");
  Openssl(server.port(), {"-sess_out", session});
  const Finished again = Openssl(server.port(), {"-sess_in", session});
  EXPECT_THAT(again.output, HasSubstr("Reused, TLSv1.2"));
  EXPECT_THAT(again.output, HasSubstr(kPage));
  EXPECT_TRUE(server.process().WaitFor("resumed")) << server.process().output();
  MerlonServer other = Serve(kEc);
  EXPECT_THAT(Gnutls(other.port(), {"--resume"}).output, HasSubstr("This is a resumed session"));
  EXPECT_TRUE(other.process().WaitFor("resumed")) << other.process().output();
}

TEST_F(Server12, AsksForCertificates) {
  Proves(kOpenssl, "server", "talks", "both certificates");
  Proves(kCurl, "server", "talks", "both certificates");
  for (const char* kind : {kEc, kRsaClient}) {
    SCOPED_TRACE(kind);
    MerlonServer server = Serve(kEc, {"--client-ca", Chain("ca")});
    const Words identity = {"-cert", Chain(kind), "-key", Key(kind)};
    EXPECT_THAT(Openssl(server.port(), identity).output, HasSubstr(kPage));
    EXPECT_EQ(Curl(server.port(), "page.txt", {"--cert", Chain(kind), "--key", Key(kind)}).output,
              kPage);
    EXPECT_TRUE(server.process().WaitFor("connection 2: ")) << server.process().output();
    EXPECT_THAT(server.process().output(), HasSubstr("client certificate with "));
    EXPECT_NE(Curl(server.port(), "page.txt").code, 0);
  }
}

TEST_F(Server12, OpensslKnowsAPsk) {
  Proves(kOpenssl, "server", "talks", "PSK");
  std::ofstream(File("psks12")) << "a device:" << kPskHex << "\n";
  for (const char* suite : {"PSK-AES128-GCM-SHA256", "ECDHE-PSK-CHACHA20-POLY1305"}) {
    SCOPED_TRACE(suite);
    MerlonServer server = Serve(kEc, {"--psk-file", File("psks12")});
    EXPECT_THAT(
        Openssl(server.port(), {"-psk", kPskHex, "-psk_identity", "a device", "-cipher", suite})
            .output,
        HasSubstr(kPage));
    EXPECT_TRUE(server.process().WaitFor("external PSK")) << server.process().output();
  }
}

TEST_F(Server12, IsRefused) {
  Proves(kOpenssl, "server", "refuses");
  Proves(kCurl, "server", "refuses");
  for (const auto& [kind, alert] : {std::pair(kUntrusted, "unknown_ca (48)"),
                                    std::pair(kExpired, "certificate_expired (45)")}) {
    MerlonServer server = Serve(kind);
    EXPECT_THAT(Openssl(server.port(), {}).output, Not(HasSubstr(kPage)));
    EXPECT_TRUE(server.process().WaitFor(alert)) << server.process().output();
    EXPECT_EQ(Curl(server.port(), "page.txt").code, 60);  // CURLE_PEER_FAILED_VERIFICATION
  }
}

TEST_F(Server12, OfTls13AloneRefuses) {
  MerlonServer server = Serve(kEc, {"--min-version", "1.3"});
  EXPECT_THAT(Openssl(server.port(), {}).output, HasSubstr("SSL alert number 70"));
  EXPECT_TRUE(server.process().WaitFor("protocol_version (70)")) << server.process().output();
}

// Its random does not say that it could do more, which curl would take for an attack (RFC 9846
// s4.1.3).
TEST_F(Server12, OfTls12AloneServesThoseWithBoth) {
  MerlonServer server = Serve(kEc, {"--max-version", "1.2"});
  const Finished curl = Execute(
      {"curl", "-sS", "--cacert", Chain("ca"), "https://" + At(server.port()) + "/page.txt"});
  EXPECT_EQ(curl.output, kPage);
  EXPECT_TRUE(server.process().WaitFor("connection 1: TLS 1.2")) << server.process().output();
}

// ---- DTLS 1.2

class Datagrams12 : public Version12 {
 protected:
  static constexpr char kVersion[] = "DTLS 1.2";
  // Lines come back; gnutls-serv's as they are, s_server's in reverse order.
  void ExpectAnswers(int port, const Words& more, const char* line, const char* answer) {
    Process client(Words{Merlon(), "dtls-client", At(port), "--cafile", Chain("ca")} + more);
    EXPECT_TRUE(client.WaitFor("connected: DTLS 1.2, ")) << client.output();
    client.Send(std::string(line) + "\n");
    EXPECT_TRUE(client.WaitFor(answer)) << client.output();
    client.CloseInput();
    EXPECT_EQ(client.Wait(), 0) << client.output();
  }
  std::unique_ptr<Process> Serve(const Words& more = {}) {
    auto server =
        std::make_unique<Process>(Words{Merlon(), "dtls-server", "--cert", Chain(kEc), "--key",
                                        Key(kEc), "--port", "0", "--host", "127.0.0.1"} +
                                  more);
    EXPECT_TRUE(server->WaitFor("listening on port ")) << server->output();
    EXPECT_TRUE(server->WaitFor("\n"));
    port_ = atoi(server->output().c_str() + server->output().find("port ") + 5);
    return server;
  }
  int port_ = 0;
};

TEST_F(Datagrams12, ClientTalksToOpenssl) {
  Proves(kOpenssl, "client", "talks", "server certificate", kVersion);
  for (const Words& more : {Words{}, Words{"-listen"}}) {
    SCOPED_TRACE(more.size());
    const int port = FreePort();
    Process server(Words{"openssl", "s_server", "-dtls1_2", "-accept",
                         "127.0.0.1:" + std::to_string(port), "-cert", Chain(kEc), "-key",
                         Key(kEc)} +
                   more);
    ASSERT_TRUE(server.WaitFor("ACCEPT")) << server.output();
    Process client(
        {Merlon(), "dtls-client", "127.0.0.1:" + std::to_string(port), "--cafile", Chain("ca")});
    EXPECT_TRUE(client.WaitFor("connected: DTLS 1.2, ")) << client.output();
    client.Send("hello\n");
    EXPECT_TRUE(server.WaitFor("hello")) << server.output();
    server.Send("answer\n");
    EXPECT_TRUE(client.WaitFor("answer")) << client.output();
  }
}

TEST_F(Datagrams12, ClientPrintsWhatNobodyAskedFor) {
  const std::string at = "127.0.0.1:" + std::to_string(FreePort());
  Process server({"openssl", "s_server", "-dtls1_2", "-accept", at, "-cert", Chain(kEc), "-key",
                  Key(kEc), "-quiet"});
  // Nothing says when it listens: the client repeats its ClientHello.
  Process client({Merlon(), "dtls-client", at, "--cafile", Chain("ca")});
  ASSERT_TRUE(client.WaitFor("connected: DTLS 1.2, ")) << client.output();
  server.Send("unasked\n");  // while the client's stdin is open and empty
  EXPECT_TRUE(client.WaitFor("unasked\n")) << client.output();
  client.CloseInput();
  EXPECT_EQ(client.Wait(), 0) << client.output();
}

TEST_F(Datagrams12, ClientOfNobodyGivesUp) {
  const Finished client =
      Execute({Merlon(), "dtls-client", "127.0.0.1:" + std::to_string(FreePort()), "--cafile",
               Chain("ca"), "--timeout", "1"});
  EXPECT_EQ(client.code, 4);
  EXPECT_THAT(client.output, HasSubstr("the peer left the handshake unfinished for too long"));
}

TEST_F(Datagrams12, ClientTalksToGnutls) {
  Proves(kGnutls, "client", "talks, after a cookie", "server certificate", kVersion);
  const int port = FreePort();
  Process server({"gnutls-serv", "--udp", "--echo", "-p", std::to_string(port), "--x509certfile",
                  Chain(kRsa), "--x509keyfile", Key(kRsa), "--priority", kDatagramPriority});
  ASSERT_TRUE(server.WaitFor("...done")) << server.output();
  ExpectAnswers(port, {"--servername", "localhost"}, "hello", "hello");
}

TEST_F(Datagrams12, OpensslTalksToServer) {
  Proves(kOpenssl, "server", "talks", "server certificate", kVersion);
  const auto server = Serve();
  Process client({"openssl", "s_client", "-dtls1_2", "-connect",
                  "127.0.0.1:" + std::to_string(port_), "-CAfile", Chain("ca"),
                  "-verify_return_error", "-quiet"});
  client.Send("hello\n");
  EXPECT_TRUE(server->WaitFor("connected: DTLS 1.2, ")) << server->output();
  EXPECT_TRUE(client.WaitFor("hello\n")) << client.output();
}

TEST_F(Datagrams12, GnutlsTalksToServer) {
  Proves(kGnutls, "server", "talks", "server certificate", kVersion);
  const auto server = Serve();
  Process client({"gnutls-cli", "--udp", "--x509cafile", Chain("ca"), "--priority",
                  kDatagramPriority, "-p", std::to_string(port_), "localhost"});
  EXPECT_TRUE(client.WaitFor("Handshake was completed")) << client.output();
  client.Send("hello\n");
  EXPECT_TRUE(client.WaitFor("hello\n")) << client.output();
  EXPECT_TRUE(server->WaitFor("connected: DTLS 1.2, ")) << server->output();
}

}  // namespace
}  // namespace merlon::interop
