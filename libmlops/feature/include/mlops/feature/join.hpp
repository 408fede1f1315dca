#pragma once
/// The point-in-time join: for each row, the values of views as they were known at the row's time.
///
/// A row of time t with key k sees the events of k with known <= t: a window of length w those with
/// t - w <= at <= t, a latest value the one with the greatest (at, known, place in the table) among those
/// with at <= t and, with a ttl, t - ttl <= at. Events without a key or time do not exist; rows without them
/// see none. `known` is `at` where a view has none; an event whose `known` is null is never seen. count() is
/// 0 where there is nothing, all others are null; nulls are passed over by aggregates and are values to the
/// latest. Sums and means are exact sums, rounded once (stats/exact_sum.hpp); a mean is its sum divided by
/// the count. NaN is greater than all numbers. Sums of integers beyond BIGINT are Error(usage).
///
/// So the result depends on the values alone: neither on the order of rows (but for ties of latest values)
/// nor on threads. It is also what an online store answers, from the events of one key. No SQL engine is
/// needed here.

#include <mlops/base/cancel.hpp>
#include <mlops/base/columns.hpp>
#include <mlops/feature/view.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace mlops::feature {

/// The events of one view by key and in order of time. Immutable; safe for many threads at once. Takes about
/// 16 bytes an event and 8 more for each input, beside the events themselves.
class History {
 public:
  /// `events` has the columns of read_events(). Throws Error(usage): over 4,294,967,294 events.
  History(const View& view, const Columns& events, unsigned threads = 0);
  ~History();
  History(History&&) noexcept;
  History& operator=(History&&) noexcept;

  const View& view() const;
  std::uint64_t keys() const;
  /// Those that have a key and a time.
  std::uint64_t events() const;

  struct Impl;
  const Impl& impl() const { return *impl_; }

 private:
  std::unique_ptr<const Impl> impl_;
};

/// How rows use a view.
struct Use {
  const History* history = nullptr;
  std::vector<std::string> key = {};  ///< Columns of the rows, one for each Key of the view, in its order.
  std::string as = {};                ///< Prefix: "airport" makes airport__delay_1h; empty: no prefix.
  std::vector<std::string> columns = {};  ///< Those wanted, in this order; empty: all.
};

/// Where a column of the result comes from.
struct Joined {
  std::string name;
  std::string view;
  std::string column;
  std::optional<Transform> transform = {};  ///< Still to be done: fit.hpp.
  std::uint64_t nulls = 0;                  ///< Rows without a value.

  bool operator==(const Joined&) const = default;
};

struct JoinResult {
  Columns columns;  ///< One row for each row that went in, in their order; only the features.
  std::vector<Joined> joined;
};

struct JoinOptions {
  unsigned threads = 0;  ///< 0: as many as the machine has.
  const Cancel* cancel = nullptr;
};

/// `time` is a column of `rows`: dates (midnight) or time stamps; without a zone they are UTC. Throws Error:
/// usage (no such column, with near misses; a key of another kind than the view's; two features, or a feature
/// and a column of the rows, of one name; a sum that is too great), interrupted.
JoinResult join(const Columns& rows, const std::string& time, std::span<const Use> uses,
                const JoinOptions& options = {});

/// The columns of both, which have as many rows. Nothing is copied.
Columns beside(const Columns& left, const Columns& right);

}  // namespace mlops::feature
