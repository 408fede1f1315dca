#pragma once
/// What the training rows say of one column: how many different values and nulls, its range, its categories,
/// whether it merely numbers the rows.

#include <mlops/base/columns.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::train {

struct Profile {
  std::uint64_t rows = 0;
  std::uint64_t nulls = 0;  ///< Of numbers also NaN and infinities.
  std::uint64_t distinct = 0;
  std::optional<double> min = {};
  std::optional<double> max = {};
  bool steps = false;                        ///< Numbers that only grow, or only fall, from row to row.
  std::vector<std::string> categories = {};  ///< Of text: those to keep, most frequent first.
  std::uint64_t covered = 0;                 ///< Rows whose text is among them.

  std::uint64_t known() const { return rows - nulls; }
};

/// Over `rows` of the column.
Profile profile_of(const Column& column, std::span<const std::uint32_t> rows);

/// "identifier: ..." when the column merely names its rows, else empty. `table_rows` are all rows there are.
std::string identifier(const Field& field, const Profile& profile, std::uint64_t table_rows);

/// "customer_id", "PassengerId", "row number": a word of the name says that it names things.
bool named_like_identifier(std::string_view name);

}  // namespace mlops::train
