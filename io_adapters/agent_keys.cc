// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/agent_keys.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>

#include "io_adapters/text.h"
#include "io_adapters/unix_socket.h"
#include "tls/error.h"

namespace merlon::io {
namespace {

Error Unreachable() { return DriverError(Code::kUnreachable); }

Result<size_t> CopyTo(Bytes from, MutableBytes out) {
  if (out.size() < from.size()) return Misuse(Code::kNoSpace);
  if (!from.empty()) memcpy(out.data(), from.data(), from.size());
  return from.size();
}

AgentRequest SignRequest(Bytes name, crypto::SignAlg algorithm, Bytes message) {
  return {.ask = AgentAsk::kSign,
          .name = std::string(AsText(name)),
          .algorithm = algorithm,
          .message = std::string(AsText(message))};
}

}  // namespace

Result<AgentCall> AgentCall::Start(const std::string& socket, const AgentRequest& request,
                                   Instant deadline) {
  std::optional<std::string> frame = Frame(request);
  if (!frame) return NoSpace();
  absl::StatusOr<Descriptor> fd = UnixConnect(socket);
  if (!fd.ok()) return Unreachable();
  return AgentCall(*std::move(fd), *std::move(frame), deadline);
}

short AgentCall::events() const { return out_.empty() ? POLLIN : POLLOUT; }

Result<bool> AgentCall::Proceed(Instant now) {
  while (!out_.empty()) {
    const ssize_t n = ::send(socket_.get(), out_.data(), out_.size(), MSG_NOSIGNAL);
    if (n >= 0) {
      out_.erase(0, static_cast<size_t>(n));
    } else if (errno != EINTR) {
      if (errno != EAGAIN || now >= deadline_) return Unreachable();
      return false;
    }
  }
  for (;;) {
    char block[8192];
    const ssize_t n = ::read(socket_.get(), block, sizeof(block));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN && now < deadline_) return false;
    if (n <= 0) return Unreachable();
    in_.append(block, static_cast<size_t>(n));
    const std::optional<size_t> size = FrameSize(in_);
    if (!size || (*size != 0 && in_.size() > *size)) return Unreachable();
    if (*size == 0 || in_.size() < *size) continue;
    const auto answer = ParseAnswer(std::string_view(in_).substr(kAgentFrameHeader));
    if (!answer) return Unreachable();
    answer_ = *answer;
    answered_ = true;
    return true;
  }
}

Result<Bytes> AgentCall::payload() const {
  switch (answer_.status) {
    case AgentStatus::kDone:
      return AsBytes(answer_.payload);
    case AgentStatus::kNoSuchKey:
      return DriverError(Code::kNoSuchKey);
    case AgentStatus::kNotPermitted:
      return DriverError(Code::kNotPermitted);
    case AgentStatus::kUnsupported:
      return DriverError(Code::kUnsupported);
    default:
      return DriverError(Code::kOperationFailed);
  }
}

absl::StatusOr<crypto::KeyHandle> AgentKeys::Open(crypto::KeyStore& keys,
                                                  const std::string& name) const {
  const auto failed = [&](Error error) {
    return absl::InvalidArgumentError(Cat("key ", Printable(name), " of the agent at ", socket_,
                                          ": ", tls::Explain(error).sentence));
  };
  if (!crypto::IsKeyName(name)) return failed(Misuse(Code::kNoSuchKey));
  const Result<AgentAnswer> answer = Ask({.ask = AgentAsk::kDescribe, .name = name});
  if (!answer.ok()) return failed(answer.error());
  const std::optional<AgentKey> key = ParseKey(answer->payload);
  if (!key) return failed(Unreachable());
  crypto::KeyAttributes attributes = key->attributes;
  attributes.location = kAgentLocation;
  const Result<crypto::KeyHandle> handle = keys.Register(attributes, AsBytes(name), *this);
  if (!handle.ok()) return failed(handle.error());
  return *handle;
}

