// SPDX-License-Identifier: Apache-2.0
#include "tls/core/post_handshake.h"

namespace merlon::tls {
namespace {

Result<void> SendKeyUpdate(Traffic& traffic, bool request_peer, Context& cx) {
  // RFC 9846 s4.6.3: a sender stops at 2^48-1 key updates.
  if (static_cast<uint64_t>(traffic.write_epoch) >= record::kMaxEpoch) {
    return LocalError(Code::kAeadLimit);
  }
  cx.NewFlight();
  traffic.update = cx.flight;
  traffic.answer_due = false;
  Writer writer(absl::MakeSpan(cx.key_update));
  writer.Int<1>(KeyUpdate::kType);
  writer.Prefixed<3>(
      [&] { KeyUpdate{.update_requested = request_peer}.Encode(writer, cx.decode); });
  MERLON_ASSIGN_OR_RETURN(const size_t size, writer.Finish());
  return cx.Queue(traffic.write_epoch, Bytes(cx.key_update.data(), size));
}

}  // namespace

Result<void> OnKeyUpdate(Traffic& traffic, const KeyUpdate& message, Context& cx) {
  traffic.read = NextTrafficSecret(cx.schedule(), traffic.read);
  traffic.read_epoch = record::Next(traffic.read_epoch);
  MERLON_TRY(cx.InstallReadKeys(traffic.read_epoch, traffic.read));
  if (!message.update_requested) return {};
  // s4.6.3: "the receiver MUST send a KeyUpdate of its own with request_update set to
  // "update_not_requested" prior to sending its next Application Data record."
  if (!traffic.update) return SendKeyUpdate(traffic, /*request_peer=*/false, cx);
  // RFC 9147 s8: no second KeyUpdate before the first is acknowledged; then it is due.
  traffic.answer_due = !cx.protocol->update_in_flight_answers;
  return {};
}

Result<void> OnStartKeyUpdate(Traffic& traffic, const StartKeyUpdate& signal, Context& cx) {
  if (traffic.update) return Misuse();
  return SendKeyUpdate(traffic, signal.request_peer, cx);
}

Result<void> OnDelivered(Traffic& traffic, const Delivered& delivered, Context& cx) {
  if (traffic.update != delivered.flight) return {};
  traffic.update.reset();
  traffic.write = NextTrafficSecret(cx.schedule(), traffic.write);
  traffic.write_epoch = record::Next(traffic.write_epoch);
  MERLON_TRY(cx.InstallWriteKeys(traffic.write_epoch, traffic.write));
  if (traffic.answer_due) return SendKeyUpdate(traffic, /*request_peer=*/false, cx);
  return {};
}

}  // namespace merlon::tls
