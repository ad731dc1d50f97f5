// SPDX-License-Identifier: Apache-2.0
// CoAP over DTLS 1.2 with PSKs (RFC 7252 s9): Merlon with libcoap's client and server, each over
// OpenSSL and over GnuTLS.
#include "io_adapters/interop/peers/coap.h"

#include <stdlib.h>

#include <fstream>

#include "io_adapters/interop/fixture.h"
#include "io_adapters/interop/table.h"

namespace merlon::interop {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr char kKey[] = "sixteen-byte-key", kOtherKey[] = "another-long-key";
constexpr char kKeyHex[] = "7369787465656e2d627974652d6b6579";

class Coap : public Interop, public testing::WithParamInterface<const char*> {
 protected:
  static void Proves(const char* merlon, const char* what) {
    Prove({.peer = std::string("libcoap, ") + GetParam(),
           .version = "DTLS 1.2",
           .merlon = merlon,
           .authentication = "PSK"},
          what);
  }
  static std::string Program(const char* name) { return std::string(name) + "-" + GetParam(); }

  // DTLS is at the port behind the one that it is told.
  void StartServer(const char* key) {
    port_ = FreePort() + 1;
    server_ = std::make_unique<Process>(Words{Program("coap-server"), "-A", "127.0.0.1", "-p",
                                              std::to_string(port_ - 1), "-k", key, "-v", "7"});
    EXPECT_TRUE(server_->WaitFor("created DTLS endpoint")) << server_->output();
  }
  // One line is one datagram; both are bytes.
  Finished Get(const Words& more = {}) {
    std::ofstream(File("coap.psk")) << "a device:" << kKeyHex << "\n";
    Words argv = {Merlon(), "dtls-client", "127.0.0.1:" + std::to_string(port_), "--raw-psk-file",
                  File("coap.psk")};
    argv.insert(argv.end(), more.begin(), more.end());
    return Execute(argv, std::string(kCoapGet) + "\n");
  }
  // A server of ours, and what libcoap's client gets from it.
  Finished ServeAndGet(const char* key) {
    const char* peer = getenv("MERLON_PEER");
    const std::string port = std::to_string(FreePort());
    server_ = std::make_unique<Process>(Words{peer == nullptr ? "" : peer, "server",
                                              "version=dtls12", "port=" + port, "coap=1",
                                              std::string("psk=a device:") + kKeyHex});
    EXPECT_TRUE(server_->WaitFor("listening\n")) << server_->output();
    return Execute({Program("coap-client"), "-B", "3", "-u", "a device", "-k", key,
                    "coaps://127.0.0.1:" + port + "/"});
  }

  int port_ = 0;
  std::unique_ptr<Process> server_;
};
INSTANTIATE_TEST_SUITE_P(Libraries, Coap, testing::Values("openssl", "gnutls"),
                         [](const auto& test) { return std::string(test.param); });

TEST_P(Coap, ServerIsAsked) {
  Proves("client", "gets a page");
  Proves("client", "CCM_8");
  StartServer(kKey);
  // RFC 7252 s9.1.3.1: TLS_PSK_WITH_AES_128_CCM_8 is what all have.
  for (const Words& more : {Words{}, Words{"--suites", "TLS_PSK_WITH_AES_128_CCM_8"}}) {
    const Finished client = Get(more);
    EXPECT_EQ(client.code, 0) << client.output;
    EXPECT_THAT(client.output, HasSubstr("connected: DTLS 1.2, "));
    EXPECT_THAT(client.output, HasSubstr(more.empty() ? "external PSK" : more[1]));
    EXPECT_THAT(client.output, HasSubstr(kCoapContent));
    EXPECT_THAT(client.output, HasSubstr("This is a test server made with libcoap"));
  }
}

TEST_P(Coap, ServerWithAnotherKeyIsNotBelieved) {
  StartServer(kOtherKey);
  const Finished client = Get({"--timeout", "2"});
  EXPECT_NE(client.code, 0) << client.output;
  EXPECT_THAT(client.output, Not(HasSubstr("connected")));
  EXPECT_THAT(client.output, Not(HasSubstr(kCoapContent)));
}

TEST_P(Coap, ClientIsAnswered) {
  Proves("server", "gives a page");
  const Finished client = ServeAndGet(kKey);
  EXPECT_EQ(client.code, 0) << client.output;
  EXPECT_THAT(client.output, HasSubstr("Merlon's front page"));
  EXPECT_TRUE(server_->WaitFor("connected to Merlon; ")) << server_->output();
  EXPECT_TRUE(server_->WaitFor("DTLS 1.2, ")) << server_->output();
  EXPECT_TRUE(server_->WaitFor("external PSK")) << server_->output();
}

TEST_P(Coap, ClientWithAnotherKeyIsNotLetIn) {
  const Finished client = ServeAndGet(kOtherKey);
  EXPECT_THAT(client.output, Not(HasSubstr("front page")));
  EXPECT_THAT(server_->output(), Not(HasSubstr("connected")));
}

}  // namespace
}  // namespace merlon::interop
