// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/interop/peers/wolfssl_peer.h"

WOLFSSL_METHOD* Dtls13Method(const Options* options) {
  (void)options;
  Die("this wolfSSL has no DTLS 1.3");
  return NULL;
}

void UseMtu(const Options* options, WOLFSSL* ssl) {
  (void)options, (void)ssl;
  Die("this wolfSSL was built without an MTU");
}

void UseCookie(const Options* options, WOLFSSL* ssl) { (void)options, (void)ssl; }
