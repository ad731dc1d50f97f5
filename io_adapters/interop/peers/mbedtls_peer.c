// SPDX-License-Identifier: Apache-2.0
// A client and a server over Mbed TLS 2.28, for TLS 1.2 and DTLS 1.2; plumbing.h says how it is
// used.
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/error.h>
#include <mbedtls/net_sockets.h>
#include <mbedtls/ssl.h>
#include <mbedtls/ssl_cache.h>
#include <mbedtls/ssl_cookie.h>
#include <mbedtls/ssl_ticket.h>
#include <mbedtls/timing.h>

#include "io_adapters/interop/peers/talk.h"

static Options g;
static mbedtls_entropy_context entropy;
static mbedtls_ctr_drbg_context rng;
static mbedtls_x509_crt ca, own;
static mbedtls_pk_context key;
static mbedtls_ssl_config config;
static mbedtls_ssl_cookie_ctx cookies;
static mbedtls_ssl_ticket_context tickets;
static mbedtls_ssl_cache_context cache;
static mbedtls_ssl_session session;  // a client's
static int has_session;
static const char* alpn[2];
static mbedtls_ecp_group_id groups[5];

typedef struct {
  mbedtls_ssl_context ssl;
  mbedtls_net_context net;
  mbedtls_timing_delay_context timer;
} Connection;

static int Failed(const char* what, int error) {
  char text[128];
  mbedtls_strerror(error, text, sizeof(text));
  printf("failed: %s: %s (-0x%x)\n", what, text, (unsigned int)-error);
  return 0;
}

static void Must(const char* what, int error) {
  if (error != 0) {
    Failed(what, error);
    exit(1);
  }
}

static void ChooseGroups(void) {
  int count = 0;
  for (const char* at = g.groups; at != NULL && count < 4;) {
    const size_t size = strcspn(at, ",");
    const int p256 = size == 5 && memcmp(at, "P-256", 5) == 0;
    groups[count++] = p256 ? MBEDTLS_ECP_DP_SECP256R1 : MBEDTLS_ECP_DP_CURVE25519;
    at = at[size] == 0 ? NULL : at + size + 1;
  }
  // In TLS 1.2 the curve of a certificate has to be named as well.
  if (count == 1 && groups[0] == MBEDTLS_ECP_DP_CURVE25519) {
    groups[count++] = MBEDTLS_ECP_DP_SECP256R1;
  }
  groups[count] = MBEDTLS_ECP_DP_NONE;
  if (count != 0) mbedtls_ssl_conf_curves(&config, groups);
}

static void ChooseCertificates(void) {
  mbedtls_ssl_conf_authmode(&config, MBEDTLS_SSL_VERIFY_NONE);
  if (g.ca != NULL) {
    Must(g.ca, mbedtls_x509_crt_parse_file(&ca, g.ca));
    mbedtls_ssl_conf_ca_chain(&config, &ca, NULL);
    mbedtls_ssl_conf_authmode(&config, MBEDTLS_SSL_VERIFY_REQUIRED);
  }
  if (g.cert != NULL) {
    Must(g.cert, mbedtls_x509_crt_parse_file(&own, g.cert));
    Must(g.key, mbedtls_pk_parse_keyfile(&key, g.key, NULL));
    Must("certificate", mbedtls_ssl_conf_own_cert(&config, &own, &key));
  }
}

static void ServeSessions(void) {
  Must("tickets", mbedtls_ssl_ticket_setup(&tickets, mbedtls_ctr_drbg_random, &rng,
                                           MBEDTLS_CIPHER_AES_256_GCM, 3600));
  mbedtls_ssl_conf_session_tickets_cb(&config, mbedtls_ssl_ticket_write, mbedtls_ssl_ticket_parse,
                                      &tickets);
  mbedtls_ssl_conf_session_cache(&config, &cache, mbedtls_ssl_cache_get, mbedtls_ssl_cache_set);
}

static void Configure(void) {
  mbedtls_entropy_init(&entropy);
  mbedtls_ctr_drbg_init(&rng);
  mbedtls_x509_crt_init(&ca);
  mbedtls_x509_crt_init(&own);
  mbedtls_pk_init(&key);
  mbedtls_ssl_config_init(&config);
  mbedtls_ssl_cookie_init(&cookies);
  mbedtls_ssl_ticket_init(&tickets);
  mbedtls_ssl_cache_init(&cache);
  mbedtls_ssl_session_init(&session);
  Must("rng", mbedtls_ctr_drbg_seed(&rng, mbedtls_entropy_func, &entropy, NULL, 0));
  Must("configuration",
       mbedtls_ssl_config_defaults(
           &config, g.is_server ? MBEDTLS_SSL_IS_SERVER : MBEDTLS_SSL_IS_CLIENT,
           g.is_datagram ? MBEDTLS_SSL_TRANSPORT_DATAGRAM : MBEDTLS_SSL_TRANSPORT_STREAM,
           MBEDTLS_SSL_PRESET_DEFAULT));
  mbedtls_ssl_conf_min_version(&config, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_3);
  mbedtls_ssl_conf_rng(&config, mbedtls_ctr_drbg_random, &rng);
  ChooseGroups();
  ChooseCertificates();
  if (g.psk_size != 0) {
    Must("psk", mbedtls_ssl_conf_psk(&config, g.psk, g.psk_size,
                                     (const unsigned char*)g.psk_identity, strlen(g.psk_identity)));
  }
  if (g.alpn != NULL) {
    alpn[0] = g.alpn;
    Must("alpn", mbedtls_ssl_conf_alpn_protocols(&config, alpn));
  }
  if (g.is_server) ServeSessions();
  if (!g.is_server || !g.is_datagram) return;
  if (g.cookie) {
    Must("cookie", mbedtls_ssl_cookie_setup(&cookies, mbedtls_ctr_drbg_random, &rng));
    mbedtls_ssl_conf_dtls_cookies(&config, mbedtls_ssl_cookie_write, mbedtls_ssl_cookie_check,
                                  &cookies);
  } else {
    mbedtls_ssl_conf_dtls_cookies(&config, NULL, NULL, NULL);
  }
}

