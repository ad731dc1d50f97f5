// SPDX-License-Identifier: Apache-2.0
// TLS over a pseudo-terminal in writes of 20 bytes, as over a serial line to a small device. A
// transport of one's own is a class with Read and Write: LineFrames gives the line frames, and
// FragmentingTransport makes a stream of them.
#include <fcntl.h>
#include <stdlib.h>
#include <termios.h>

#include <array>
#include <cstring>
#include <iostream>
#include <thread>

#include "io_adapters/descriptor.h"
#include "io_adapters/fragmenting_transport.h"
#include "io_adapters/make_certificate.h"
#include "io_adapters/sentences.h"
#include "io_adapters/tls_server.h"
#include "tls/config_builder.h"
#include "x509/trust_store.h"

namespace {

using namespace merlon;  // NOLINT: an example's main file

constexpr size_t kWrite = 20;  // bytes of one write: a length, and a frame
constexpr char kName[] = "device.example";

// Frames on a line that keeps no boundaries: each behind a byte that says how long it is.
class LineFrames final : public io::Transport {
 public:
  explicit LineFrames(io::Descriptor line) : line_(std::move(line)) {}

  absl::Status Write(Bytes frame) override {
    std::array<uint8_t, kWrite> out;
    if (frame.size() >= out.size()) return absl::InvalidArgumentError("the frame is too long");
    out[0] = static_cast<uint8_t>(frame.size());
    memcpy(&out[1], frame.data(), frame.size());
    largest_ = std::max(largest_, frame.size() + 1);
    return line_.Write(Slice(Bytes(out), 0, frame.size() + 1));
  }
  absl::StatusOr<io::Arrival> Read(MutableBytes out, std::optional<Instant> deadline) override {
    while (in_.empty() || in_.size() < 1u + static_cast<uint8_t>(in_[0])) {
      std::array<uint8_t, 256> block;
      const auto arrival = line_.Read(MutableBytes(block), deadline);
      if (!arrival.ok() || arrival->kind != io::Arrival::Kind::kBytes) return arrival;
      in_ += AsText(Slice(Bytes(block), 0, arrival->size));
    }
    const size_t size = std::min<size_t>(static_cast<uint8_t>(in_[0]), out.size());
    memcpy(out.data(), in_.data() + 1, size);
    in_.erase(0, 1u + static_cast<uint8_t>(in_[0]));
    return io::Arrival{io::Arrival::Kind::kBytes, size};
  }
  size_t largest() const { return largest_; }

 private:
  io::DescriptorTransport line_;
  std::string in_;
  size_t largest_ = 0;
};

struct Line {
  io::Descriptor near, far;
};
absl::StatusOr<Line> OpenPseudoTerminal() {
  Line line{io::Descriptor(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)), io::Descriptor()};
  if (!line.near.valid() || grantpt(line.near.get()) != 0 || unlockpt(line.near.get()) != 0) {
    return absl::UnavailableError("no pseudo-terminal");
  }
  char name[128];
  if (ptsname_r(line.near.get(), name, sizeof(name)) != 0) {
    return absl::UnavailableError("the pseudo-terminal has no name");
  }
  line.far = io::Descriptor(open(name, O_RDWR | O_NOCTTY | O_CLOEXEC));
  termios settings;
  if (!line.far.valid() || tcgetattr(line.far.get(), &settings) != 0) {
    return absl::UnavailableError("the pseudo-terminal does not open");
  }
  cfmakeraw(&settings);
  if (tcsetattr(line.far.get(), TCSANOW, &settings) != 0) {
    return absl::UnavailableError("the pseudo-terminal does not become raw");
  }
  return line;
}

// The device: answers one message.
absl::Status Answer(io::TlsServer& server, LineFrames& frames) {
  auto stream = server.Start(std::make_unique<io::FragmentingTransport>(frames, kWrite - 1));
  if (!stream.ok()) return stream.status();
  const auto text = (*stream)->Read();
  if (!text.ok()) return text.status();
  return (*stream)->Write("You said: " + std::string(*text));
}

absl::Status Run() {
  // A server whose certificate is its own anchor.
  auto crypto = std::make_unique<io::ProcessCrypto>();
  const auto key = io::GenerateSigningKey(crypto->context(), /*exportable=*/false);
  if (!key.ok()) return key.status();
  io::CertificateRequest request;
  request.common_name = kName;
  request.names = {kName};
  request.not_before = io::SystemNow().wall - std::chrono::hours(1);
  request.not_after = io::SystemNow().wall + std::chrono::days(1);
  const auto certificate =
      io::MakeCertificate(crypto->context(), request, *key, {.certificate_der = {}, .key = *key});
  if (!certificate.ok()) return certificate.status();
  const auto anchor = x509::TrustAnchor::FromCertificate(AsBytes(*certificate));
  if (!anchor.ok()) return absl::InternalError("the certificate does not parse");
  const x509::TrustAnchors anchors(absl::Span<const x509::TrustAnchor>(&*anchor, 1));
  auto server = io::TlsServer::Create(std::move(crypto), {*certificate}, *key);
  if (!server.ok()) return server.status();

  absl::StatusOr<Line> line = OpenPseudoTerminal();
  if (!line.ok()) return line.status();
  LineFrames near(std::move(line->near)), far(std::move(line->far));
  absl::Status answered;
  std::thread device([&] { answered = Answer(**server, far); });

  io::ProcessCrypto client_crypto;
  const auto config = tls::ClientConfigBuilder(client_crypto.context()).Build();
  absl::StatusOr<tls::Seed> seed = client_crypto.NewSeed();
  absl::Status asked = config.ok() ? seed.status() : config.status();
  std::string answer;
  if (asked.ok()) {
    io::EndpointOptions options;
    options.server_name = kName;
    options.operations.chain_policy = tls::VerifyAgainst{.anchors = &anchors, .expected_name = {}};
    io::BlockingStream stream(std::make_unique<io::FragmentingTransport>(near, kWrite - 1), *config,
                              client_crypto.context(), *std::move(seed), options);
    asked = stream.Write("hello over a terminal");
    if (asked.ok()) {
      const auto text = stream.Read();
      asked = text.status();
      if (text.ok()) answer = *text;
    }
    if (asked.ok()) std::cout << io::DescribeNegotiated(stream.negotiated()) << "\n";
  }
  device.join();
  if (!asked.ok()) return asked;
  if (!answered.ok()) return answered;
  std::cout << answer << "\nlargest write: " << near.largest() << " and " << far.largest()
            << " bytes\n";
  const bool right = answer == "You said: hello over a terminal" && near.largest() == kWrite &&
                     far.largest() == kWrite;
  return right ? absl::OkStatus() : absl::InternalError("that was not the answer");
}

}  // namespace

int main() {
  const absl::Status done = Run();
  if (!done.ok()) std::cerr << std::string(done.message()) << "\n";
  return done.ok() ? 0 : 1;
}
