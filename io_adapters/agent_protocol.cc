// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/agent_protocol.h"

#include "crypto/base/reader.h"
#include "crypto/base/writer.h"

namespace merlon::io {
namespace {

constexpr uint8_t kVersion = 1;
constexpr size_t kMostOverhead = 128;  // of a frame, beside message or payload

template <class Body>
std::optional<std::string> MakeFrame(size_t payload, Body body) {
  if (payload > kMaxAgentFrame - kMostOverhead) return std::nullopt;
  std::string out(payload + kMostOverhead, '\0');
  Writer writer(MutableBytes(reinterpret_cast<uint8_t*>(out.data()), out.size()));
  writer.Prefixed<kAgentFrameHeader>([&] {
    writer.Int<1>(kVersion);
    body(writer);
  });
  const Result<size_t> size = writer.Finish();
  if (!size.ok()) return std::nullopt;
  out.resize(*size);
  return out;
}

bool TakeVersion(Reader& reader) {
  uint8_t version = 0;
  return reader.Int(&version) && version == kVersion;
}

}  // namespace

std::optional<std::string> Frame(const AgentRequest& request) {
  return MakeFrame(request.message.size(), [&](Writer& writer) {
    writer.Int<1>(static_cast<uint8_t>(request.ask));
    writer.Prefixed<1>([&] { writer.Raw(AsBytes(request.name)); });
    writer.Int<1>(static_cast<uint8_t>(request.algorithm.family));
    writer.Int<1>(static_cast<uint8_t>(request.algorithm.hash));
    writer.Raw(AsBytes(request.message));
  });
}

std::optional<std::string> Frame(const AgentAnswer& answer) {
  return MakeFrame(answer.payload.size(), [&](Writer& writer) {
    writer.Int<1>(static_cast<uint8_t>(answer.status));
    writer.Raw(AsBytes(answer.payload));
  });
}

std::string Encode(const AgentKey& key) {
  std::string out(key.public_key.size() + 16, '\0');
  Writer writer(MutableBytes(reinterpret_cast<uint8_t*>(out.data()), out.size()));
  writer.Int<1>(static_cast<uint8_t>(key.attributes.type));
  writer.Int<1>(static_cast<uint8_t>(key.attributes.usage));
  writer.Int<2>(key.attributes.bits);
  writer.Int<1>(static_cast<uint8_t>(key.attributes.algorithm.family));
  writer.Int<1>(static_cast<uint8_t>(key.attributes.algorithm.hash));
  writer.Raw(AsBytes(key.public_key));
  out.resize(writer.size());
  return out;
}

std::optional<AgentRequest> ParseRequest(std::string_view body) {
  Reader reader(AsBytes(body));
  uint8_t ask = 0, family = 0, hash = 0;
  Bytes name;
  if (!TakeVersion(reader) || !reader.Int(&ask) || !reader.Prefixed<1>(&name) ||
      !reader.Int(&family) || !reader.Int(&hash)) {
    return std::nullopt;
  }
  AgentRequest out{
      .ask = static_cast<AgentAsk>(ask),
      .name = std::string(AsText(name)),
      .algorithm = {static_cast<crypto::SignFamily>(family), static_cast<crypto::HashId>(hash)},
      .message = std::string(AsText(reader.rest()))};
  const bool signs = out.ask == AgentAsk::kSign;
  const bool known = signs || out.ask == AgentAsk::kDescribe || out.ask == AgentAsk::kList;
  const bool named = crypto::IsKeyName(out.name);
  const bool bare = out.algorithm == crypto::SignAlg{} && out.message.empty();
  if (!known || named != (out.ask != AgentAsk::kList) || (!named && !out.name.empty()) ||
      (!signs && !bare)) {
    return std::nullopt;
  }
  return out;
}

std::optional<AgentAnswer> ParseAnswer(std::string_view body) {
  Reader reader(AsBytes(body));
  uint8_t status = 0;
  if (!TakeVersion(reader) || !reader.Int(&status) ||
      status > static_cast<uint8_t>(AgentStatus::kMalformed)) {
    return std::nullopt;
  }
  return AgentAnswer{static_cast<AgentStatus>(status), std::string(AsText(reader.rest()))};
}

std::optional<AgentKey> ParseKey(std::string_view payload) {
  Reader reader(AsBytes(payload));
  AgentKey out;
  uint8_t type = 0, usage = 0, family = 0, hash = 0;
  if (!reader.Int(&type) || !reader.Int(&usage) || !reader.Int(&out.attributes.bits) ||
      !reader.Int(&family) || !reader.Int(&hash)) {
    return std::nullopt;
  }
  out.attributes.type = static_cast<crypto::KeyType>(type);
  out.attributes.usage = static_cast<crypto::Usage>(usage);
  out.attributes.algorithm = {static_cast<crypto::SignFamily>(family),
                              static_cast<crypto::HashId>(hash)};
  out.public_key = AsText(reader.rest());
  return out;
}

std::optional<size_t> FrameSize(std::string_view received) {
  Reader reader(AsBytes(received));
  uint32_t size = 0;
  if (!reader.Int(&size)) return 0;
  if (size > kMaxAgentFrame) return std::nullopt;
  return kAgentFrameHeader + size;
}

}  // namespace merlon::io
