#pragma once
/// The text of a statement before the engine sees it: parameters put in, its end made bare. Pure.

#include <mlops/base/error.hpp>
#include <mlops/json/value.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::dataset {

/// A statement whose `$name` have become literals, without comments and ';' at its end.
struct BoundSql {
  std::string text;
  json::Object used;  ///< The parameters it reads, with their values, sorted by name.

  struct Change {
    std::size_t from = 0;    ///< Where the parameter stood.
    std::size_t at = 0;      ///< Where its value stands in `text`.
    std::size_t length = 0;  ///< Of the value.
    std::size_t was = 0;     ///< Length of the parameter.
  };
  std::vector<Change> changes;

  /// Where in the statement as it was written a byte of `text` comes from.
  std::size_t original(std::size_t offset) const;
};

/// A fault at a byte of the statement as it was written.
struct SqlFault {
  std::size_t offset = 0;
  Error error;
};

/// Throws SqlFault(usage) for a `$name` without value, and for `$1`.
BoundSql bind_parameters(std::string_view sql, const json::Object& values);

/// The byte that an error of the engine points at with "LINE 2: ...\n    ^"; npos when it does not.
std::size_t offset_in(std::string_view sql, std::string_view detail);

}  // namespace mlops::dataset
