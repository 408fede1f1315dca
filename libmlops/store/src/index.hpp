#pragma once
/// The catalogue's table of events, and how it keeps up with the references. For each reference file the
/// index notes how far it has read it; a file of another size has more to read.

#include <mlops/base/progress.hpp>
#include <mlops/db/database.hpp>
#include <mlops/store/catalogue.hpp>
#include <mlops/store/references.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::store {

/// "sources/churn": a reference's name in an event.
std::string event_name(const ReferenceName& name);
/// The reference that has this name in the index.
ReferenceName reference_of(const std::string& event_name);

/// The order of the columns in every SELECT of events.
constexpr std::string_view event_columns = "id, time, kind, name, version, record, summary";
Event event_at(const db::Statement& row);

class Index {
 public:
  Index(std::filesystem::path root, const Objects& objects, db::Database& database);

  /// Makes the tables. Throws Error(usage) for those of a newer version.
  void migrate();

  /// True when no reference has more, or less, than was read of it.
  bool is_current();

  /// Reads what is new; what cannot be read is left for the next time, and for fsck to tell.
  void catch_up();

  /// Adds an event that was just made, and what else is new under its name.
  void add(const Event& event);

  /// Of lines that were read once and are not there any more; changes nothing.
  std::vector<Loss> losses();
  void forget_losses();

  /// Forgets what was read of the name, which is no loss.
  void drop(const std::string& name);

  /// From nothing, but for what was lost. The number of events.
  std::size_t rebuild(Progress& progress);

 private:
  void insert(const Event& event);
  bool has(const std::string& name, const ReferenceEntry& entry);
  std::uint64_t seen(const std::string& name);
  /// True when all of it could be read.
  bool read_entries(const ReferenceName& name, const std::vector<ReferenceEntry>& entries);
  void read_reference(const ReferenceName& name);
  void forget(const std::string& name);
  std::vector<std::string> shrunk();
  void add_losses(std::map<std::string, Loss>& losses, std::string_view sql, std::string_view name);
  std::map<std::string, std::uint64_t> all_seen();
  /// References whose file has another size than was read of it.
  std::vector<ReferenceName> stale();
  /// Names that were read once and have no file now.
  std::vector<std::string> vanished();

  std::filesystem::path root_;
  const Objects& objects_;
  db::Database& database_;
};

}  // namespace mlops::store
