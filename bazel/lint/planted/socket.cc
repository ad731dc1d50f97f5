// SPDX-License-Identifier: Apache-2.0
// Planted: a socket, which check_symbols.py must find.
#include <sys/socket.h>

int Planted() { return socket(AF_INET, SOCK_STREAM, 0); }
