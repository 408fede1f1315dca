#pragma once
/// online.db: its definitions, and the tables of their events.

#include <mlops/db/database.hpp>
#include <mlops/feature/online.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace mlops::feature {

class OnlineFile {
 public:
  OnlineFile(const std::filesystem::path& file, OnlineStore::Mode mode);

  db::Database& database() { return database_; }
  /// By name, the newest of each first.
  std::vector<OnlineView> views();
  std::optional<OnlineView> view(std::int64_t id);
  /// Throws Error(not_found, "features.not_online").
  OnlineView require(std::int64_t id);
  OnlineView find(const View& wanted, const std::vector<std::string>& columns);

  /// Adds the row of a definition, without events; its id.
  std::int64_t add(const View& view);
  /// Everything but its name and definition.
  void update(const OnlineView& view);
  /// Of the definitions of its name.
  void put_first(std::int64_t id);
  void remove(std::int64_t id);

 private:
  db::Database database_;
};

}  // namespace mlops::feature
