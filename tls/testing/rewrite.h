// SPDX-License-Identifier: Apache-2.0
// For tests of what a peer may not say: a handshake message decoded, changed and encoded again.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/bytes.h"
#include "crypto/base/reader.h"
#include "crypto/base/writer.h"
#include "gtest/gtest.h"
#include "tls/core/input.h"

namespace merlon::tls::testing {

// `message` with its 4-byte header, as change(M&) makes it. Extensions keep their order.
template <class M, class Change>
std::string Rewritten(std::string_view message, Transport transport, const Change& change) {
  const DecodeContext context = {transport, 0};
  Reader reader(Slice(AsBytes(message), 4));
  Result<M> decoded = M::Decode(reader, context);
  EXPECT_TRUE(decoded.ok());
  if (!decoded.ok()) return {};
  change(*decoded);
  std::vector<uint8_t> out(message.size() + 1024);
  Writer writer(absl::MakeSpan(out));
  writer.Int<1>(M::kType);
  writer.Prefixed<3>([&] { decoded->Encode(writer, context); });
  EXPECT_TRUE(writer.ok());
  return std::string(AsText(Slice(Bytes(out), 0, writer.size())));
}

}  // namespace merlon::tls::testing
