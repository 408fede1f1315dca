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

#include <cstdint>
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
  Time time = {};
  std::string who;
  Digest package = {};      ///< The tree of the model folder, MLmodel and input_example.json included.
  std::uint64_t bytes = 0;  ///< Of the folder.
  std::string algorithm;
  std::string task;
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
  std::vector<std::string> aliases = {};  ///< That point here now.
};

struct Registration {
  std::string name;
  predict::Package package;
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
  /// Throws Error: usage (a name with '@' or '/', or empty), busy.
  Added add(const Registration& registration);

  /// `churn` (its champion; without one, the newest version), `churn@v7`, `churn@champion` or any alias,
  /// `churn@{1}` (what the champion was one move ago), `churn@2026-11-01`, a record's digest (6 digits or
  /// more), `models/churn...`, `models:/churn@champion`, `models:/churn/7`. Throws Error: not_found (near
  /// misses), usage.
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
  /// given, is the version it must point at now (0: none), else Error(conflict).
  Move promote(const Version& version, std::string_view alias, std::string_view why, std::string_view who,
               Time time, std::optional<std::int64_t> expected = {});
  /// Moves it back to the version before the current one in its history that is another. Error(not_found)
  /// when there is none.
  Move rollback(std::string_view name, std::string_view alias, std::string_view why, std::string_view who,
                Time time);
  /// Every move of every alias of the name (or of one alias), newest first.
  std::vector<Move> history(std::string_view name, std::string_view alias = "") const;

 private:
  store::Store& store_;
};

}  // namespace mlops::model
