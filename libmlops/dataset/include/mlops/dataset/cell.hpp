#pragma once
/// What kinds of value one piece of text could be. Pure; no allocation.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::dataset {

/// The types that a text file's column can get by inference, narrowest first: a column has the first one that
/// all its values fit. Anything fits `text`.
enum class CellType : std::uint8_t {
  boolean,       ///< true, false in any case.
  integer,       ///< 64-bit; no leading zeros, which would be lost.
  number,        ///< With the file's decimal mark, or an exponent; inf, -inf.
  date,          ///< YYYY-MM-DD, YYYY/MM/DD, the file's date format, or with the month's name.
  timestamp,     ///< A date, 'T' or a space, HH:MM[:SS[.fff]].
  timestamp_tz,  ///< The same with Z or an offset.
  time,          ///< HH:MM[:SS[.fff]].
  text,
};
inline constexpr std::size_t cell_types = 8;

/// The SQL type of a column of that type: BOOLEAN, BIGINT, DOUBLE, DATE, TIMESTAMP, "TIMESTAMP WITH TIME
/// ZONE", TIME, VARCHAR.
std::string_view sql_type(CellType type);

/// How the digits of a file are written.
struct Notation {
  char decimal = '.';
  /// strptime format of dates that are not year first: "%d/%m/%Y" or "%m/%d/%Y" with '/', '.' or '-'. Empty:
  /// none.
  std::string date_format;

  bool operator==(const Notation&) const = default;
};

/// A set of CellTypes, one bit each.
using CellTypes = std::uint8_t;
constexpr CellTypes bit(CellType type) { return static_cast<CellTypes>(1u << static_cast<unsigned>(type)); }

/// Every type that `text` fits. Integers fit `number` too, unless a DOUBLE would round them; dates fit the
/// timestamps. Surrounding spaces are ignored, except for text.
CellTypes fitting(std::string_view text, const Notation& notation);

/// A date with day and month in front, as 02/11/2026: which of the two orders are possible for it.
struct DayMonth {
  char separator = '/';
  bool day_first = true;
  bool month_first = true;
};
std::optional<DayMonth> day_month_date(std::string_view text);

/// A date with the month's English name, in front or behind the day: Jun 12 1998, June 12, 1998, 12 Jun 1998,
/// 12-JUN-1998.
bool is_named_date(std::string_view text);

/// True for the texts that mean "no value" by custom: ?, NA, N/A, n/a, NaN, nan, null, NULL, None, #N/A, \N,
/// -, ...
bool is_customary_null(std::string_view text);

/// Those texts.
const std::vector<std::string>& customary_nulls();

/// `text` without spaces and tabs around it.
std::string_view trimmed(std::string_view text);

}  // namespace mlops::dataset
