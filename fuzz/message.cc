// SPDX-License-Identifier: Apache-2.0
// Fuzz target: the decoders of all handshake messages. The first byte says which transport and how
// long a Finished is, then comes a message with its header of four bytes, whose length is not
// looked at.
#include "fuzz/end.h"
#include "fuzz/entry.h"
#include "tls/msgs/any_message.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace merlon;
  if (size < 5) return 0;
  const tls::DecodeContext context = {
      .transport = (data[0] & 1) != 0 ? tls::Transport::kDatagram : tls::Transport::kStream,
      .mac_size = static_cast<uint8_t>((data[0] & 2) != 0 ? 48 : 32)};
  // A buffer of its own, so that a read beyond it is seen.
  const std::vector<uint8_t> body(data + 5, data + size);
  const auto again = tls::RecodeAny(data[1], body, context);
  if (again.ok()) {
    fuzz::Expect(*again == body, "what decodes encodes to itself");
  } else {
    fuzz::Expect(again.error().origin == Origin::kPeer, "a bad message is the peer's fault");
  }
  return 0;
}
