#include <mlops/base/error.hpp>
#include <mlops/db/database.hpp>
#include <mlops/db/statement.hpp>
#include <mlops/fs/volume.hpp>
#include <mlops/store/catalogue.hpp>

#include <algorithm>
#include <iterator>
#include <tuple>

#include "src/index.hpp"
#include "src/layout.hpp"

namespace mlops::store {
namespace {

using Mode = db::Database::Mode;

void refuse_unshared_locks(const Path& root, const fs::Volume& volume) {
  if (volume.shared_locks || !fs::writable(root)) return;
  throw error(
      Code::failed,
      "the store '{}' lies on a network file system ({}) whose locks keep out this machine's programs only",
      root.native(), volume.type)
      .with_id("store.network")
      .with_hint("{}", volume.type == "nfs" ? "mount it without `nolock` and `local_lock`"
                                            : "keep the store on a local disk, or on NFS");
}

/// What a damaged index leads to is one command, whenever the damage is seen.
template <typename Call>
auto with_way_out(Call call) {
  try {
    return call();
  } catch (const Error& e) {
    if (e.code() != Code::corrupt || !e.hint().empty()) throw;
    throw Error(e.code(), e.message())
        .with_id("catalogue.corrupt")
        .with_hint("`mlops store reindex` makes it anew from references and records");
  }
}

std::string line_of(const Event& event) {
  return fmt::format("{} v{} ({}, {}, {})", event.name, event.version, event.kind, event.record.brief(),
                     event.time.text());
}

auto content(const Event& e) { return std::tie(e.name, e.version, e.record, e.kind, e.time, e.summary); }
bool before(const Event& a, const Event& b) { return content(a) < content(b); }

/// Sorted by what they say; the id is the catalogue's own.
std::vector<Event> all_events(db::Database& database) {
  db::Statement query = database.prepare(fmt::format("SELECT {} FROM events", event_columns));
  std::vector<Event> events;
  while (query.step()) events.push_back(event_at(query));
  std::sort(events.begin(), events.end(), before);
  return events;
}

void ensure_sound(db::Database& database) {
  db::Statement query = database.prepare("PRAGMA integrity_check(1)");
  if (query.step() && query.text(0) == "ok") return;
  throw error(Code::corrupt, "the database '{}' is damaged: {}", database.path().native(), query.text(0));
}

}  // namespace

struct Catalogue::Impl {
  Impl(const Path& folder, const Objects& stored) : root(folder), objects(stored) {
    const fs::Volume volume = fs::volume(root);
    refuse_unshared_locks(root, volume);
    // SQLite's write-ahead log wants memory that all its users share: not those of several machines.
    read_only = !fs::writable(root);
    const bool file = !volume.network && (read_only ? open_current() : open_file());
    if (file) return;
    open("catalogue", Mode::memory);
    index->migrate();
    index->catch_up();
  }

  void open(const Path& path, Mode mode) {
    index.reset();
    database = std::make_unique<db::Database>(path, mode);
    index = std::make_unique<Index>(root, objects, *database);
  }

  /// False when there is no room for it: then memory serves, and the next command catches up.
  bool open_file() {
    try {
      open(root / "catalogue.db", Mode::write);
      index->migrate();
      index->catch_up();
      return true;
    } catch (const Error& e) {
      if (e.id() != "database.full") throw;
      no_room = e;
      return false;
    }
  }

  /// False when the file cannot be used as it is, whatever the reason: then memory serves.
  bool open_current() {
    try {
      open(root / "catalogue.db", Mode::read);
      index->migrate();
      if (index->is_current()) return true;
      lost = index->losses();
      return false;
    } catch (const Error& e) {
      if (e.code() == Code::usage) throw;
      return false;
    }
  }

  std::vector<Event> query(const std::string& rest, auto... values) const {
    db::Statement query = database->prepare(fmt::format("SELECT {} FROM events {}", event_columns, rest));
    query.bind(values...);
    std::vector<Event> events;
    while (query.step()) events.push_back(event_at(query));
    return events;
  }

