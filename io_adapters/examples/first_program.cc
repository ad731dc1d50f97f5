// SPDX-License-Identifier: Apache-2.0
// A first program: connects, verifies the server against the system's authorities, asks for a page
// over HTTP, prints the answer.
#include <iostream>
#include <string>

#include "io_adapters/tls_client.h"

absl::Status Fetch(const std::string& host, uint16_t port, const std::string& ca_file) {
  auto client = merlon::io::TlsClient::Create({.ca_file = ca_file});
  if (!client.ok()) return client.status();
  auto stream = (*client)->Connect(host, port);
  if (!stream.ok()) return stream.status();
  absl::Status sent =
      (*stream)->Write("GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
  if (!sent.ok()) return sent;
  for (;;) {
    auto text = (*stream)->Read();
    if (!text.ok()) return text.status();
    if (text->empty()) return absl::OkStatus();
    std::cout << *text;
  }
}

int main(int argc, char** argv) {
  const std::string host = argc > 1 ? argv[1] : "example.org";
  const int port = argc > 2 ? std::stoi(argv[2]) : 443;
  const absl::Status fetched =
      Fetch(host, static_cast<uint16_t>(port), argc > 3 ? argv[3] : merlon::io::kSystemCaFile);
  if (!fetched.ok()) std::cerr << std::string(fetched.message()) << "\n";
  return fetched.ok() ? 0 : 1;
}