absl::StatusOr<std::vector<std::string>> AgentKeys::List() const {
  const Result<AgentAnswer> answer = Ask({.ask = AgentAsk::kList});
  if (!answer.ok()) {
    return absl::UnavailableError(
        Cat("the agent at ", socket_, ": ", tls::Explain(answer.error()).sentence));
  }
  std::vector<std::string> names;
  for (std::string& name : Split(answer->payload, '\n')) {
    if (crypto::IsKeyName(name)) names.push_back(std::move(name));
  }
  return names;
}

Result<size_t> AgentKeys::PublicKey(Bytes reference, MutableBytes out) const {
  MERLON_ASSIGN_OR_RETURN(const AgentAnswer answer, Ask({.ask = AgentAsk::kDescribe,
                                                         .name = std::string(AsText(reference))}));
  const std::optional<AgentKey> key = ParseKey(answer.payload);
  if (!key) return Unreachable();
  return CopyTo(AsBytes(key->public_key), out);
}

Result<size_t> AgentKeys::Sign(Bytes reference, crypto::SignAlg algorithm, Bytes message,
                               MutableBytes out) const {
  MERLON_ASSIGN_OR_RETURN(const AgentAnswer answer,
                          Ask(SignRequest(reference, algorithm, message)));
  return CopyTo(AsBytes(answer.payload), out);
}

Result<crypto::OpaqueCall> AgentKeys::Start(const crypto::OpaqueWork& work) const {
  if (work.kind != crypto::OpaqueWork::Kind::kSign) return Misuse(Code::kUnsupported);
  const std::lock_guard<std::mutex> lock(mutex_);
  if (calls_.size() >= kMostCalls) return Misuse(Code::kTooManyKeys);
  MERLON_ASSIGN_OR_RETURN(
      AgentCall call,
      AgentCall::Start(socket_, SignRequest(work.reference, work.algorithm, work.input),
                       Deadline()));
  calls_.emplace(++last_call_, std::move(call));
  return crypto::OpaqueCall{last_call_};
}

Result<std::optional<size_t>> AgentKeys::Resume(crypto::OpaqueCall call, MutableBytes out) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto at = calls_.find(call.number);
  if (at == calls_.end()) return Misuse();
  const bool answered = at->second.answered();
  const Result<bool> done = answered ? Result<bool>(true) : at->second.Proceed(SystemNow().instant);
  if (done.ok() && !*done) return std::optional<size_t>();
  const Result<Bytes> payload = done.ok() ? at->second.payload() : done.error();
  const Result<size_t> size = payload.ok() ? CopyTo(*payload, out) : payload.error();
  if (!size.ok() && size.error() == Misuse(Code::kNoSpace)) return size.error();
  calls_.erase(at);
  if (!size.ok()) return size.error();
  return std::optional<size_t>(*size);
}

void AgentKeys::Cancel(crypto::OpaqueCall call) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  calls_.erase(call.number);
}

std::optional<AgentKeys::Wait> AgentKeys::WaitOf(crypto::OpaqueCall call) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto at = calls_.find(call.number);
  if (at == calls_.end()) return std::nullopt;
  return Wait{at->second.fd(), at->second.events(), at->second.deadline()};
}

// Asks and waits. The answer is kDone's.
Result<AgentAnswer> AgentKeys::Ask(const AgentRequest& request) const {
  MERLON_ASSIGN_OR_RETURN(AgentCall call, AgentCall::Start(socket_, request, Deadline()));
  for (;;) {
    MERLON_ASSIGN_OR_RETURN(const bool done, call.Proceed(SystemNow().instant));
    if (done) break;
    pollfd entry = {.fd = call.fd(), .events = call.events(), .revents = 0};
    if (::poll(&entry, 1, PollTimeout(call.deadline())) < 0 && errno != EINTR) {
      return Unreachable();
    }
  }
  MERLON_TRY(call.payload());
  return call.answer();
}

Instant AgentKeys::Deadline() const { return SystemNow().instant + patience_; }

}  // namespace merlon::io
