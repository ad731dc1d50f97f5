// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/interop/peers/wolfssl_peer.h"

WOLFSSL_METHOD* Dtls13Method(const Options* options) {
  return options->is_server ? wolfDTLSv1_3_server_method() : wolfDTLSv1_3_client_method();
}

void UseMtu(const Options* options, WOLFSSL* ssl) {
  if (wolfSSL_dtls_set_mtu(ssl, (unsigned short)options->mtu) != WOLFSSL_SUCCESS) Die("mtu");
}

void UseCookie(const Options* options, WOLFSSL* ssl) {
  const int done =
      options->cookie ? wolfSSL_send_hrr_cookie(ssl, NULL, 0) : wolfSSL_disable_hrr_cookie(ssl);
  if (done != WOLFSSL_SUCCESS) Die("cookie");
  // A second ClientHello in several datagrams: the first has to fit one.
  if (wolfSSL_dtls13_allow_ch_frag(ssl, 1) != WOLFSSL_SUCCESS) Die("fragments");
}
