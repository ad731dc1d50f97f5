// SPDX-License-Identifier: Apache-2.0
#include "tls/bogo/exchange.h"

#include <cstdio>

#include "tls/bogo/checks.h"

namespace merlon::bogo {
namespace {

bool Say(const char* what) {
  fprintf(stderr, "%s\n", what);
  return false;
}

bool Handshake(Carrier& carrier, Engine& engine) {
  while (!engine.observed().connected) {
    if (carrier.failure()) return false;
    if (!carrier.Step() && !engine.observed().connected) {
      return Say("the transport ended within the handshake");
    }
  }
  return true;
}

// Exported bytes go to the runner as application data.
bool WriteExports(Carrier& carrier, Engine& engine) {
  const Flags& flags = engine.flags();
  if (flags.export_keying_material > 0) {
    std::vector<uint8_t> out(static_cast<size_t>(flags.export_keying_material));
    // TLS 1.2 tells no context from an empty one (RFC 5705 s4).
    std::optional<Bytes> context;
    if (flags.use_export_context) context = AsBytes(flags.export_context);
    const Result<void> exported =
        engine.core().ExportKeyingMaterial(flags.export_label, context, absl::MakeSpan(out));
    if (!exported.ok()) return Say("no keying material");
    if (!carrier.Write(out)) return false;
  }
  if (flags.export_traffic_secrets) {
    const Observed& observed = engine.observed();
    const std::string& read = flags.server ? observed.client_secret : observed.server_secret;
    const std::string& write = flags.server ? observed.server_secret : observed.client_secret;
    const uint8_t size[] = {static_cast<uint8_t>(read.size()), 0};  // little-endian
    return carrier.Write(size) && carrier.Write(AsBytes(read)) && carrier.Write(AsBytes(write));
  }
  return true;
}

bool WriteFirst(Carrier& carrier, const Flags& flags) {
  if (flags.read_with_unfinished_write) {
    carrier.HoldWrites();
    return carrier.Write(AsBytes(flags.shim_initial_write));
  }
  if (!flags.shim_writes_first) return true;
  for (int i = 0; i < flags.repeat_shim_initial_write; ++i) {
    if (!carrier.Write(AsBytes(flags.shim_initial_write))) return false;
  }
  return true;
}

bool WriteDifferentSizes(Carrier& carrier) {
  const std::string data(32769, 0x42);
  for (size_t size : {0, 1, 255, 256, 257, 16383, 16384, 16385, 32767, 32768, 32769}) {
    if (!carrier.Write(AsBytes(std::string_view(data).substr(0, size)))) return false;
  }
  return true;
}

// Sends back what comes, inverted, until the peer closes or is gone.
bool Echo(Carrier& carrier, Engine& engine) {
  Observed& observed = engine.observed();
  for (;;) {
    if (engine.flags().key_update_before_read) carrier.UpdateKeys();
    while (observed.data.empty()) {
      if (carrier.failure()) return false;
      if (observed.peer_closed) return true;
      if (!carrier.Step() && observed.data.empty()) return true;
    }
    carrier.ReleaseWrites();
    if (engine.flags().key_update) carrier.UpdateKeys();
    std::string data = std::move(observed.data.front());
    observed.data.pop_front();
    for (char& c : data) c = static_cast<char>(~c);
    if (!carrier.Write(AsBytes(data))) return false;
  }
}

// A client ends with a session to resume, unless it is told not to expect one. In TLS 1.2 it comes
// within the handshake, and what resumes a session has it already, unless the server renews it.
bool CheckSession(Engine& engine, const Observed& observed) {
  const Flags& flags = engine.flags();
  const tls::Negotiated& negotiated = engine.core().negotiated();
  const bool none = IsTls13(negotiated.version)
                        ? flags.shim_shuts_down
                        : negotiated.authentication == tls::Authentication::kResumption &&
                              !flags.expect_ticket_renewal;
  const bool expected = !flags.expect_no_session && !none;
  if (flags.server || observed.session.empty() == !expected) return true;
  return Say(expected ? "no session came" : "a session came and none was expected");
}

bool Shutdown(Carrier& carrier, Engine& engine) {
  const Flags& flags = engine.flags();
  if (!flags.check_close_notify) return true;
  carrier.Close();
  while (flags.shim_shuts_down && !engine.observed().peer_closed) {
    if (carrier.failure() || !carrier.Step()) break;
  }
  return engine.observed().peer_closed || Say("no close_notify came");
}

}  // namespace

bool RunExchange(Carrier& carrier, Engine& engine, bool is_resumption) {
  const Flags& flags = engine.flags();
  if (!Handshake(carrier, engine) || !CheckHandshake(engine, is_resumption)) return false;
  if (!WriteExports(carrier, engine)) return false;
  if (flags.write_different_record_sizes) {
    if (!WriteDifferentSizes(carrier)) return false;
  } else if (!WriteFirst(carrier, flags) || (!flags.shim_shuts_down && !Echo(carrier, engine))) {
    return false;
  }
  return CheckSession(engine, engine.observed()) && Shutdown(carrier, engine);
}

}  // namespace merlon::bogo
