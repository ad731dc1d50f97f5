// SPDX-License-Identifier: Apache-2.0
#include "tls/listener/listener.h"

#include <algorithm>

#include "tls/core/transcript.h"
#include "tls/listener/plain_message.h"
#include "tls/msgs/messages12.h"
#include "tls/server/select.h"

namespace merlon::tls {
namespace {

using record::ContentType;
using record::Fragment;

constexpr DecodeContext kDecode = {Transport::kDatagram, 0};
constexpr uint8_t kFatal = 2;  // AlertLevel (RFC 9846 s6)
// Records of one datagram that are looked at before there is a connection. One is what a
// ClientHello takes, or a fragment of it.
constexpr int kMaxRecords = 4;
// Bytes of a ClientHello up to the end of its random.
constexpr size_t kRandomAt = 2, kRandomSize = 32;

// The fragment that this record in the clear begins with, if it is one of a ClientHello.
std::optional<Fragment> HelloFragment(const record::DatagramRecord& record) {
  if (record.unified || record.epoch != 0 || record.type != ContentType::kHandshake) return {};
  Reader reader{Bytes(record.body)};
  const Result<Fragment> fragment = Fragment::Read(reader);
  if (!fragment.ok() || fragment->type != ClientHello::kType) return {};
  return *fragment;
}

// RFC 9846 s4.4.1; with TLS's header (RFC 9147 s5.2).
crypto::Digest HashOfHello(const crypto::HashAlgorithm& hash, Bytes body) {
  Transcript transcript(hash);
  transcript.Add({.type = ClientHello::kType, .body = body});
  return transcript.Peek();
}

}  // namespace

Listener::Listener(const ServerConfig& config, const crypto::BoundMacKey& cookie_key, Seed seed,
                   const ListenerMemory& memory)
    : config_(config),
      cookies_(cookie_key),
      peers_(memory.peers, std::move(seed)),
      halves_(memory.halves, memory.half_bytes) {}

Result<Verdict> Listener::Receive(MutableBytes datagram, Bytes peer, Now now, MutableBytes reply) {
  if (peer.size() > kMaxPeerAddress) return Misuse();
  if (reply.size() < kMaxReply) return Misuse(Code::kNoSpace);
  ++counts_.datagrams;
  counts_.bytes_in += datagram.size();
  const Result<Verdict> verdict = Judge(
      datagram, {.peer = peer, .slot = peers_.Find(peer), .now = now.instant, .reply = reply});
  if (verdict.ok()) Count(*verdict);
  return verdict;
}

void Listener::Count(const Verdict& verdict) {
  if (const auto* drop = std::get_if<Drop>(&verdict)) {
    ++counts_.dropped[static_cast<size_t>(drop->why)];
  } else if (const auto* reply = std::get_if<Reply>(&verdict)) {
    ++counts_.replies;
    counts_.bytes_out += reply->size;
  } else if (std::holds_alternative<NewConnection>(verdict)) {
    ++counts_.connections;
  }
}

Result<Verdict> Listener::Judge(MutableBytes datagram, const Source& source) {
  MutableBytes rest = datagram;
  Drop drop{Dropped::kNotAHello};
  for (int i = 0; i < kMaxRecords && !rest.empty(); ++i) {
    const MutableBytes from = rest;
    const std::optional<record::DatagramRecord> record = record::TakeRecord(rest, /*cid=*/{});
    const std::optional<Fragment> fragment = record ? HelloFragment(*record) : std::nullopt;
    if (source.slot && i == 0 && (!fragment || IsOfConnection(*fragment, source))) {
      return Verdict(Route{*source.slot});
    }
    if (!fragment) break;
    if (fragment->data.size() == fragment->length) {
      return JudgeHello({.body = fragment->data,
                         .sequence = fragment->sequence,
                         .record = record->sequence,
                         .first = from},
                        source);
    }
    drop.why = Dropped::kPartial;
    const std::optional<WholeHello> whole =
        halves_.Add(source.peer, *fragment, record->sequence, source.now);
    if (whole) return JudgeHello(*whole, source);
  }
  return Verdict(drop);
}

// A ClientHello in the clear, from an address that has a connection: of that connection if it has
// its random, repeated by the client or the network; else of a client that starts anew. The server
// "SHOULD proceed with a new handshake but MUST NOT destroy the existing association until the
// client has demonstrated reachability either by completing a cookie exchange or by completing a
// complete handshake" (RFC 9147 s5.11; RFC 6347 s4.2.8). A fragment without the random goes where
// the one with it went.
bool Listener::IsOfConnection(const Fragment& fragment, const Source& source) const {
  if (fragment.offset == 0 && fragment.data.size() >= kRandomAt + kRandomSize) {
    return Slice(fragment.data, kRandomAt, kRandomSize) == Bytes(peers_.Get(*source.slot).random);
  }
  return !halves_.Holds(source.peer, fragment, source.now);
}

Result<Verdict> Listener::JudgeHello(const WholeHello& whole, const Source& source) {
  Reader reader(whole.body);
  const Result<ClientHello> hello = ClientHello::Decode(reader, kDecode);
  if (!hello.ok() || !reader.done()) return Verdict(Drop{Dropped::kMalformed});
  const Result<bool> is13 = ChooseTls13(*hello, config_.common, Transport::kDatagram);
  if (!is13.ok()) return Refuse(is13.error(), whole, source);
  return *is13 ? Judge13(*hello, whole, source) : Judge12(*hello, whole, source);
}

// A cookie that is wrong or too old counts as none, so that the client gets one that is right: RFC
// 6347 s4.2.1 has no other answer to it.
Result<Verdict> Listener::Judge12(const ClientHello& hello, const WholeHello& whole,
                                  const Source& source) {
  if (!hello.cookie12.empty()) {
    MERLON_ASSIGN_OR_RETURN(const bool valid, cookies_.Check12(source.peer, hello, source.now));
    if (valid) return Accept(hello, whole, source, std::nullopt);
  }
  std::array<uint8_t, kCookie12Size> cookie;
  HelloVerifyRequest request;
  MERLON_ASSIGN_OR_RETURN(request.cookie,
                          cookies_.Make12(source.peer, hello, source.now, MutableBytes(cookie)));
  return Answer(request, whole, source);
}

Result<Verdict> Listener::Judge13(const ClientHello& hello, const WholeHello& whole,
                                  const Source& source) {
  const auto choose = [&]() -> Result<Retry13> {
    MERLON_TRY(CheckHello13(hello, Transport::kDatagram));
    MERLON_ASSIGN_OR_RETURN(const CipherSuite* suite, ChooseSuite(hello, config_.common));
    MERLON_ASSIGN_OR_RETURN(const NamedGroup* group, ChooseGroup(hello, config_.common));
    MERLON_ASSIGN_OR_RETURN(const std::optional<Bytes> share, FindShare(hello, *group));
    return Retry13{suite, group, {.hash = {}, .group_named = !share}};
  };
  Result<Retry13> retry = choose();
  if (!retry.ok()) return Refuse(retry.error(), whole, source);
  if (hello.cookie) {
    MERLON_ASSIGN_OR_RETURN(
        const std::optional<RetriedHello> retried,
        cookies_.Check13(source.peer, hello, *retry->suite, *retry->group, source.now));
    // "If a server receives a ClientHello with an invalid cookie, it MUST terminate the handshake
    // with an "illegal_parameter" alert. This allows the client to restart the connection from
    // scratch without a cookie" (RFC 9147 s5.1).
    if (!retried) return Refuse(IllegalParameter(), whole, source);
    return Accept(hello, whole, source, retried);
  }
  retry->hello.hash = HashOfHello(*retry->suite->hash, whole.body);
  std::array<uint8_t, kMaxCookieSize> buffer;
  MERLON_ASSIGN_OR_RETURN(const Bytes cookie, cookies_.Make13(source.peer, hello, *retry,
                                                              source.now, MutableBytes(buffer)));
  // It asks for a share only if there is none that we want: the cookie alone is change enough (RFC
  // 9846 s4.1.4).
  return Answer(
      ServerHelloMessage{RetryFor(ProtocolOf(Transport::kDatagram), *retry->suite,
                                  retry->hello.group_named ? retry->group : nullptr, cookie)},
      whole, source);
}

Verdict Listener::Accept(const ClientHello& hello, const WholeHello& whole, const Source& source,
                         const std::optional<RetriedHello>& retried) {
  const std::optional<uint32_t> slot = source.slot ? source.slot : peers_.Add(source.peer);
  if (!slot) return Drop{Dropped::kNoRoom};
  std::copy(hello.random.begin(), hello.random.end(), peers_.Get(*slot).random.begin());
  // Both answered with the number of the message and of the record that they answered, so the next
  // are this ClientHello's: "the server MUST use the record sequence number in the ClientHello as
  // the record sequence number in the initial ServerHello" (RFC 6347 s4.2.1).
  return NewConnection{.slot = *slot,
                       .replaces = source.slot.has_value(),
                       .start = {.next_receive_sequence = whole.sequence,
                                 .next_send_sequence = whole.sequence,
                                 .next_record = whole.record},
                       .retried = retried,
                       .first = whole.first};
}

// What can come of nothing is said at once, and as briefly as can be. Not to an address with a
// connection: it may be that its client never said this, and whoever is in the middle of a
// handshake believes alerts.
Verdict Listener::Refuse(Error error, const WholeHello& whole, const Source& source) {
  if (source.slot || error.alert == Alert::kNone) return Drop{Dropped::kRefused};
  const std::array<uint8_t, 2> alert = {kFatal, static_cast<uint8_t>(error.alert)};
  const Result<record::SealedRecord> written =
      record::WritePlain(whole.record, ContentType::kAlert, alert, source.reply);
  if (!written.ok()) return Drop{Dropped::kRefused};
  return Reply{written->size};
}

// "the server MUST use the record sequence number in the ClientHello as the record sequence number
// in the HelloVerifyRequest" (RFC 6347 s4.2.1): no number is used twice, and none has to be kept.
template <class M>
Result<Verdict> Listener::Answer(const M& message, const WholeHello& whole, const Source& source) {
  Writer body(Slice(source.reply, kPlainMessageHeader));
  message.Encode(body, kDecode);
  MERLON_ASSIGN_OR_RETURN(const size_t size, body.Finish());
  WritePlainMessageHeader(M::kType, whole.sequence, whole.record, size, source.reply);
  return Verdict(Reply{kPlainMessageHeader + size});
}

}  // namespace merlon::tls
