// SPDX-License-Identifier: Apache-2.0
// One connection of a scan: what was offered on it, and what it came to. What it tells of the
// server is scan.cc's.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "io_adapters/tcp.h"
#include "io_adapters/tls_client.h"

namespace merlon::cli {

struct ScanTarget {
  io::Address address;
  std::string server_name;
  bool datagrams = false;
  Duration patience{};  // for each connection
};

struct Attempt {
  enum class End : uint8_t {
    kConnected,
    kRefused,      // there was an answer, and no handshake came about
    kSilent,       // not until the end of our patience
    kUnreachable,  // there was no connection to begin it on
  };
  End end = End::kRefused;
  std::string sentence;           // why it did not connect
  bool of_the_version = false;    // because one end does not speak the version
  uint16_t suite = 0, group = 0;  // IANA
  std::optional<uint16_t> scheme;
  bool asks_for_certificate = false;
  std::string alpn;
  std::vector<std::string> chain_der;

  bool connected() const { return end == End::kConnected; }
};

// Sends nothing but the handshake and close_notify.
Attempt TryConnection(const ScanTarget& target, const io::TlsClientOptions& options);

// IANA numbers of the groups that are built for a version.
std::vector<uint16_t> BuiltGroups(tls::Version version);
// IANA numbers of the suites with certificates that are built, of one version alone.
std::vector<uint16_t> BuiltSuites(tls::Version version);

}  // namespace merlon::cli
