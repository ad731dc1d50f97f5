// SPDX-License-Identifier: Apache-2.0
// What not every build of wolfSSL has: wolfssl_newer.c, or in its place wolfssl_older.c.
#pragma once
#include <wolfssl/options.h>
// options.h comes first.
#include <wolfssl/ssl.h>

#include "io_adapters/interop/peers/plumbing.h"

WOLFSSL_METHOD* Dtls13Method(const Options* options);
void UseMtu(const Options* options, WOLFSSL* ssl);
void UseCookie(const Options* options, WOLFSSL* ssl);
