// SPDX-License-Identifier: Apache-2.0
// Keys at rest: after a crash at any step no key is lost, none comes back, none is half there; what
// was changed or put back is refused; a real folder is for one process and one user.
#include "io_adapters/file_storage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <map>
#include <memory>

#include "io_adapters/files.h"
#include "io_adapters/key_folder.h"
#include "io_adapters/test_identity.h"
#include "io_adapters/text.h"

namespace merlon::io {
namespace {

using crypto::Existing;
using crypto::KeyName;
using testing::ElementsAre;
using testing::HasSubstr;

// A folder in memory that knows what is durable, and whose power goes after so many steps. Content
// and names that are not synced are then there or not, each by itself; content also by half.
class CrashingFolder final : public Folder {
 public:
  // Steps until the power goes, shared by folders of one machine.
  explicit CrashingFolder(int& steps) : steps_(steps) {}
  bool syncs_content = true, syncs_names = true;  // a disk that lies

  absl::StatusOr<std::string> Read(const std::string& file, size_t limit) override {
    const auto at = names_.find(file);
    if (at == names_.end()) return absl::NotFoundError(file);
    if (at->second->size() > limit) return absl::ResourceExhaustedError(file);
    return *at->second;
  }
  absl::Status Write(const std::string& file, std::string_view content) override {
    if (!Step()) return Off();
    auto inode = std::make_shared<std::string>(content);
    dirty_ = inode;
    Name(file, inode);
    return absl::OkStatus();
  }
  absl::Status Sync(const std::string& file) override {
    if (!Step()) return Off();
    if (syncs_content && names_.at(file) == dirty_) dirty_ = nullptr;
    return absl::OkStatus();
  }
  absl::Status Rename(const std::string& from, const std::string& to) override {
    if (!Step()) return Off();
    const Inode inode = names_.at(from);
    Name(to, inode);
    Name(from, nullptr);
    return absl::OkStatus();
  }
  absl::Status Remove(const std::string& file) override {
    if (!names_.contains(file)) return absl::NotFoundError(file);
    if (!Step()) return Off();
    Name(file, nullptr);
    return absl::OkStatus();
  }
  absl::Status SyncNames() override {
    if (!Step()) return Off();
    if (!syncs_names) return absl::OkStatus();
    durable_ = names_;
    unsynced_.clear();
    return absl::OkStatus();
  }
  absl::StatusOr<std::vector<std::string>> List() override {
    std::vector<std::string> files;
    for (const auto& [name, inode] : names_) files.push_back(name);
    return files;
  }

  // The states that a crash now may leave, each as a folder of its own.
  size_t outcomes() const { return size_t{dirty_ == nullptr ? 1u : 3u} << unsynced_.size(); }
  void BecomeOutcome(const CrashingFolder& crashed, size_t index) {
    Names names = crashed.durable_;
    for (const auto& [name, inode] : crashed.unsynced_) {
      const bool kept = index % 2 == 1;
      index /= 2;
      if (!kept) continue;
      if (inode == nullptr) names.erase(name);
      if (inode != nullptr) names[name] = inode;
    }
    names_.clear();
    for (const auto& [name, inode] : names) {
      const size_t size = inode->size();
      const size_t left = inode == crashed.dirty_ ? index * size / 2 : size;
      names_[name] = std::make_shared<std::string>(inode->substr(0, left));
    }
    durable_ = names_;
    unsynced_.clear();
    dirty_ = nullptr;
  }
  std::string& at(const std::string& file) { return *names_.at(file); }
  void Put(const std::string& file, std::string content) {
    names_[file] = std::make_shared<std::string>(std::move(content));
    durable_ = names_;
  }

 private:
  using Inode = std::shared_ptr<std::string>;
  using Names = std::map<std::string, Inode>;
  bool Step() {
    if (steps_ == 0) return false;
    --steps_;
    return true;
  }
  static absl::Status Off() { return absl::UnavailableError("the power is off"); }
  void Name(const std::string& name, const Inode& inode) {
    if (inode == nullptr) names_.erase(name);
    if (inode != nullptr) names_[name] = inode;
    unsynced_.emplace_back(name, inode);
  }

