// SPDX-License-Identifier: Apache-2.0
// Merlon with NSS's own programs: selfserv serves, tstclnt is a client, and with DTLS either end.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <utility>

#include "io_adapters/interop/fixture.h"
#include "io_adapters/interop/rows.h"
#include "io_adapters/interop/table.h"

namespace merlon::interop {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr char kPskHex[] = "00112233445566778899aabbccddeeff";

struct NssVersion {
  Version version;
  const char *said, *range, *id;
};
constexpr NssVersion kStreamVersions[] = {
    {Version::kTls13, "TLS 1.3", "tls1.3:tls1.3", "Tls13"},
    {Version::kTls12, "TLS 1.2", "tls1.2:tls1.2", "Tls12"},
};
// Its DTLS 1.3 is that of a draft, with another version number.
constexpr NssVersion kDatagramVersions[] = {
    {Version::kDtls12, "DTLS 1.2", "tls1.2:tls1.2", "Dtls12"},
};
template <class All>
std::vector<NssVersion> Ours(const All& all) {
  std::vector<NssVersion> out;
  for (const NssVersion& one : all) {
    const auto end = std::end(kMerlonVersions);
    if (std::find(std::begin(kMerlonVersions), end, one.version) != end) out.push_back(one);
  }
  return out;
}

class NssTest : public Interop, public testing::WithParamInterface<NssVersion> {
 protected:
  // A database of the CA and one certificate for each: NSS has one nickname for a subject.
  static void SetUpTestSuite() {
    Interop::SetUpTestSuite();
    static bool done = false;
    if (std::exchange(done, true)) return;
    for (const std::string kind : {kEc, kRsa, kUntrusted}) {
      Run({"mkdir", "-p", File("nss." + kind)});
      Run({"certutil", "-N", "-d", Database(kind), "--empty-password"});
      Run({"certutil", "-A", "-d", Database(kind), "-n", "ca", "-t", "CT,,", "-i", Chain("ca")});
      Run({"openssl", "pkcs12", "-export", "-in", Chain(kind), "-inkey", Key(kind), "-name", kind,
           "-passout", "pass:x", "-out", File(kind + ".p12")});
      Run({"pk12util", "-i", File(kind + ".p12"), "-d", Database(kind), "-W", "x", "-K", ""});
    }
  }
  static std::string Database(const std::string& kind = kEc) {
    return "sql:" + File("nss." + kind);
  }
  static void Run(const std::vector<std::string>& argv) {
    const Finished done = Execute(argv);
    ASSERT_EQ(done.code, 0) << argv[0] << ":\n" << done.output;
  }

  void Proves(const char* merlon, const char* what, const char* authentication) {
    Prove({.peer = "NSS 3.87",
           .version = GetParam().said,
           .merlon = merlon,
           .authentication = authentication},
          what);
  }
  void ProvesAsClient(const char* what) { Proves("client", what, "server certificate"); }
  void ProvesAsServer(const char* what) { Proves("server", what, "server certificate"); }

  void StartSelfserv(const std::string& kind, const std::string& groups = "x25519,P256",
                     const std::vector<std::string>& more = {}) {
    port_ = FreePort();
    std::vector<std::string> argv = {
        "selfserv",       "-d", Database(kind), "-n", kind, "-p", std::to_string(port_), "-V",
        GetParam().range, "-I", groups,         "-u", "-v"};
    argv.insert(argv.end(), more.begin(), more.end());
    selfserv_ = std::make_unique<Process>(argv);
    ASSERT_TRUE(WaitForPort(port_)) << selfserv_->output();
  }
  // selfserv answers with the request.
  Finished Fetch(const std::vector<std::string>& more = {}) {
    std::vector<std::string> argv = {Merlon(),       "client",    At(port_),  "--http",
                                     "/request.txt", "--verbose", "--cafile", Chain("ca")};
    argv.insert(argv.end(), more.begin(), more.end());
    return Execute(argv);
  }
  MerlonServer Serve(const std::string& kind, const std::vector<std::string>& more = {}) {
    return MerlonServer(Merlon(), Chain(kind), Key(kind), File("www"), more);
  }
  std::vector<std::string> Tstclnt(int port, const std::vector<std::string>& more = {}) {
    std::vector<std::string> argv = {
        "tstclnt",  "-h", "localhost",      "-4", "-p", std::to_string(port), "-d",
        Database(), "-V", GetParam().range, "-v"};
    argv.insert(argv.end(), more.begin(), more.end());
    return argv;
  }
  Finished FetchFrom(int port, std::vector<std::string> more = {}) {
    std::ofstream(File("request")) << "GET /page.txt HTTP/1.1\r\nHost: localhost\r\n"
                                      "Connection: close\r\n\r\n";
    more.insert(more.end(), {"-A", File("request")});
    return Execute(Tstclnt(port, more));
  }
  bool is13() const { return GetParam().version == Version::kTls13; }

