#pragma once
/// The SQLite index over records and references: what there is, by kind, name and time, without opening
/// objects. An event is an entry of a reference, read together with the record that it points at, so
/// everything in it can be rebuilt from them (`reindex`). What others wrote, or a killed process did not come
/// to index, is seen when the catalogue is opened, by the sizes of the reference files, and caught up with.
/// WAL mode; one writer at a time, a second waits up to 10 s and then gets Error(busy). Used by one thread.
///
/// In a store that cannot be written the index is used as it is when it is up to date, and else made in
/// memory.

#include <mlops/base/clock.hpp>
#include <mlops/base/digest.hpp>
#include <mlops/base/progress.hpp>
#include <mlops/store/objects.hpp>

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
  std::string kind;  ///< The record's kind without its version, such as "dataset-version".
  std::string name;  ///< What it happened to, such as "sources/churn".
  std::int64_t version = 0;
  Digest record = {};
  std::string summary;  ///< One line for people.

  bool operator==(const Event&) const = default;
};

/// A reference that is shorter than it was, or gone. No command makes one shorter, so this is a fault: an old
/// copy put back, a tool that synchronises, a disk.
struct Loss {
  struct Line {
    std::int64_t version = 0;
    Digest record = {};

    auto operator<=>(const Line&) const = default;
  };
  std::string name;                      ///< "sources/churn"
  std::uint64_t was = 0;                 ///< Bytes.
  std::optional<std::uint64_t> is = {};  ///< Bytes; nothing when the file is gone.
  std::vector<Line> lines = {};          ///< That were in it and are not any more, by version; never empty.
};

class Catalogue {
 public:
  /// Opens or makes `<root>/catalogue.db` for a store's objects, which must outlive it, and its references.
  /// On a network file system, and where nothing may be written or there is no room, it is made in memory.
  /// Throws Error: usage (made by a newer version), corrupt, busy, failed (on a network file system that may
  /// be written, but whose locks hold on one machine only).
  Catalogue(const std::filesystem::path& root, const Objects& objects);
  ~Catalogue();
  Catalogue(const Catalogue&) = delete;
  Catalogue& operator=(const Catalogue&) = delete;

  /// Adds the event, of a reference that was just moved; adding the same record under the same name and
  /// version again changes nothing.
  void add(const Event& event);

  /// The newest first; `name` filters when not empty, `limit` 0 is no limit.
  std::vector<Event> events(std::string_view name = "", std::size_t limit = 0) const;

  /// The newest event of every name of that kind, by name.
  std::vector<Event> latest(std::string_view kind) const;

  /// Records whose digest begins with these hex digits: for short digests on the command line.
  std::vector<Digest> records_with_prefix(std::string_view hex) const;

  /// Makes it anew from references and records, in one transaction; the number of events. Throws Error: busy
  /// (no room), failed (read-only), corrupt.
  std::size_t reindex(Progress& progress);

  /// The number that reindex() would give, from an index in memory: nothing is written or opened on disk.
  static std::size_t rehearse(const std::filesystem::path& root, const Objects& objects, Progress& progress);

  /// What is known of the name is forgotten without calling it lost, and read again by the next open: for who
  /// writes its file anew.
  void read_anew(const std::string& name);

  /// What references have lost since they were first read, by name. Remembered, though the events are those
  /// of the references as they are now, until the lines are back or forget_losses() is called; not known on a
  /// network file system, or of a time before the file was made.
  std::vector<Loss> losses() const;
  /// What the references hold now is all that there is. Throws Error: busy, failed (read-only).
  void forget_losses();

  /// What it says that references and records do not, and the other way round; one line each.
  std::vector<std::string> disagreements() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mlops::store
