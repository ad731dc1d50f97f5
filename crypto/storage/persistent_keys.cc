// SPDX-License-Identifier: Apache-2.0
#include "crypto/storage/persistent_keys.h"

#include <algorithm>
#include <cstring>

#include "crypto/base/reader.h"
#include "crypto/base/secret.h"
#include "crypto/base/writer.h"

namespace merlon::crypto {
namespace {

constexpr std::string_view kMagic = "MKEY";
constexpr uint8_t kFormat = 1;
constexpr uint8_t kAllUsages = 63;

Error BadRecord() { return DriverError(Code::kBadRecord); }

// Versions are odd. A storage that counts has a living key's version, or, one more, the even number
// that says that the key was destroyed.
constexpr uint64_t NextVersion(uint64_t count) { return (count + 1) | 1; }
constexpr uint64_t DestroyedVersion(uint64_t count) { return count + (count & 1); }

void WriteHeader(Writer& writer, const KeyAttributes& attributes, uint64_t version) {
  writer.Raw(AsBytes(kMagic));
  writer.Int<1>(kFormat);
  writer.Int<1>(static_cast<uint8_t>(attributes.type));
  writer.Int<1>(static_cast<uint8_t>(attributes.permitted));
  writer.Int<1>(static_cast<uint8_t>(attributes.usage));
  writer.Int<2>(attributes.bits);
  writer.Int<1>(static_cast<uint8_t>(attributes.algorithm.family));
  writer.Int<1>(static_cast<uint8_t>(attributes.algorithm.hash));
  writer.Int<8>(version);
  writer.Prefixed<1>([&] { writer.Raw(attributes.name.view()); });
}

// Takes the header off; false: it is not one of `name`.
bool ReadHeader(Reader& reader, const KeyName& name, KeyAttributes& out, uint64_t& version) {
  Bytes magic, own_name;
  uint8_t format = 0, type = 0, permitted = 0, usage = 0, family = 0, hash = 0;
  const bool whole = reader.Take(kMagic.size(), &magic) && reader.Int(&format) &&
                     reader.Int(&type) && reader.Int(&permitted) && reader.Int(&usage) &&
                     reader.Int(&out.bits) && reader.Int(&family) && reader.Int(&hash) &&
                     reader.Int(&version) && reader.Prefixed<1>(&own_name);
  if (!whole || AsText(magic) != kMagic || format != kFormat || usage > kAllUsages ||
      version % 2 == 0 || own_name != name.view()) {
    return false;
  }
  out.type = static_cast<KeyType>(type);
  out.permitted = static_cast<Permitted>(permitted);
  out.usage = static_cast<Usage>(usage);
  out.algorithm = {static_cast<SignFamily>(family), static_cast<HashId>(hash)};
  out.lifetime = Lifetime::kPersistent;
  out.name = name;
  return true;
}

}  // namespace

Result<void> PersistentKeys::Save(const KeyAttributes& attributes, Bytes material,
                                  Existing existing) {
  uint64_t count = 0;
  if (storage_.counts()) {
    MERLON_ASSIGN_OR_RETURN(count, storage_.Count(attributes.name));
  }
  const Result<Record> present = ReadRecord(attributes.name);
  const Code why_not = present.ok() ? Code{} : present.error().code;
  if (why_not == Code::kStorageFailure) return present.error();
  if (present.ok()) Wipe(present->material);
  const bool destroyed = present.ok() && count == present->version + 1;
  if (why_not != Code::kNoSuchKey && !destroyed && existing == Existing::kRefuse) {
    return Misuse(Code::kKeyExists);
  }
  const uint64_t version = NextVersion(std::max(count, present.ok() ? present->version : 0));
  Writer writer{MutableBytes(record_)};
  WriteHeader(writer, attributes, version);
  MERLON_ASSIGN_OR_RETURN(const size_t header, writer.Finish());
  MERLON_ASSIGN_OR_RETURN(const size_t sealed,
                          SealBlob(crypto_, store_key_, Slice(Bytes(record_), 0, header), material,
                                   Slice(MutableBytes(record_), header)));
  MERLON_TRY(storage_.Replace(attributes.name, Slice(Bytes(record_), 0, header + sealed)));
  return storage_.counts() ? storage_.Raise(attributes.name, version) : Result<void>();
}

Result<size_t> PersistentKeys::Load(const KeyName& name, KeyAttributes& attributes,
                                    MutableBytes material) {
  MERLON_ASSIGN_OR_RETURN(const Record record, ReadCurrent(name));
  attributes = record.attributes;
  const size_t size = record.material.size();
  const bool fits = size <= material.size();
  if (fits) memcpy(material.data(), record.material.data(), size);
  Wipe(record.material);
  if (!fits) return Misuse(Code::kNoSpace);
  return size;
}

Result<KeyAttributes> PersistentKeys::Attributes(const KeyName& name) {
  MERLON_ASSIGN_OR_RETURN(const Record record, ReadCurrent(name));
  Wipe(record.material);
  return record.attributes;
}

Result<void> PersistentKeys::Erase(const KeyName& name) {
  const Result<Record> present = ReadRecord(name);
  if (present.ok()) Wipe(present->material);
  if (!present.ok() && present.error().code != Code::kBadRecord) return present.error();
  if (storage_.counts()) {
    MERLON_ASSIGN_OR_RETURN(const uint64_t count, storage_.Count(name));
    const uint64_t newest = std::max(count, present.ok() ? present->version : 0);
    // First: from now on no copy of the record is a key.
    MERLON_TRY(storage_.Raise(name, DestroyedVersion(newest)));
  }
  return storage_.Remove(name);
}

// Whatever is there, if it is ours. kNoSuchKey, kBadRecord, kStorageFailure.
Result<PersistentKeys::Record> PersistentKeys::ReadRecord(const KeyName& name) {
  const Result<size_t> size = storage_.Read(name, MutableBytes(record_));
  if (!size.ok()) return size.error().code == Code::kNoSpace ? BadRecord() : size.error();
  Record out;
  Reader reader(Slice(Bytes(record_), 0, *size));
  if (!ReadHeader(reader, name, out.attributes, out.version)) return BadRecord();
  const Bytes blob = reader.rest();
  const size_t header = *size - blob.size();
  // It is opened where it is; the header in front of it stays.
  const MutableBytes work = Slice(MutableBytes(record_), header, blob.size());
  const Result<size_t> opened =
      OpenBlob(crypto_, store_key_, Slice(Bytes(record_), 0, header), blob, work);
  if (!opened.ok()) {
    return opened.error().code == Code::kBadMac ? BadRecord() : opened.error();
  }
  out.material = Slice(work, 0, *opened);
  return out;
}

// The record, if it is the newest that there was.
Result<PersistentKeys::Record> PersistentKeys::ReadCurrent(const KeyName& name) {
  const Result<Record> record = ReadRecord(name);
  if (!storage_.counts() || (!record.ok() && record.error().code != Code::kNoSuchKey)) {
    return record;
  }
  const Result<uint64_t> count = storage_.Count(name);
  const uint64_t version = record.ok() ? record->version : 0;
  Error error = DriverError(Code::kRolledBack);
  if (count.ok() && record.ok() && version >= *count) {
    // A crash came between the record and the count.
    const Result<void> raised = version > *count ? storage_.Raise(name, version) : Result<void>();
    if (raised.ok()) return record;
    error = raised.error();
  } else if (!count.ok()) {
    error = count.error();
  } else if (*count % 2 == 0 && (!record.ok() || version + 1 == *count)) {
    error = Misuse(Code::kNoSuchKey);
  }
  if (record.ok()) Wipe(record->material);
  return error;
}

}  // namespace merlon::crypto
