#pragma once
/// The online store: for each definition of a view that is served, the events that its windows and latest
/// values may still need, in one SQLite file, so that every moment from `complete_from` on can be answered
/// exactly; mlops-store(5) has its tables. Never a finished number, which would go stale.
///
/// Events come from two sides. materialize() takes over a version of the view's table; push() adds what
/// happened since. A pushed event stays until a version that is materialized has it too, value for value.
/// One file may hold several definitions of one name: models that were trained on different ones are served
/// side by side; a push feeds all of them.
///
/// Any number of processes of one machine may use the file at once; on a network file system it is refused
/// (failed, "features.network"). What push() and materialize() returned for survives a power cut. The calls
/// throw what db::Database does: busy (another writer for ten seconds, disk full), corrupt, usage (a file of
/// a newer version).

#include <mlops/base/clock.hpp>
#include <mlops/base/columns.hpp>
#include <mlops/base/digest.hpp>
#include <mlops/feature/live.hpp>
#include <mlops/feature/view.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mlops::feature {

/// A column of the table's rows that the view's expressions read, and its SQL type: what a pushed row has.
struct RowColumn {
  std::string name;
  std::string type;

  bool operator==(const RowColumn&) const = default;
};

/// One definition in the store.
struct OnlineView {
  std::int64_t id = 0;
  View view = {};
  std::vector<RowColumn> reads = {};
  std::optional<Digest> table = {};  ///< Record of the version that was materialized last.
  Time materialized = {};
  std::int64_t complete_from_us = 0;
  std::uint64_t events = 0;
  std::uint64_t pushed = 0;  ///< Of them, those that no materialized version has.
  std::uint64_t keys = 0;
  std::optional<std::int64_t> newest_us = {};  ///< Event time of the newest event.
  std::uint64_t generation = 0;                ///< Grows with each materialize().

  bool operator==(const OnlineView&) const = default;
};

/// Whether `there` answers for `wanted`: every one of `columns` means the same in both, and so do key, table,
/// at, known and ttl (see changes() in sets.hpp). Other columns may differ. Empty `columns`: all of `wanted`.
bool covers(const View& there, const View& wanted, const std::vector<std::string>& columns);

/// The moment from which a store with events up to `newest_us` answers at `now`: the earlier of the two, less
/// the longest window or a day, whichever is longer. Microseconds since 1970 UTC.
std::int64_t complete_from(const View& view, std::optional<std::int64_t> newest_us, Time now);

class OnlineStore {
 public:
  enum class Mode { read, write };
  /// read: Error(not_found, "features.not_online") where there is no file. write: made if need be.
  OnlineStore(const std::filesystem::path& file, Mode mode);
  ~OnlineStore();
  OnlineStore(OnlineStore&&) noexcept;

  /// By name, of each name the definition that was materialized last first.
  std::vector<OnlineView> views() const;
  /// Of the definitions that cover it the one that was materialized last. Throws Error: not_found
  /// ("features.not_online": no definition of that name), conflict ("features.changed": none that covers it;
  /// the message says what differs from the newest).
  OnlineView find(const View& wanted, const std::vector<std::string>& columns) const;

  struct Materialized {
    OnlineView view;
    std::uint64_t superseded = 0;  ///< Pushed events that the version has.
    bool unchanged = false;        ///< This version was there already, and nothing was read.
  };
  /// `events` (read_events()) are all of the table's version `table`; those that nothing from
  /// complete_from() on needs are not kept. A definition that the store has not is added. One transaction.
  /// Of a version that the store has already `events` may be without columns, when nothing is to be read
  /// anew: time goes on, and what is no longer needed goes. Throws Error(busy) when it has it no more. An
  /// earlier `now` than before wants the events: what was forgotten is read again.
  Materialized materialize(const View& view, const std::vector<RowColumn>& reads, const Columns& events,
                           const Digest& table, Time now);

  struct Push {
    std::int64_t view = 0;  ///< OnlineView::id
    Columns events;         ///< As read_events() gives them, of the pushed rows.
  };
  struct Pushed {
    std::uint64_t events = 0;   ///< Added, of all definitions.
    std::uint64_t without = 0;  ///< Left out: without a key or a time.
    bool again = false;         ///< A push of that id was taken before; nothing was added.
  };
  /// One transaction. An `id` makes it safe to send a push again: ids are remembered for a week. From time to
  /// time what is no longer needed goes, by a quarter of what complete_from() leaves at the most.
  Pushed push(const std::vector<Push>& pushes, const std::string& id, Time now);

  /// Definitions for which `keep` is false go, with their events. How many went.
  std::size_t drop_unless(const std::function<bool(const OnlineView&)>& keep);

  /// The events of one key, or of all, as read_events() gives them and in the order of arrival.
  Columns events_of(const OnlineView& view, std::optional<std::string_view> key = {}) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The definitions that one process serves, in memory, following what any process writes into the store.
class OnlineImage {
 public:
  /// Throws as OnlineStore(read).
  explicit OnlineImage(const std::filesystem::path& file);
  ~OnlineImage();

  /// Loads it on first use; from any thread, not for the path of a request. It follows the store from then
  /// on: after a materialize() the same LiveView has the new events. Throws as OnlineStore::find().
  std::shared_ptr<const LiveView> view(const View& wanted, const std::vector<std::string>& columns);

  /// Takes over what was pushed or materialized since; true when something was. A look that finds nothing
  /// costs some microseconds. From any thread. A definition that was dropped, or whose file was removed, goes
  /// on answering from memory; one in a new file of that name is followed again. What it throws (busy,
  /// corrupt, failed) leaves memory as it was.
  bool refresh();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mlops::feature
