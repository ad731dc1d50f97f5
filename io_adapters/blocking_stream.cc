// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/blocking_stream.h"

#include <utility>

namespace merlon::io {

BlockingStream::BlockingStream(std::unique_ptr<Transport> transport,
                               std::shared_ptr<const tls::ClientConfig> config,
                               const crypto::Context& crypto, tls::Seed seed,
                               EndpointOptions options)
    : transport_(std::move(transport)),
      endpoint_(*transport_, std::move(config), crypto, std::move(seed), std::move(options)) {}

BlockingStream::BlockingStream(std::unique_ptr<Transport> transport,
                               std::shared_ptr<const tls::ServerConfig> config,
                               const crypto::Context& crypto, tls::Seed seed,
                               EndpointOptions options)
    : transport_(std::move(transport)),
      endpoint_(*transport_, std::move(config), crypto, std::move(seed), std::move(options)) {}

absl::Status BlockingStream::Handshake() { return endpoint_.Handshake(); }

absl::StatusOr<std::string_view> BlockingStream::Read() {
  if (absl::Status s = Handshake(); !s.ok()) return s;
  const auto data = endpoint_.Read(std::nullopt);
  if (!data.ok()) return data.status();
  return data->value_or(std::string_view());
}

absl::StatusOr<std::optional<std::string_view>> BlockingStream::ReadUntil(Instant deadline) {
  if (absl::Status s = Handshake(); !s.ok()) return s;
  return endpoint_.Read(deadline);
}

absl::Status BlockingStream::Write(std::string_view data) {
  if (absl::Status s = Handshake(); !s.ok()) return s;
  return data.empty() ? absl::OkStatus() : endpoint_.Write(data);
}

absl::Status BlockingStream::Close() { return endpoint_.Close(); }

}  // namespace merlon::io
