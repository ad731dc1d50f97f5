// SPDX-License-Identifier: Apache-2.0
// UdpServer: DTLS for many peers on one UDP socket, on one thread. It does for tls::Listener what
// that leaves to its caller: the socket, the connections, their timers. What to say to a peer is
// decided by the handlers.
#pragma once
#include <sys/socket.h>

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string_view>

#include "crypto/key_store.h"
#include "io_adapters/datagram_endpoint.h"
#include "io_adapters/descriptor.h"
#include "io_adapters/tcp.h"
#include "io_adapters/tls_server.h"
#include "io_adapters/transport.h"
#include "tls/listener/listener.h"

namespace merlon::io {

struct UdpServerOptions {
  size_t mtu = 1200;                                    // bytes of the largest datagram to send
  Duration handshake_limit = std::chrono::seconds(60);  // for a client that has shown its cookie
  Duration idle_limit = std::chrono::seconds(60);       // without data, then the peer is left
  // Another key makes the cookies when the one that does is so old: at least tls::kCookieLifetime,
  // so that no cookie is older than the key before the present one.
  Duration cookie_key_life = std::chrono::minutes(10);
  Now (*cookie_clock)() = SystemNow;
};

class UdpServer {
 public:
  // Connections at once, each of about 130 KB. A client beyond them gets no answer to its cookie
  // until there is room.
  static constexpr size_t kMaxPeers = 256;

  // One connection.
  class Peer {
   public:
    // Sends one record, which may be lost. At most max_plaintext() bytes.
    absl::Status Write(std::string_view data) { return endpoint_.Write(data); }
    size_t max_plaintext() const { return endpoint_.connection().max_plaintext(); }
    const tls::Negotiated& negotiated() const { return endpoint_.core().negotiated(); }

   private:
    friend class UdpServer;
    // To and from one address. It has at most the one datagram that just came.
    class Way final : public Transport {
     public:
      Way(int fd, const sockaddr_storage& to) : fd_(fd), to_(to) {}
      void Put(Bytes datagram) { datagram_ = datagram; }
      absl::StatusOr<Arrival> Read(MutableBytes out, std::optional<Instant> deadline) override;
      absl::Status Write(Bytes bytes) override;

     private:
      int fd_;
      sockaddr_storage to_;
      std::optional<Bytes> datagram_;
    };
    Peer(const UdpServer& server, const sockaddr_storage& from, const tls::NewConnection& fresh,
         tls::Seed&& seed);

    std::optional<tls::RetriedHello> retried_;
    Way way_;
    Endpoint<tls::DatagramConnection> endpoint_;
    Instant deadline_;
    bool connected_ = false;
  };

  struct Handlers {
    std::function<void(Peer&)> on_connected;
    // One record's data, readable for the call.
    std::function<void(Peer&, std::string_view)> on_data;
    // The connection is over: closed by the peer (ok), failed, silent for too long
    // (kDeadlineExceeded), or left behind by a client that has come back (kAborted).
    std::function<void(Peer&, const absl::Status&)> on_end;
  };

  // `server` outlives it.
  static absl::StatusOr<std::unique_ptr<UdpServer>> Create(TlsServer& server, Listener socket,
                                                           const UdpServerOptions& options,
                                                           Handlers handlers);
  ~UdpServer();

  // Waits for a datagram or a timer, until `deadline` at the latest, and handles what there is. The
  // error is the socket's own; a peer's goes to on_end.
  absl::Status Step(std::optional<Instant> deadline);

  uint16_t port() const { return socket_.port; }
  size_t peers() const { return peers_.size(); }
  const tls::ListenerCounts& counts() const { return listener_->counts(); }
  uint64_t cookie_keys() const { return cookie_key_.made; }  // so far

 private:
  struct CookieKey {
    crypto::KeyHandle present, previous;
    Instant since;  // present is in use
    uint64_t made = 1;
  };
  using PeerList = std::map<uint32_t, std::unique_ptr<Peer>>;  // by slot

  UdpServer(TlsServer& server, Listener socket, const UdpServerOptions& options, Handlers handlers,
            crypto::KeyHandle cookie_key, const crypto::BoundMacKey& bound, tls::Seed&& seed);

  void RenewCookieKey();
  // False: none was there.
  absl::StatusOr<bool> TakeDatagram();
  void Begin(const tls::NewConnection& fresh, const sockaddr_storage& from);
  // Lets a peer handle what came, or what time it is.
  void Serve(uint32_t slot);
  // Nothing: the connection goes on.
  std::optional<absl::Status> Advance(Peer& peer);
  void End(uint32_t slot, const absl::Status& why);
  std::optional<Instant> NextTimeout() const;

  TlsServer& server_;
  Listener socket_;
  UdpServerOptions options_;
  Handlers handlers_;
  CookieKey cookie_key_;
  tls::InlineListener<kMaxPeers, 64> listener_;
  PeerList peers_;
  std::array<uint8_t, 65536> in_;
};

}  // namespace merlon::io
