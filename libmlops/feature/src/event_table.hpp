#pragma once
/// The table of one definition's events in the online store, events_<id>; mlops-store(5) lists its columns.

#include <mlops/db/database.hpp>
#include <mlops/db/statement.hpp>
#include <mlops/feature/online.hpp>

#include <optional>
#include <string>
#include <string_view>

#include "src/event_builder.hpp"
#include "src/event_rows.hpp"

namespace mlops::feature {

class EventTable {
 public:
  /// All must outlive it.
  EventTable(db::Database& database, std::int64_t id, const View& view);

  void create();
  void drop();
  void clear();

  /// The key must be rows.key(row).
  void insert(const EventRows& rows, std::size_t row, std::string_view key, bool pushed);
  bool has_key(std::string_view key);

  struct Read {
    Columns events;
    std::int64_t last = 0;  ///< Sequence of the last of them; `after` when there are none.
  };
  /// At most `limit` events behind the sequence `after`, in the order of arrival.
  Read read(std::int64_t after, std::size_t limit, bool pushed_only = false);
  Columns of_key(std::string_view key);

  /// Removes what no moment from `complete_from` on needs. How many went.
  std::uint64_t prune(std::int64_t complete_from);

  struct Counts {
    std::uint64_t events = 0;
    std::uint64_t pushed = 0;
    std::uint64_t keys = 0;
    std::optional<std::int64_t> newest = {};
  };
  Counts counts();

 private:
  std::string columns() const;
  std::string key_columns() const;
  std::string key_is(const std::string& a, const std::string& b) const;
  Columns collect(db::Statement& query, std::size_t limit, std::int64_t& last);
  void take(db::Statement& query, int column, EventBuilder& out, std::size_t to) const;
  void bind_key(db::Statement& statement, std::string_view key, int first) const;

  db::Database& database_;
  std::string name_;
  const View& view_;
  std::optional<db::Statement> insert_;
  std::optional<db::Statement> has_key_;
};

}  // namespace mlops::feature