  Path root;
  const Objects& objects;
  bool read_only = false;
  std::unique_ptr<db::Database> database;
  std::unique_ptr<Index> index;
  std::vector<Loss> lost = {};  ///< As the file knows, where memory serves for one that cannot be written.
  std::optional<Error> no_room = {};  ///< Why the file could not be written, if that is why memory serves.
};

Catalogue::Catalogue(const Path& root, const Objects& objects) {
  impl_ = with_way_out([&] { return std::make_unique<Impl>(root, objects); });
}

Catalogue::~Catalogue() = default;

void Catalogue::add(const Event& event) {
  with_way_out([&] { impl_->index->add(event); });
}

std::vector<Event> Catalogue::events(std::string_view name, std::size_t limit) const {
  const std::int64_t most = limit == 0 ? -1 : static_cast<std::int64_t>(limit);
  return with_way_out([&] {
    if (name.empty()) return impl_->query("ORDER BY time DESC, id DESC LIMIT ?", most);
    return impl_->query("WHERE name = ? ORDER BY time DESC, id DESC LIMIT ?", name, most);
  });
}

std::vector<Event> Catalogue::latest(std::string_view kind) const {
  // The index on (kind, name, version) answers both; version is unique under a name.
  return with_way_out([&] {
    return impl_->query(
        "AS e WHERE kind = ?1 AND version = "
        "(SELECT max(version) FROM events WHERE kind = ?1 AND name = e.name) ORDER BY name",
        kind);
  });
}

std::vector<Digest> Catalogue::records_with_prefix(std::string_view hex) const {
  if (hex.starts_with("sha256:")) hex.remove_prefix(7);
  if (hex.find_first_not_of("0123456789abcdef") != std::string_view::npos) return {};
  return with_way_out([&] {
    db::Statement query = impl_->database->prepare(
        "SELECT DISTINCT record FROM events WHERE record >= ? AND record < ? ORDER BY 1");
    query.bind(hex, std::string(hex) + "g");
    std::vector<Digest> digests;
    while (query.step()) digests.push_back(Digest::parse(query.text(0)).value_or(Digest()));
    return digests;
  });
}

std::size_t Catalogue::reindex(Progress& progress) {
  if (impl_->no_room) throw *impl_->no_room;
  if (impl_->read_only) {
    throw error(Code::failed, "cannot write the index '{}': read-only",
                (impl_->root / "catalogue.db").native());
  }
  return with_way_out([&] { return impl_->index->rebuild(progress); });
}

std::size_t Catalogue::rehearse(const Path& root, const Objects& objects, Progress& progress) {
  db::Database fresh("index", Mode::memory);
  Index index(root, objects, fresh);
  index.migrate();
  return index.rebuild(progress);
}

void Catalogue::read_anew(const std::string& name) {
  with_way_out([&] { impl_->index->drop(name); });
}

std::vector<Loss> Catalogue::losses() const {
  if (!impl_->lost.empty()) return impl_->lost;
  return with_way_out([&] { return impl_->index->losses(); });
}

void Catalogue::forget_losses() {
  with_way_out([&] { impl_->index->forget_losses(); });
}

std::vector<std::string> Catalogue::disagreements() const {
  db::Database fresh("index", Mode::memory);
  Index index(impl_->root, impl_->objects, fresh);
  index.migrate();
  index.catch_up();
  const auto ours = with_way_out([&] {
    ensure_sound(*impl_->database);
    return all_events(*impl_->database);
  });
  const auto truth = all_events(fresh);
  std::vector<std::string> lines;
  const auto tell = [&](const std::vector<Event>& these, const std::vector<Event>& those, const char* text) {
    std::vector<Event> only;
    std::set_difference(these.begin(), these.end(), those.begin(), those.end(), std::back_inserter(only),
                        before);
    for (const Event& event : only) lines.push_back(text + line_of(event));
  };
  tell(ours, truth, "the catalogue has what no reference says: ");
  tell(truth, ours, "the catalogue lacks ");
  return lines;
}

}  // namespace mlops::store
