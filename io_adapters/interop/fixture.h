// SPDX-License-Identifier: Apache-2.0
// What interop tests share: a CA, certificates of several kinds, a page, and the programs.
#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "io_adapters/interop/process.h"

namespace merlon::interop {

// Kinds of certificates, by file name: all but "untrusted" are from the CA in "ca.pem", and
// "rsa_chain", all RSA and all made by OpenSSL, from the one in "rsa_ca.pem". For servers, those
// with elliptic curves for clients too; "rsa_client" for clients alone.
inline constexpr char kRsaClient[] = "rsa_client";
inline constexpr char kP384[] = "p384", kEd25519[] = "ed25519";
inline constexpr char kEc[] = "ec", kRsa[] = "rsa", kExpired[] = "expired",
                      kWrongName[] = "wrong_name", kUntrusted[] = "untrusted",
                      kRsaChain[] = "rsa_chain";
// Arguments of a program.
using Words = std::vector<std::string>;
inline Words operator+(Words a, const Words& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

inline constexpr char kPage[] = "A page for interop tests.\n";
// large.txt: many records, none of which ends with a line or a block.
const std::string& LargePage();
// Whether it is there, to the byte. (An EXPECT_THAT would print it all.)
bool HasLargePage(const std::string& output);

class Interop : public testing::Test {
 protected:
  static void SetUpTestSuite();

  // In TEST_TMPDIR.
  static std::string File(const std::string& name);
  static std::string Chain(const std::string& kind) { return File(kind + ".pem"); }
  static std::string Key(const std::string& kind) { return File(kind + ".key"); }
  static std::string Merlon();
  static std::string At(int port) { return "localhost:" + std::to_string(port); }
  // What starts nginx with the pages at this port; `more`: directives of its server.
  static std::vector<std::string> Nginx(int port, const std::string& kind, const std::string& more);
  // Enters the present test into the table, with the peers that its name names.
  static void ProveByName(const char* merlon);
};

// A `merlon server` of the page, ready; its output says what became of each connection.
class MerlonServer {
 public:
  MerlonServer(const std::string& merlon, const std::string& chain, const std::string& key,
               const std::string& folder, const std::vector<std::string>& more = {});
  int port() const { return port_; }
  Process& process() { return process_; }

 private:
  Process process_;
  int port_ = 0;
};

}  // namespace merlon::interop
