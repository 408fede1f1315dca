#include <mlops/remote/ledger.hpp>

#include <mlops/base/error.hpp>
#include <mlops/json/value.hpp>
#include <mlops/store/exchange.hpp>

#include <charconv>

namespace mlops::remote {
namespace {

constexpr std::int64_t known_ledger = 1;

std::string sharded(std::string_view folder, const Digest& digest) {
  const std::string hex = digest.hex();
  return fmt::format("{}/{}/{}", folder, hex.substr(0, 2), hex.substr(2));
}

void write(json::Object& out, const Ledger& ledger) {
  json::Array packs;
  for (const PackItem& pack : ledger.packs) {
    packs.push_back(json::Object{{"bytes", pack.bytes},
                                 {"history", pack.history},
                                 {"id", pack.id},
                                 {"index", pack.index_bytes},
                                 {"objects", pack.objects}});
  }
  json::Array objects;
  json::Array recipes;
  for (const ObjectItem& item : ledger.objects)
    (item.recipe ? recipes : objects)
        .push_back(json::Object{{"bytes", item.bytes}, {"digest", item.digest.text()}});
  json::Array references;
  for (const auto& [name, entries] : ledger.references) {
    json::Array lines;
    for (const store::ReferenceEntry& entry : entries) lines.push_back(store::object_of(entry));
    references.push_back(
        json::Object{{"entries", std::move(lines)}, {"kind", name.kind}, {"name", name.name}});
  }
  json::Object files;
  for (const auto& [name, digest] : ledger.files) files.append(name, digest.text());
  out.set("number", ledger.number);
  out.set("packs", std::move(packs));
  out.set("objects", std::move(objects));
  out.set("recipes", std::move(recipes));
  out.set("references", std::move(references));
  out.set("files", std::move(files));
}

/// Reads members, and says of the first that is wrong what it should be.
class Reader {
 public:
  explicit Reader(const std::string& key) : key_(key) {}

  Ledger ledger(const json::Value& value) const {
    Ledger out;
    out.number = count(value, "number");
    for (const json::Value& pack : list(value, "packs")) {
      out.packs.push_back({.id = id(pack),
                           .bytes = unsigned_count(pack, "bytes"),
                           .index_bytes = unsigned_count(pack, "index"),
                           .objects = unsigned_count(pack, "objects"),
                           .history = pack["history"].bool_or(false)});
      if (out.packs.back().index_bytes > out.packs.back().bytes) fail("index", "smaller than its pack");
    }
    for (const bool recipe : {false, true}) {
      for (const json::Value& item : list(value, recipe ? "recipes" : "objects"))
        out.objects.push_back(
            {.digest = digest(item, "digest"), .bytes = unsigned_count(item, "bytes"), .recipe = recipe});
    }
    for (const json::Value& reference : list(value, "references")) {
      auto& entries = out.references[{text(reference, "kind"), text(reference, "name")}];
      for (const json::Value& line : list(reference, "entries")) entries.push_back(entry(line));
    }
    const json::Object* files = value["files"].as_object();
    if (files == nullptr) fail("files", "an object");
    for (const auto& [name, file] : *files) {
      const auto parsed = Digest::parse(file.text_or(""));
      if (!parsed) fail("files", "of digests");
      out.files.emplace(name, *parsed);
    }
    return out;
  }

  std::string text(const json::Value& value, std::string_view name) const {
    const std::string* found = value[name].as_string();
    if (found == nullptr) fail(name, "a text");
    return *found;
  }

  Time time(const json::Value& value, std::string_view name) const {
    const auto found = Time::parse(value[name].text_or(""));
    if (!found) fail(name, "a time");
    return *found;
  }

 private:
  [[noreturn]] void fail(std::string_view name, std::string_view wanted) const {
    throw error(Code::corrupt, "'{}' of the remote is damaged: it has no '{}' that is {}", key_, name, wanted)
        .with_id("remote.corrupt");
  }

  const json::Array& list(const json::Value& value, std::string_view name) const {
    const json::Array* found = value[name].as_array();
    if (found == nullptr) fail(name, "a list");
    return *found;
  }

  std::int64_t count(const json::Value& value, std::string_view name) const {
    const std::int64_t* found = value[name].as_int();
    if (found == nullptr || *found < 0) fail(name, "a count");
    return *found;
  }

  std::uint64_t unsigned_count(const json::Value& value, std::string_view name) const {
    return static_cast<std::uint64_t>(count(value, name));
  }

  Digest digest(const json::Value& value, std::string_view name) const {
    const auto found = Digest::parse(value[name].text_or(""));
    if (!found) fail(name, "a digest");
    return *found;
  }

  /// It becomes a part of a key and of a path.
  std::string id(const json::Value& pack) const {
    std::string out = text(pack, "id");
    if (!Digest::parse(out) || out.size() != 64) fail("id", "64 hexadecimal digits");
    return out;
  }

