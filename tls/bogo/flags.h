// SPDX-License-Identifier: Apache-2.0
// What BoringSSL's test runner tells the shim on its command line. Knows the names of the flags
// that the shim implements and their syntax, not what they lead to.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace merlon::bogo {

// A certificate chain and its key, as PEM files; or an external PSK, to be imported (RFC 9258).
struct CredentialFlags {
  std::string cert_file, key_file;
  std::vector<uint16_t> signing_prefs;
  bool must_match_issuer = false;
  std::string ocsp_response;
  bool is_psk = false;
  std::string psk, psk_identity, psk_context;
  bool psk_sha384 = false;
};

// One connection's flags, named as the runner does.
struct Flags {
  // The runner's port, and who we say that we are.
  uint16_t port = 0;
  uint64_t shim_id = 0;
  bool ipv6 = false;

  // Roles, versions, algorithms. Versions are wire values: 0x0304, or 0xfefc in DTLS.
  bool server = false, dtls = false, quic = false;
  uint16_t min_version = 0, max_version = 0;
  bool no_tls13 = false, no_tls12 = false, no_tls11 = false, no_tls1 = false;
  std::vector<uint16_t> curves, verify_prefs;
  std::optional<std::vector<uint16_t>> key_shares;

  // Names, protocols, parameters.
  std::string host_name;
  std::string advertise_alpn;  // as in ClientHello: each name behind its length
  std::string select_alpn;
  bool reject_alpn = false;
  std::string quic_transport_params;

  // Credentials and trust.
  CredentialFlags credential;                // of -cert-file alone
  std::vector<CredentialFlags> credentials;  // of each -new-x509-credential
  bool verify_peer = false, verify_fail = false, use_custom_verify_callback = false,
       fail_cert_callback = false;
  bool require_any_client_certificate = false;
  bool enable_ocsp_stapling = false;
  bool use_ocsp_callback = false, decline_ocsp_callback = false, fail_ocsp_callback = false;
  std::string use_client_ca_list;  // names in hexadecimal, with commas; "<NULL>", "<EMPTY>": none

  // Sessions.
  int resume_count = 0;
  int resumption_delay = 0;  // seconds
  bool no_ticket = false;

  // What is done with the connection.
  bool async = false;
  bool shim_writes_first = false, read_with_unfinished_write = false;
  std::string shim_initial_write = "hello";
  int repeat_shim_initial_write = 1;
  bool write_different_record_sizes = false;
  bool shim_shuts_down = false, check_close_notify = false;
  bool key_update = false, key_update_before_read = false;
  int export_keying_material = 0;  // bytes
  std::string export_label, export_context;
  bool use_export_context = false;
  bool export_traffic_secrets = false;
  size_t max_send_fragment = 0;  // bytes; 0: no limit
  size_t mtu = 0;                // bytes; 0: the library's default
  int initial_timeout_duration_ms = 0;

  // What has to come of it.
  uint16_t expect_version = 0, expect_cipher = 0, expect_curve_id = 0;
  uint16_t expect_peer_signature_algorithm = 0;
  std::string expect_server_name, expect_alpn, expect_quic_transport_params;
  std::string expect_peer_cert_file, expect_ocsp_response;
  std::optional<int> expect_selected_credential;
  bool expect_no_peer_cert = false;
  std::string expect_client_ca_list;
  std::vector<uint16_t> expect_peer_verify_prefs;
  bool expect_session_miss = false, expect_no_session = false;
  bool expect_hrr = false, expect_no_hrr = false;
  bool expect_extended_master_secret = false, expect_ticket_renewal = false;
};

// Versions are compared by age: DTLS counts down.
constexpr bool IsOlder(uint16_t a, uint16_t b, bool dtls) { return dtls ? a > b : a < b; }
constexpr uint16_t Tls12(bool dtls) { return dtls ? 0xfefd : 0x0303; }
constexpr uint16_t Tls13(bool dtls) { return dtls ? 0xfefc : 0x0304; }
constexpr bool IsTls13(uint16_t version) {
  return version == Tls13(false) || version == Tls13(true);
}

struct CommandLine {
  Flags initial, resume;  // the first connection, and all others
  bool asks_for_handshaker = false;
  std::string unimplemented;  // a flag that this shim does not know; empty: none
};

CommandLine ParseCommandLine(int argc, char** argv);

}  // namespace merlon::bogo
