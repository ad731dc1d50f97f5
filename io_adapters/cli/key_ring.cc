// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/cli/key_ring.h"

#include <algorithm>
#include <cstdlib>
#include <list>

#include "io_adapters/credentials.h"
#include "io_adapters/text.h"

namespace merlon::cli {
namespace {

using io::Cat;

constexpr std::string_view kLocations[] = {"file", "store", "agent"};

std::string Environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string DefaultStore() {
  const std::string named = Environment("MERLON_KEY_STORE"), home = Environment("HOME");
  return !named.empty() ? named : home.empty() ? "" : Cat(home, "/.merlon-keys");
}

}  // namespace

absl::StatusOr<KeyPlace> ParseKeyPlace(const std::string& key, std::string_view otherwise) {
  const size_t colon = key.find(':');
  const std::string location = key.substr(0, colon);
  const bool known = colon != key.npos && std::count(std::begin(kLocations), std::end(kLocations),
                                                     std::string_view(location)) != 0;
  if (known) return KeyPlace{location, key.substr(colon + 1)};
  // A path may have a colon; a key's name has none.
  if (colon != key.npos && otherwise != "file") {
    return absl::InvalidArgumentError(Cat("no place for keys is called \"", location, "\""));
  }
  return KeyPlace{std::string(otherwise), key};
}

KeyRing::KeyRing(io::ProcessCrypto& crypto, const Arguments& arguments)
    : crypto_(crypto),
      options_{.path = arguments.Value("key-store", DefaultStore()),
               .passphrase_file = arguments.Value("passphrase-file"),
               .counts_path = arguments.Value("counts")},
      password_file_(arguments.Value("pass-file")),
      agent_(arguments.Value("agent", Environment("MERLON_AGENT"))) {}

absl::StatusOr<crypto::KeyHandle> KeyRing::Open(const std::string& key,
                                                std::string_view otherwise) {
  const absl::StatusOr<KeyPlace> place = ParseKeyPlace(key, otherwise);
  if (!place.ok()) return place.status();
  if (place->location == "file")
    return io::LoadPrivateKey(crypto_.keys(), place->name, password_file_);
  if (place->location == "agent") {
    const auto agent = Agent();
    if (!agent.ok()) return agent.status();
    return (*agent)->Open(crypto_.keys(), place->name);
  }
  const absl::StatusOr<io::KeyFolder*> folder = Folder();
  if (!folder.ok()) return folder.status();
  return (*folder)->OpenKey(place->name);
}

absl::StatusOr<io::KeyFolder*> KeyRing::Folder() {
  if (folder_ == nullptr) {
    if (options_.path.empty()) return absl::InvalidArgumentError("--key-store is needed");
    auto opened = io::KeyFolder::Open(crypto_, options_);
    if (!opened.ok()) return opened.status();
    folder_ = *std::move(opened);
  }
  return folder_.get();
}

absl::StatusOr<const io::AgentKeys*> KeyRing::Agent() const {
  if (agent_.empty()) {
    return absl::InvalidArgumentError("--agent, the socket of merlon agent, is needed");
  }
  // Keys of the agent that are open may outlive the ring: a program has few agents, for its life.
  static std::list<io::AgentKeys>* const agents = new std::list<io::AgentKeys>();
  return &agents->emplace_back(agent_);
}

}  // namespace merlon::cli
