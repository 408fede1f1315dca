#pragma once
/// The SQLite index over records and references: what there is, by kind, name and time, without opening
/// objects. Everything in it can be rebuilt from them (`reindex`). WAL mode; one writer at a time, a second
/// waits up to 10 s and then gets Error(busy). Used by one thread.

#include <mlops/base/clock.hpp>
#include <mlops/base/digest.hpp>
#include <mlops/json/value.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::store {

/// One line of the journal: something that happened.
struct Event {
  std::int64_t id = 0;
  Time time = {};
  std::string kind;  ///< The record's kind, such as "dataset-version".
  std::string name;  ///< What it happened to, such as "sources/churn".
  std::int64_t version = 0;
  Digest record = {};
  std::string summary;  ///< One line for people.

  bool operator==(const Event&) const = default;
};

class Catalogue {
 public:
  /// Opens or makes `<root>/catalogue.db`. Throws Error: usage (made by a newer version), corrupt, busy.
  explicit Catalogue(const std::filesystem::path& root);
  ~Catalogue();
  Catalogue(const Catalogue&) = delete;
  Catalogue& operator=(const Catalogue&) = delete;

  /// Adds the event; adding the same record under the same name and version again changes nothing.
  void add(const Event& event);

  /// The newest first; `name` filters when not empty, `limit` 0 is no limit.
  std::vector<Event> events(std::string_view name = "", std::size_t limit = 0) const;

  /// The newest event of every name of that kind, by name.
  std::vector<Event> latest(std::string_view kind) const;

  /// Records whose digest begins with these hex digits: for short digests on the command line.
  std::vector<Digest> records_with_prefix(std::string_view hex) const;

  /// Removes everything in it, before a reindex.
  void clear();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mlops::store