static void FreeAll(void) {
  mbedtls_ssl_session_free(&session);
  mbedtls_ssl_cache_free(&cache);
  mbedtls_ssl_ticket_free(&tickets);
  mbedtls_ssl_cookie_free(&cookies);
  mbedtls_ssl_config_free(&config);
  mbedtls_pk_free(&key);
  mbedtls_x509_crt_free(&own);
  mbedtls_x509_crt_free(&ca);
  mbedtls_ctr_drbg_free(&rng);
  mbedtls_entropy_free(&entropy);
}

static void* Open(int fd) {
  static Connection only;
  Connection* peer = &only;
  memset(peer, 0, sizeof(*peer));
  mbedtls_ssl_init(&peer->ssl);
  peer->net.fd = fd;
  Must("connection", mbedtls_ssl_setup(&peer->ssl, &config));
  mbedtls_ssl_set_bio(&peer->ssl, &peer->net, mbedtls_net_send, mbedtls_net_recv,
                      mbedtls_net_recv_timeout);
  mbedtls_ssl_set_timer_cb(&peer->ssl, &peer->timer, mbedtls_timing_set_delay,
                           mbedtls_timing_get_delay);
  if (g.is_datagram && g.mtu != 0) mbedtls_ssl_set_mtu(&peer->ssl, (uint16_t)g.mtu);
  if (!g.is_server) Must("name", mbedtls_ssl_set_hostname(&peer->ssl, "localhost"));
  if (has_session) Must("session", mbedtls_ssl_set_session(&peer->ssl, &session));
  return peer;
}

static void Free(void* connection) {
  Connection* peer = connection;
  mbedtls_ssl_free(&peer->ssl);
}

// Nothing tells afterwards whether a session was resumed: then the server sent neither a
// certificate nor a key.
static int Step(Connection* peer, int* resumed) {
  const int error = mbedtls_ssl_handshake_step(&peer->ssl);
  if (peer->ssl.state == MBEDTLS_SSL_SERVER_CERTIFICATE ||
      peer->ssl.state == MBEDTLS_SSL_SERVER_KEY_EXCHANGE) {
    *resumed = 0;
  }
  return error;
}

static int Handshake(void* connection) {
  Connection* peer = connection;
  int error = 0, resumed = 1;
  const unsigned char id[] = "loopback";
  if (g.is_server && g.is_datagram) {
    Must("id", mbedtls_ssl_set_client_transport_id(&peer->ssl, id, sizeof(id)));
  }
  while (peer->ssl.state != MBEDTLS_SSL_HANDSHAKE_OVER) {
    error = Step(peer, &resumed);
    if (error == MBEDTLS_ERR_SSL_HELLO_VERIFY_REQUIRED) {
      Must("reset", mbedtls_ssl_session_reset(&peer->ssl));
      Must("id", mbedtls_ssl_set_client_transport_id(&peer->ssl, id, sizeof(id)));
    } else if (error != 0 && error != MBEDTLS_ERR_SSL_WANT_READ) {
      return Failed("handshake", error);
    }
  }
  const char* chosen = mbedtls_ssl_get_alpn_protocol(&peer->ssl);
  printf("connected to Mbed TLS; resumed=%s alpn=%s version=%s suite=%s\n", resumed ? "yes" : "no",
         chosen == NULL ? "" : chosen, mbedtls_ssl_get_version(&peer->ssl),
         mbedtls_ssl_get_ciphersuite(&peer->ssl));
  return 1;
}

static int Read(void* connection, char* data, int room) {
  Connection* peer = connection;
  for (;;) {
    const int n = mbedtls_ssl_read(&peer->ssl, (unsigned char*)data, (size_t)room);
    if (n > 0) return n;
    if (n == MBEDTLS_ERR_SSL_WANT_READ || n == MBEDTLS_ERR_SSL_TIMEOUT) continue;
    if (n == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY) {
      printf("closed\n");
      return 0;
    }
    Failed("read", n);
    return -1;
  }
}

static int Write(void* connection, const char* data, int size) {
  Connection* peer = connection;
  const int n = mbedtls_ssl_write(&peer->ssl, (const unsigned char*)data, (size_t)size);
  return n == size ? 1 : Failed("write", n);
}

static int Update(void* connection) {
  (void)connection;
  printf("failed: update: TLS 1.2 has none\n");
  return 0;
}

static int Close(void* connection, int keep) {
  Connection* peer = connection;
  const int error = mbedtls_ssl_close_notify(&peer->ssl);
  if (error != 0) return Failed("close", error);
  if (keep) {
    Must("session", mbedtls_ssl_get_session(&peer->ssl, &session));
    has_session = 1;
  }
  return 1;
}

static void SayClosed(void* connection) {
  Connection* peer = connection;
  (void)mbedtls_ssl_close_notify(&peer->ssl);
}

int main(int argc, char** argv) {
  static const Library library = {Open, Handshake, Read, Write, Update, Close, SayClosed, Free};
  g = ParseOptions(argc, argv);
  if (g.is_13) Die("this Mbed TLS has no TLS 1.3");
  Configure();
  const int code = RunPeer(&library, &g);
  FreeAll();
  return code;
}
