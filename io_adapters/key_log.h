// SPDX-License-Identifier: Apache-2.0
// KeyLog: secrets of connections as lines of an SSLKEYLOGFILE (RFC 9850), for a tool that shall
// read the traffic. Whoever has the file reads the connections.
#pragma once
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "io_adapters/descriptor.h"
#include "tls/event.h"

namespace merlon::io {

// Shared by threads: each line is one write.
class KeyLog {
 public:
  // Appends to the file, which only its owner may read when it is made here.
  static absl::StatusOr<std::shared_ptr<KeyLog>> Open(const std::string& path);
  void Add(const tls::SecretLogged& secret);

 private:
  explicit KeyLog(Descriptor file) : file_(std::move(file)) {}
  Descriptor file_;
};

}  // namespace merlon::io
