#pragma once
/// A version of a view's table taken over into the table of its events.

#include "src/event_table.hpp"

namespace mlops::feature {

class Materializing {
 public:
  /// `pushed`: the events of the definition that no version has had. All must outlive it.
  Materializing(const View& view, const Columns& version, const Columns& pushed);

  /// Leaves out the pushed events that the version has, one for one.
  void supersede();
  /// How many those were.
  std::uint64_t superseded() const { return superseded_; }
  /// Event time of the newest; nothing without events.
  std::optional<std::int64_t> newest() const { return newest_; }
  /// Writes what moments from `complete_from` on need, the version's events first.
  void write(EventTable& table, std::int64_t complete_from);

 private:
  struct Part {
    EventRows rows;
    std::vector<std::uint32_t> keys;  ///< Number of each row's key; no_row: not an event, or superseded.
  };
  void number(Part& part);
  void find_latest(const Part& part, std::size_t first, std::int64_t complete_from);
  void write(Part& part, std::size_t first, bool pushed, EventTable& table, std::int64_t complete_from);

  const View& view_;
  Part version_;
  Part pushed_;
  KeyIndex index_;
  std::uint64_t superseded_ = 0;
  std::optional<std::int64_t> newest_;
  struct Latest {
    std::int64_t at = 0;
    std::int64_t known = 0;
    std::size_t arrival = SIZE_MAX;
  };
  std::vector<Latest> latest_;  ///< Of each key, at complete_from.
};

}  // namespace mlops::feature
