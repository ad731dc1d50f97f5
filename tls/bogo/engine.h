// SPDX-License-Identifier: Apache-2.0
// A handshake core with its memory, the answers to what it asks, and what it told. How its bytes
// travel is for the carriers.
#pragma once
#include <deque>
#include <memory>

#include "tls/bogo/flags.h"
#include "tls/bogo/setup.h"
#include "tls/local_operations.h"
#include "tls/profiles/full.h"

namespace merlon::bogo {

// What a connection told.
struct Observed {
  bool connected = false, peer_closed = false;
  std::deque<std::string> data;              // a piece for each record
  std::string session;                       // the newest; empty: none came
  std::string client_secret, server_secret;  // of application data
  std::vector<std::string> authorities;      // that the peer named, where it asked for a choice
  std::vector<uint16_t> schemes;             // that it offered
  std::string ocsp_response;                 // that came with its chain
};

class Engine {
 public:
  Engine(std::shared_ptr<const tls::ClientConfig> config, Setup& setup, const Flags& flags,
         std::string_view session, Now& now);
  Engine(std::shared_ptr<const tls::ServerConfig> config, Setup& setup, const Flags& flags,
         Now& now);
  Engine(const Engine&) = delete;

  tls::HandshakeCore<tls::FullProfile>& core() { return *core_; }
  MutableBytes reassembly() { return absl::MakeSpan(reassembly_); }
  const Flags& flags() const { return flags_; }
  // The runner's clock: it goes on when the runner says so.
  Now& now() { return now_; }
  Observed& observed() { return observed_; }

  template <class Face>
  void TakeEvents(Face& face) {
    while (std::optional<tls::Event> event = face.PollEvent()) Take(*event);
  }
  // Answers the first thing that the connection waits for; false: there is none.
  template <class Face>
  bool AnswerOne(Face& face) {
    if (face.Operations().empty()) return false;
    const tls::Pending pending = face.Operations().front();
    (void)face.Complete(pending.id, Perform(pending.request), now_);
    return true;
  }
  // The place of the credential or PSK that was used among those of the flags; -1: that of
  // -cert-file, or none.
  int selected_credential() const;

 private:
  void Take(const tls::Event& event);
  tls::OpResult Perform(const tls::Operation& operation);

  const Flags& flags_;
  Now& now_;
  std::shared_ptr<const tls::ClientConfig> client_;
  std::shared_ptr<const tls::ServerConfig> server_;
  std::vector<uint8_t> storage_, reassembly_;
  std::unique_ptr<tls::HandshakeCore<tls::FullProfile>> core_;
  tls::LocalOperations local_;
  Observed observed_;
};

}  // namespace merlon::bogo
