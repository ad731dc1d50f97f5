// SPDX-License-Identifier: Apache-2.0
#include "tls/testing/endpoint.h"

#include "absl/strings/escaping.h"

namespace merlon::tls::testing {

void Record(const Event& event, Log& log) {
  if (std::holds_alternative<Connected>(event)) log.events += "connected ";
  if (std::holds_alternative<PeerClosed>(event)) log.events += "closed ";
  if (std::holds_alternative<HandshakeMemoryReleasable>(event)) log.events += "releasable ";
  if (const auto* ticket = std::get_if<TicketArrived>(&event)) {
    log.events += "ticket ";
    log.sessions.push_back(ToString(ticket->session));
  }
  if (const auto* secret = std::get_if<SecretLogged>(&event)) {
    log.secrets.push_back(std::string(secret->label) + " " +
                          absl::BytesToHexString(std::string(AsText(secret->secret))));
  }
}

}  // namespace merlon::tls::testing
