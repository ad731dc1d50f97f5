// SPDX-License-Identifier: Apache-2.0
// The table of flags.
#include "tls/bogo/flags.h"

#include <charconv>
#include <functional>
#include <map>

#include "x509/pem.h"

namespace merlon::bogo {
namespace {

// Stores a flag's value; false: not one that this shim can deal with.
using Setter = std::function<bool(Flags&, std::string_view)>;
struct Row {
  bool has_value;
  Setter set;
};

template <class Number>
bool ParseNumber(std::string_view text, Number* out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *out);
  return error == std::errc() && end == text.data() + text.size();
}

Row Bool(bool Flags::* field) {
  return {false, [=](Flags& flags, std::string_view) { return flags.*field = true; }};
}
Row Text(std::string Flags::* field) {
  return {true, [=](Flags& flags, std::string_view value) {
            flags.*field = value;
            return true;
          }};
}
template <class Number>
Row Int(Number Flags::* field) {
  return {true, [=](Flags& flags, std::string_view value) {
            return ParseNumber(value, &(flags.*field));
          }};
}
Row OptionalInt(std::optional<int> Flags::* field) {
  return {true, [=](Flags& flags, std::string_view value) {
            return ParseNumber(value, &(flags.*field).emplace());
          }};
}
Row IntList(std::vector<uint16_t> Flags::* field) {
  return {true, [=](Flags& flags, std::string_view value) {
            return ParseNumber(value, &(flags.*field).emplace_back());
          }};
}
bool ParseBase64(std::string_view value, std::string* out) {
  const x509::PemBlock block = {.label = "", .body = value};
  std::vector<uint8_t> buffer(block.max_size());
  const Result<Bytes> decoded = x509::DecodePem(block, absl::MakeSpan(buffer));
  if (decoded.ok()) *out = AsText(*decoded);
  return decoded.ok();
}
Row Base64(std::string Flags::* field) {
  return {true, [=](Flags& flags, std::string_view value) {
            return ParseBase64(value, &(flags.*field));
          }};
}
// Applies to the newest credential.
Row OfCredential(const std::function<bool(CredentialFlags&, std::string_view)>& set) {
  return {true, [=](Flags& flags, std::string_view value) {
            return set(flags.credentials.empty() ? flags.credential : flags.credentials.back(),
                       value);
          }};
}
Row PskField(std::string CredentialFlags::* field) {
  return OfCredential([=](CredentialFlags& credential, std::string_view value) {
    return credential.is_psk && ParseBase64(value, &(credential.*field));
  });
}
Row PskHash(bool sha384) {
  return {false, [=](Flags& flags, std::string_view) {
            if (flags.credentials.empty()) return false;
            flags.credentials.back().psk_sha384 = sha384;
            return true;
          }};
}
// Asks for what is never otherwise here.
Row Always() {
  return {false, [](Flags&, std::string_view) { return true; }};
}
Row Only(std::string_view supported) {
  return {true, [=](Flags&, std::string_view value) { return value == supported; }};
}

const std::map<std::string_view, Row>& Rows() {
  static const auto& rows = *new std::map<std::string_view, Row>{
      {"-port", Int(&Flags::port)},
      {"-shim-id", Int(&Flags::shim_id)},
      {"-ipv6", Bool(&Flags::ipv6)},
      {"-server", Bool(&Flags::server)},
      {"-dtls", Bool(&Flags::dtls)},
      {"-quic", Bool(&Flags::quic)},
      {"-min-version", Int(&Flags::min_version)},
      {"-max-version", Int(&Flags::max_version)},
      {"-no-tls13", Bool(&Flags::no_tls13)},
      {"-no-tls12", Bool(&Flags::no_tls12)},
      {"-no-tls11", Bool(&Flags::no_tls11)},
      {"-no-tls1", Bool(&Flags::no_tls1)},
      {"-curves", IntList(&Flags::curves)},
      {"-verify-prefs", IntList(&Flags::verify_prefs)},
      {"-key-shares",
       {true,
        [](Flags& flags, std::string_view value) {
          if (!flags.key_shares) flags.key_shares.emplace();
          return ParseNumber(value, &flags.key_shares->emplace_back());
        }}},
      {"-host-name", Text(&Flags::host_name)},
      {"-advertise-alpn", Text(&Flags::advertise_alpn)},
      {"-select-alpn", Text(&Flags::select_alpn)},
      {"-decline-alpn", Always()},  // a server without protocols of its own
      {"-reject-alpn", Bool(&Flags::reject_alpn)},
      {"-quic-transport-params", Base64(&Flags::quic_transport_params)},
      {"-quic-use-legacy-codepoint", Only("0")},
      {"-cert-file", OfCredential([](CredentialFlags& credential, std::string_view value) {
         credential.cert_file = value;
         return true;
       })},
      {"-key-file", OfCredential([](CredentialFlags& credential, std::string_view value) {
         credential.key_file = value;
         return true;
       })},
      {"-signing-prefs", OfCredential([](CredentialFlags& credential, std::string_view value) {
         return ParseNumber(value, &credential.signing_prefs.emplace_back());
       })},
      {"-new-x509-credential",
       {false,
        [](Flags& flags, std::string_view) {
          flags.credentials.emplace_back();
          return true;
        }}},
      {"-new-psk-credential",
       {false,
        [](Flags& flags, std::string_view) {
          flags.credentials.emplace_back().is_psk = true;
          return true;
        }}},
      {"-psk-importer-key", PskField(&CredentialFlags::psk)},
      {"-psk-importer-identity", PskField(&CredentialFlags::psk_identity)},
      {"-psk-importer-context", PskField(&CredentialFlags::psk_context)},
      {"-psk-importer-sha256", PskHash(false)},
      {"-psk-importer-sha384", PskHash(true)},
      {"-must-match-issuer",
       {false,
        [](Flags& flags, std::string_view) {
          if (flags.credentials.empty()) return false;
          return flags.credentials.back().must_match_issuer = true;
        }}},
      {"-require-any-client-certificate", Bool(&Flags::require_any_client_certificate)},
      {"-use-client-ca-list", Text(&Flags::use_client_ca_list)},
      {"-expect-client-ca-list", Text(&Flags::expect_client_ca_list)},
      {"-expect-peer-verify-pref", IntList(&Flags::expect_peer_verify_prefs)},
      {"-use-old-client-cert-callback", Always()},  // every choice waits for an answer
      // The runner's root; what is trusted is said by -verify-fail.
      {"-trust-cert", {true, [](Flags&, std::string_view) { return true; }}},
      {"-ocsp-response", OfCredential([](CredentialFlags& credential, std::string_view value) {
         return ParseBase64(value, &credential.ocsp_response);
       })},
      {"-enable-ocsp-stapling", Bool(&Flags::enable_ocsp_stapling)},
      {"-use-ocsp-callback", Bool(&Flags::use_ocsp_callback)},
      {"-set-ocsp-in-callback", Always()},  // a credential has its response from the start
      {"-decline-ocsp-callback", Bool(&Flags::decline_ocsp_callback)},
      {"-fail-ocsp-callback", Bool(&Flags::fail_ocsp_callback)},
      {"-expect-ocsp-response", Base64(&Flags::expect_ocsp_response)},
      {"-verify-peer", Bool(&Flags::verify_peer)},
      {"-verify-fail", Bool(&Flags::verify_fail)},
      {"-use-custom-verify-callback", Bool(&Flags::use_custom_verify_callback)},
      {"-expect-verify-result", Always()},  // no connection comes about without a verdict
      {"-fail-cert-callback", Bool(&Flags::fail_cert_callback)},
      {"-resume-count", Int(&Flags::resume_count)},
      {"-resumption-delay", Int(&Flags::resumption_delay)},
      {"-no-ticket", Bool(&Flags::no_ticket)},
      {"-async", Bool(&Flags::async)},
      {"-implicit-handshake", Always()},  // there is no other
      {"-handshake-twice", Always()},     // there is no call to repeat
      {"-no-op-extra-handshake", Always()},
      {"-use-early-callback", Always()},  // every choice of a credential waits for an answer
      {"-partial-write", Always()},       // Seal says how much it took
      {"-server-preference", Always()},   // a server's order is what counts
      {"-shim-writes-first", Bool(&Flags::shim_writes_first)},
      {"-read-with-unfinished-write", Bool(&Flags::read_with_unfinished_write)},
      {"-shim-initial-write", Text(&Flags::shim_initial_write)},
      {"-repeat-shim-initial-write", Int(&Flags::repeat_shim_initial_write)},
      {"-write-different-record-sizes", Bool(&Flags::write_different_record_sizes)},
      {"-read-size", {true, [](Flags&, std::string_view) { return true; }}},  // records are whole
      {"-shim-shuts-down", Bool(&Flags::shim_shuts_down)},
      {"-check-close-notify", Bool(&Flags::check_close_notify)},
      {"-key-update", Bool(&Flags::key_update)},
      {"-key-update-before-read", Bool(&Flags::key_update_before_read)},
      {"-export-keying-material", Int(&Flags::export_keying_material)},
      {"-export-label", Text(&Flags::export_label)},
      {"-export-context", Text(&Flags::export_context)},
      {"-use-export-context", Bool(&Flags::use_export_context)},
      {"-export-traffic-secrets", Bool(&Flags::export_traffic_secrets)},
      {"-max-send-fragment", Int(&Flags::max_send_fragment)},
      {"-mtu", Int(&Flags::mtu)},
      {"-initial-timeout-duration-ms", Int(&Flags::initial_timeout_duration_ms)},
      {"-expect-version", Int(&Flags::expect_version)},
      {"-expect-cipher", Int(&Flags::expect_cipher)},
      {"-expect-curve-id", Int(&Flags::expect_curve_id)},
      {"-expect-peer-signature-algorithm", Int(&Flags::expect_peer_signature_algorithm)},
      {"-expect-server-name", Text(&Flags::expect_server_name)},
      {"-expect-alpn", Text(&Flags::expect_alpn)},
      {"-expect-quic-transport-params", Base64(&Flags::expect_quic_transport_params)},
      {"-expect-peer-cert-file", Text(&Flags::expect_peer_cert_file)},
      {"-expect-selected-credential", OptionalInt(&Flags::expect_selected_credential)},
      {"-expect-no-peer-cert", Bool(&Flags::expect_no_peer_cert)},
      {"-expect-session-miss", Bool(&Flags::expect_session_miss)},
      {"-expect-no-session", Bool(&Flags::expect_no_session)},
      {"-expect-hrr", Bool(&Flags::expect_hrr)},
      {"-expect-extended-master-secret", Bool(&Flags::expect_extended_master_secret)},
      {"-expect-ticket-renewal", Bool(&Flags::expect_ticket_renewal)},
      {"-expect-no-hrr", Bool(&Flags::expect_no_hrr)},
  };
  return rows;
}

bool RemovePrefix(std::string_view* name, std::string_view prefix) {
  if (!name->starts_with(prefix)) return false;
  name->remove_prefix(prefix.size());
  return true;
}

}  // namespace

CommandLine ParseCommandLine(int argc, char** argv) {
  CommandLine line;
  for (int i = 1; i < argc; ++i) {
    std::string_view name = argv[i];
    if (name == "-is-handshaker-supported") {
      line.asks_for_handshaker = true;
      return line;
    }
    RemovePrefix(&name, "-on-shim");
    const bool initial = RemovePrefix(&name, "-on-initial");
    const bool resume = !initial && RemovePrefix(&name, "-on-resume");
    const auto row = Rows().find(name);
    const bool known = row != Rows().end() && (!row->second.has_value || i + 1 < argc);
    const std::string_view value = known && row->second.has_value ? argv[++i] : "";
    if (!known || (!resume && !row->second.set(line.initial, value)) ||
        (!initial && !row->second.set(line.resume, value))) {
      line.unimplemented = name;
      return line;
    }
  }
  return line;
}

}  // namespace merlon::bogo
