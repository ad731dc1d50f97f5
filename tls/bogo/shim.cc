// SPDX-License-Identifier: Apache-2.0
// The shim between BoringSSL's test runner and Merlon: one process for each test, which connects to
// the runner once or, to resume, several times. Maps flags to public API; docs/conformance.md says
// how to run it and what comes out.
#include <cstdio>
#include <cstdlib>

#include "tls/bogo/exchange.h"
#include "tls/error.h"

namespace merlon::bogo {
namespace {

constexpr int kPassed = 0, kFailed = 1;
constexpr int kUnimplemented = 89;  // the runner's number for what a shim does not do

// May the connection be of a version before TLS 1.2?
bool AllowsOlder(const Flags& flags) {
  // There is no DTLS 1.1.
  return !((flags.no_tls11 || flags.dtls) && flags.no_tls1) &&
         (flags.min_version == 0 || IsOlder(flags.min_version, Tls12(flags.dtls), flags.dtls));
}

void Explain(const Carrier& carrier) {
  const std::optional<Error> error = carrier.failure();
  if (!error) return;
  const tls::Explanation text = tls::Explain(*error);
  const std::string alert(tls::AlertName(error->alert));
  const std::string peer_alert(tls::AlertName(carrier.peer_alert().value_or(Alert::kNone)));
  fprintf(stderr, "merlon error %d: %.*s Alert: %s. From the peer: %s.\n",
          static_cast<int>(error->code), static_cast<int>(text.sentence.size()),
          text.sentence.data(), alert.c_str(), peer_alert.c_str());
}

// The flags allow TLS 1.1, and the peer had nothing else: a test of what is not built.
bool EndedInOlderVersion(const Carrier& carrier, const Flags& flags) {
  const std::optional<Error> error = carrier.failure();
  return error && AllowsOlder(flags) &&
         (error->code == Code::kProtocolVersion || carrier.peer_alert() == Alert::kProtocolVersion);
}

// Says what is missing, and writes it behind the lines of the file that the environment names: the
// runner tells nobody.
int Unimplemented(std::string_view what) {
  const std::string line = std::string(what) + "\n";
  fprintf(stderr, "not implemented: %s", line.c_str());
  const char* const path = getenv("MERLON_BOGO_CAUSES");
  if (path == nullptr) return kUnimplemented;
  // One write, so that the lines of shims that end together stay whole.
  FILE* const file = fopen(path, "ae");
  if (file == nullptr) return kFailed;
  const bool written = fwrite(line.data(), 1, line.size(), file) == line.size();
  return fclose(file) == 0 && written ? kUnimplemented : kFailed;
}

std::unique_ptr<Carrier> MakeCarrier(Engine& engine, Socket& socket) {
  if (engine.flags().dtls) return MakeDatagramCarrier(engine, socket);
  return engine.flags().quic ? MakeQuicCarrier(engine, socket) : MakeStreamCarrier(engine, socket);
}

int Connect(Setup& setup, const Flags& flags, bool is_resumption, std::string& session, Now& now) {
  std::unique_ptr<Engine> engine;
  if (flags.server) {
    auto config = setup.Server(flags);
    if (!config.ok()) return Unimplemented(std::string(config.status().message()));
    engine = std::make_unique<Engine>(*config, setup, flags, now);
  } else {
    auto config = setup.Client(flags);
    if (!config.ok()) return Unimplemented(std::string(config.status().message()));
    engine = std::make_unique<Engine>(*config, setup, flags, session, now);
  }
  Socket socket(flags);
  const std::unique_ptr<Carrier> carrier = MakeCarrier(*engine, socket);
  const bool passed = RunExchange(*carrier, *engine, is_resumption);
  if (!engine->observed().session.empty()) session = engine->observed().session;
  if (passed) return kPassed;
  Explain(*carrier);
  if (carrier->unimplemented()) return Unimplemented("changes of the retransmission timer");
  return EndedInOlderVersion(*carrier, flags) ? Unimplemented(kTooOld) : kFailed;
}

int Main(int argc, char** argv) {
  const CommandLine line = ParseCommandLine(argc, argv);
  if (line.asks_for_handshaker) {
    puts("No");
    return kPassed;
  }
  if (!line.unimplemented.empty()) return Unimplemented(line.unimplemented);
  Setup setup;
  Now now{Instant(std::chrono::seconds(1)), UnixTime(std::chrono::seconds(1'800'000'000))};
  std::string session;
  for (int i = 0; i <= line.initial.resume_count; ++i) {
    const Flags& flags = i == 0 ? line.initial : line.resume;
    const int result = Connect(setup, flags, i > 0, session, now);
    if (result != kPassed) return result;
    now.instant += std::chrono::seconds(flags.resumption_delay);
    now.wall += std::chrono::seconds(flags.resumption_delay);
  }
  return kPassed;
}

}  // namespace
}  // namespace merlon::bogo

int main(int argc, char** argv) {
  const int result = merlon::bogo::Main(argc, argv);
  // The runner takes what comes behind this line for the words of a sanitizer.
  fprintf(stderr, "--- DONE ---\n");
  return result;
}
