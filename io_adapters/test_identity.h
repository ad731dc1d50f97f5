// SPDX-License-Identifier: Apache-2.0
// TestIdentity: a CA and a server's certificate from it, made for the test and valid now. Keys stay
// in the store; what a program would read from files is in TEST_TMPDIR.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "io_adapters/blocking_stream.h"
#include "io_adapters/process_crypto.h"
#include "io_adapters/tls_client.h"
#include "io_adapters/tls_server.h"

namespace merlon::io {

class TestIdentity {
 public:
  static constexpr char kName[] = "server.test";

  // Also for 127.0.0.1. Names its files after `label`.
  explicit TestIdentity(const std::string& label);

  const std::string& ca_file() const { return ca_file_; }        // PEM
  const std::string& chain_file() const { return chain_file_; }  // PEM, leaf first
  const std::string& key_file() const { return key_file_; }      // PEM, PKCS #8
  const std::string& leaf_der() const { return leaf_der_; }

  std::unique_ptr<TlsServer> Server(const TlsServerOptions& options = {}) const;
  std::unique_ptr<TlsClient> Client(TlsClientOptions options = {}) const;

 private:
  std::string ca_file_, chain_file_, key_file_, leaf_der_;
};

// One PEM block.
std::string ToPem(std::string_view label, Bytes der);
// A file's path in TEST_TMPDIR.
std::string TestFile(std::string_view name);

}  // namespace merlon::io
