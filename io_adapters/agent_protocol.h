// SPDX-License-Identifier: Apache-2.0
// What an agent and its clients say to each other (docs/crypto.md): requests and answers as frames.
// Who may ask is agent.h's, waiting agent_keys.h's.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/key.h"

namespace merlon::io {

// A frame is its body behind its size in 4 bytes, big-endian.
inline constexpr size_t kAgentFrameHeader = 4;
inline constexpr size_t kMaxAgentFrame = 65536;  // bytes of a body

enum class AgentAsk : uint8_t {
  kDescribe = 1,  // a key: its attributes and public key
  kSign = 2,
  kList = 3,  // names
};
struct AgentRequest {
  AgentAsk ask = AgentAsk::kList;
  std::string name{};           // of the key; empty where none is asked for
  crypto::SignAlg algorithm{};  // to sign
  std::string message{};
};

// Values are stable.
enum class AgentStatus : uint8_t {
  kDone = 0,
  kNoSuchKey = 1,
  kNotPermitted = 2,  // to this user, or not by the key's policy
  kUnsupported = 3,
  kFailed = 4,
  kMalformed = 5,
};
struct AgentAnswer {
  AgentStatus status = AgentStatus::kFailed;
  std::string payload{};
};

// Payload of kDescribe.
struct AgentKey {
  crypto::KeyAttributes attributes{};  // without name, location and lifetime
  std::string public_key{};            // format of crypto/key.h
};

// Whole frames; nullopt: too large.
std::optional<std::string> Frame(const AgentRequest& request);
std::optional<std::string> Frame(const AgentAnswer& answer);
std::string Encode(const AgentKey& key);

// Bodies, strictly; nullopt: malformed.
std::optional<AgentRequest> ParseRequest(std::string_view body);
std::optional<AgentAnswer> ParseAnswer(std::string_view body);
std::optional<AgentKey> ParseKey(std::string_view payload);

// The size of the frame that `received` begins with, header and all; 0: not known yet. nullopt: it
// is larger than frames are.
std::optional<size_t> FrameSize(std::string_view received);

}  // namespace merlon::io
