#pragma once
/// What has been pushed to a remote, in the order in which it was. Each push adds one entry,
///
///   log/000000000012.json
///
/// which is made only when there is none of that number: so pushes are one after the other, each whole or not
/// there, and none is lost. An entry names the files that came with it (they are there before it is) and how
/// references move; what all entries together say is the remote. Every so many entries the sum of all before
/// is written, too, as checkpoints/<number>.json: who comes anew reads that, and what came after.

#include <mlops/base/clock.hpp>
#include <mlops/base/digest.hpp>
#include <mlops/store/references.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::remote {

/// packs/<id>.zst
struct PackItem {
  std::string id = {};
  std::uint64_t bytes = 0;
  std::uint64_t index_bytes = 0;  ///< The last ones.
  std::uint64_t objects = 0;
  bool history = false;  ///< Records and small trees; else contents.

  bool operator==(const PackItem&) const = default;
};

/// objects/sha256/ab/..., recipes/ab/...
struct ObjectItem {
  Digest digest = {};
  std::uint64_t bytes = 0;  ///< Of the file there.
  bool recipe = false;

  bool operator==(const ObjectItem&) const = default;
};

std::string key_of(const PackItem& pack);
std::string key_of(const ObjectItem& object);

struct Ledger {
  std::int64_t number = 0;  ///< Of the newest entry; 0: nothing was pushed.
  std::vector<PackItem> packs = {};
  std::vector<ObjectItem> objects = {};
  std::map<store::ReferenceName, std::vector<store::ReferenceEntry>> references = {};
  std::map<std::string, Digest> files = {};  ///< `mlops.yaml` and `mlops.lock`, as they were pushed last.

  bool operator==(const Ledger&) const = default;

  /// Empty where there is no such name.
  const std::vector<store::ReferenceEntry>& history(const store::ReferenceName& name) const;
};

/// One push: what it adds, as a ledger of that number.
struct Push {
  Ledger adds = {};
  std::string id = {};  ///< Random: no two pushes are the same bytes.
  Time time = {};
  std::string who = {};
};

std::string text_of(const Push& push);
/// Throws Error(corrupt), naming `key`; usage for what a newer program has pushed.
Push push_from(std::string_view text, const std::string& key);

std::string text_of(const Ledger& ledger);
Ledger ledger_from(std::string_view text, const std::string& key);

/// Throws Error(corrupt) when the push does not go on from what there is.
void apply(Ledger& ledger, const Push& push);

std::string log_key(std::int64_t number);
std::string checkpoint_key(std::int64_t number);
/// Nothing for another key.
std::optional<std::int64_t> number_of(std::string_view key);

}  // namespace mlops::remote
