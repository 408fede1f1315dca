#include "address.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/store/selector.hpp>

#include <algorithm>
#include <array>
#include <set>
#include <vector>

namespace mlops::commands {
namespace {

constexpr std::array<std::pair<std::string_view, Thing>, 7> sections = {{{"sources/", Thing::dataset},
                                                                         {"features/", Thing::view},
                                                                         {"data/", Thing::dataset},
                                                                         {"models/", Thing::model},
                                                                         {"models:/", Thing::model},
                                                                         {"run/", Thing::run},
                                                                         {"runs:/", Thing::run}}};

struct Names {
  std::set<std::string> addresses;  ///< With their sections.
  std::vector<std::string> all;     ///< Without.

  bool has(const std::string& section, const std::string& name) const {
    return addresses.contains(section + name);
  }
};

Names names_in(const store::References& references) {
  Names names;
  for (const store::ReferenceName& name : references.list()) {
    if (name.kind != "sources" && name.kind != "data" && name.kind != "features" && name.kind != "models")
      continue;
    names.addresses.insert(name.kind + "/" + name.name);
    names.all.push_back(name.name);
  }
  return names;
}

bool is_digits(std::string_view text) {
  return text.size() >= 6 && text.size() <= 64 &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Named of_record(store::Store& store, const Digest& digest) {
  const std::string kind = json::Value(store.record(digest))["kind"].text_or("");
  if (kind.starts_with("dataset-version/")) return {Thing::dataset, digest.text()};
  if (kind.starts_with("view-version/")) return {Thing::view, digest.text()};
  if (kind.starts_with("model-version/")) return {Thing::model, digest.text()};
  return {Thing::other, digest.text()};
}

/// The record whose digest begins so; nothing when the text is no beginning of one.
std::optional<Named> by_digits(store::Store& store, std::string_view address) {
  if (address.starts_with("sha256:")) address.remove_prefix(7);
  if (!is_digits(address)) return std::nullopt;
  const auto records = store.catalogue().records_with_prefix(address);
  if (records.empty()) return std::nullopt;
  if (records.size() == 1) return of_record(store, records[0]);
  throw error(Code::usage, "the digest '{}' is ambiguous", address)
      .with_hint("{} and {} begin with it", records[0].text(), records[1].text());
}

[[noreturn]] void unknown(const std::string& name, const Names& names) {
  Error fault = error(Code::not_found, "no dataset and no model '{}'", name).with_id("address.not_found");
  const auto near = near_misses(name, names.all);
  if (!near.empty()) throw std::move(fault).with_hint("a similar name exists: {}", one_of(near));
  if (names.all.empty())
    throw std::move(fault).with_hint("there is nothing yet; `mlops ingest FILE` makes the first dataset");
  throw std::move(fault).with_hint("`mlops data list` and `mlops model list` show what there is");
}

/// What a name without section may be.
struct Meaning {
  Thing thing;
  std::string_view what;
  std::string section;
};

std::vector<Meaning> meanings_of(const std::string& name, const std::string& address, const Names& names) {
  std::vector<Meaning> out;
  for (const char* section : {"sources/", "data/"}) {
    // The name of a dataset may have an '@' of its own.
    if (out.empty() &&
        (names.has(section, name) || names.has(section, address.substr(0, address.rfind('@')))))
      out.push_back({Thing::dataset, "a dataset", section});
  }
  if (names.has("features/", name)) out.push_back({Thing::view, "a view", "features/"});
  if (names.has("models/", name)) out.push_back({Thing::model, "a model", "models/"});
  return out;
}

[[noreturn]] void ambiguous(const std::string& name, const std::string& rest,
                            const std::vector<Meaning>& meanings) {
  std::string things;
  std::vector<std::string> addresses;
  for (const Meaning& meaning : meanings) {
    things += fmt::format("{}{}", things.empty() ? "" : " and ", meaning.what);
    addresses.push_back(meaning.section + name + rest);
  }
  throw error(Code::usage, "'{}' is {}", name, things)
      .with_id("address.ambiguous")
      .with_hint("write {}", one_of(addresses));
}

/// A record of a reference that the journal names, the newest unless another is selected; a word without
/// record is said to be none.
Named of_kept(store::Store& store, std::string_view kind, const std::string& name) {
  if (const auto entry = store.references().find({std::string(kind), name}))
    return {Thing::other, entry->digest.text()};
  if (const std::size_t at = name.rfind('@'); at != std::string::npos) {
    const std::string word = fmt::format("{}/{}", kind, name.substr(0, at));
    const auto entries = store.references().history({std::string(kind), name.substr(0, at)});
    if (!entries.empty()) {
      const auto& entry = store::select(entries, word, name.substr(at + 1), "address.not_found");
      return {Thing::other, entry.digest.text()};
    }
  }
  std::vector<std::string> known;
  for (const store::ReferenceName& one : store.references().list()) {
    if (one.kind == kind) known.push_back(one.name);
  }
  Error fault =
      error(Code::not_found, "there is nothing under {}/{}", kind, name).with_id("address.not_found");
  const auto near = near_misses(name, known);
  if (!near.empty()) throw std::move(fault).with_hint("a similar name exists: {}", one_of(near));
  throw std::move(fault).with_hint(
      "{}", known.empty() ? fmt::format("there are no {} yet", kind) : "there is " + one_of(known));
}

}  // namespace

Named named(store::Store& store, const std::string& address) {
  for (const std::string_view kind : {"files", "judgements", "watches", "releases"}) {
    if (address.starts_with(kind) && address.substr(kind.size(), 1) == "/")
      return of_kept(store, kind, address.substr(kind.size() + 1));
  }
  for (const auto& [section, thing] : sections) {
    if (address.starts_with(section)) return {thing, address};
  }
  if (address.starts_with('@')) return {Thing::run, address};  // `@last`
  const Names names = names_in(store.references());
  const std::size_t at = std::min(address.find('@'), address.size());
  const std::string name = address.substr(0, at);
  const auto meanings = meanings_of(name, address, names);
  if (meanings.size() > 1) ambiguous(name, address.substr(at), meanings);
  if (!meanings.empty()) return {meanings.front().thing, address};
  if (const auto found = by_digits(store, address)) return *found;
  for (const std::string& path : {address, address.substr(0, address.rfind('@'))}) {
    if (store.references().find({"files", path})) return of_kept(store, "files", address);
  }
  unknown(name, names);
}

}  // namespace mlops::commands
