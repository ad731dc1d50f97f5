// SPDX-License-Identifier: Apache-2.0
// Carrier: a connection over the runner's transport, the same to see for streams, datagrams and
// QUIC.
#pragma once
#include <memory>

#include "tls/bogo/engine.h"
#include "tls/bogo/socket.h"

namespace merlon::bogo {

class Carrier {
 public:
  virtual ~Carrier() = default;
  // Sends what there is to send. Then handles the next thing that came, waiting for it if need be;
  // false: the runner's stream has ended.
  virtual bool Step() = 0;
  // Sends application data, all of it; false: the connection could not.
  virtual bool Write(Bytes data) = 0;
  // Asks for new write keys, where that is not under way.
  virtual void UpdateKeys() = 0;
  virtual void Close() = 0;
  virtual std::optional<Error> failure() const = 0;
  virtual std::optional<Alert> peer_alert() const = 0;
  // The runner asked for what this carrier does not do.
  virtual bool unimplemented() const { return false; }
  // -read-with-unfinished-write: one byte of what is written leaves, the rest waits.
  virtual void HoldWrites() {}
  virtual void ReleaseWrites() {}
};

std::unique_ptr<Carrier> MakeStreamCarrier(Engine& engine, Socket& socket);
std::unique_ptr<Carrier> MakeDatagramCarrier(Engine& engine, Socket& socket);
std::unique_ptr<Carrier> MakeQuicCarrier(Engine& engine, Socket& socket);

}  // namespace merlon::bogo
