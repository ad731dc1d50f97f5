// SPDX-License-Identifier: Apache-2.0
// The README's first program: the head of a page, over TLS 1.3, from a server that has proved its name.
#include <iostream>

#include "io_adapters/tls_client.h"

int main(int argc, char** argv) {
  const std::string host = argc > 1 ? argv[1] : "example.org";
  auto client = merlon::io::TlsClient::Create();  // trusts the system's certification authorities
  if (!client.ok()) return std::cerr << client.status() << "\n", 1;
  auto stream = (*client)->Connect(host, 443);  // verified when this returns
  if (!stream.ok()) return std::cerr << stream.status() << "\n", 1;
  auto sent = (*stream)->Write("HEAD / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
  if (!sent.ok()) return std::cerr << sent << "\n", 1;
  for (;;) {
    auto data = (*stream)->Read();
    if (!data.ok()) return std::cerr << data.status() << "\n", 1;
    if (data->empty()) return 0;  // the server has closed properly
    std::cout << *data;
  }
}