  int& steps_;
  Names names_, durable_;
  std::vector<std::pair<std::string, Inode>> unsynced_;  // in order; null: removed
  Inode dirty_;
};

KeyName Name(std::string_view text) { return KeyName(AsBytes(text)); }

constexpr int kAlways = 1 << 20;
constexpr crypto::KeyAttributes kStoreKey{
    .type = crypto::KeyType::kSecret, .usage = crypto::Usage::kEncrypt | crypto::Usage::kDecrypt};

// A machine with a store of keys: "old" and "new" are what key "web" may hold.
struct Machine {
  explicit Machine(bool counting, uint8_t store_key = 7)
      : counting(counting),
        key(*crypto.keys().Import(kStoreKey, std::vector<uint8_t>(32, store_key))) {
    crypto.keys().SetVault(&keys);
  }
  ~Machine() { crypto.keys().SetVault(nullptr); }

  Result<void> Put(std::string_view name, uint8_t byte, Existing existing = Existing::kRefuse) {
    crypto::KeyAttributes attributes{.type = crypto::KeyType::kSecret,
                                     .usage = crypto::Usage::kExport | crypto::Usage::kDerive};
    attributes.lifetime = crypto::Lifetime::kPersistent;
    attributes.name = Name(name);
    const auto made = crypto.keys().Import(attributes, std::vector<uint8_t>(32, byte), existing);
    if (!made.ok()) return made.error();
    return crypto.keys().Purge(*made);
  }
  // The byte that the key is made of; 0: there is none. -1: anything else.
  int Get(std::string_view name) {
    const auto opened = crypto.keys().Open(Name(name));
    if (!opened.ok()) return opened.error().code == Code::kNoSuchKey ? 0 : -1;
    std::vector<uint8_t> out(32);
    const Result<size_t> size = crypto.keys().Export(*opened, absl::MakeSpan(out));
    (void)crypto.keys().Purge(*opened);
    const bool whole = size.ok() && *size == 32 && std::count(out.begin(), out.end(), out[0]) == 32;
    return whole ? out[0] : -1;
  }
  Code Why(std::string_view name) { return crypto.keys().Open(Name(name)).error().code; }

