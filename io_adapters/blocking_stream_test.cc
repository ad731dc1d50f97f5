// SPDX-License-Identifier: Apache-2.0
// Client and server on two threads, over a socketpair, two pipes and small frames.
#include "io_adapters/blocking_stream.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "io_adapters/descriptor.h"
#include "io_adapters/fragmenting_transport.h"
#include "io_adapters/test_identity.h"

namespace merlon::io {
namespace {

using ::testing::HasSubstr;

struct Ends {
  std::unique_ptr<Transport> left, right;
};

Ends SocketPair(int type = SOCK_STREAM) {
  int fds[2] = {-1, -1};
  EXPECT_EQ(socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, fds), 0);
  return {std::make_unique<DescriptorTransport>(Descriptor(fds[0])),
          std::make_unique<DescriptorTransport>(Descriptor(fds[1]))};
}

// One pipe each way.
class PipeEnd final : public Transport {
 public:
  PipeEnd(Descriptor in, Descriptor out) : in_(std::move(in)), out_(std::move(out)) {}
  absl::StatusOr<Arrival> Read(MutableBytes out, std::optional<Instant> deadline) override {
    return in_.Read(out, deadline);
  }
  absl::Status Write(Bytes bytes) override { return out_.Write(bytes); }

 private:
  DescriptorTransport in_, out_;
};

Ends Pipes() {
  int there[2] = {-1, -1}, back[2] = {-1, -1};
  EXPECT_EQ(pipe2(there, O_CLOEXEC), 0);
  EXPECT_EQ(pipe2(back, O_CLOEXEC), 0);
  return {std::make_unique<PipeEnd>(Descriptor(back[0]), Descriptor(there[1])),
          std::make_unique<PipeEnd>(Descriptor(there[0]), Descriptor(back[1]))};
}

// A sequenced-packet socket keeps frames whole.
class Framed final : public Transport {
 public:
  Framed(std::unique_ptr<Transport> medium, size_t frame_size)
      : medium_(std::move(medium)), frames_(*medium_, frame_size) {}
  absl::StatusOr<Arrival> Read(MutableBytes out, std::optional<Instant> deadline) override {
    return frames_.Read(out, deadline);
  }
  absl::Status Write(Bytes bytes) override { return frames_.Write(bytes); }

 private:
  std::unique_ptr<Transport> medium_;
  FragmentingTransport frames_;
};

Ends Frames(size_t frame_size) {
  Ends ends = SocketPair(SOCK_SEQPACKET);
  return {std::make_unique<Framed>(std::move(ends.left), frame_size),
          std::make_unique<Framed>(std::move(ends.right), frame_size)};
}

// Sends back what comes until the peer closes.
absl::Status Echo(BlockingStream& stream) {
  for (;;) {
    const absl::StatusOr<std::string_view> text = stream.Read();
    if (!text.ok()) return text.status();
    if (text->empty()) return stream.Close();
    if (absl::Status s = stream.Write(std::string(*text)); !s.ok()) return s;
  }
}

// An echo server on a thread of its own.
class EchoServer {
 public:
  EchoServer(TlsServer& server, std::unique_ptr<Transport> transport)
      : thread_([this, &server, transport = std::move(transport)]() mutable {
          const auto stream = server.Start(std::move(transport));
          status_ = stream.ok() ? Echo(**stream) : stream.status();
        }) {}
  ~EchoServer() {
    if (thread_.joinable()) thread_.join();
  }
  absl::Status Join() {
    thread_.join();
    return status_;
  }

 private:
  absl::Status status_;
  std::thread thread_;
};

EndpointOptions For(std::string name, std::string session = "") {
  EndpointOptions options;
  options.server_name = std::move(name);
  options.session = std::move(session);
  return options;
}

// Sends `text`, reads as much back, closes.
std::string Converse(BlockingStream& stream, std::string_view text) {
  EXPECT_TRUE(stream.Write(text).ok());
  std::string back;
  while (back.size() < text.size()) {
    const absl::StatusOr<std::string_view> part = stream.Read();
    if (!part.ok() || part->empty()) {
      ADD_FAILURE() << part.status();
      break;
    }
    back += *part;
  }
  EXPECT_TRUE(stream.Close().ok());
  const absl::StatusOr<std::string_view> end = stream.Read();
  EXPECT_TRUE(end.ok() && end->empty()) << end.status();
  return back;
}

const TestIdentity& Identity() {
  static const TestIdentity identity("stream");
  return identity;
}

void ExpectConversation(Ends ends, size_t size) {
  const auto server = Identity().Server();
  const auto client = Identity().Client();
  EchoServer echo(*server, std::move(ends.right));
  auto stream = client->Start(std::move(ends.left), For(TestIdentity::kName));
  ASSERT_TRUE(stream.ok()) << stream.status();
  ASSERT_TRUE((*stream)->Handshake().ok());
  std::string text(size, '\0');
  for (size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 7 + i / 251);
  EXPECT_EQ(Converse(**stream, text), text);
  stream->reset();
  EXPECT_TRUE(echo.Join().ok());
}

TEST(BlockingStream, ConversesOverASocketPair) { ExpectConversation(SocketPair(), 60000); }

TEST(BlockingStream, ConversesOverPipes) { ExpectConversation(Pipes(), 30000); }

TEST(BlockingStream, ConversesOverFramesOfEveryLength) {
  for (const size_t frame_size : {8, 9, 20, 64}) ExpectConversation(Frames(frame_size), 2000);
}

TEST(BlockingStream, ResumesWithTheSessionOfTheConnectionBefore) {
  const auto server = Identity().Server();
  const auto client = Identity().Client();
  std::string session;
  for (const tls::Authentication expected :
       {tls::Authentication::kCertificate, tls::Authentication::kResumption}) {
    Ends ends = SocketPair();
    EchoServer echo(*server, std::move(ends.right));
    auto stream = client->Start(std::move(ends.left), For(TestIdentity::kName, session));
    ASSERT_TRUE(stream.ok()) << stream.status();
    EXPECT_EQ(Converse(**stream, "hello"), "hello");
    EXPECT_EQ((*stream)->negotiated().authentication, expected);
    session = (*stream)->session();
    EXPECT_FALSE(session.empty());
    stream->reset();
    EXPECT_TRUE(echo.Join().ok());
  }
}

TEST(BlockingStream, BothSidesLearnWhyACertificateIsRefused) {
  const auto server = Identity().Server();
  const auto client = Identity().Client();
  Ends ends = SocketPair();
  EchoServer echo(*server, std::move(ends.right));
  auto stream = client->Start(std::move(ends.left), For("other.test"));
  ASSERT_TRUE(stream.ok()) << stream.status();
  const absl::Status refused = (*stream)->Handshake();
  EXPECT_EQ(refused.code(), absl::StatusCode::kUnauthenticated);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("server.test"));
  EXPECT_THAT(std::string(refused.message()), HasSubstr("wanted: other.test"));
  ASSERT_TRUE((*stream)->failure().has_value());
  EXPECT_EQ((*stream)->failure()->code, Code::kNameMismatch);
  const absl::Status told = echo.Join();
  EXPECT_EQ(told.code(), absl::StatusCode::kAborted);
  EXPECT_THAT(std::string(told.message()), HasSubstr("bad_certificate (42)"));
}

