// SPDX-License-Identifier: Apache-2.0
// What the peers written in C share: options, sockets, lines. Every peer here is a program over a
// library that nobody here wrote, and all have one command line and one way of talking:
//
//   PEER client|server NAME=VALUE...
//     port=N                    of 127.0.0.1
//     version=tls13             or tls12, dtls13, dtls12: this one alone
//     ca=FILE                   PEM; whom to trust; a server then demands a certificate
//     cert=FILE key=FILE        PEM
//     psk=IDENTITY:HEX          in place of certificates
//     alpn=NAME
//     groups=NAMES              X25519, P-256, and X25519MLKEM768 where there is that, most wanted
//                               first; a share for the first alone
//     cookie=1                  DTLS servers: HelloRetryRequest or HelloVerifyRequest with a cookie
//     mtu=N                     bytes of the largest datagram to send
//     tickets=N                 Merlon as a server: how many it sends (2)
//     coap=1                    Merlon as a server: answers CoAP's GET, and echoes nothing
//     plain_master=1            Merlon in TLS 1.2: also without extended master secret
//
// A server says `listening`. Both say `connected to NAME; resumed=yes|no alpn=NAME ...` after each
// handshake, `closed` after the peer's close_notify, `failed: ...` otherwise. A server echoes what
// comes, after it has done what a message says: `?update` (KeyUpdate, asking for one back) or
// `?close`. A client sends each line of its stdin and prints `got LINE`, or does what it says:
// `!update`, or `!again` (close, connect once more, resume). It closes at the end of stdin. Exit
// code 0: the last connection was closed properly.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_LINE 4096

typedef struct {
  int is_server, is_datagram, is_13, port;
  const char *ca, *cert, *key, *alpn, *groups;
  int cookie, mtu, tickets, plain_master, coap;
  char psk_identity[64];
  unsigned char psk[64];
  size_t psk_size;
} Options;

static inline void Die(const char* why) {
  printf("failed: %s\n", why);
  exit(1);
}

static inline void ParsePsk(const char* text, Options* options) {
  const char* colon = strchr(text, ':');
  if (colon == NULL || (size_t)(colon - text) >= sizeof(options->psk_identity)) Die("psk=");
  memcpy(options->psk_identity, text, (size_t)(colon - text));
  for (const char* at = colon + 1; at[0] != 0 && at[1] != 0; at += 2) {
    const char digits[3] = {at[0], at[1], 0};
    if (options->psk_size == sizeof(options->psk)) Die("psk=");
    options->psk[options->psk_size++] = (unsigned char)strtoul(digits, NULL, 16);
  }
}

static inline Options ParseOptions(int argc, char** argv) {
  Options options;
  memset(&options, 0, sizeof(options));
  options.tickets = 2;
  setvbuf(stdout, NULL, _IOLBF, 0);
  setvbuf(stdin, NULL, _IONBF, 0);  // poll() and fgets() see the same
  if (argc < 2) Die("client or server?");
  options.is_server = strcmp(argv[1], "server") == 0;
  for (int i = 2; i < argc; ++i) {
    char* value = strchr(argv[i], '=');
    if (value == NULL) Die(argv[i]);
    const size_t size = (size_t)(value - argv[i]);
    ++value;
#define IS(name) (size == strlen(name) && strncmp(argv[i], name, size) == 0)
    if (IS("port")) {
      options.port = atoi(value);
    } else if (IS("version")) {
      options.is_datagram = value[0] == 'd';
      options.is_13 = strstr(value, "13") != NULL;
    } else if (IS("ca")) {
      options.ca = value;
    } else if (IS("cert")) {
      options.cert = value;
    } else if (IS("key")) {
      options.key = value;
    } else if (IS("alpn")) {
      options.alpn = value;
    } else if (IS("groups")) {
      options.groups = value;
    } else if (IS("cookie")) {
      options.cookie = 1;
    } else if (IS("mtu")) {
      options.mtu = atoi(value);
    } else if (IS("tickets")) {
      options.tickets = atoi(value);
    } else if (IS("coap")) {
      options.coap = 1;
    } else if (IS("plain_master")) {
      options.plain_master = 1;
    } else if (IS("psk")) {
      ParsePsk(value, &options);
    } else {
      Die(argv[i]);
    }
#undef IS
  }
  return options;
}

static inline struct sockaddr_in Loopback(int port) {
  struct sockaddr_in address;
  memset(&address, 0, sizeof(address));
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons((unsigned short)port);
  return address;
}

static inline int Bind(const Options* options) {
  const struct sockaddr_in address = Loopback(options->port);
  const int yes = 1;
  const int fd = socket(AF_INET, options->is_datagram ? SOCK_DGRAM : SOCK_STREAM, 0);
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  if (bind(fd, (const struct sockaddr*)&address, sizeof(address)) != 0) Die("bind");
  return fd;
}

// A server's socket; says `listening`.
static inline int Listen(const Options* options) {
  const int fd = Bind(options);
  if (!options->is_datagram && listen(fd, 8) != 0) Die("listen");
  printf("listening\n");
  return fd;
}

// The next connection's socket. Of datagrams: the listener itself, connected to the sender of the
// first one and with that still in it; another takes its place.
static inline int AcceptOne(int* listener, const Options* options) {
  struct sockaddr_in peer;
  socklen_t size = sizeof(peer);
  char none;
  const int fd = *listener;
  if (!options->is_datagram) return accept(fd, NULL, NULL);
  if (recvfrom(fd, &none, 1, MSG_PEEK, (struct sockaddr*)&peer, &size) < 0) return -1;
  *listener = Bind(options);
  return connect(fd, (const struct sockaddr*)&peer, size) == 0 ? fd : -1;
}

static inline int Connect(const Options* options) {
  const struct sockaddr_in address = Loopback(options->port);
  const int fd = socket(AF_INET, options->is_datagram ? SOCK_DGRAM : SOCK_STREAM, 0);
  if (connect(fd, (const struct sockaddr*)&address, sizeof(address)) != 0) Die("connect");
  return fd;
}

// A line of stdin, without its end; 0: there are no more.
static inline int NextLine(char line[MAX_LINE]) {
  if (fgets(line, MAX_LINE, stdin) == NULL) return 0;
  line[strcspn(line, "\n")] = 0;
  return 1;
}

static inline int Says(const char* data, int size, const char* word) {
  return (size_t)size >= strlen(word) && memcmp(data, word, strlen(word)) == 0;
}

// Callbacks for PSKs, as OpenSSL has them and wolfSSL took over: bytes of the key, 0 for none.
static inline unsigned int GivePsk(const Options* options, char* identity, unsigned int room,
                                   unsigned char* key, unsigned int key_room) {
  if (room <= strlen(options->psk_identity) || key_room < options->psk_size) return 0;
  memcpy(identity, options->psk_identity, strlen(options->psk_identity) + 1);
  memcpy(key, options->psk, options->psk_size);
  return (unsigned int)options->psk_size;
}
static inline unsigned int LookUpPsk(const Options* options, const char* identity,
                                     unsigned char* key, unsigned int key_room) {
  if (strcmp(identity, options->psk_identity) != 0 || key_room < options->psk_size) return 0;
  memcpy(key, options->psk, options->psk_size);
  return (unsigned int)options->psk_size;
}
