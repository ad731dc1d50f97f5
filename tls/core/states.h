// SPDX-License-Identifier: Apache-2.0
// Typed states and the one dispatcher: which message is legal in which state on which transport,
// and which states may follow. It knows no message and no state of its own except Failed; those,
// and what a transition does, belong to tls/client and tls/server.
//
//   struct ExpectFinished { using Accepted = Accepts<Finished>; Secret<48> keys; };
//   Result<Moved> On(ExpectFinished&, const Finished&, Context&, Into<Connected> next);
//
// The signature of On is the only place that names a transition; the dispatcher reads it there.
#pragma once
#include <array>
#include <concepts>
#include <type_traits>
#include <utility>
#include <variant>

#include "crypto/base/reader.h"
#include "crypto/base/result.h"
#include "tls/core/input.h"

namespace merlon::tls {

template <class... Inputs>
struct Accepts {};  // messages and signals that a state takes
template <class... Results>
struct Completes {};  // operation results that a state waits for

template <class T, class... Items>
concept OneOf = (std::is_same_v<T, Items> || ...);
template <class T, class List>
constexpr bool kLists = false;
template <class T, template <class...> class List, class... Items>
constexpr bool kLists<T, List<Items...>> = OneOf<T, Items...>;

// ---- Messages ----------------------------------------------------------------------------------

// A message is a plain struct; kTransports, where it has one, says where it is legal.
template <class M>
concept Message = requires(Reader& reader, const DecodeContext& context) {
  { M::kType } -> std::convertible_to<uint8_t>;
  { M::Decode(reader, context) } -> std::same_as<Result<M>>;
};

template <class M>
constexpr bool LegalOn(Transport transport) {
  if constexpr (requires { M::kTransports; })
    return (M::kTransports & static_cast<uint8_t>(transport)) != 0;
  return true;
}

// What the dispatcher asks of the core's Context. Begin shows transitions the raw message: each
// adds it to the transcript itself, because Finished verifies before and ServerHello derives after.
template <class C>
concept DispatchContext = requires(C& context, const C& view, const HandshakeMessage& message) {
  { view.pending() } -> std::same_as<bool>;
  { view.decode_context() } -> std::same_as<const DecodeContext&>;
  context.Begin(message);
};

// ---- Transitions -------------------------------------------------------------------------------

// Bytes of a state. A target with 8-byte pointers may use more than a device, where the largest is
// four secrets of a SHA-384 suite and a client's key (ExpectClientCertificateVerify).
inline constexpr size_t kMaxStateSize = sizeof(void*) == 4 ? 224 : 256;

// Proof that a successor was put in place. Only Into can make one.
class Moved {
 public:
  // The successor wants the same input.
  bool again() const { return again_; }

 private:
  explicit Moved(bool again) : again_(again) {}
  template <class... Successors>
  friend class Into;
  bool again_;
};

// Puts one of the legal successors in place of the present state. It does not name the set of all
// states, so transitions are plain functions, compiled once for every profile.
template <class... Successors>
class Into {
 public:
  // A narrower choice, for a helper that two transitions share.
  template <class... Wider>
    requires(OneOf<Successors, Wider...> && ...)
  Into(const Into<Wider...>& wider)  // NOLINT: implicit by design
      : slot_(wider.slot_), emplace_{wider.template EmplaceOf<Successors>()...} {}

  // By value: the old state, out of which the new one was moved, dies before the new one is placed.
  template <OneOf<Successors...> S>
  Result<Moved> To(S successor) const {
    return Place(std::move(successor), false, LocalError(Code::kOutsideProfile));
  }
  // The fork between versions: the successor takes the input that this state looked at, and nothing
  // of the other version's transitions is named here. A profile without it does not speak that
  // version: "MUST abort the handshake with a "protocol_version" alert" (RFC 9846 s4.1.3, s4.2.1).
  template <OneOf<Successors...> S>
  Result<Moved> Fork(S successor) const {
    return Place(std::move(successor), true,
                 PeerError(Code::kProtocolVersion, Alert::kProtocolVersion));
  }