TEST(BlockingStream, AnUnknownAuthorityIsRefused) {
  const TestIdentity stranger("stranger");
  const auto server = stranger.Server();
  const auto client = Identity().Client();
  Ends ends = SocketPair();
  EchoServer echo(*server, std::move(ends.right));
  auto stream = client->Start(std::move(ends.left), For(TestIdentity::kName));
  ASSERT_TRUE(stream.ok()) << stream.status();
  EXPECT_EQ((*stream)->Handshake().code(), absl::StatusCode::kUnauthenticated);
  EXPECT_THAT(std::string(echo.Join().message()), HasSubstr("alert"));
}

TEST(BlockingStream, NegotiatesAlpn) {
  TlsServerOptions server_options;
  server_options.alpn = {"h2", "http/1.1"};
  TlsClientOptions client_options;
  client_options.alpn = {"http/1.1", "h2"};
  const auto server = Identity().Server(server_options);
  const auto client = Identity().Client(client_options);
  Ends ends = SocketPair();
  EchoServer echo(*server, std::move(ends.right));
  auto stream = client->Start(std::move(ends.left), For(TestIdentity::kName));
  ASSERT_TRUE(stream.ok()) << stream.status();
  EXPECT_EQ(Converse(**stream, "x"), "x");
  EXPECT_EQ((*stream)->negotiated().alpn, "h2") << "the server's wish goes first";
  stream->reset();
  EXPECT_TRUE(echo.Join().ok());
}

TEST(BlockingStream, AnEndWithoutCloseIsDataLoss) {
  const auto server = Identity().Server();
  const auto client = Identity().Client();
  Ends ends = SocketPair();
  EchoServer echo(*server, std::move(ends.right));
  auto stream = client->Start(std::move(ends.left), For(TestIdentity::kName));
  ASSERT_TRUE(stream.ok()) << stream.status();
  ASSERT_TRUE((*stream)->Write("x").ok());
  ASSERT_TRUE((*stream)->Read().ok());
  stream->reset();
  EXPECT_EQ(echo.Join().code(), absl::StatusCode::kDataLoss);
}

TEST(BlockingStream, ReadUntilComesBackAtTheDeadline) {
  const auto server = Identity().Server();
  const auto client = Identity().Client();
  Ends ends = SocketPair();
  EchoServer echo(*server, std::move(ends.right));
  auto stream = client->Start(std::move(ends.left), For(TestIdentity::kName));
  ASSERT_TRUE(stream.ok()) << stream.status();
  ASSERT_TRUE((*stream)->Handshake().ok());
  const Instant deadline = SystemNow().instant + std::chrono::milliseconds(20);
  const auto nothing = (*stream)->ReadUntil(deadline);
  ASSERT_TRUE(nothing.ok()) << nothing.status();
  EXPECT_FALSE(nothing->has_value());
  EXPECT_GE(SystemNow().instant, deadline);
  EXPECT_EQ(Converse(**stream, "still there"), "still there");
  stream->reset();
  EXPECT_TRUE(echo.Join().ok());
}

TEST(BlockingStream, HandsOverTheSecretsThatAreLogged) {
  TlsClientOptions options;
  options.log_secrets = true;
  const auto server = Identity().Server();
  const auto client = Identity().Client(options);
  Ends ends = SocketPair();
  EchoServer echo(*server, std::move(ends.right));
  std::vector<std::string> labels;
  EndpointOptions endpoint = For(TestIdentity::kName);
  endpoint.on_secret = [&](const tls::SecretLogged& s) { labels.emplace_back(s.label); };
  auto stream = client->Start(std::move(ends.left), endpoint);
  ASSERT_TRUE(stream.ok()) << stream.status();
  EXPECT_EQ(Converse(**stream, "x"), "x");
  stream->reset();
  EXPECT_TRUE(echo.Join().ok());
  EXPECT_THAT(labels, ::testing::IsSupersetOf(
                          {"CLIENT_HANDSHAKE_TRAFFIC_SECRET", "SERVER_HANDSHAKE_TRAFFIC_SECRET",
                           "CLIENT_TRAFFIC_SECRET_0", "SERVER_TRAFFIC_SECRET_0"}));
}

}  // namespace
}  // namespace merlon::io
