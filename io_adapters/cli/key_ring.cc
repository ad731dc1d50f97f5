// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/cli/key_ring.h"

#include <algorithm>
#include <cstdlib>
#include <list>
#include <map>

#include "io_adapters/credentials.h"
#include "io_adapters/files.h"
#include "io_adapters/text.h"
#include "tls/error.h"

namespace merlon::cli {
namespace {

using io::Cat;

constexpr uint32_t kFirstTokenLocation = 16;
constexpr std::string_view kLocations[] = {"file", "store", "agent", "pkcs11"};

std::string Environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string DefaultStore() {
  const std::string named = Environment("MERLON_KEY_STORE"), home = Environment("HOME");
  return !named.empty() ? named : home.empty() ? "" : Cat(home, "/.merlon-keys");
}

absl::Status TokenFailure(const std::string& what, Error error) {
  if (error == Misuse()) {
    return absl::InvalidArgumentError(Cat(what, " of the token: several have this name"));
  }
  return absl::InvalidArgumentError(Cat(what, " of the token: ", tls::Explain(error).sentence));
}

// What the URI says, or the first line of the file that it names (RFC 7512 s2.4); empty: neither.
absl::StatusOr<std::string> PinOf(const crypto::Pkcs11Uri& uri) {
  if (uri.pin_source.empty()) return uri.pin_value;
  std::string path = uri.pin_source;
  if (path.starts_with("file:")) path = path.substr(5);
  absl::StatusOr<std::string> text = io::ReadFile(path, 4096);
  if (!text.ok()) return text.status();
  std::string pin = text->substr(0, text->find_first_of("\r\n"));
  Wipe(MutableBytes(reinterpret_cast<uint8_t*>(text->data()), text->size()));
  return pin;
}

}  // namespace

absl::StatusOr<KeyPlace> ParseKeyPlace(const std::string& key, std::string_view otherwise) {
  const size_t colon = key.find(':');
  const std::string location = key.substr(0, colon);
  const bool known = colon != key.npos && std::count(std::begin(kLocations), std::end(kLocations),
                                                     std::string_view(location)) != 0;
  if (known) return KeyPlace{location, location == "pkcs11" ? key : key.substr(colon + 1)};
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
  if (place->location == "pkcs11") {
    const auto at = Token(place->name);
    if (!at.ok()) return at.status();
    const auto handle = at->token->OpenKey(crypto_.keys(), at->uri.object, at->uri.id);
    if (!handle.ok()) return TokenFailure(Cat("key ", at->uri.object), handle.error());
    return *handle;
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

absl::StatusOr<KeyRing::TokenKey> KeyRing::Token(const std::string& text) {
  const std::optional<crypto::Pkcs11Uri> uri = crypto::ParsePkcs11Uri(text);
  if (!uri) return absl::InvalidArgumentError("this is not a URI of PKCS #11 (RFC 7512)");
  const std::string path =
      uri->module_path.empty() ? Environment("MERLON_PKCS11_MODULE") : uri->module_path;
  if (path.empty()) {
    return absl::InvalidArgumentError(
        "module-path in the URI, or MERLON_PKCS11_MODULE in the environment, is needed");
  }
  const std::string name =
      io::Join({path, uri->token, uri->manufacturer, uri->model, uri->serial}, "\n");
  // As of agents; a token has its login for the whole process.
  static std::map<std::string, crypto::Pkcs11Keys>* const tokens =
      new std::map<std::string, crypto::Pkcs11Keys>();
  auto at = tokens->find(name);
  if (at == tokens->end()) {
    const auto module = crypto::LoadPkcs11Module(path);
    if (!module.ok()) {
      return absl::InvalidArgumentError(Cat(io::Printable(path), " is no module of PKCS #11"));
    }
    const auto pin = PinOf(*uri);
    if (!pin.ok()) return pin.status();
    auto token = crypto::Pkcs11Token::Open(**module, *uri, *pin);
    if (!token.ok()) {
      const bool absent = token.error().code == Code::kNoSuchKey;
      return absent ? absl::NotFoundError(Cat("no token is called ", io::Printable(uri->token)))
                    : TokenFailure("session", token.error());
    }
    const crypto::Location location{kFirstTokenLocation + static_cast<uint32_t>(tokens->size())};
    at = tokens->try_emplace(name, *std::move(token), location, crypto_.context().drivers).first;
  }
  // Its location is new here, or has it as the owner already.
  (void)crypto_.AddDriver(at->second.driver());
  return TokenKey{&at->second, *uri};
}

}  // namespace merlon::cli