 private:
  template <class Profile, class... States>
  friend class StateMachine;
  template <class... Others>
  friend class Into;
  using Emplace = void (*)(void* slot, void* successor);
  template <class S>
  Result<Moved> Place(S successor, bool again, Error outside_profile) const {
    static_assert(sizeof(S) <= kMaxStateSize,
                  "blobs live in the arena: a transition holds S on its stack");
    const Emplace emplace = EmplaceOf<S>();
    if (emplace == nullptr) return outside_profile;
    emplace(slot_, &successor);
    return Moved(again);
  }
  Into(void* slot, std::array<Emplace, sizeof...(Successors)> emplace)
      : slot_(slot), emplace_(emplace) {}
  template <class S>
  Emplace EmplaceOf() const {
    size_t index = 0;
    (void)((std::is_same_v<S, Successors> || (++index, false)) || ...);
    return emplace_[index];
  }

  void* slot_;
  // One per successor; null where the profile has no such state.
  std::array<Emplace, sizeof...(Successors)> emplace_;
};

// Where every error that is not misuse ends. The state before, and its secrets, are gone.
struct Failed {
  using Accepted = Accepts<>;
  Error error;
};

// ---- Profiles ----------------------------------------------------------------------------------

// A profile has `static constexpr uint32_t kFeatures`, a state or a message may have `static
// constexpr uint32_t kNeeds`. The transitions of what a profile lacks are never named, hence never
// linked.
template <class Profile, class State>
constexpr bool kInProfile = [] {
  if constexpr (requires { State::kNeeds; }) return (State::kNeeds & ~Profile::kFeatures) == 0;
  return true;
}();

template <class... T>
struct Types {};
template <class... A, class... B>
Types<A..., B...> operator+(Types<A...>, Types<B...>);
template <class... S>
std::variant<S..., Failed> AsVariant(Types<S...>);
template <class Profile, class... States>
using StatesOf = decltype(AsVariant(
    (Types<>() + ... + std::conditional_t<kInProfile<Profile, States>, Types<States>, Types<>>())));

// ---- The dispatcher ----------------------------------------------------------------------------

// Does a state take this input? (Of HandshakeMessage: any message.)
template <class S, class In>
constexpr bool kTakes =
    kLists<In, typename S::Accepted> || requires { requires kLists<In, typename S::Completed>; };
template <class... M>
constexpr bool AnyMessage(Accepts<M...>) {
  return (Message<M> || ...);
}
template <class S>
constexpr bool kTakes<S, HandshakeMessage> = AnyMessage(typename S::Accepted());

// Which of a machine's states take In. To visit all states with each input would compile every
// state times every input, for nothing.
template <class In, class States>
struct Takers;
template <class In, class... S>
struct Takers<In, std::variant<S...>> {
  static constexpr std::array<bool, sizeof...(S)> kTakes = {tls::kTakes<S, In>...};
  static constexpr size_t kCount = (size_t{tls::kTakes<S, In>} + ...);
  static constexpr std::array<size_t, kCount> kIndexes = [] {
    std::array<size_t, kCount> indexes{};
    for (size_t i = 0, n = 0; i != kTakes.size(); ++i) {
      if (kTakes[i]) indexes[n++] = i;
    }
    return indexes;
  }();
};

// Holds exactly one of States. Any error but misuse leaves it in Failed, which repeats that error.
template <class Profile, class... States>
class StateMachine {
 public:
  template <class S>
  explicit StateMachine(S start) : state_(std::move(start)) {}

  template <DispatchContext Context>
  Result<Disposition> Handle(const HandshakeMessage& message, Context& context) {
    if (context.pending()) return Disposition::kHeld;
    context.Begin(message);
    MERLON_TRY(Repeat(PeerError(Code::kUnexpectedMessage, Alert::kUnexpectedMessage),
                      [&](Result<bool>& out) {
                        WithState<HandshakeMessage>([&]<class S>(S& state) {
                          Match(state, message, context, out, typename S::Accepted());
                        });
                      }));
    return Disposition::kTaken;
  }
  // Does the present state take this signal?
  template <class Signal>
  bool Waits() const {
    return Takers<Signal, State>::kTakes[state_.index()];
  }

