// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/interop/peers/wolfssl_peer.h"

static const Options* g;

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
}

static unsigned int ClientPsk(WOLFSSL* ssl, const char* hint, char* identity, unsigned int room,
                              unsigned char* key, unsigned int key_room) {
  (void)ssl, (void)hint;
  if (room <= strlen(g->psk_identity) || key_room < g->psk_size) return 0;
  memcpy(identity, g->psk_identity, strlen(g->psk_identity) + 1);
  memcpy(key, g->psk, g->psk_size);
  return (unsigned int)g->psk_size;
}
static unsigned int ServerPsk(WOLFSSL* ssl, const char* identity, unsigned char* key,
                              unsigned int key_room) {
  (void)ssl;
  if (strcmp(identity, g->psk_identity) != 0 || key_room < g->psk_size) return 0;
  memcpy(key, g->psk, g->psk_size);
  return (unsigned int)g->psk_size;
}
static unsigned int ClientPsk13(WOLFSSL* ssl, const char* hint, char* identity, unsigned int room,
                                unsigned char* key, unsigned int key_room, const char** suite) {
  *suite = "TLS13-AES128-GCM-SHA256";
  return ClientPsk(ssl, hint, identity, room, key, key_room);
}
static unsigned int ServerPsk13(WOLFSSL* ssl, const char* identity, unsigned char* key,
                                unsigned int key_room, const char** suite) {
  *suite = "TLS13-AES128-GCM-SHA256";
  return ServerPsk(ssl, identity, key, key_room);
}
void UsePsk(const Options* options, WOLFSSL_CTX* ctx) {
  g = options;
  // A protocol version with PSKs of its own calls one pair, the others the other pair.
  if (g->is_server && g->is_13) wolfSSL_CTX_set_psk_server_tls13_callback(ctx, ServerPsk13);
  if (g->is_server && !g->is_13) wolfSSL_CTX_set_psk_server_callback(ctx, ServerPsk);
  if (!g->is_server && g->is_13) wolfSSL_CTX_set_psk_client_tls13_callback(ctx, ClientPsk13);
  if (!g->is_server && !g->is_13) wolfSSL_CTX_set_psk_client_callback(ctx, ClientPsk);
}
