#pragma once
/// Named, numbered model versions, and aliases that say which of them answers. A version is an immutable
/// record "model-version/1", the next entry of the reference models/<name>; an alias is a reference of its
/// own (model-aliases/<name>@<alias>), so that every move of it is kept. Safe for many processes: moves are
/// compare-and-swap.

#include <mlops/base/clock.hpp>
#include <mlops/base/digest.hpp>
#include <mlops/json/value.hpp>
#include <mlops/predict/package.hpp>
#include <mlops/store/store.hpp>
#include <mlops/store/tree.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::model {

struct Version {
  std::string name;
  std::int64_t number = 0;
  Digest record = {};
  std::optional<Digest> previous = {};  ///< The record of the version before.
  Time time = {};
  std::string who;
  Digest package = {};      ///< The tree of the model folder, MLmodel and input_example.json included.
  std::uint64_t files = 0;  ///< In the folder.
  std::uint64_t bytes = 0;  ///< Of them.
  std::string algorithm;    ///< That of the package; "files": kept as it came, nothing here can run it.
  std::string task;         ///< Empty when the algorithm is "files".
  std::string loss;
  json::Object parameters = {};
  std::string run = {};  ///< Id; empty for a model from outside.
  std::optional<Digest> run_record = {};
  std::string data = {};  ///< Address of the dataset version it was trained on.
  std::optional<Digest> data_record = {};
  json::Object code = {};  ///< commit, branch, remote, patch
  std::optional<Digest> environment = {};
  json::Object metrics = {};  ///< "test.auc": {"value", "low", "high"}
  std::string note = {};
  /// Its release has gates: without a judgement (release/judgement.hpp) that accepts it, it answers only
  /// where it is asked for by its number.
  bool gated = false;
  std::vector<std::string> aliases = {};  ///< That point here now, sorted.

  bool operator==(const Version&) const = default;

  std::string address() const;  ///< "churn@v7"
  /// False for what is only kept (the algorithm "files").
  bool runs_here() const { return algorithm != opaque; }
  static constexpr std::string_view opaque = "files";
};

/// Throws Error(failed, "model.opaque") for a version that nothing here can run.
void require_runnable(const Version& version);

struct Registration {
  std::string name;
  predict::Package package;
  /// The folder as it is on disk, by path in it, or as a tree of files in the store; then `package` only says
  /// what it is. With neither it is made from `package`. MLmodel is added where it is missing, but never to
  /// the files of an opaque model.
  std::map<std::string, std::filesystem::path> folder = {};
  std::optional<store::Tree> tree = {};
  std::optional<json::Array> input_example = {};  ///< A few rows, as objects.
  std::map<std::string, std::string> files = {};  ///< More files for the folder.
  std::string run = {};
  std::optional<Digest> run_record = {};
  std::string data = {};
  std::optional<Digest> data_record = {};
  json::Object code = {};
  std::optional<Digest> environment = {};
  json::Object metrics = {};
  std::string note = {};
  bool gated = false;  ///< See Version::gated.
  Time time = {};
  std::string who = {};
};

class Registry {
 public:
  /// `store` must outlive the registry.
  explicit Registry(store::Store& store) : store_(store) {}

  struct Added {
    Version version;
    bool unchanged = false;  ///< The newest version has this very package and data: no new one was made.
  };
  /// Others may add to the same name at the same time: each gets a number of its own. NaN and infinite
  /// metrics and parameters become null. Throws Error: usage (a name with '@' or '/', or empty), busy.
  Added add(const Registration& registration);
  /// What add() would say now; nothing is written.
  Added plan(const Registration& registration) const;

  /// `churn` (its champion; without one, the newest version), `churn@v7`, `churn@champion` or any alias,
  /// `churn@{1}` (what the champion was one move ago), `churn@2026-11-01`, the same of another alias
  /// (`churn@challenger@{1}`), a record's digest (6 digits or more), `churn@latest` (the newest),
  /// `models/churn...`, `models:/churn@champion`, `models:/churn/7`. Throws Error: not_found (near misses),
  /// usage.
  Version get(std::string_view address) const;
  std::optional<Version> find(std::string_view name, std::int64_t number) const;
  /// The newest of each name, by name; or every version of one, newest first. An unknown name is
  /// Error(not_found).
  std::vector<Version> list() const;
  std::vector<Version> list(std::string_view name) const;

  struct Move {
    std::string name;
    std::string alias;
    std::int64_t from = 0;  ///< 0: it was not set.
    std::int64_t to = 0;
    Time time = {};
    std::string who;
    std::string why;
  };
  /// Points the alias at a version. Moving it to where it is changes nothing (from == to). `expected`, when
  /// given, is the version it must point at now (0: none), else Error(conflict). Of two moves at once the
  /// later wins, and the history has both. Throws Error: usage (no name for an alias), busy.
  Move promote(const Version& version, std::string_view alias, std::string_view why, std::string_view who,
               Time time, std::optional<std::int64_t> expected = {});
  /// Takes the last move back: the alias points at the version before. Taken back twice, two moves are.
  /// Throws Error: not_found (nothing to take back), conflict (it was moved meanwhile).
  Move rollback(std::string_view name, std::string_view alias, std::string_view why, std::string_view who,
                Time time);
  /// The version that an alias points at; nothing when it was never set.
  std::optional<std::int64_t> current(std::string_view name, std::string_view alias) const;
  /// The version that rollback() would move it to. Throws as that does.
  std::int64_t before(std::string_view name, std::string_view alias) const;
  /// Every move of every alias of the name (or of one alias), newest first.
  std::vector<Move> history(std::string_view name, std::string_view alias = "") const;

 private:
  store::Store& store_;
};

/// What add() would make of it in a store that has no model of that name; nothing is read or written.
Version first_version(const Registration& registration);

/// Throws Error(usage), saying why, for a text that cannot be the name of a model, or of an alias: `v3`,
/// `latest` and dates select versions already.
void check_name(std::string_view name);
void check_alias(std::string_view alias);

/// The aliases of a name that were ever set, sorted.
std::vector<std::string> aliases_of(const store::References& references, std::string_view name);

/// What decides which version an address means from now on: the first of these references that exists. Empty:
/// it means the same version for ever, or nothing. `churn` follows its champion and, while there is none, the
/// newest version. Throws Error(not_found) for a digest that is of no version.
std::vector<store::ReferenceName> followed(const store::References& references, std::string_view address);
/// The alias that such a reference is; empty for the list of a model's versions.
std::string alias_in(const store::ReferenceName& reference);

/// Every model with its newest number and its aliases, without opening records: for completion.
struct Offer {
  std::string name;
  std::int64_t newest = 0;
  std::vector<std::string> aliases = {};
};
std::vector<Offer> offers(const store::References& references);

}  // namespace mlops::model