  int port_ = 0;
  std::unique_ptr<Process> selfserv_;
};
INSTANTIATE_TEST_SUITE_P(Versions, NssTest, testing::ValuesIn(Ours(kStreamVersions)),
                         [](const auto& test) { return std::string(test.param.id); });

TEST_P(NssTest, SelfservIsFetchedFrom) {
  ProvesAsClient("talks");
  for (const char* kind : {kEc, kRsa}) {
    StartSelfserv(kind);
    const Finished client = Fetch();
    EXPECT_EQ(client.code, 0) << client.output;
    EXPECT_THAT(client.output, HasSubstr("GET /request.txt HTTP/1.1"));
    EXPECT_THAT(client.output, HasSubstr(std::string("connected: ") + GetParam().said));
  }
}

TEST_P(NssTest, SelfservAsksForAnotherGroup) {
  ProvesAsClient("other group");
  StartSelfserv(kEc, "P256");
  const Finished client = Fetch({"--groups", "x25519,P-256"});
  EXPECT_EQ(client.code, 0) << client.output;
  EXPECT_THAT(client.output, HasSubstr(", secp256r1,"));
  if (is13()) {
    EXPECT_THAT(client.output, HasSubstr("after a HelloRetryRequest"));
  }
}

TEST_P(NssTest, SelfservResumes) {
  ProvesAsClient("resumes");
  StartSelfserv(kEc);
  const std::vector<std::string> session = {"--session",
                                            File(std::string("nss.session.") + GetParam().id)};
  EXPECT_THAT(Fetch(session).output, Not(HasSubstr("resumed")));
  EXPECT_THAT(Fetch(session).output, HasSubstr("resumed"));
  EXPECT_TRUE(selfserv_->WaitFor("1 stateless resumes")) << selfserv_->output();
}

TEST_P(NssTest, SelfservIsRefused) {
  ProvesAsClient("refuses");
  StartSelfserv(kUntrusted);
  const Finished client = Fetch();
  EXPECT_EQ(client.code, 3);
  EXPECT_THAT(client.output, HasSubstr("unknown_ca (48)"));
  EXPECT_TRUE(selfserv_->WaitFor("does not recognize and trust the CA")) << selfserv_->output();
}

TEST_P(NssTest, SelfservRequiresACertificate) {
  Proves("client", "talks", "both certificates");
  Proves("client", "refuses", "both certificates");
  StartSelfserv(kEc, "x25519,P256", {"-r", "-r"});
  for (const char* kind : {kEc, kRsaClient}) {
    const Finished client = Fetch({"--client-cert", Chain(kind), "--client-key", Key(kind)});
    EXPECT_EQ(client.code, 0) << client.output;
    EXPECT_THAT(client.output, HasSubstr("GET /request.txt HTTP/1.1"));
    EXPECT_THAT(client.output, HasSubstr("client certificate with "));
  }
  const Finished untrusted =
      Fetch({"--client-cert", Chain(kUntrusted), "--client-key", Key(kUntrusted)});
  EXPECT_EQ(untrusted.code, 3) << untrusted.output;
  EXPECT_THAT(untrusted.output, HasSubstr("unknown_ca (48)"));
  EXPECT_EQ(Fetch().code, 3);
}

TEST_P(NssTest, TstclntShowsItsCertificate) {
  Proves("server", "talks", "both certificates");
  Proves("server", "refuses", "both certificates");
  MerlonServer server = Serve(kEc, {"--client-ca", Chain("ca")});
  EXPECT_THAT(FetchFrom(server.port(), {"-n", kEc}).output, HasSubstr(kPage));
  EXPECT_TRUE(server.process().WaitFor("client certificate with ")) << server.process().output();
  MerlonServer other = Serve(kEc, {"--client-ca", Chain("other_ca")});
  EXPECT_THAT(FetchFrom(other.port(), {"-n", kEc}).output, Not(HasSubstr(kPage)));
  EXPECT_TRUE(other.process().WaitFor("alert")) << other.process().output();
}

// EC alone: of an RSA certificate it wants keyEncipherment, also where nothing is encrypted to it.
TEST_P(NssTest, TstclntFetches) {
  ProvesAsServer("talks");
  MerlonServer server = Serve(kEc);
  const Finished client = FetchFrom(server.port());
  EXPECT_EQ(client.code, 0) << client.output;
  EXPECT_THAT(client.output, HasSubstr(kPage));
  EXPECT_TRUE(server.process().WaitFor(GetParam().said)) << server.process().output();
}

TEST_P(NssTest, TstclntIsAskedForAnotherGroup) {
  ProvesAsServer("other group");
  MerlonServer server = Serve(kEc, {"--groups", "P-256"});
  EXPECT_THAT(FetchFrom(server.port(), {"-I", "x25519,P256"}).output, HasSubstr(kPage));
  EXPECT_TRUE(server.process().WaitFor(is13() ? "after a HelloRetryRequest" : ", secp256r1,"))
      << server.process().output();
}

TEST_P(NssTest, TstclntResumes) {
  ProvesAsServer("resumes");
  MerlonServer server = Serve(kEc);
  const Finished client = FetchFrom(server.port(), {"-L", "2", "-u"});
  EXPECT_THAT(client.output, HasSubstr("1 stateless resumes"));
  EXPECT_TRUE(server.process().WaitFor("resumed")) << server.process().output();
}

TEST_P(NssTest, TstclntRefuses) {
  ProvesAsServer("refuses");
  for (const char* kind : {kUntrusted, kExpired, kWrongName}) {
    MerlonServer server = Serve(kind);
    const Finished client = FetchFrom(server.port());
    EXPECT_NE(client.code, 0);
    EXPECT_THAT(client.output, Not(HasSubstr(kPage)));
    EXPECT_TRUE(server.process().WaitFor("alert")) << server.process().output();
  }
}

// A Merlon of peers/plumbing.h's command line.
class NssWithMerlonPeer : public NssTest {
 protected:
  std::vector<std::string> MerlonPeer(const char* role, const std::vector<std::string>& more) {
    const char* own = getenv("MERLON_PEER");
    port_ = FreePort();
    std::vector<std::string> argv = {own == nullptr ? "" : own, role,
                                     "port=" + std::to_string(port_)};
    argv.insert(argv.end(), more.begin(), more.end());
    return argv;
  }
};
using NssPsk = NssWithMerlonPeer;
INSTANTIATE_TEST_SUITE_P(Versions, NssPsk, testing::Values(kStreamVersions[0]),
                         [](const auto& test) { return std::string(test.param.id); });

TEST_P(NssPsk, TstclntKnowsThePsk) {
  Proves("server", "talks", "PSK");
  // tstclnt fails at a second ticket where the server has no certificate.
  Process server(MerlonPeer(
      "server", {"version=tls13", "tickets=1", std::string("psk=Client_identity:") + kPskHex}));
  ASSERT_TRUE(server.WaitFor("listening\n")) << server.output();
  Process client(Tstclnt(port_, {"-z", std::string("0x") + kPskHex}));
  client.Send("hello\n");
  EXPECT_TRUE(server.WaitFor("external PSK")) << server.output();
  EXPECT_TRUE(client.WaitFor("hello\n")) << client.output();
  client.Send("?close\n");
  EXPECT_TRUE(client.WaitFor("Read from server 0 bytes")) << client.output();
}

TEST_P(NssPsk, TstclntHasAnotherPsk) {
  Proves("server", "refuses", "PSK");
  Process server(
      MerlonPeer("server", {"version=tls13", std::string("psk=Client_identity:ff") + kPskHex}));
  ASSERT_TRUE(server.WaitFor("listening\n")) << server.output();
  EXPECT_NE(Execute(Tstclnt(port_, {"-z", std::string("0x") + kPskHex}), "hello\n").code, 0);
  EXPECT_TRUE(server.WaitFor("failed: ")) << server.output();
}

using NssDatagrams = NssWithMerlonPeer;
INSTANTIATE_TEST_SUITE_P(Versions, NssDatagrams, testing::ValuesIn(Ours(kDatagramVersions)),
                         [](const auto& test) { return std::string(test.param.id); });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(NssDatagrams);

TEST_P(NssDatagrams, TstclntIsTheClient) {
  ProvesAsServer("talks");
  Process server(MerlonPeer("server", {"version=dtls12", "cert=" + Chain(kEc), "key=" + Key(kEc)}));
  ASSERT_TRUE(server.WaitFor("listening\n")) << server.output();
  Process client(Tstclnt(port_, {"-P", "client"}));
  client.Send("hello\n");
  EXPECT_TRUE(client.WaitFor("hello\n")) << client.output();
  EXPECT_TRUE(server.WaitFor(GetParam().said)) << server.output();
  client.Send("?close\n");
  EXPECT_TRUE(client.WaitFor("Read from server 0 bytes")) << client.output();
}

// tstclnt does not say when it has its port.
bool IsBound(int port) {
  char wanted[16];
  snprintf(wanted, sizeof(wanted), ":%04X ", port);
  for (int i = 0; i < 10 * kPatienceSeconds; ++i) {
    std::ifstream file("/proc/net/udp");
    for (std::string line; std::getline(file, line);) {
      if (line.find(wanted) != std::string::npos) return true;
    }
    usleep(100'000);
  }
  return false;
}

TEST_P(NssDatagrams, TstclntIsTheServer) {
  ProvesAsClient("talks");
  const std::vector<std::string> merlon =
      MerlonPeer("client", {"version=dtls12", "ca=" + Chain("ca")});
  Process server(Tstclnt(port_, {"-P", "server", "-n", kEc}));
  ASSERT_TRUE(IsBound(port_)) << server.output();
  Process client(merlon);
  client.Send("hello\n");
  EXPECT_TRUE(server.WaitFor("hello\n")) << server.output();
  server.Send("answer\n");
  EXPECT_TRUE(client.WaitFor("got answer\n")) << client.output();
  EXPECT_THAT(client.output(), HasSubstr(GetParam().said));
}

}  // namespace
}  // namespace merlon::interop