  // A signal comes from our own face, not from the peer: never held, and nothing to a state that
  // does not wait for it.
  template <class Signal, class Context>
  Result<void> HandleSignal(const Signal& signal, Context& context) {
    return Offer(signal, context, false);
  }

  // Hands an operation's answer to the state that waits for it.
  template <class Answer, class Context>
  Result<void> Conclude(const Answer& answer, Context& context) {
    return Offer(answer, context, Misuse(Code::kStaleOperation));
  }

  void Fail(Error error) { state_.template emplace<Failed>(error); }
  template <class S>
  const S* As() const {
    return std::get_if<S>(&state_);
  }

 private:
  using State = StatesOf<Profile, States...>;

  // Turns into whichever Into the transition's signature asks for.
  struct Next {
    State& state;
    template <class... S>
    operator Into<S...>() const {  // NOLINT: implicit by design
      static_assert((OneOf<S, States...> && ...), "a successor of another machine");
      return Into<S...>(&state, {EmplaceIn<S>()...});
    }
    template <class S>
    static constexpr auto EmplaceIn() -> void (*)(void*, void*) {
      if constexpr (kInProfile<Profile, S>) {
        return [](void* slot, void* successor) {
          static_cast<State*>(slot)->template emplace<S>(std::move(*static_cast<S*>(successor)));
        };
      } else {
        return nullptr;
      }
    }
  };

  // `step` says whether the state that is now in place wants the same input; what it leaves as it
  // was is the answer of a state that does not take the input.
  template <class Step>
  Result<void> Repeat(const Result<bool>& untaken, Step step) {
    if (const Failed* failed = As<Failed>()) return failed->error;
    Result<bool> again = untaken;
    do {
      again = untaken;
      step(again);
    } while (again.ok() && *again);
    if (again.ok()) return {};
    if (again.error().origin != Origin::kMisuse) Fail(again.error());
    return again.error();
  }
  template <class In, class Context>
  Result<void> Offer(const In& in, Context& context, const Result<bool>& untaken) {
    return Repeat(untaken, [&](Result<bool>& out) {
      WithState<In>([&](auto& state) { out = Go(state, in, context); });
    });
  }

  // Calls `step` with the present state if it is one of those that take In.
  template <class In, class Step>
  void WithState(Step step) {
    using Taking = Takers<In, State>;
    [&]<size_t... I>(std::index_sequence<I...>) {
      (void)(CallWith<Taking::kIndexes[I]>(step) || ...);
    }(std::make_index_sequence<Taking::kCount>());
  }
  template <size_t kIndex, class Step>
  bool CallWith(Step& step) {
    auto* const state = std::get_if<kIndex>(&state_);
    if (state != nullptr) step(*state);
    return state != nullptr;
  }

  template <class S, class Context, class... M>
  void Match(S& state, const HandshakeMessage& message, Context& context, Result<bool>& out,
             Accepts<M...>) {
    (void)(Try<M>(state, message, context, out) || ...);
  }
  template <class M, class S, class Context>
  bool Try(S& state, const HandshakeMessage& message, Context& context, Result<bool>& out) {
    if constexpr (Message<M> && kInProfile<Profile, M>) {
      if (message.type == M::kType && LegalOn<M>(context.decode_context().transport)) {
        out = Decode<M>(state, message, context);
        return true;
      }
    }
    return false;
  }
  template <class M, class S, class Context>
  Result<bool> Decode(S& state, const HandshakeMessage& message, Context& context) {
    Reader reader(message.body);
    MERLON_ASSIGN_OR_RETURN(const M decoded, M::Decode(reader, context.decode_context()));
    if (!reader.done()) return PeerError(Code::kTrailingData, Alert::kDecodeError);
    return Go(state, decoded, context);
  }
  template <class S, class In, class Context>
  Result<bool> Go(S& state, const In& in, Context& context) {
    MERLON_ASSIGN_OR_RETURN(const Moved moved, On(state, in, context, Next{state_}));
    return moved.again();
  }

  State state_;
};

}  // namespace merlon::tls
