// SPDX-License-Identifier: Apache-2.0
// RFC 8448's handshakes as both sides' tests need them: what each side draws at random or would ask
// an answerer for, each message with its header, each secret. And the steps of a test that puts
// them through one side's states.
#pragma once
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "crypto/testing/rfc8448.h"
#include "tls/core/context.h"
#include "tls/profiles/full.h"

namespace merlon::tls::testing {

using rfc8448::Buffer;

struct Trace {
  Buffer first_hello, retry;  // empty: no retry
  Buffer client_hello, client_private_key;
  Buffer server_private_key, server_hello, encrypted_extensions, certificate, certificate_verify,
      server_finished;
  Buffer client_finished, new_session_ticket;  // the last: empty where there is none
  Buffer client_handshake, server_handshake, client_traffic, server_traffic, exporter, resumption;
  Buffer resumption_psk;  // of the ticket
};

// Section 3, from what is committed.
Trace CommittedSection3();
// A section of the text: 3, 5 or 7.
Trace TraceOf(const rfc8448::Section& section);

// The trace's bytes go in, what the machine says comes out.
class StateDriver {
 public:
  using Machine = HandshakeMachine<FullProfile>;
  template <class State>
  StateDriver(State start, Context& cx) : cx_(cx), machine_(std::move(start)) {}

  void Give(const Buffer& message);
  // Answers the one request, which is of that kind, with perform(request).
  template <class Request, class Perform>
  void Answer(Perform perform) {
    ASSERT_EQ(cx_.operations.view().size(), 1u);
    const Pending pending = cx_.operations.view()[0];
    ASSERT_TRUE(std::holds_alternative<Request>(pending.request));
    const auto answer = perform(std::get<Request>(pending.request));
    ASSERT_TRUE(cx_.operations.Answer(pending.id, answer).ok());
    const Result<void> done = machine_.Conclude(answer, cx_);
    ASSERT_TRUE(done.ok()) << static_cast<int>(done.error().code);
  }
  // What was said since the last call, each as it is expected.
  void ExpectSend(Epoch epoch, Bytes message);
  void ExpectChangeCipherSpec();
  void ExpectInstallRead(Epoch epoch, const Buffer& secret);
  void ExpectInstallWrite(Epoch epoch, const Buffer& secret);
  void ExpectSilence() { EXPECT_FALSE(cx_.outbox.Pop()); }

  Machine& machine() { return machine_; }

 private:
  template <class Kind>
  Kind Next();

  Context& cx_;
  Machine machine_;
};

}  // namespace merlon::tls::testing
