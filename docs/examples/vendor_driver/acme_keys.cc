// SPDX-License-Identifier: Apache-2.0
#include "acme_keys.h"

#include <cstring>
#include <mutex>

#include "chip.h"

namespace acme {
namespace {

using merlon::Bytes;
using merlon::Code;
using merlon::DriverError;
using merlon::Error;
using merlon::Misuse;
using merlon::MutableBytes;
using merlon::Result;
using namespace merlon::crypto;  // NOLINT: a driver is of this vocabulary
using chip::Status;

// What went wrong on the chip, in Merlon's terms. Each has its own.
Error ErrorOf(Status status) {
  switch (status) {
    case Status::kFull:
      return DriverError(Code::kTooManyKeys);
    case Status::kNoKey:
      return DriverError(Code::kNoSuchKey);
    default:
      return DriverError(Code::kUnreachable);
  }
}

// A reference is a place and a serial number.
constexpr size_t kReferenceSize = 5;
Result<chip::KeyName> NameOf(Bytes reference) {
  if (reference.size() != kReferenceSize) return DriverError(Code::kNoSuchKey);
  chip::KeyName name = {reference[0], 0};
  memcpy(&name.serial, reference.data() + 1, sizeof(name.serial));
  return name;
}

// The chip has one command at a time: the lock is its, and `number_` the call that it works for.
class Keys final : public OpaqueKeys {
 public:
  Result<size_t> PublicKey(Bytes reference, MutableBytes out) const override {
    MERLON_ASSIGN_OR_RETURN(const chip::KeyName name, NameOf(reference));
    if (out.size() < chip::kPublicSize) return Misuse(Code::kNoSpace);
    const std::lock_guard<std::mutex> lock(mutex_);
    const Status status = chip::PublicKey(name, out.data());
    if (status != Status::kDone) return ErrorOf(status);
    return chip::kPublicSize;
  }

  // Keys of this chip have no names: what it makes is volatile.
  Result<size_t> Generate(KeyAttributes& attributes, Existing,
                          MutableBytes reference) const override {
    const bool fits = attributes.type == KeyType::kEcP256 &&
                      (attributes.bits == 0 || attributes.bits == 256) &&
                      attributes.lifetime == Lifetime::kVolatile;
    if (!fits) return Misuse(Code::kUnsupported);
    if (reference.size() < kReferenceSize) return Misuse(Code::kNoSpace);
    chip::KeyName name = {};
    const std::lock_guard<std::mutex> lock(mutex_);
    const Status status = chip::NewKey(&name);
    if (status != Status::kDone) return ErrorOf(status);
    attributes.bits = 256;
    reference[0] = name.place;
    memcpy(reference.data() + 1, &name.serial, sizeof(name.serial));
    return kReferenceSize;
  }

  Result<void> Destroy(Bytes reference) const override {
    MERLON_ASSIGN_OR_RETURN(const chip::KeyName name, NameOf(reference));
    const std::lock_guard<std::mutex> lock(mutex_);
    const Status status = chip::EraseKey(name);
    if (status != Status::kDone) return ErrorOf(status);
    return {};
  }

  // Synchronous is: begin, and wait.
  Result<size_t> Sign(Bytes reference, SignAlg algorithm, Bytes message,
                      MutableBytes out) const override {
    if (out.size() < chip::kMaxSignatureSize) return Misuse(Code::kNoSpace);
    OpaqueWork work{.kind = OpaqueWork::Kind::kSign,
                    .reference = reference,
                    .input = message,
                    .algorithm = algorithm};
    MERLON_ASSIGN_OR_RETURN(const OpaqueCall call, Start(work));
    for (;;) {
      MERLON_ASSIGN_OR_RETURN(const std::optional<size_t> size, Resume(call, out));
      if (size) return *size;
    }
  }

  Result<OpaqueCall> Start(const OpaqueWork& work) const override {
    const bool fits = work.kind == OpaqueWork::Kind::kSign &&
                      work.algorithm == SignAlg{SignFamily::kEcdsa, HashId::kSha256};
    if (!fits) return Misuse(Code::kUnsupported);
    MERLON_ASSIGN_OR_RETURN(const chip::KeyName name, NameOf(work.reference));
    const std::lock_guard<std::mutex> lock(mutex_);
    if (running_) return Misuse(Code::kTooManyKeys);
    const Status status = chip::BeginSign(name, work.input.data(), work.input.size());
    if (status != Status::kDone) return ErrorOf(status);
    running_ = true;
    return OpaqueCall{++number_};
  }

  Result<std::optional<size_t>> Resume(OpaqueCall call, MutableBytes out) const override {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!running_ || call.number != number_) return Misuse();
    if (out.size() < chip::kMaxSignatureSize) return Misuse(Code::kNoSpace);
    size_t size = 0;
    const Status status = chip::Poll(out.data(), &size);
    if (status == Status::kBusy) return std::optional<size_t>();
    running_ = false;
    if (status != Status::kDone) return ErrorOf(status);
    return std::optional<size_t>(size);
  }

  void Cancel(OpaqueCall call) const override {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!running_ || call.number != number_) return;
    chip::Abort();
    running_ = false;
  }

 private:
  mutable std::mutex mutex_;
  mutable bool running_ = false;
  mutable uint32_t number_ = 0;
};

constinit const Keys keys;

}  // namespace

const Driver kKeyDriver = {.name = "acme keys", .location = kLocation, .keys = &keys};
const EntropySource kEntropy = {.name = "acme", .fill = [](MutableBytes out) -> Result<void> {
                                  if (chip::Random(out.data(), out.size()) == Status::kDone)
                                    return {};
                                  return DriverError(Code::kEntropyFailure);
                                }};

}  // namespace acme
