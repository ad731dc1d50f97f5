// SPDX-License-Identifier: Apache-2.0
// Programs that nobody here wrote, against `merlon server`.
#include "io_adapters/interop/fixture.h"

namespace merlon::interop {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

class ServerInterop : public Interop {
 protected:
  void SetUp() override { ProveByName("server"); }
  static MerlonServer Serve(const std::string& kind, const std::vector<std::string>& more = {}) {
    return MerlonServer(Merlon(), Chain(kind), Key(kind), File("www"), more);
  }
  static std::string RequestFor(const std::string& path) {
    return "GET /" + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  }
  // s_client, up to the end of the answer.
  static Finished OpensslClient(int port, const std::vector<std::string>& more,
                                const std::string& page = "page.txt") {
    std::vector<std::string> argv = {"openssl",   "s_client", "-connect",  At(port),  "-servername",
                                     "localhost", "-CAfile",  Chain("ca"), "-ign_eof"};
    argv.insert(argv.end(), more.begin(), more.end());
    return Execute(argv, RequestFor(page));
  }
  static Finished GnutlsClient(int port, const std::vector<std::string>& more,
                               const std::string& page = "page.txt") {
    std::vector<std::string> argv = {"gnutls-cli", "--x509cafile", Chain("ca"), "-p",
                                     std::to_string(port)};
    argv.insert(argv.end(), more.begin(), more.end());
    argv.push_back("localhost");
    return Execute(argv, RequestFor(page));
  }
};

class ServerWithKey : public ServerInterop, public testing::WithParamInterface<const char*> {};
INSTANTIATE_TEST_SUITE_P(Keys, ServerWithKey, testing::Values(kEc, kRsa),
                         [](const auto& test) { return std::string(test.param); });

TEST_P(ServerWithKey, CurlFetchesAPage) {
  MerlonServer server = Serve(GetParam());
  const Finished curl = Execute(
      {"curl", "-sS", "--cacert", Chain("ca"), "https://" + At(server.port()) + "/page.txt"});
  EXPECT_EQ(curl.code, 0);
  EXPECT_EQ(curl.output, kPage);
}

TEST_P(ServerWithKey, OpensslFetchesAPage) {
  MerlonServer server = Serve(GetParam());
  const Finished client = OpensslClient(server.port(), {"-verify_return_error"});
  EXPECT_EQ(client.code, 0);
  EXPECT_THAT(client.output, HasSubstr(kPage));
  EXPECT_THAT(client.output, HasSubstr("Verify return code: 0 (ok)"));
}

TEST_P(ServerWithKey, GnutlsFetchesAPage) {
  MerlonServer server = Serve(GetParam());
  const Finished client = GnutlsClient(server.port(), {});
  EXPECT_EQ(client.code, 0);
  EXPECT_THAT(client.output, HasSubstr(kPage));
}

TEST_F(ServerInterop, LargePagesArriveWhole) {
  MerlonServer server = Serve(kEc);
  const Finished curl = Execute(
      {"curl", "-sS", "--cacert", Chain("ca"), "https://" + At(server.port()) + "/large.txt"});
  EXPECT_TRUE(curl.output == LargePage());
  EXPECT_TRUE(HasLargePage(OpensslClient(server.port(), {}, "large.txt").output));
  EXPECT_TRUE(HasLargePage(GnutlsClient(server.port(), {}, "large.txt").output));
}

TEST_F(ServerInterop, ChainsOfRsaAreServed) {
  MerlonServer server = Serve(kRsaChain);
  const Finished curl = Execute(
      {"curl", "-sS", "--cacert", Chain("rsa_ca"), "https://" + At(server.port()) + "/page.txt"});
  EXPECT_EQ(curl.code, 0);
  EXPECT_EQ(curl.output, kPage);
}

TEST_F(ServerInterop, OpensslResumes) {
  MerlonServer server = Serve(kEc);
  const std::string session = File("openssl.session");
  OpensslClient(server.port(), {"-sess_out", session});
  const Finished again = OpensslClient(server.port(), {"-sess_in", session});
  EXPECT_THAT(again.output, HasSubstr("Reused, TLSv1.3"));
  EXPECT_THAT(again.output, HasSubstr(kPage));
  EXPECT_TRUE(server.process().WaitFor("resumed")) << server.process().output();
}

TEST_F(ServerInterop, GnutlsResumes) {
  MerlonServer server = Serve(kEc);
  const Finished client = GnutlsClient(server.port(), {"--resume", "--waitresumption"});
  EXPECT_THAT(client.output, HasSubstr("This is a resumed session"));
  EXPECT_TRUE(server.process().WaitFor("resumed")) << server.process().output();
}

TEST_F(ServerInterop, OpensslIsAskedForAnotherGroup) {
  MerlonServer server = Serve(kEc, {"--groups", "P-256"});
  const Finished client = OpensslClient(server.port(), {"-groups", "X25519:P-256"});
  EXPECT_THAT(client.output, HasSubstr(kPage));
  EXPECT_TRUE(server.process().WaitFor("after a HelloRetryRequest")) << server.process().output();
}

TEST_F(ServerInterop, CurlIsAskedForAnotherGroup) {
  MerlonServer server = Serve(kRsa, {"--groups", "P-256"});
  const Finished curl = Execute({"curl", "-sS", "--curves", "X25519:P-256", "--cacert", Chain("ca"),
                                 "https://" + At(server.port()) + "/page.txt"});
  EXPECT_EQ(curl.output, kPage);
  EXPECT_TRUE(server.process().WaitFor("after a HelloRetryRequest")) << server.process().output();
}

TEST_F(ServerInterop, GnutlsIsAskedForAnotherGroup) {
  MerlonServer server = Serve(kEc, {"--groups", "P-256"});
  const Finished client = GnutlsClient(
      server.port(),
      {"--single-key-share", "--priority", "NORMAL:-GROUP-ALL:+GROUP-X25519:+GROUP-SECP256R1"});
  EXPECT_THAT(client.output, HasSubstr(kPage));
  EXPECT_TRUE(server.process().WaitFor("after a HelloRetryRequest")) << server.process().output();
}

TEST_F(ServerInterop, NoSharedGroupIsHandshakeFailure) {
  MerlonServer server = Serve(kEc, {"--groups", "P-256"});
  const Finished client = OpensslClient(server.port(), {"-groups", "X25519"});
  EXPECT_THAT(client.output, HasSubstr("SSL alert number 40"));
  EXPECT_TRUE(server.process().WaitFor("handshake_failure (40)")) << server.process().output();
}

TEST_F(ServerInterop, AlpnIsAgreedOn) {
  MerlonServer server = Serve(kEc, {"--alpn", "h3,http/1.1"});
  const Finished client = OpensslClient(server.port(), {"-alpn", "http/1.1"});
  EXPECT_THAT(client.output, HasSubstr("ALPN protocol: http/1.1"));
}

TEST_F(ServerInterop, AlpnMismatchIsSeenByBothSides) {
  MerlonServer server = Serve(kEc, {"--alpn", "h2"});
  const Finished client = OpensslClient(server.port(), {"-alpn", "other"});
  EXPECT_THAT(client.output, HasSubstr("SSL alert number 120"));
  EXPECT_TRUE(server.process().WaitFor("no_application_protocol (120)"))
      << server.process().output();
}

TEST_F(ServerInterop, GnutlsSeesAlpnMismatch) {
  MerlonServer server = Serve(kEc, {"--alpn", "h2"});
  const Finished client = GnutlsClient(server.port(), {"--alpn", "other"});
  EXPECT_NE(client.code, 0);
  EXPECT_THAT(client.output, HasSubstr("[120]"));
}

TEST_F(ServerInterop, CurlAgreesOnAlpnOrIsRefused) {
  MerlonServer server = Serve(kEc, {"--alpn", "http/1.1"});
  const std::vector<std::string> fetch = {"curl", "-sSv", "--cacert", Chain("ca"),
                                          "https://" + At(server.port()) + "/page.txt"};
  EXPECT_THAT(Execute(fetch).output, HasSubstr("ALPN: server accepted http/1.1"));
  MerlonServer other = Serve(kEc, {"--alpn", "h3"});
  const Finished refused = Execute(
      {"curl", "-sS", "--cacert", Chain("ca"), "https://" + At(other.port()) + "/page.txt"});
  EXPECT_EQ(refused.code, 35);  // CURLE_SSL_CONNECT_ERROR
  EXPECT_THAT(refused.output, HasSubstr("no application protocol"));
  EXPECT_TRUE(other.process().WaitFor("no_application_protocol (120)")) << other.process().output();
}

struct BadCertificate {
  const char* kind;
  const char* alert;
  const char* gnutls;  // the reason that gnutls-cli prints
};
class ServerIsRefused : public ServerInterop, public testing::WithParamInterface<BadCertificate> {};
INSTANTIATE_TEST_SUITE_P(Certificates, ServerIsRefused,
                         testing::Values(BadCertificate{kExpired, "certificate_expired (45)",
                                                        "uses expired certificate"},
                                         BadCertificate{kWrongName, "bad_certificate (42)",
                                                        "name in the certificate does not match"},
                                         BadCertificate{kUntrusted, "unknown_ca (48)",
                                                        "issuer is unknown"}),
                         [](const auto& test) { return std::string(test.param.kind); });

TEST_P(ServerIsRefused, ByOpenssl) {
  MerlonServer server = Serve(GetParam().kind);
  const Finished client =
      OpensslClient(server.port(), {"-verify_return_error", "-verify_hostname", "localhost"});
  EXPECT_NE(client.code, 0);
  EXPECT_THAT(client.output, Not(HasSubstr(kPage)));
  EXPECT_TRUE(server.process().WaitFor(GetParam().alert)) << server.process().output();
}

TEST_P(ServerIsRefused, ByCurl) {
  MerlonServer server = Serve(GetParam().kind);
  const Finished curl = Execute(
      {"curl", "-sS", "--cacert", Chain("ca"), "https://" + At(server.port()) + "/page.txt"});
  EXPECT_EQ(curl.code, 60);  // CURLE_PEER_FAILED_VERIFICATION
  // Names it checks itself when the handshake is over: there is no alert then.
  const bool after = GetParam().kind == std::string_view(kWrongName);
  EXPECT_TRUE(server.process().WaitFor(after ? "connection 1: TLS 1.3" : GetParam().alert))
      << server.process().output();
}

TEST_P(ServerIsRefused, ByGnutls) {
  MerlonServer server = Serve(GetParam().kind);
  const Finished client = GnutlsClient(server.port(), {});
  EXPECT_NE(client.code, 0);
  EXPECT_THAT(client.output, HasSubstr(GetParam().gnutls));
  EXPECT_THAT(client.output, Not(HasSubstr(kPage)));
  // Whatever the reason.
  EXPECT_TRUE(server.process().WaitFor("bad_certificate (42)")) << server.process().output();
}

TEST_F(ServerInterop, ServesSeveralConnectionsAtOnce) {
  MerlonServer server = Serve(kEc);
  // Two that hold their connections open, and one in between.
  std::vector<std::unique_ptr<Process>> open;
  for (int i = 0; i < 2; ++i) {
    open.push_back(std::make_unique<Process>(std::vector<std::string>{
        "openssl", "s_client", "-connect", At(server.port()), "-CAfile", Chain("ca"), "-ign_eof"}));
    ASSERT_TRUE(open.back()->WaitFor("Verify return code: 0 (ok)")) << open.back()->output();
  }
  const Finished curl = Execute(
      {"curl", "-sS", "--cacert", Chain("ca"), "https://" + At(server.port()) + "/page.txt"});
  EXPECT_EQ(curl.output, kPage);
  for (auto& client : open) {
    client->Send(RequestFor("page.txt"));
    EXPECT_TRUE(client->WaitFor(kPage)) << client->output();
  }
}

TEST_F(ServerInterop, OpensslUpdatesKeys) {
  MerlonServer server = Serve(kEc);
  Process client({"openssl", "s_client", "-connect", At(server.port()), "-CAfile", Chain("ca")});
  ASSERT_TRUE(client.WaitFor("Verify return code: 0 (ok)")) << client.output();
  client.Send("K\n");  // KeyUpdate, both directions
  ASSERT_TRUE(client.WaitFor("KEYUPDATE")) << client.output();
  client.Send(RequestFor("page.txt"));
  EXPECT_TRUE(client.WaitFor(kPage)) << client.output();
}

TEST_F(ServerInterop, OpensslTakesTheStatusThatIsStapled) {
  const std::string response = File("server_status.der");
  const Finished made = Execute({Merlon(), "cert", "ocsp", Chain(kEc), "--ca", Chain("ca"),
                                 "--ca-key", Key("ca"), "--out", response});
  ASSERT_EQ(made.code, 0) << made.output;
  MerlonServer server = Serve(kEc, {"--staple", response});
  for (const char* version : {"-tls1_2", "-tls1_3"}) {
    const Finished client = OpensslClient(server.port(), {"-status", version});
    EXPECT_EQ(client.code, 0) << client.output;
    EXPECT_THAT(client.output, HasSubstr("OCSP Response Status: successful"));
    EXPECT_THAT(client.output, HasSubstr("Cert Status: good"));
    EXPECT_THAT(client.output, HasSubstr(kPage));
  }
}

}  // namespace
}  // namespace merlon::interop