  store::ReferenceEntry entry(const json::Value& line) const {
    auto out = store::entry_from(line);
    if (!out) fail("entries", "of lines of references");
    return std::move(*out);
  }

  const std::string& key_;
};

json::Value parsed(std::string_view text, const std::string& key, std::string_view format) {
  json::Value value;
  try {
    value = json::parse(text);
  } catch (const Error& e) {
    throw error(Code::corrupt, "'{}' of the remote is damaged: {}", key, e.message())
        .with_id("remote.corrupt");
  }
  const std::int64_t seen = value[format].int_or(0);
  if (seen > known_ledger) {
    throw error(Code::usage, "'{}' of the remote has format {}, this program knows format {}", key, seen,
                known_ledger)
        .with_id("remote.newer")
        .with_hint("use the newer program that wrote it");
  }
  if (seen < 1)
    throw error(Code::corrupt, "'{}' of the remote is damaged: it says no '{}'", key, format)
        .with_id("remote.corrupt");
  return value;
}

[[noreturn]] void breaks(const Push& push, std::string_view why) {
  throw error(Code::corrupt, "'{}' of the remote does not go on from what is before it: {}",
              log_key(push.adds.number), why)
      .with_id("remote.corrupt");
}

std::string numbered(std::string_view folder, std::int64_t number) {
  return fmt::format("{}/{:012}.json", folder, number);
}

}  // namespace

const std::vector<store::ReferenceEntry>& Ledger::history(const store::ReferenceName& name) const {
  static const std::vector<store::ReferenceEntry> none;
  const auto found = references.find(name);
  return found == references.end() ? none : found->second;
}

std::string key_of(const PackItem& pack) { return "packs/" + pack.id + ".zst"; }

std::string key_of(const ObjectItem& object) {
  return sharded(object.recipe ? "recipes" : "objects/sha256", object.digest);
}

std::string text_of(const Push& push) {
  json::Object out = {{"push", known_ledger}, {"id", push.id}, {"time", push.time.text()}, {"who", push.who}};
  write(out, push.adds);
  return json::canonical(out) + "\n";
}

Push push_from(std::string_view text, const std::string& key) {
  const json::Value value = parsed(text, key, "push");
  const Reader reader(key);
  return {.adds = reader.ledger(value),
          .id = reader.text(value, "id"),
          .time = reader.time(value, "time"),
          .who = value["who"].text_or("")};
}

std::string text_of(const Ledger& ledger) {
  json::Object out = {{"checkpoint", known_ledger}};
  write(out, ledger);
  return json::canonical(out) + "\n";
}

Ledger ledger_from(std::string_view text, const std::string& key) {
  return Reader(key).ledger(parsed(text, key, "checkpoint"));
}

void apply(Ledger& ledger, const Push& push) {
  const Ledger& adds = push.adds;
  if (adds.number != ledger.number + 1)
    breaks(push, fmt::format("it is number {} behind {}", adds.number, ledger.number));
  for (const auto& [name, entries] : adds.references) {
    const auto& there = ledger.references[name];
    if (entries.empty()) breaks(push, fmt::format("it moves {}/{} nowhere", name.kind, name.name));
    std::int64_t seq = there.empty() ? 0 : there.back().seq;
    std::optional<Digest> last;
    if (!there.empty()) last = there.back().digest;
    for (const store::ReferenceEntry& entry : entries) {
      if (entry.seq != ++seq || entry.previous != last)
        breaks(push, fmt::format("v{} of {}/{} is not what comes next", entry.seq, name.kind, name.name));
      last = entry.digest;
    }
  }
  for (const auto& [name, entries] : adds.references) {
    auto& there = ledger.references[name];
    there.insert(there.end(), entries.begin(), entries.end());
  }
  ledger.packs.insert(ledger.packs.end(), adds.packs.begin(), adds.packs.end());
  ledger.objects.insert(ledger.objects.end(), adds.objects.begin(), adds.objects.end());
  for (const auto& [name, digest] : adds.files) ledger.files.insert_or_assign(name, digest);
  ledger.number = adds.number;
}

std::string log_key(std::int64_t number) { return numbered("log", number); }

std::string checkpoint_key(std::int64_t number) { return numbered("checkpoints", number); }

std::optional<std::int64_t> number_of(std::string_view key) {
  const std::size_t slash = key.rfind('/');
  if (slash == std::string_view::npos || !key.ends_with(".json")) return std::nullopt;
  key.remove_prefix(slash + 1);
  key.remove_suffix(5);
  std::int64_t out = 0;
  const auto [end, fault] = std::from_chars(key.data(), key.data() + key.size(), out);
  if (fault != std::errc() || end != key.data() + key.size() || key.size() != 12) return std::nullopt;
  return out;
}

}  // namespace mlops::remote
