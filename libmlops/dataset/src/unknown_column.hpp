#pragma once
/// The one way to say that a column was named which is not there.

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mlops::dataset {

/// Throws Error(usage) with `message` and the near misses of `name`; `name_of(column)` is a column's name.
template <typename Columns, typename NameOf>
[[noreturn]] void fail_unknown_column(std::string message, std::string_view name, const Columns& columns,
                                      NameOf name_of) {
  std::vector<std::string> known;
  for (const auto& column : columns) known.push_back(name_of(column));
  Error fault(Code::usage, std::move(message));
  const auto near = near_misses(name, known);
  if (near.empty()) throw fault;
  throw std::move(fault).with_hint("similar columns exist: {}", one_of(near));
}

}  // namespace mlops::dataset
