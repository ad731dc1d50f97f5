// SPDX-License-Identifier: Apache-2.0
#include "fuzz/end.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace merlon::fuzz {

void Expect(bool kept, const char* promise) {
  if (kept) return;
  fprintf(stderr, "broken promise: %s\n", promise);
  abort();
}

tls::Seed EndBase::FixedSeed() {
  return tls::Seed(32, [](MutableBytes out) { memset(out.data(), 7, out.size()); });
}

void EndBase::Note(const tls::Event& event) {
  if (options_.on_event) options_.on_event(event);
  if (std::holds_alternative<tls::Connected>(event)) {
    Expect(!outcome_.Saw("connected"), "one Connected for each connection");
    outcome_.events += "connected ";
  }
  if (std::holds_alternative<tls::PeerClosed>(event)) {
    Expect(!outcome_.Saw("closed"), "one PeerClosed for each connection");
    outcome_.events += "closed ";
  }
  if (std::holds_alternative<tls::HandshakeMemoryReleasable>(event)) {
    outcome_.events += "releasable ";
  }
  if (const auto* ticket = std::get_if<tls::TicketArrived>(&event)) {
    outcome_.events += "ticket ";
    Expect(!ticket->session.empty(), "a session is not empty");
  }
  if (const auto* keys = std::get_if<tls::KeysChanged>(&event)) {
    outcome_.events += keys->write ? "write" : "read";
    outcome_.events += std::to_string(static_cast<uint64_t>(keys->epoch)) + " ";
  }
}

void EndBase::NoteData(Bytes data) {
  if (data.empty()) return;
  outcome_.data += AsText(data);
  if (options_.on_data) options_.on_data(data);
}

void EndBase::CheckPeerError(Error error) const {
  Expect(error.origin != Origin::kMisuse, "what a peer sends is never misuse");
  Expect(error.code != Code::kInternal && error.code != Code::kOutsideProfile,
         "what a peer sends reaches no impossible place");
  Expect(error.origin != Origin::kDriver || spoiled_, "no driver failed");
}

}  // namespace merlon::fuzz
