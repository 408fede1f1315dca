#pragma once
/// The parts of encode(): one for each way in which a column becomes features.

#include <mlops/base/columns.hpp>
#include <mlops/json/document.hpp>
#include <mlops/predict/frame.hpp>

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::predict {

/// The number of a value that is null.
inline constexpr double missing_number = std::numeric_limits<double>::quiet_NaN();

/// From a category's text to its code.
class Lookup {
 public:
  Lookup() = default;
  /// `categories` must outlive the lookup.
  explicit Lookup(const std::vector<std::string>& categories);
  /// code_unseen when it is none.
  std::int32_t find(std::string_view text) const;

 private:
  std::span<const std::string> categories_ = {};
  std::vector<std::int32_t> slots_ = {};
};

/// How the numbers of a category are spelled: as the type that training saw.
struct Spelling {
  enum class As { own, integer, float32, float64, decimal, boolean };
  As as = As::own;
  int scale = 0;
};
/// From "BIGINT", "DECIMAL(10,2)", ...
Spelling spelling_of(std::string_view sql_type);

/// Categories of floating numbers as spell() has them, whoever spelled them; others as they are.
std::vector<std::string> respelled(std::vector<std::string> categories, Spelling spelling);

/// What one column's encoding works with.
struct ColumnTask {
  const Input& input;
  const Column& column;
  std::uint64_t first_row = 1;
  std::uint64_t nulls = 0;
  std::uint64_t unseen = 0;
  std::uint64_t out_of_range = 0;
};

/// The fault of one value, masked where it has to be: "column 'tenure', row 5: 'abc' is no number".
[[noreturn]] void refuse_value(const ColumnTask& task, std::size_t row, std::string_view wanted);
[[noreturn]] void refuse_unseen(const ColumnTask& task, std::size_t row, std::string_view text);

void encode_numbers(ColumnTask& task, std::vector<double>& out);
void encode_flags(ColumnTask& task, std::vector<double>& out);
void encode_categories(ColumnTask& task, const Lookup& lookup, Spelling spelling,
                       std::vector<std::int32_t>& out);
/// `out` has the place of each of the input's features, as features_of() lists them.
void encode_moments(ColumnTask& task, std::span<const Feature> features, std::span<Values> out);
void encode_times(ColumnTask& task, std::vector<double>& out);

/// The same of values as JSON has them. False: one of them is not plainly what the input is.
struct CellTask {
  const Input& input;
  std::span<const json::Cell* const> cells;
  std::uint64_t nulls = 0;
  std::uint64_t unseen = 0;
  std::uint64_t out_of_range = 0;
};
bool encode_cells(CellTask& task, const Lookup& lookup, Spelling spelling, Values& out);

/// The number that a whole text spells, surrounding spaces ignored; NaN for a blank one. Too great is
/// infinite.
std::optional<double> read_number(std::string_view text);

/// 0 or 1 of "true", "no" and the like; NaN for a blank one.
std::optional<double> read_flag(std::string_view text);

/// Microseconds since 1970 of a row with a date or a time stamp; nothing for one that is infinite.
std::optional<std::int64_t> micros_at(const Column& column, std::size_t row);

/// The value of a row of any kind of number.
double number_at(const Column& column, std::size_t row);

}  // namespace mlops::predict