  bool counting;
  int steps = kAlways;
  CrashingFolder records{steps}, counts{steps};
  FileStorage storage{records, counting ? &counts : nullptr};
  ProcessCrypto crypto;
  crypto::KeyHandle key;
  crypto::PersistentKeys keys{crypto.context(), key, storage};
};

struct Change {
  const char* name;
  int before, after;  // of the key; 0: there is none
};
constexpr Change kChanges[] = {{"create", 0, 2}, {"replace", 1, 2}, {"destroy", 1, 0}};

bool Apply(const Change& change, Machine& machine) {
  if (change.after == 0) return machine.crypto.keys().DestroyNamed(Name("web")).ok();
  const auto existing = change.before == 0 ? Existing::kRefuse : Existing::kReplace;
  return machine.Put("web", static_cast<uint8_t>(change.after), existing).ok();
}

// What is wrong with a machine that came up again after the change; empty: nothing.
std::string Wrong(Machine& up, const Change& change, bool said_ok) {
  if (!up.storage.Clean().ok()) return "cannot be cleaned";
  if (up.Get("other") != 9) return "another key is lost";
  const int web = up.Get("web");
  if (web != change.after && (web != change.before || said_ok)) return Cat("the key is ", web);
  // Whatever it is, it can be worked on with.
  if (web != 0 && !up.crypto.keys().DestroyNamed(Name("web")).ok()) return "cannot be destroyed";
  if (up.Get("web") != 0) return "came back";
  if (!up.Put("web", 5).ok() || up.Get("web") != 5) return "cannot be made anew";
  return up.keys.NameAt(2).ok() ? "there is one more" : "";
}

// Cuts the power after each step; gives the states looked at, and what was wrong with any.
size_t CrashEverywhere(const Change& change, bool counting, std::string& wrong,
                       bool syncs_content = true, bool syncs_names = true) {
  size_t states = 0;
  bool done = false;
  for (int steps = 0; !done && steps < 100; ++steps) {
    Machine machine(counting);
    EXPECT_TRUE(machine.Put("other", 9).ok());
    EXPECT_TRUE(change.before == 0 || machine.Put("web", 1).ok());
    for (CrashingFolder* folder : {&machine.records, &machine.counts}) {
      folder->syncs_content = syncs_content;
      folder->syncs_names = syncs_names;
    }
    machine.steps = steps;
    done = Apply(change, machine);
    for (size_t i = 0; i < machine.records.outcomes(); ++i) {
      for (size_t j = 0; j < machine.counts.outcomes(); ++j, ++states) {
        Machine up(counting);
        up.records.BecomeOutcome(machine.records, i);
        up.counts.BecomeOutcome(machine.counts, j);
        const std::string what = Wrong(up, change, done);
        if (!what.empty()) wrong = Cat(change.name, ", step ", steps, ": ", what);
      }
    }
  }
  EXPECT_TRUE(done);
  return states;
}

TEST(KeysAtRest, SurviveACrashAtEveryStep) {
  size_t states = 0;
  for (const Change& change : kChanges) {
    for (const bool counting : {false, true}) {
      std::string wrong;
      states += CrashEverywhere(change, counting, wrong);
      EXPECT_EQ(wrong, "") << (counting ? "counting" : "");
    }
  }
  EXPECT_GE(states, 130u);
}

TEST(KeysAtRest, TheFirstUseSurvivesACrashAtEveryStep) {
  bool done = false;
  for (int steps = 0; !done && steps < 100; ++steps) {
    int left = steps, forever = kAlways;
    CrashingFolder folder(left);
    ProcessCrypto crypto;
    const auto key = OpenStoreKey(crypto.context(), folder, "", 0);
    done = key.ok();
    std::array<uint8_t, crypto::kBlobOverhead + 1> blob = {};
    if (done) {
      ASSERT_TRUE(
          crypto::SealBlob(crypto.context(), *key, {}, AsBytes("x"), MutableBytes(blob)).ok());
    }
    for (size_t i = 0; i < folder.outcomes(); ++i) {
      CrashingFolder up(forever);
      up.BecomeOutcome(folder, i);
      const auto again = OpenStoreKey(crypto.context(), up, "", 0);
      ASSERT_TRUE(again.ok()) << again.status() << ", step " << steps;
      EXPECT_EQ(done,
                crypto::OpenBlob(crypto.context(), *again, {}, blob, MutableBytes(blob)).ok());
      ASSERT_TRUE(crypto.keys().Destroy(*again).ok());
    }
  }
  EXPECT_TRUE(done);
}

TEST(KeysAtRest, TheCrashTestNoticesADiskThatLies) {
  std::string wrong;
  CrashEverywhere(kChanges[1], false, wrong, /*syncs_content=*/false);
  EXPECT_THAT(wrong, HasSubstr("the key is -1"));
  CrashEverywhere(kChanges[2], false, wrong, true, /*syncs_names=*/false);
  EXPECT_THAT(wrong, HasSubstr("the key is 1"));
}

TEST(KeysAtRest, ARecordThatWasChangedIsRefused) {
  Machine machine(false);
  ASSERT_TRUE(machine.Put("web", 1).ok() && machine.Put("two", 2).ok());
  const std::string good = machine.records.at("web.key");
  for (size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] ^= 4;
    machine.records.Put("web.key", bad);
    EXPECT_EQ(machine.Why("web"), Code::kBadRecord) << i;
    machine.records.Put("web.key", good.substr(0, i));
    EXPECT_EQ(machine.Why("web"), Code::kBadRecord) << i;
  }
  machine.records.Put("web.key", good + '\0');
  EXPECT_EQ(machine.Why("web"), Code::kBadRecord);
  machine.records.Put("web.key", machine.records.at("two.key"));
  EXPECT_EQ(machine.Why("web"), Code::kBadRecord) << "another key's";
  machine.records.Put("web.key", std::string(70000, 'x'));
  EXPECT_EQ(machine.Why("web"), Code::kBadRecord);
  EXPECT_EQ(machine.Put("web", 1).error(), Misuse(Code::kKeyExists));
  EXPECT_TRUE(machine.crypto.keys().DestroyNamed(Name("web")).ok());
  Machine other(false, 8);
  other.records.Put("web.key", good);
  EXPECT_EQ(other.Why("web"), Code::kBadRecord) << "another store key";
}

TEST(KeysAtRest, WhatIsPutBackIsFoundOutWhereTheStoreCounts) {
  for (const bool counting : {false, true}) {
    Machine machine(counting);
    ASSERT_TRUE(machine.Put("web", 1).ok());
    const std::string first = machine.records.at("web.key");
    ASSERT_TRUE(machine.Put("web", 2, Existing::kReplace).ok());
    const std::string second = machine.records.at("web.key");
    machine.records.Put("web.key", first);
    EXPECT_EQ(machine.Get("web"), counting ? -1 : 1);
    if (!counting) continue;
    EXPECT_EQ(machine.Why("web"), Code::kRolledBack);
    EXPECT_FALSE(machine.keys.Attributes(Name("web")).ok());
    machine.records.Put("web.key", second);
    EXPECT_EQ(machine.Get("web"), 2);
    ASSERT_TRUE(machine.crypto.keys().DestroyNamed(Name("web")).ok());
    machine.records.Put("web.key", second);
    EXPECT_EQ(machine.Why("web"), Code::kNoSuchKey) << "destroyed is destroyed";
    machine.records.Put("web.key", first);
    EXPECT_EQ(machine.Why("web"), Code::kRolledBack);
    ASSERT_TRUE(machine.Put("web", 3, Existing::kReplace).ok());
    EXPECT_EQ(machine.Get("web"), 3);
    ASSERT_TRUE(machine.records.Remove("web.key").ok());
    EXPECT_EQ(machine.Why("web"), Code::kRolledBack) << "it vanished";
  }
}

TEST(KeysAtRest, AHandleIsOfItsKeyAlone) {
  Machine machine(false);
  crypto::KeyStore& keys = machine.crypto.keys();
  crypto::KeyAttributes attributes{.type = crypto::KeyType::kSecret,
                                   .usage = crypto::Usage::kDerive,
                                   .lifetime = crypto::Lifetime::kPersistent};
  EXPECT_EQ(keys.Import(attributes, AsBytes("secret")).error(), Misuse()) << "without a name";
  attributes.name = Name("web");
  const auto first = keys.Import(attributes, AsBytes("secret"));
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(*keys.Open(Name("web")), *first);
  EXPECT_EQ(keys.Import(attributes, AsBytes("secret")).error(), Misuse(Code::kKeyExists));
  const auto second = keys.Import(attributes, AsBytes("other"), Existing::kReplace);
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(keys.Attributes(*first).error(), Misuse(Code::kStaleHandle));
  ASSERT_TRUE(keys.Purge(*second).ok());
  EXPECT_EQ(keys.Attributes(*second).error(), Misuse(Code::kStaleHandle));
  const auto again = keys.Open(Name("web"));
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(keys.Attributes(*again)->bits, 40);
  machine.steps = 0;
  EXPECT_EQ(keys.Destroy(*again).error(), DriverError(Code::kStorageFailure));
  EXPECT_TRUE(keys.Attributes(*again).ok()) << "as it was";
  machine.steps = kAlways;
  ASSERT_TRUE(keys.Destroy(*again).ok());
  EXPECT_EQ(machine.Why("web"), Code::kNoSuchKey);
  EXPECT_EQ(keys.DestroyNamed(Name("web")).error(), Misuse(Code::kNoSuchKey));
}

TEST(KeyFolder, KeepsKeysBetweenProcesses) {
  const KeyFolderOptions options{.path = TestFile("keys"), .counts_path = TestFile("counts")};
  crypto::KeyAttributes attributes{.type = crypto::KeyType::kEcP256,
                                   .usage = crypto::Usage::kSign,
                                   .lifetime = crypto::Lifetime::kPersistent,
                                   .name = Name("web")};
  std::array<uint8_t, 65> public_key, again;
  {
    ProcessCrypto crypto;
    const auto folder = KeyFolder::Open(crypto, options);
    ASSERT_TRUE(folder.ok()) << folder.status();
    const auto key = crypto.keys().Generate(attributes, crypto.context().rng);
    ASSERT_TRUE(key.ok() && crypto.keys().PublicKey(*key, MutableBytes(public_key)).ok());
  }
  ASSERT_TRUE(WriteFile(TestFile("keys/.left.key.new"), "half", true).ok());
  ProcessCrypto crypto;
  const auto folder = KeyFolder::Open(crypto, options);
  ASSERT_TRUE(folder.ok()) << folder.status();
  EXPECT_FALSE(ReadFile(TestFile("keys/.left.key.new")).ok());
  ASSERT_EQ((*folder)->List().size(), 1u);
  EXPECT_EQ((*folder)->List()[0].name, "web");
  const auto key = (*folder)->OpenKey("web");
  ASSERT_TRUE(key.ok() && crypto.keys().PublicKey(*key, MutableBytes(again)).ok());
  EXPECT_EQ(public_key, again);
  EXPECT_THAT((*folder)->OpenKey("none").status().message(), HasSubstr("no key of this name"));
  EXPECT_THAT((*folder)->OpenKey("../web").status().message(), HasSubstr("not the name of a key"));
  struct stat about = {};
  for (const char* file : {"keys/.secret", "keys/web.key", "counts/web.count"}) {
    ASSERT_EQ(::stat(TestFile(file).c_str(), &about), 0) << file;
    EXPECT_EQ(about.st_mode & 0777, 0600u) << file;
  }
}

TEST(KeyFolder, IsForOneProcessAndOneUser) {
  KeyFolderOptions options{.path = TestFile("mine"), .patience = std::chrono::milliseconds(20)};
  ProcessCrypto one, two;
  {
    const auto folder = KeyFolder::Open(one, options);
    ASSERT_TRUE(folder.ok());
    const auto refused = KeyFolder::Open(two, options);
    EXPECT_TRUE(absl::IsUnavailable(refused.status()));
    EXPECT_THAT(refused.status().message(), HasSubstr("another process has"));
  }
  EXPECT_TRUE(KeyFolder::Open(two, options).ok());
  ASSERT_EQ(::chmod(options.path.c_str(), 0750), 0);
  EXPECT_TRUE(absl::IsPermissionDenied(KeyFolder::Open(one, options).status()));
}

TEST(KeyFolder, IsOpenedByItsPassphraseAlone) {
  ASSERT_TRUE(WriteFile(TestFile("right"), "correct horse\n", true).ok());
  ASSERT_TRUE(WriteFile(TestFile("wrong"), "correct house\n", true).ok());
  KeyFolderOptions options{
      .path = TestFile("sealed"), .passphrase_file = TestFile("right"), .pbkdf2_iterations = 1000};
  const auto why = [&](const std::string& file) {
    ProcessCrypto crypto;
    options.passphrase_file = file;
    const auto folder = KeyFolder::Open(crypto, options);
    return folder.ok() ? std::string() : std::string(folder.status().message());
  };
  EXPECT_EQ(why(TestFile("right")), "");
  EXPECT_EQ(why(TestFile("right")), "");
  EXPECT_THAT(why(TestFile("wrong")), HasSubstr("passphrase is not that of the key store"));
  EXPECT_THAT(why(""), HasSubstr("needs its passphrase"));
  EXPECT_FALSE(ReadFile(TestFile("sealed/.secret")).ok());
  std::string origin = *ReadFile(TestFile("sealed/.origin"));
  origin[8] = 0;  // fewer iterations than are taken
  origin[9] = 1;
  ASSERT_TRUE(WriteFile(TestFile("sealed/.origin"), origin, true).ok());
  EXPECT_THAT(why(TestFile("right")), HasSubstr("damaged"));
  // What has keys and no origin is no store; a new store key would lose them.
  ASSERT_TRUE(WriteFile(TestFile("sealed/web.key"), "x", true).ok());
  ASSERT_EQ(::remove(TestFile("sealed/.origin").c_str()), 0);
  EXPECT_THAT(why(TestFile("right")), HasSubstr("no .origin"));
}

}  // namespace
}  // namespace merlon::io
