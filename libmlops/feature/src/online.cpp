#include <mlops/feature/online.hpp>

#include <mlops/base/error.hpp>
#include <mlops/db/statement.hpp>
#include <mlops/db/transaction.hpp>
#include <mlops/feature/sets.hpp>

#include <algorithm>
#include <limits>

#include "src/event_table.hpp"
#include "src/materialize.hpp"
#include "src/online_file.hpp"

namespace mlops::feature {
namespace {

constexpr std::int64_t day_us = 86'400'000'000;
constexpr std::int64_t remembered_us = 7 * day_us;
constexpr std::size_t all = std::numeric_limits<std::size_t>::max();

std::int64_t slack_us(const View& view) { return std::max(view.longest_window_us(), day_us); }

bool same(const View& a, const View& b) {
  return a.name == b.name && a.inputs == b.inputs && changes(a, b).empty();
}

}  // namespace

std::int64_t complete_from(const View& view, std::optional<std::int64_t> newest_us, Time now) {
  return std::min(now.us, newest_us.value_or(now.us)) - slack_us(view);
}

struct OnlineStore::Impl {
  OnlineFile file;

  OnlineView definition(const View& view) {
    for (OnlineView& one : file.views()) {
      if (same(one.view, view)) return std::move(one);
    }
    const std::int64_t id = file.add(view);
    EventTable(file.database(), id, view).create();
    return file.require(id);
  }

  void recount(OnlineView& view, EventTable& table) {
    const EventTable::Counts counts = table.counts();
    view.events = counts.events;
    view.pushed = counts.pushed;
    view.keys = counts.keys;
    view.newest_us = counts.newest;
    file.update(view);
  }

  /// Time has gone on: what only moments before `from` would see goes.
  void forget(OnlineView& view, EventTable& table, std::int64_t from) {
    if (from > view.complete_from_us) {
      view.complete_from_us = from;
      table.prune(from);
    }
    recount(view, table);
  }

  /// The version is there already.
  Materialized again(OnlineView view, Time now) {
    EventTable table(file.database(), view.id, view.view);
    forget(view, table, complete_from(view.view, view.newest_us, now));
    return {.view = std::move(view), .superseded = 0, .unchanged = true};
  }

  Materialized take(OnlineView view, const Columns& events, bool other_version) {
    EventTable table(file.database(), view.id, view.view);
    const Columns pushed = table.read(0, all, true).events;
    Materializing work(view.view, events, pushed);
    if (other_version) work.supersede();
    view.complete_from_us = complete_from(view.view, work.newest(), view.materialized);
    ++view.generation;
    table.clear();
    work.write(table, view.complete_from_us);
    recount(view, table);
    return {.view = std::move(view), .superseded = work.superseded(), .unchanged = false};
  }

  /// False where the id is known.
  bool remember(const std::string& id, Time now) {
    if (id.empty()) return true;
    db::Database& database = file.database();
    database.prepare("DELETE FROM pushes WHERE time < ?").bind(now.us - remembered_us).run();
    database.prepare("INSERT OR IGNORE INTO pushes(id, time) VALUES (?, ?)").bind(id, now.us).run();
    return database.changes() != 0;
  }

  void add(const Push& push, Time now, Pushed& out) {
    OnlineView view = file.require(push.view);
    EventTable table(file.database(), view.id, view.view);
    EventRows rows(view.view, push.events);
    std::optional<std::int64_t> newest;
    for (std::size_t row = 0; row < rows.rows(); ++row) {
      const auto key = rows.key(row);
      if (!key) {
        ++out.without;
        continue;
      }
      if (!table.has_key(*key)) ++view.keys;
      table.insert(rows, row, *key, true);
      newest = std::max(newest.value_or(rows.at(row)), rows.at(row));
      ++view.events;
      ++view.pushed;
      ++out.events;
    }
    if (newest) view.newest_us = std::max(view.newest_us.value_or(*newest), *newest);
    // Looking through all events is worth it now and then. One step at a time: an event with a wrong clock
    // must not take a past away, nor must a push into a past that was brought back.
    const std::int64_t step = slack_us(view.view) / 4;
    const bool goes_on = newest && complete_from(view.view, newest, now) - view.complete_from_us >= step;
    if (goes_on) forget(view, table, view.complete_from_us + step);
    else file.update(view);
  }
};

OnlineStore::OnlineStore(const std::filesystem::path& file, Mode mode)
    : impl_(new Impl{OnlineFile(file, mode)}) {}
OnlineStore::~OnlineStore() = default;
OnlineStore::OnlineStore(OnlineStore&&) noexcept = default;

std::vector<OnlineView> OnlineStore::views() const { return impl_->file.views(); }

OnlineView OnlineStore::find(const View& wanted, const std::vector<std::string>& columns) const {
  return impl_->file.find(wanted, columns);
}

OnlineStore::Materialized OnlineStore::materialize(const View& view, const std::vector<RowColumn>& reads,
                                                   const Columns& events, const Digest& table, Time now) {
  db::Transaction transaction(impl_->file.database());
  OnlineView there = impl_->definition(view);
  const bool same_version = there.table == table;
  there.reads = reads;
  there.table = table;
  there.materialized = now;
  if (!same_version && events.width() == 0)
    throw error(Code::busy, "another version of '{}' was materialized meanwhile", view.from)
        .with_hint("try again");
  Materialized out = events.width() == 0 ? impl_->again(std::move(there), now)
                                         : impl_->take(std::move(there), events, !same_version);
  impl_->file.put_first(out.view.id);
  transaction.commit();
  return out;
}

OnlineStore::Pushed OnlineStore::push(const std::vector<Push>& pushes, const std::string& id, Time now) {
  db::Transaction transaction(impl_->file.database());
  Pushed out;
  out.again = !impl_->remember(id, now);
  if (out.again) return out;
  for (const Push& push : pushes) impl_->add(push, now, out);
  transaction.commit();
  return out;
}

std::size_t OnlineStore::drop_unless(const std::function<bool(const OnlineView&)>& keep) {
  db::Transaction transaction(impl_->file.database());
  std::size_t gone = 0;
  for (const OnlineView& view : impl_->file.views()) {
    if (keep(view)) continue;
    EventTable(impl_->file.database(), view.id, view.view).drop();
    impl_->file.remove(view.id);
    ++gone;
  }
  transaction.commit();
  return gone;
}

Columns OnlineStore::events_of(const OnlineView& view, std::optional<std::string_view> key) const {
  EventTable table(impl_->file.database(), view.id, view.view);
  return key ? table.of_key(*key) : table.read(0, all).events;
}

}  // namespace mlops::feature
