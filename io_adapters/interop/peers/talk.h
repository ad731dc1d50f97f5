// SPDX-License-Identifier: Apache-2.0
// How the peers written in C talk, whatever the library: the two ends of plumbing.h's protocol over
// one connection at a time.
#pragma once
#include "io_adapters/interop/peers/plumbing.h"

// What a library does. Each says on stdout what failed, and that a connection is up or closed.
typedef struct {
  void* (*open)(int fd);
  int (*handshake)(void* connection);  // 1: connected
  // Bytes; 0: the peer has closed; below: it failed.
  int (*read)(void* connection, char* data, int room);
  int (*write)(void* connection, const char* data, int size);  // 1: all of it
  int (*update)(void* connection);                             // KeyUpdate, asking for one back
  // A client's: close_notify, on streams until the peer's is seen as well. keep: the session is
  // wanted for the next connection. 1: done.
  int (*close)(void* connection, int keep);
  void (*say_closed)(void* connection);  // a server's: close_notify
  void (*free)(void* connection);        // not the socket
} Library;

static inline void ServeOne(const Library* library, void* connection) {
  char data[MAX_LINE];
  if (!library->handshake(connection)) return;
  for (;;) {
    const int n = library->read(connection, data, sizeof(data));
    if (n < 0) return;
    if (n == 0 || Says(data, n, "?close")) break;
    if (Says(data, n, "?update") && !library->update(connection)) return;
    if (!library->write(connection, data, n)) return;
  }
  library->say_closed(connection);
}

static inline void RunServer(const Library* library, const Options* options) {
  int listener = Listen(options);
  for (;;) {
    const int fd = AcceptOne(&listener, options);
    if (fd < 0) return;
    void* connection = library->open(fd);
    ServeOne(library, connection);
    library->free(connection);
    close(fd);
  }
}

// What the lines of stdin say; 0: it failed; 1: it is closed; 2: and is wanted again.
static inline int Talk(const Library* library, void* connection) {
  char line[MAX_LINE + 1], data[MAX_LINE];
  while (NextLine(line)) {
    if (strcmp(line, "!again") == 0) return library->close(connection, 1) ? 2 : 0;
    if (strcmp(line, "!update") == 0) {
      if (!library->update(connection)) return 0;
      continue;
    }
    strcat(line, "\n");
    if (!library->write(connection, line, (int)strlen(line))) return 0;
    const int n = library->read(connection, data, sizeof(data));
    if (n <= 0) return n == 0 && library->close(connection, 0);
    printf("got %.*s", n, data);
  }
  return library->close(connection, 0);
}

// The program's exit code.
static inline int RunClient(const Library* library, const Options* options) {
  for (;;) {
    const int fd = Connect(options);
    void* connection = library->open(fd);
    const int end = library->handshake(connection) ? Talk(library, connection) : 0;
    library->free(connection);
    close(fd);
    if (end != 2) return end == 1 ? 0 : 1;
  }
}

static inline int RunPeer(const Library* library, const Options* options) {
  signal(SIGPIPE, SIG_IGN);  // writing to a peer that is gone is an error
  if (!options->is_server) return RunClient(library, options);
  RunServer(library, options);
  return 0;
}
