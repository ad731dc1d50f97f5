// SPDX-License-Identifier: Apache-2.0
// The board that the programs of this folder run on: five words of memory, which a real one maps to
// its serial port or radio, its random generator and its flash. Each program is a whole device with
// one profile's connection; .ci/device links it for a Cortex-M33 to learn what such a device costs.
// All that lives as long as the device is static: the stack is for calls.
#pragma once
#include <array>
#include <cstring>

#include "crypto/ctr_drbg.h"
#include "tls/datagram_connection.h"
#include "tls/stream_connection.h"

namespace merlon::tls::board {

inline volatile uint32_t receive, length, transmit, random, flash;

inline Result<void> FillRandom(MutableBytes out) {
  for (uint8_t& byte : out) byte = static_cast<uint8_t>(random);
  return {};
}
inline constexpr crypto::EntropySource kEntropy = {"board", FillRandom};

// The seed of a connection.
inline Seed NewSeed(crypto::Rng& rng) {
  return Seed(32, [&](MutableBytes out) { (void)rng.Fill(out); });
}

// Reads what was put into flash when the device was made: keys, certificates.
template <size_t kSize>
Bytes ReadFlash(std::array<uint8_t, kSize>& out) {
  for (uint8_t& byte : out) byte = static_cast<uint8_t>(flash);
  return Bytes(out);
}

// What both loops do before they receive: answers, events, what is due, one reading of a sensor.
template <class Connection, class Operations>
void Send(Connection& connection, Operations& operations, MutableBytes out, Now now) {
  operations.Answer(connection, now);
  while (connection.PollEvent()) {
  }
  const Result<Transmit> sent = connection.PollTransmit(out, now);
  for (size_t i = 0; sent.ok() && i < sent->size; ++i) transmit = out[i];
  if (!connection.connected()) return;
  const Result<Sealed> sealed = connection.Seal(AsBytes("21.5 C"), out);
  for (size_t i = 0; sealed.ok() && i < sealed->written; ++i) transmit = out[i];
}

// The contract's loop over a byte stream. Gives what stopped it.
template <class Operations>
Error Serve(StreamConnection& connection, Operations& operations) {
  static std::array<uint8_t, 2048> in, out;
  size_t held = 0;
  for (Now now{};; now.instant += Duration(1000)) {
    Send(connection, operations, MutableBytes(out), now);
    if (held < in.size()) in[held++] = static_cast<uint8_t>(receive);
    const Result<Received> got = connection.Receive(MutableBytes(in.data(), held), now);
    if (!got.ok()) return got.error();
    held -= got->consumed;
    memmove(in.data(), in.data() + got->consumed, held);
  }
}

// The contract's loop over datagrams, one for each value of the length register. Gives what stopped
// it.
template <class Operations>
Error Serve(DatagramConnection& connection, Operations& operations) {
  static std::array<uint8_t, 1500> in, out;
  for (Now now{};; now.instant += Duration(1000)) {
    Send(connection, operations, MutableBytes(out), now);
    const size_t size = length % in.size();
    for (size_t i = 0; i < size; ++i) in[i] = static_cast<uint8_t>(receive);
    if (size != 0) {
      const Result<Received> got = connection.Receive(MutableBytes(in.data(), size), now);
      if (!got.ok()) return got.error();
    }
    const Result<void> due = connection.HandleTimeout(now);
    if (!due.ok()) return due.error();
  }
}

}  // namespace merlon::tls::board
