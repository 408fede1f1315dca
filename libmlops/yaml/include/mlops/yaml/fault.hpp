#pragma once
/// Faults of a text with their place in it, and how they are shown: `mlops.yaml:7:3: unknown key 'form'`, the
/// line and a caret. Readers collect faults and throw them together, so that one run names them all.

#include <mlops/base/error.hpp>

#include <compare>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::yaml {

struct Position {
  std::size_t offset = 0;  ///< Bytes from the start of the text.
  std::size_t line = 1;
  std::size_t column = 1;  ///< Characters (not bytes) from the start of the line, the first is 1.

  auto operator<=>(const Position&) const = default;
};

/// The position of the byte at `offset`.
Position position_of(std::string_view text, std::size_t offset);

struct Fault {
  Position at = {};
  std::string message;  ///< As in Error: lower case, no full stop.
  std::string hint;     ///< May be empty.
};

/// The line at `at` and a caret below its column, both without a line break at the end; a long line is cut to
/// the part around the column.
std::string excerpt(std::string_view text, const Position& at);

/// One Error(usage) for all `faults` (at least one) in the order of the text, the first 20 of them shown.
Error to_error(std::string_view text, std::string_view file, std::vector<Fault> faults);

}  // namespace mlops::yaml
