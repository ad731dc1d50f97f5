// SPDX-License-Identifier: Apache-2.0
#include "tls/bogo/socket.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace merlon::bogo {
namespace {

int Connect(const Flags& flags) {
  const int descriptor = socket(flags.ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM, 0);
  const int no_delay = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &no_delay, sizeof(no_delay));
  sockaddr_in v4 = {};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(flags.port);
  v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sockaddr_in6 v6 = {};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(flags.port);
  v6.sin6_addr = in6addr_loopback;
  const auto* address =
      flags.ipv6 ? reinterpret_cast<const sockaddr*>(&v6) : reinterpret_cast<const sockaddr*>(&v4);
  if (connect(descriptor, address, flags.ipv6 ? sizeof(v6) : sizeof(v4)) != 0) {
    perror("connect");
    exit(1);
  }
  return descriptor;
}

}  // namespace

Socket::Socket(const Flags& flags) : descriptor_(Connect(flags)) {
  uint8_t id[8];
  for (int i = 0; i < 8; ++i) id[i] = static_cast<uint8_t>(flags.shim_id >> (8 * i));
  Write(id);
}

Socket::~Socket() {
  shutdown(descriptor_, SHUT_WR);
  uint8_t ignored[4096];
  while (Read(MutableBytes(ignored)) > 0) {
  }
  close(descriptor_);
}

size_t Socket::Read(MutableBytes out) {
  const ssize_t got = recv(descriptor_, out.data(), out.size(), 0);
  return got > 0 ? static_cast<size_t>(got) : 0;
}

bool Socket::ReadAll(MutableBytes out) {
  while (!out.empty()) {
    const size_t got = Read(out);
    if (got == 0) return false;
    out.remove_prefix(got);
  }
  return true;
}

void Socket::Write(Bytes bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
}

}  // namespace merlon::bogo
