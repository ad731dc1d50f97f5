// SPDX-License-Identifier: Apache-2.0
// `merlon scan` of servers whose limits are known: its sentences, each a line, and its exit codes.
#include <netinet/in.h>
#include <sys/socket.h>

#include "io_adapters/interop/fixture.h"

namespace merlon::interop {
namespace {

using testing::HasSubstr;
using testing::Not;

// A line of its own.
auto Says(const std::string& sentence) { return HasSubstr("\n" + sentence + "\n"); }

class ScanInterop : public Interop {
 protected:
  void Start(const Words& argv) {
    server_ = std::make_unique<Process>(argv);
    ASSERT_TRUE(WaitForPort(port_)) << argv[0] << ": " << server_->output();
  }
  void StartOpenssl(const char* kind, const Words& more) {
    Start(Words{"openssl", "s_server", "-accept", Port(), "-cert", Chain(kind), "-key", Key(kind),
                "-quiet"} +
          more);
  }
  void StartGnutls(const char* kind, const char* priority) {
    Start({"gnutls-serv", "--http", "-p", Port(), "--x509certfile", Chain(kind), "--x509keyfile",
           Key(kind), "--priority", priority});
  }
  // A server of datagrams, which says `ready` when it is.
  void StartDatagrams(const Words& argv, const char* ready) {
    server_ = std::make_unique<Process>(argv);
    ASSERT_TRUE(server_->WaitFor(ready)) << argv[0] << ": " << server_->output();
  }
  std::string Port() { return std::to_string(port_ = FreePort()); }
  // Its output, with a line's end before the first sentence as well.
  Finished Scan(const Words& more = {}) {
    Finished done = Execute(
        Words{Merlon(), "scan", At(port_), "--cafile", Chain("ca"), "--timeout", "2"} + more);
    done.output.insert(0, "\n");
    return done;
  }
  std::string Server(const std::string& rest) { return At(port_) + rest; }

