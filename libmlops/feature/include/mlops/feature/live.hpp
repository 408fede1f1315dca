#pragma once
/// The events of one view in memory, looked up by key and moment while new ones arrive: what a server answers
/// from. For every moment from complete_from() on, the answer is what join() gives for a row of that key and
/// time and the same events, bit for bit.

#include <mlops/base/columns.hpp>
#include <mlops/feature/view.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::feature {

/// The bytes of a key: its parts in the order of View::key. Reused from key to key.
class KeyBytes {
 public:
  explicit KeyBytes(std::size_t parts) : parts_(parts) {}
  void start();
  void text(std::string_view value);
  /// Whole numbers, flags (0, 1), dates (days since 1970), time stamps (microseconds since 1970 UTC).
  void integer(std::int64_t value);
  /// When all parts are there.
  std::string_view bytes() const { return bytes_; }

 private:
  std::size_t parts_;
  std::string bytes_;
};

/// A feature's value: the member that `kind` names. Dates, times and time stamps are integers as in Columns,
/// flags are 0 and 1.
struct Value {
  enum class Kind : std::uint8_t { null, integer, real, text };
  Kind kind = Kind::null;
  bool expired = false;  ///< Null because the latest value is older than the view's ttl.
  std::int64_t integer = 0;
  double real = 0;
  std::string text = {};
};

/// Reused from look-up to look-up.
struct Found {
  std::vector<Value> values = {};  ///< One for each column asked for.
  std::optional<std::int64_t> newest_us =
      {};  ///< Event time of the newest event that the moment sees, of any age.
};

/// One thread adds and forgets while any number look up.
class LiveView {
 public:
  explicit LiveView(const View& view, std::int64_t complete_from_us);
  ~LiveView();

  const View& view() const;
  std::int64_t complete_from() const;  ///< Microseconds since 1970 UTC.
  std::uint64_t events() const;
  std::uint64_t keys() const;
  /// Event time of the newest event that was ever added; microseconds since 1970 UTC.
  std::optional<std::int64_t> newest() const;

  /// Events as read_events() gives them, behind those that are there (where moments are equal the later one
  /// is the latest).
  void add(const Columns& events);
  /// Moments before `us` are asked for no more: what only they would see goes.
  void forget_before(std::int64_t us);

  /// The values of `columns` (positions in View::columns) at `time_us`. No key: one of its parts is null; it
  /// sees no events, like a key that has none. Throws Error(usage, "features.forgotten") for a time before
  /// complete_from(), Error(usage) for sums beyond BIGINT.
  void look_up(std::optional<std::string_view> key, std::int64_t time_us,
               std::span<const std::size_t> columns, Found& out) const;

  /// Its events and complete_from() become those of `other`, of the same view: readers see the ones or the
  /// others.
  void take(LiveView&& other);

  struct Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace mlops::feature
