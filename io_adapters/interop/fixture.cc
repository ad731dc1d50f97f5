// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/interop/fixture.h"

#include <stdlib.h>

#include <fstream>
#include <utility>

#include "io_adapters/interop/table.h"

namespace merlon::interop {
namespace {

std::vector<std::string> Join(std::vector<std::string> a, const std::vector<std::string>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

void Must(const std::vector<std::string>& argv) {
  const Finished done = Execute(argv);
  ASSERT_EQ(done.code, 0) << argv[0] << " " << argv[1] << ":\n" << done.output;
}

std::string MakeLargePage() {
  std::string page;
  for (int i = 0; page.size() < 200'000; ++i) page += "line " + std::to_string(i) + " of many\n";
  return page;
}

}  // namespace

const std::string& LargePage() {
  static const std::string page = MakeLargePage();
  return page;
}

bool HasLargePage(const std::string& output) {
  return output.find(LargePage()) != std::string::npos;
}

std::string Interop::File(const std::string& name) {
  const char* folder = getenv("TEST_TMPDIR");
  return std::string(folder == nullptr ? testing::TempDir() : folder) + "/" + name;
}

std::string Interop::Merlon() {
  const char* path = getenv("MERLON");
  return path == nullptr ? "io_adapters/cli/merlon" : path;
}

void Interop::SetUpTestSuite() {
  static bool done = false;
  if (std::exchange(done, true)) return;
  const std::vector<std::string> make = {Merlon(), "cert", "make"};
  const std::vector<std::string> by_ca = {"--ca", Chain("ca"), "--ca-key", Key("ca")};
  const auto out = [&](const std::string& kind) {
    return std::vector<std::string>{"--out", Chain(kind), "--key-out", Key(kind)};
  };
  const std::vector<std::string> local = {"--names", "localhost,127.0.0.1"};
  Must(Join(Join(make, {"--is-ca", "--cn", "Interop CA"}), out("ca")));
  Must(Join(Join(make, {"--is-ca", "--cn", "Another CA"}), out("other_ca")));
  Must(Join(Join(Join(make, by_ca), local), out(kEc)));
  for (const char* type : {kP384, kEd25519}) {
    Must(Join(Join(Join(make, by_ca), Join(local, {"--key-type", type})), out(type)));
  }
  Must(Join(Join(Join(make, by_ca), Join(local, {"--days", "-5"})), out(kExpired)));
  Must(Join(Join(Join(make, by_ca), {"--names", "elsewhere.example"}), out(kWrongName)));
  Must(Join(Join(make, {"--ca", Chain("other_ca"), "--ca-key", Key("other_ca")}),
            Join(local, out(kUntrusted))));
  // RSA: by OpenSSL's own tools.
  Must({"openssl", "req", "-newkey", "rsa:2048", "-nodes", "-keyout", Key(kRsa), "-out",
        File("rsa.csr"), "-subj", "/CN=localhost"});
  std::ofstream(File("rsa.ext")) << "subjectAltName=DNS:localhost,IP:127.0.0.1\n"
                                    "keyUsage=digitalSignature\nextendedKeyUsage=serverAuth\n";
  Must({"openssl", "x509", "-req", "-in", File("rsa.csr"), "-CA", Chain("ca"), "-CAkey", Key("ca"),
        "-CAcreateserial", "-CAserial", File("serial"), "-days", "30", "-extfile", File("rsa.ext"),
        "-out", Chain(kRsa)});
  // The same key as a client's.
  std::ofstream(File("rsa_client.ext"))
      << "keyUsage=digitalSignature\nextendedKeyUsage=clientAuth\n";
  Must({"openssl", "x509", "-req", "-in", File("rsa.csr"), "-CA", Chain("ca"), "-CAkey", Key("ca"),
        "-CAcreateserial", "-CAserial", File("serial"), "-days", "30", "-extfile",
        File("rsa_client.ext"), "-out", Chain(kRsaClient)});
  Must({"cp", Key(kRsa), Key(kRsaClient)});
  Must({"openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", Key("rsa_ca"),
        "-out", Chain("rsa_ca"), "-days", "30", "-subj", "/CN=RSA CA"});
  Must({"openssl", "req", "-newkey", "rsa:3072", "-nodes", "-keyout", Key(kRsaChain), "-out",
        File("rsa_chain.csr"), "-subj", "/CN=localhost"});
  Must({"openssl", "x509", "-req", "-in", File("rsa_chain.csr"), "-CA", Chain("rsa_ca"), "-CAkey",
        Key("rsa_ca"), "-CAcreateserial", "-CAserial", File("rsa_serial"), "-days", "30",
        "-extfile", File("rsa.ext"), "-out", Chain(kRsaChain)});
  Must({"mkdir", "-p", File("www")});
  std::ofstream(File("www/page.txt")) << kPage;
  std::ofstream(File("www/index.html")) << kPage;
  std::ofstream(File("www/large.txt")) << LargePage();
}

std::vector<std::string> Interop::Nginx(int port, const std::string& kind,
                                        const std::string& more) {
  const std::string conf = File("nginx." + std::to_string(port) + ".conf");
  std::ofstream out(conf);
  out << "user root root; daemon off; master_process off; error_log stderr info;\npid "
      << File("nginx.pid") << ";\nevents {}\nhttp {\naccess_log off;\n";
  for (const char* temporary : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
    out << temporary << "_temp_path " << File(std::string("nginx.") + temporary) << ";\n";
  }
  out << "server { listen 127.0.0.1:" << port << " ssl;\n"
      << "ssl_session_tickets on; ssl_session_cache builtin;\n"
      << "ssl_certificate " << Chain(kind) << "; ssl_certificate_key " << Key(kind) << ";\n"
      << more << "\nroot " << File("www") << "; } }\n";
  return {"nginx", "-e", "stderr", "-c", conf, "-p", File("")};
}

void Interop::ProveByName(const char* merlon) {
  static constexpr const char* kPeers[][2] = {{"Openssl", "OpenSSL 3.0"},
                                              {"Gnutls", "GnuTLS 3.7"},
                                              {"Nginx", "nginx 1.22"},
                                              {"Curl", "curl 7.88"}};
  const testing::TestInfo& test = *testing::UnitTest::GetInstance()->current_test_info();
  const std::string name = test.name();
  for (const auto& [word, peer] : kPeers) {
    if (name.find(word) == std::string::npos) continue;
    Prove({.peer = peer,
           .version = "TLS 1.3",
           .merlon = merlon,
           .authentication = "server certificate"},
          name);
  }
}

MerlonServer::MerlonServer(const std::string& merlon, const std::string& chain,
                           const std::string& key, const std::string& folder,
                           const std::vector<std::string>& more)
    : process_(
          Join({merlon, "server", folder, "--cert", chain, "--key", key, "--port", "0"}, more)) {
  EXPECT_TRUE(process_.WaitFor("listening on port ")) << process_.output();
  EXPECT_TRUE(process_.WaitFor("\n")) << process_.output();
  const size_t at = process_.output().find("port ");
  if (at != std::string::npos) port_ = atoi(process_.output().c_str() + at + 5);
}

}  // namespace merlon::interop
