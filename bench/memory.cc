// SPDX-License-Identifier: Apache-2.0
// Memory: what a connection takes, what a handshake needs, and that the engine allocates nothing
// between construction and close. That last one is a test: the program fails when it is not so.
#include <memory>
#include <vector>

#include "bench/malloc_count.h"
#include "bench/pair.h"
#include "tls/profiles/client.h"
#include "tls/profiles/psk13_client.h"
#include "tls/profiles/server.h"

namespace merlon::bench {
namespace {

using tls::DatagramConnection;
using tls::StreamConnection;

// A whole life: handshake, tickets, data both ways, new keys both ways, giving the storage back,
// closing. The allocations in it.
template <class Face>
uint64_t AllocationsOfALife(const Configs& configs, Bytes session, size_t* session_size = nullptr,
                            MutableBytes session_out = {}) {
  const auto pair = std::make_unique<Pair<Face>>(*configs.client, *configs.server, session);
  std::vector<uint8_t> wire(20000);
  const std::vector<uint8_t> data(1000, 1);
  const uint64_t before = Allocations();
  pair->Run();
  bool good = pair->client.connected && pair->server.connected;
  const auto send = [&](auto& from, auto& to) {
    const Result<tls::Sealed> sealed = from.face->Seal(Bytes(data), absl::MakeSpan(wire));
    good &=
        sealed.ok() && to.Receive(Slice(absl::MakeSpan(wire), 0, sealed->written)) == data.size();
    pair->Run();
  };
  send(pair->client, pair->server);
  send(pair->server, pair->client);
  good &= pair->client.face->RequestKeyUpdate(/*request_peer=*/true).ok();
  pair->Run();
  send(pair->client, pair->server);
  send(pair->server, pair->client);
  good &= pair->client.releasable && pair->client.core->ReleaseStorage().ok();
  good &= pair->server.releasable && pair->server.core->ReleaseStorage().ok();
  good &= pair->client.face->Close().ok() && pair->server.face->Close().ok();
  pair->Run();
  good &= pair->client.closed && pair->server.closed;
  const uint64_t allocations = Allocations() - before;
  Require(good, "a whole life");
  if (session_size != nullptr) {
    *session_size = pair->client.session_size;
    std::copy_n(pair->client.session.begin(), *session_size, session_out.begin());
  }
  return allocations;
}

template <class Face>
bool Allocates(Table& table, const char* name) {
  const Configs certificate = CertificateConfigs(), psk = PskConfigs();
  std::vector<uint8_t> session(1024);
  size_t session_size = 0;
  const uint64_t full =
      AllocationsOfALife<Face>(certificate, {}, &session_size, absl::MakeSpan(session));
  session.resize(session_size);
  const uint64_t resumed = AllocationsOfALife<Face>(certificate, session);
  const uint64_t external = AllocationsOfALife<Face>(psk, {});
  table.Row(name, {static_cast<double>(full), static_cast<double>(resumed),
                   static_cast<double>(external)});
  return full + resumed + external != 0;
}

// The least that a handshake completes with, found by trying.
template <class Face, class Set>
size_t Least(const Configs& configs, Bytes session, size_t limit, Set set) {
  size_t low = 0, high = limit;  // too little; enough
  while (high - low > 1) {
    const size_t middle = (low + high) / 2;
    Sizes client, server;
    set(middle, client, server);
    const auto pair =
        std::make_unique<Pair<Face>>(*configs.client, *configs.server, session, client, server);
    pair->Run();
    (pair->client.connected && pair->server.connected ? high : low) = middle;
  }
  return high;
}

template <class Face>
void StorageRow(Table& table, const char* name, const Configs& configs, bool resume) {
  std::vector<uint8_t> session;
  if (resume) {
    const auto pair = std::make_unique<Pair<Face>>(*configs.client, *configs.server);
    pair->Run();
    session.assign(pair->client.session.begin(), pair->client.session.end());
    session.resize(pair->client.session_size);
  }
  const Sizes all;
  const auto row = [&](auto set, size_t limit) {
    return static_cast<double>(Least<Face>(configs, session, limit, set));
  };
  table.Row(name, {row([](size_t n, Sizes& client, Sizes&) { client.storage = n; }, all.storage),
                   row([](size_t n, Sizes&, Sizes& server) { server.storage = n; }, all.storage)});
}

template <class Profile>
void IdleRow(Table& table, const char* name) {
  constexpr size_t kCore = sizeof(tls::HandshakeCore<Profile>);
  table.Row(name, {kCore, sizeof(StreamConnection), kCore + sizeof(StreamConnection),
                   sizeof(DatagramConnection), kCore + sizeof(DatagramConnection)});
}

bool Memory(Table& table) {
  // AEAD contexts and key schedule are inside; handshake storage was given back.
  table.Section("An idle connection", "bytes",
                {"core", "stream face", "stream", "datagram face", "datagrams"});
  IdleRow<tls::FullProfile>(table, "full profile");
  IdleRow<tls::ClientProfile>(table, "client");
  IdleRow<tls::ServerProfile>(table, "server");
  IdleRow<tls::Psk13ClientProfile>(table, "client, PSK alone");

  table.Section("Handshake storage needed, chain of one", "bytes", {"client", "server"});
  const Configs certificate = CertificateConfigs(), psk = PskConfigs();
  StorageRow<StreamConnection>(table, "stream: full", certificate, false);
  StorageRow<StreamConnection>(table, "stream: resumed", certificate, true);
  StorageRow<StreamConnection>(table, "stream: external PSK", psk, false);
  StorageRow<DatagramConnection>(table, "datagrams: full", certificate, false);
  StorageRow<DatagramConnection>(table, "datagrams: external PSK", psk, false);

  // That counting works at all.
  const uint64_t before = Allocations();
  const auto made = std::make_unique<std::vector<uint8_t>>(100);
  // Where somebody may look at it the compiler cannot leave it out.
  const void* volatile seen = made->data();
  (void)seen;
  Require(Allocations() >= before + 2, "counting of allocations");
  table.Section("Allocations from construction to close", "must be 0",
                {"full", "resumed", "external PSK"});
  const bool stream = Allocates<StreamConnection>(table, "stream");
  const bool datagrams = Allocates<DatagramConnection>(table, "datagrams");
  return !stream && !datagrams;
}
const Registration kRegistration("3 memory", Memory);

}  // namespace
}  // namespace merlon::bench
