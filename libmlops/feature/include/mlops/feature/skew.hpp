#pragma once
/// Whether what is served is what training saw: the answers of a LiveView beside those of join(), bit for
/// bit.
///
/// Asked are the keys of the events of both sides, at the moments of these events and at those at which they
/// became known. Beyond 100,000 of them every n-th is asked. Equal events give equal questions.

#include <mlops/base/columns.hpp>
#include <mlops/feature/live.hpp>
#include <mlops/feature/view.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace mlops::feature {

/// A definition and its events, as read_events() gives them.
struct Side {
  View view;
  Columns events;
};

/// One value that differs.
struct Difference {
  std::vector<Value> key = {};  ///< Parts, in the order of View::key.
  std::int64_t time_us = 0;
  std::string column;
  std::string type = {};
  Value offline = {};
  Value online = {};
};

struct Compared {
  std::uint64_t questions = 0;  ///< Keys at moments.
  std::uint64_t values = 0;
  std::uint64_t differing = 0;            ///< Of the values; those of a column that is not online all do.
  std::vector<Difference> examples = {};  ///< The first of each column, of at most three keys.
};

/// Moments from `from_us` to `to_us`, which both sides know everything of. The keys are of the same kinds.
/// Throws Error(usage) for sums beyond BIGINT.
Compared compare(const Side& offline, const Side& online, std::int64_t from_us, std::int64_t to_us);

}  // namespace mlops::feature
