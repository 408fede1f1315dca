#pragma once
/// Events by key and in order of time. A position counts events in the order (key, at, known, row).

#include <mlops/feature/join.hpp>

#include <mlops/base/parallel.hpp>

#include <cstdint>
#include <vector>

#include "src/keys.hpp"

namespace mlops::feature {

/// Rows grouped by a number, each group in the order of its rows.
struct Groups {
  std::vector<std::uint32_t> begin = {};  ///< Of each group in `rows`, and the end of the last.
  std::vector<std::uint32_t> rows = {};
};
/// `group` of a row may be no_row: it is in none then.
Groups grouped(const std::vector<std::uint32_t>& group, std::size_t groups);

/// Cuts groups into pieces of about `rows` rows for threads: the first group of each, and the end.
std::vector<std::uint32_t> pieces_of(const Groups& groups, std::size_t rows);
inline constexpr std::size_t piece_rows = 1 << 16;

/// An input's values by position; one of the two is filled, where an aggregate wants it.
struct Series {
  std::vector<std::int64_t> whole = {};
  std::vector<double> real = {};
  std::vector<std::uint8_t> valid = {};  ///< Empty: no nulls.

  bool has(std::size_t position) const { return valid.empty() || valid[position] != 0; }
};

struct History::Impl {
  View view;
  Columns events;
  KeyIndex index;
  Groups groups;  ///< Rows of `events` by position.
  std::vector<std::int64_t> at;
  std::vector<std::int64_t> enter;      ///< The later of `at` and `known`; empty: it is `at`.
  std::vector<std::uint32_t> entering;  ///< Positions in the order of `enter`; empty: their own.
  std::vector<Series> series;           ///< For each input.

  std::int64_t enters(std::size_t position) const { return enter.empty() ? at[position] : enter[position]; }
  std::size_t input_column(std::size_t input) const {
    return view.key.size() + (view.known.empty() ? 1 : 2) + input;
  }
};

}  // namespace mlops::feature