  int port_ = 0;
  std::unique_ptr<Process> server_;
};

TEST_F(ScanInterop, OpensslWithOneSuiteOfTls12) {
  StartOpenssl(kEc, {"-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256", "-alpn", "h2"});
  const Finished scan = Scan();
  EXPECT_EQ(scan.code, 0) << scan.output;
  EXPECT_THAT(scan.output,
              Says(Server(" does not speak TLS 1.3: the peer ended the connection with alert "
                          "protocol_version (70) (RFC 9846 s6.2).")));
  EXPECT_THAT(scan.output, Says(Server(" speaks TLS 1.2.")));
  EXPECT_THAT(scan.output, Says("Its only cipher suite in TLS 1.2 is "
                                "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256."));
  // secp384r1 only as the certificate's curve is offered beside it.
  EXPECT_THAT(scan.output,
              Says("Its groups in TLS 1.2 are x25519, secp256r1, secp384r1, secp521r1."));
  EXPECT_THAT(scan.output,
              Says("Offered all of them, it chose TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 and "
                   "x25519, and signed with ecdsa_secp256r1_sha256."));
  EXPECT_THAT(scan.output, Says("By ALPN it agrees on h2."));
  EXPECT_THAT(scan.output, Says("It sends one certificate."));
  EXPECT_THAT(scan.output, HasSubstr("\nNumber 1 is certificate \"localhost\" for localhost, "
                                     "127.0.0.1, issued by \"Interop CA\", valid from "));
  EXPECT_THAT(scan.output, HasSubstr(" UTC, with a P-256 key.\n"));
  EXPECT_THAT(scan.output, Says("A client that trusts the authorities of " + Chain("ca") +
                                " accepts this chain for localhost."));
  EXPECT_THAT(scan.output, HasSubstr("\nVersions before TLS 1.2, "));
}

TEST_F(ScanInterop, OpensslWithOneGroupOfTls13) {
  StartOpenssl(kRsa, {"-tls1_3", "-groups", "X25519", "-ciphersuites",
                      "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_CCM_SHA256", "-serverpref"});
  const Finished scan = Scan();
  EXPECT_EQ(scan.code, 0) << scan.output;
  EXPECT_THAT(scan.output, Says("Its cipher suites in TLS 1.3 are TLS_CHACHA20_POLY1305_SHA256, "
                                "TLS_AES_128_CCM_SHA256."));
  EXPECT_THAT(scan.output, Says("Its only group in TLS 1.3 is x25519."));
  EXPECT_THAT(scan.output, HasSubstr(", and signed with rsa_pss_rsae_sha256.\n"));
  EXPECT_THAT(scan.output, HasSubstr("does not speak TLS 1.2: "));
  EXPECT_THAT(scan.output, Says("By ALPN it agrees on none of h2, http/1.1."));
  EXPECT_THAT(scan.output, HasSubstr(", with an RSA key of 2048 bits.\n"));
}

TEST_F(ScanInterop, OpensslThatAsksForACertificate) {
  StartOpenssl(kEc, {"-Verify", "1", "-verify_return_error", "-CAfile", Chain("ca")});
  const Finished without = Scan();
  EXPECT_THAT(without.output, Says("It asked for a client's certificate in TLS 1.3."));
  EXPECT_THAT(without.output, HasSubstr("\nNo handshake of TLS 1.2 came about: the peer ended the "
                                        "connection with alert handshake_failure (40)"));
  const Finished with = Scan({"--client-cert", Chain(kEc), "--client-key", Key(kEc)});
  EXPECT_EQ(with.code, 0) << with.output;
  EXPECT_THAT(with.output, Says("It asked for a client's certificate in TLS 1.2."));
}

TEST_F(ScanInterop, GnutlsWithOneOfEach) {
  StartGnutls(kEc,
              "NONE:+VERS-TLS1.3:+VERS-TLS1.2:+AES-256-GCM:+AEAD:+ECDHE-ECDSA:+SIGN-ALL:"
              "+GROUP-SECP256R1:+CTYPE-ALL:+COMP-NULL");
  const Finished scan = Scan();
  EXPECT_EQ(scan.code, 0) << scan.output;
  EXPECT_THAT(scan.output, Says("Its only cipher suite in TLS 1.3 is TLS_AES_256_GCM_SHA384."));
  EXPECT_THAT(scan.output, Says("Its only group in TLS 1.3 is secp256r1."));
  EXPECT_THAT(scan.output, Says("Its only cipher suite in TLS 1.2 is "
                                "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384."));
  EXPECT_THAT(scan.output, Says("Its only group in TLS 1.2 is secp256r1."));
}

TEST_F(ScanInterop, NginxWithARsaKey) {
  port_ = FreePort();
  Start(Nginx(port_, kRsa,
              "ssl_protocols TLSv1.2 TLSv1.3; ssl_ecdh_curve prime256v1; ssl_ciphers "
              "ECDHE-RSA-CHACHA20-POLY1305;"));
  const Finished scan = Scan({"--alpn", "http/1.1,http/1.0,h3"});
  EXPECT_EQ(scan.code, 0) << scan.output;
  EXPECT_THAT(scan.output, Says("Its only group in TLS 1.3 is secp256r1."));
  EXPECT_THAT(scan.output, Says("Its only cipher suite in TLS 1.2 is "
                                "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256."));
  EXPECT_THAT(scan.output, Says("By ALPN it agrees on http/1.1, http/1.0."));
}

TEST_F(ScanInterop, OurOwnServer) {
  MerlonServer server(Merlon(), Chain(kEc), Key(kEc), File("www"),
                      {"--groups", "P-384,x25519", "--alpn", "http/1.1", "--min-version", "1.3"});
  port_ = server.port();
  const Finished scan = Scan();
  EXPECT_EQ(scan.code, 0) << scan.output;
  EXPECT_THAT(scan.output, Says("Its cipher suites in TLS 1.3 are TLS_AES_128_GCM_SHA256, "
                                "TLS_AES_256_GCM_SHA384, TLS_CHACHA20_POLY1305_SHA256."));
  EXPECT_THAT(scan.output, Says("Its groups in TLS 1.3 are x25519, secp384r1."));
  EXPECT_THAT(scan.output, HasSubstr("does not speak TLS 1.2: "));
  EXPECT_THAT(scan.output, Says("By ALPN it agrees on http/1.1."));
}

TEST_F(ScanInterop, ChainsThatAreRefusedAreShownAndAreExitCode3) {
  StartOpenssl(kUntrusted, {});
  const Finished scan = Scan();
  EXPECT_EQ(scan.code, 3) << scan.output;
  EXPECT_THAT(scan.output, HasSubstr("issued by \"Another CA\""));
  EXPECT_THAT(scan.output,
              HasSubstr("\nA client that trusts the authorities of " + Chain("ca") +
                        " refuses it: No chain leads from the certificate to a trust anchor (RFC "
                        "5280 s6.1); alert sent: unknown_ca (48); about: certificate "));
  const Finished other = Scan({"--cafile", Chain("other_ca"), "--servername", "elsewhere.example"});
  EXPECT_EQ(other.code, 3) << other.output;
  EXPECT_THAT(other.output, HasSubstr("wanted: elsewhere.example"));
  EXPECT_EQ(Scan({"--cafile", Chain("other_ca")}).code, 0);
}

TEST_F(ScanInterop, UrlsAreTakenToo) {
  StartOpenssl(kEc, {});
  const Finished scan = Execute(
      {Merlon(), "scan", "https://" + At(port_) + "/page", "--cafile", Chain("ca"), "--timeout=2"});
  EXPECT_EQ(scan.code, 0) << scan.output;
}

TEST_F(ScanInterop, NobodyIsExitCode2) {
  port_ = FreePort();
  const Finished scan = Scan();
  EXPECT_EQ(scan.code, 2);
  EXPECT_THAT(scan.output, Says("merlon: connecting to " + At(port_) + ": Connection refused"));
}

// A listener that nobody serves: the operating system accepts.
TEST_F(ScanInterop, SilenceIsExitCode4) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  ASSERT_EQ(bind(fd, reinterpret_cast<const sockaddr*>(&address), size), 0);
  ASSERT_EQ(listen(fd, 8), 0);
  ASSERT_EQ(getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size), 0);
  port_ = ntohs(address.sin_port);
  const Finished scan = Scan({"--timeout", "1"});
  EXPECT_EQ(scan.code, 4) << scan.output;
  EXPECT_THAT(scan.output, HasSubstr("\nNo handshake of TLS 1.3 came about: "));
  EXPECT_THAT(scan.output, Says("merlon: no version of TLS came about"));
}

