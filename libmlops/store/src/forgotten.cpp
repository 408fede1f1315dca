#include "src/forgotten.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/fs/atomic.hpp>
#include <mlops/fs/file.hpp>
#include <mlops/fs/walk.hpp>
#include <mlops/store/forgotten.hpp>
#include <mlops/store/record_fields.hpp>

#include <algorithm>
#include <utility>

#include "src/encodings.hpp"
#include "src/layout.hpp"
#include "src/record.hpp"
#include "src/tree_scan.hpp"

namespace mlops::store {
namespace {

constexpr std::string_view kind = "forget/1";
constexpr const char* section = "forgotten";

json::Object record_of(const Forgetting& forgetting) {
  json::Array versions;
  for (const Forget& one : forgetting.versions) {
    versions.push_back(
        json::Object{{"version", one.version},
                     {"record", one.record.hex()},
                     {"before", one.before.hex()},
                     {"instead", one.instead ? json::Value(one.instead->text()) : json::Value()},
                     {"rows", one.rows}});
  }
  return {{"kind", std::string(kind)},
          {"of", forgetting.name.kind + "/" + forgetting.name.name},
          {"time", forgetting.time.text()},
          {"versions", std::move(versions)},
          {"why", forgetting.why}};
}

/// "forgot 3 rows of v1 to v4: request 17", "dropped v1: keep: 5"
std::string summary_of(const Forgetting& forgetting) {
  std::uint64_t rows = 0;
  std::size_t dropped = 0;
  for (const Forget& one : forgetting.versions) {
    rows += one.rows;
    dropped += one.instead ? 0 : 1;
  }
  const std::size_t all = forgetting.versions.size();
  const auto first = all == 0 ? 0 : forgetting.versions.front().version;
  const auto last = all == 0 ? 0 : forgetting.versions.back().version;
  const std::string which = all == 1
                                ? fmt::format("v{}", first)
                                : fmt::format("{} from v{} to v{}", count_of(all, "version"), first, last);
  std::string out = dropped == all ? "dropped the contents of " + which
                                   : fmt::format("forgot {} of {}", count_of(rows, "row"), which);
  if (!forgetting.why.empty()) out += ": " + forgetting.why;
  return out;
}

bool is_conflict(const Error& e) { return e.code() == Code::conflict && e.id() == "reference.conflict"; }

/// A record that is put in the place of another one was made from that.
void require_unchanged(const std::map<Digest, std::optional<Digest>>& instead, const Forgetting& forgetting) {
  for (const Forget& one : forgetting.versions) {
    const auto found = instead.find(one.record);
    const auto stands = found == instead.end() ? std::optional(one.record) : found->second;
    if (!one.instead || stands == one.before) continue;
    throw error(Code::conflict, "rows of {}/{}@v{} were forgotten by another command meanwhile",
                forgetting.name.kind, forgetting.name.name, one.version)
        .with_id("forget.conflict")
        .with_hint("run the command again");
  }
}

/// Records are small.
bool is_record(const Objects& objects, const Digest& digest, std::uint64_t size) {
  constexpr std::uint64_t largest = 64 << 20;
  if (size > largest) return false;
  try {
    get_record(objects, digest);
    return true;
  } catch (const Error&) {
    return false;
  }
}

/// A digest that is written without the prefix, so that it names nothing.
Digest plain_digest(const RecordFields& fields, std::string_view name) {
  if (const auto digest = Digest::parse("sha256:" + fields.text(name))) return *digest;
  return fields.digest(name);  // Says what is wrong.
}

}  // namespace

void ForgottenVersions::read(const Objects& objects, const ReferenceEntry& entry) {
  const json::Value value(get_record(objects, entry.digest));
  const RecordFields fields(value, entry.digest.text());
  fields.require_kind(kind);
  for (const json::Value& one : fields.array("versions")) {
    const RecordFields version(one, entry.digest.text());
    const Digest record = plain_digest(version, "record");
    const Digest before = plain_digest(version, "before");
    const auto instead = version.optional_digest("instead");
    const auto known = instead_.find(record);
    const auto stands = known == instead_.end() ? std::optional(record) : known->second;
    seen_.insert({record, before});
    if (instead) seen_.insert(*instead);
    instead_[record] = stands == before ? instead : std::nullopt;
  }
}

std::set<Digest> ForgottenVersions::records() const {
  std::set<Digest> out = seen_;
  for (const auto& [record, stands] : instead_) {
    if (stands) out.erase(*stands);
  }
  return out;
}

ReferenceName forgotten_name(const ReferenceName& name) { return {section, name.kind + "/" + name.name}; }

ForgottenVersions forgotten_versions(const Path& root, const Objects& objects) {
  ForgottenVersions versions;
  const References references(root);
  for (const std::string& file : fs::names_in(references_folder(root) / section)) {
    const auto name = unescaped(file);
    try {
      const ReferenceName journal{section, name.value_or("")};
      for (const ReferenceEntry& entry : name ? references.history(journal) : std::vector<ReferenceEntry>())
        versions.read(objects, entry);
    } catch (const Error& e) {
      if (e.code() != Code::corrupt) throw;
    }
  }
  return versions;
}

std::vector<Digest> forgotten_contents(const Path& root, const Objects& objects) {
  const Encodings encodings(root);
  std::vector<Digest> out;
  const auto take = [&](const Digest& digest, bool raw) {
    const auto content = encodings.find(digest);
    if (!content || (!raw && is_record(objects, digest, content->size()))) return;
    out.push_back(digest);
    std::vector<Digest> files;
    const auto seen = scan_tree(*content, [&](const Digest& file) { files.push_back(file); });
    if (seen == digest) out.insert(out.end(), files.begin(), files.end());
  };
  for (const Digest& record : forgotten_versions(root, objects).records()) {
    try {
      each_edge(json::Value(get_record(objects, record)), take);
    } catch (const Error& e) {
      if (e.code() != Code::corrupt) throw;
    }
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

void make_whole(Objects& objects, const Path& root, const std::vector<Digest>& without) {
  const Encodings encodings(root);
  each_below(recipes_folder(root), [&](const Digest& digest, const fs::Stamp&) {
    if (std::binary_search(without.begin(), without.end(), digest)) return;
    const auto recipe = encodings.recipe(digest);
    const auto takes = [&](const Part& part) {
      return std::binary_search(without.begin(), without.end(), part.from);
    };
    if (!recipe || std::none_of(recipe->parts.begin(), recipe->parts.end(), takes)) return;
    const Path path = objects.temporary_path("");
    {
      fs::File file(path, fs::File::Mode::create_new);
      objects.copy(digest, file);
    }
    objects.adopt(path);
    fs::remove_file(recipe_path(root, digest));
  });
}

std::map<Digest, std::optional<Digest>> forgotten(Store& store, const ReferenceName& name) {
  ForgottenVersions versions;
  for (const ReferenceEntry& entry : store.references().history(forgotten_name(name)))
    versions.read(store.objects(), entry);
  return versions.instead();
}

void forget(Store& store, const Forgetting& forgetting) {
  const std::string summary = summary_of(forgetting);
  const ReferenceName journal = forgotten_name(forgetting.name);
  for (;;) {
    const auto newest = store.references().find(journal);
    require_unchanged(forgotten(store, forgetting.name), forgetting);
    try {
      store.publish({.name = journal,
                     .expected = newest ? std::optional(newest->digest) : std::nullopt,
                     .record = record_of(forgetting),
                     .time = forgetting.time,
                     .who = forgetting.who,
                     .why = summary,
                     .summary = summary});
      return;
    } catch (const Error& e) {
      if (!is_conflict(e)) throw;
    }
  }
}

}  // namespace mlops::store
