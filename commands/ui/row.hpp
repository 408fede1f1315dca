#pragma once
/// What a command answers with: rows of named values. The table for people, `--json` and `--porcelain` are
/// three readings of the same rows, so that they cannot disagree. Keys are snake_case and are a promise to
/// scripts; the rows of one answer have the same keys in the same order.

#include <mlops/json/value.hpp>

#include <string>
#include <vector>

namespace mlops::ui {

/// How a cell looks in the table for people; the other formats always carry the raw value.
enum class Show {
  plain,
  count,   ///< 3000000 is "3,000,000".
  bytes,   ///< 1200 is "1.2 kB".
  share,   ///< 0.0123 is "1.23 %".
  digest,  ///< The first twelve digits.
  hidden,  ///< Not in the table.
};

struct Cell {
  std::string key;
  json::Value value = {};
  Show show = Show::plain;
};

using Row = std::vector<Cell>;

}  // namespace mlops::ui