TEST_F(ScanInterop, WrongArgumentsAreExitCode1) {
  const Finished scan = Execute({Merlon(), "scan", "localhost:1", "--cafile", "/absent"});
  EXPECT_EQ(scan.code, 1) << scan.output;
  EXPECT_EQ(Execute({Merlon(), "scan"}).code, 1);
}

// ---- DTLS

TEST_F(ScanInterop, OpensslOverDatagrams) {
  const std::string at = "127.0.0.1:" + Port();
  StartDatagrams({"openssl", "s_server", "-dtls1_2", "-accept", at, "-cert", Chain(kEc), "-key",
                  Key(kEc), "-cipher", "ECDHE-ECDSA-CHACHA20-POLY1305"},
                 "ACCEPT");
  const Finished scan = Scan({"--dtls"});
  EXPECT_EQ(scan.code, 0) << scan.output;
  EXPECT_THAT(scan.output, HasSubstr("\n" + At(port_) + " does not speak DTLS 1.3: "));
  EXPECT_THAT(scan.output, Says("Its only cipher suite in DTLS 1.2 is "
                                "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256."));
  EXPECT_THAT(scan.output,
              Says("Its groups in DTLS 1.2 are x25519, secp256r1, secp384r1, secp521r1."));
}

// An alert that is no ClientHello, which is what one with DTLS 1.3 alone gets its cookie request
// answered with, would keep gnutls-serv busy for ever.
TEST_F(ScanInterop, GnutlsOverDatagrams) {
  StartDatagrams({"gnutls-serv", "--udp", "--echo", "-p", Port(), "--x509certfile", Chain(kEc),
                  "--x509keyfile", Key(kEc), "--priority",
                  "NORMAL:-VERS-ALL:+VERS-DTLS1.2:-CIPHER-ALL:+AES-128-GCM"},
                 "...done");
  const Finished scan = Scan({"--dtls", "--max-version", "1.2"});
  EXPECT_EQ(scan.code, 0) << scan.output;
  EXPECT_THAT(scan.output, Not(HasSubstr("DTLS 1.3")));
  EXPECT_THAT(scan.output, Says("Its only cipher suite in DTLS 1.2 is "
                                "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256."));
}

TEST_F(ScanInterop, OurOwnServerOverDatagrams) {
  StartDatagrams({Merlon(), "dtls-server", "--cert", Chain(kEc), "--key", Key(kEc), "--host",
                  "127.0.0.1", "--port", Port(), "--suites",
                  "TLS_AES_256_GCM_SHA384,TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"},
                 "listening on port ");
  const Finished scan = Scan({"--dtls"});
  EXPECT_EQ(scan.code, 0) << scan.output;
  EXPECT_THAT(scan.output, Says(Server(" speaks DTLS 1.3.")));
  EXPECT_THAT(scan.output, Says("Its only cipher suite in DTLS 1.3 is TLS_AES_256_GCM_SHA384."));
  EXPECT_THAT(scan.output, Says("Its groups in DTLS 1.3 are X25519MLKEM768, x25519, secp256r1, "
                                "secp384r1."));
  EXPECT_THAT(scan.output, Says("Its only cipher suite in DTLS 1.2 is "
                                "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384."));
  EXPECT_THAT(scan.output, Says("Its groups in DTLS 1.2 are x25519, secp256r1."));
  EXPECT_THAT(scan.output,
              Says("Whether it has secp384r1, secp521r1 in DTLS 1.2 cannot be seen: the "
                   "certificate asks for another, which is chosen then."));
}

}  // namespace
}  // namespace merlon::interop
