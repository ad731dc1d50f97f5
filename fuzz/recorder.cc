// SPDX-License-Identifier: Apache-2.0
#include "fuzz/recorder.h"

namespace merlon::fuzz {
namespace {

template <class SomeEnd>
class Recorder {
  static constexpr bool kDatagrams = std::is_same_v<SomeEnd, DatagramEnd>;

 public:
  Recorder(uint16_t client, uint16_t server, const Manner& manner)
      : manner_(manner),
        client_end_(StartEnd<SomeEnd>(/*server=*/false, client)),
        server_end_(StartEnd<SomeEnd>(/*server=*/true, server)) {
    recording_.client += {static_cast<char>(client >> 8), static_cast<char>(client)};
    recording_.server += {static_cast<char>(server >> 8), static_cast<char>(server)};
  }

  Recording Record() {
    Exchange();
    if (client_end_->outcome().Saw("connected")) {
      ForBoth({.what = StepByte(Action::kSeal)});
      // Which TLS 1.2 does not have: a misuse there, and nothing happens.
      ForClient({.what = StepByte(Action::kKeyUpdate, /*variant=*/true)});
      Exchange();
      ForServer({.what = StepByte(Action::kKeyUpdate)});
      Exchange();
      ForBoth({.what = StepByte(Action::kSeal, manner_.much)});
      ForBoth({.what = StepByte(Action::kClose)});
      Exchange();
    }
    return recording_;
  }

 private:
  void ForClient(const Step& step) { Do(step, *client_end_, recording_.client); }
  void ForServer(const Step& step) { Do(step, *server_end_, recording_.server); }
  void ForBoth(const Step& step) {
    ForClient(step);
    ForServer(step);
    Exchange();
  }
  static void Do(const Step& step, SomeEnd& end, std::string& input) {
    end.Do(step);
    AppendStep(step, input);
  }
  // Until nothing moves, and on datagrams, until no timer is set.
  void Exchange() {
    for (bool moved = true; moved;) {
      moved = false;
      for (bool delivered = true; delivered; moved |= delivered) {
        delivered = Move(*client_end_, sent_by_client_, *server_end_, recording_.server);
        delivered |= Move(*server_end_, sent_by_server_, *client_end_, recording_.client);
      }
      if constexpr (kDatagrams) {
        if (client_end_->face.NextTimeout()) {
          ForClient({.what = StepByte(Action::kWait)});
          moved = true;
        }
        if (server_end_->face.NextTimeout()) {
          ForServer({.what = StepByte(Action::kWait)});
          moved = true;
        }
      }
    }
  }
  bool Move(SomeEnd& from, size_t& sent, SomeEnd& to, std::string& input) {
    bool moved = false;
    while (sent < from.outcome().sent.size()) {
      const std::string bytes = from.outcome().sent[sent++];
      Do({.what = StepByte(Action::kDeliver, manner_.twice, manner_.answers, manner_.pieces),
          .bytes = bytes},
         to, input);
      // What came late is answered behind it.
      if (manner_.answers == Answers::kLate) Do({.what = StepByte(Action::kWait)}, to, input);
      moved = true;
    }
    return moved;
  }

  Manner manner_;
  std::unique_ptr<SomeEnd> client_end_, server_end_;
  size_t sent_by_client_ = 0, sent_by_server_ = 0;
  Recording recording_;
};

}  // namespace

Recording RecordStream(uint16_t client, uint16_t server, const Manner& manner) {
  return Recorder<StreamEnd>(client, server, manner).Record();
}
Recording RecordDatagrams(uint16_t client, uint16_t server, const Manner& manner) {
  return Recorder<DatagramEnd>(client, server, manner).Record();
}

}  // namespace merlon::fuzz
