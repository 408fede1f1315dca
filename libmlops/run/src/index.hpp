#pragma once
/// The index of runs: <store>/runs.db, made of the references runs/* and run-annotations/* and of their
/// records, and caught up with them when it is opened. Whatever is wrong with the file, it is made anew;
/// where it cannot be written, or lies on a network, it is made in memory.

#include "facts.hpp"

#include <mlops/db/database.hpp>
#include <mlops/db/statement.hpp>

#include <memory>
#include <set>

namespace mlops::run {

class Index {
 public:
  explicit Index(store::Store& store);

  /// The first of those that fit, in the order asked for; 0 is no limit.
  std::vector<Run> find(const Filter& filter);
  std::optional<Run> newest();
  /// At most `limit` runs whose id begins so.
  std::vector<Run> with_prefix(std::string_view prefix, std::size_t limit);
  /// Of those that ended well.
  std::optional<Run> with_key(const std::string& key);
  std::set<std::string> experiments();
  std::set<std::string> metrics();
  std::vector<std::string> ids();
  /// Records of what was added to a run, oldest first.
  std::vector<Digest> annotations(const std::string& id);
  /// Entries whose records could not be read, by experiment and number.
  std::vector<Unreadable> unreadable();
  std::size_t size();
  void rebuild();

 private:
  void open();
  bool try_file();
  bool drop_damaged();
  void open_file();
  void open_memory();
  bool is_current();
  void catch_up();
  void read(const store::ReferenceName& name);
  void take(const store::ReferenceName& name, const store::ReferenceEntry& entry);
  void note_unreadable(const store::ReferenceName& name, const store::ReferenceEntry& entry,
                       const std::string& why);
  /// True when the record of one of them is whole again: then all is read again.
  bool any_mended();
  void add_run(const store::ReferenceName& name, const store::ReferenceEntry& entry,
               const json::Object& record);
  void add_annotation(const json::Object& record);
  void set_values(const std::string& id, const std::map<std::string, Metric>& metrics);
  std::vector<store::ReferenceName> names();
  std::vector<store::ReferenceName> known_names();
  /// The last entry that was read of a reference: its number and digest.
  std::pair<std::int64_t, std::string> read_up_to(const store::ReferenceName& name);

  store::Store& store_;
  std::unique_ptr<db::Database> database_;
  bool damaged_ = false;
};

}  // namespace mlops::run
