#include "src/inference.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>

#include <algorithm>
#include <array>
#include <cctype>

#include "src/marked_numbers.hpp"

namespace mlops::dataset {
namespace {

using Nulls = std::set<std::string, std::less<>>;

struct Tally {
  std::array<std::size_t, cell_types> fits = {};
  std::array<std::size_t, cell_types> first_misfit = {};  // index + 1 of the first cell that does not fit
  std::size_t values = 0;
  std::size_t numbers = 0;  // of any kind
  bool wide = false;        // whole numbers that DOUBLE would round
  bool leading_zero = false;
  bool over = false;  // digits beyond BIGINT

  /// Values are told by their digits, which a DOUBLE would not keep.
  bool codes() const { return wide || leading_zero || over; }
};

void count_digits(Tally& tally, std::string_view value, CellTypes types) {
  const bool whole = (types & bit(CellType::integer)) != 0;
  const bool number = (types & bit(CellType::number)) != 0;
  tally.numbers += whole || number ? 1 : 0;
  tally.wide = tally.wide || (whole && !number);
  if (types != bit(CellType::text) ||
      !std::all_of(value.begin(), value.end(), [](unsigned char c) { return std::isdigit(c); })) {
    return;
  }
  (value.front() == '0' ? tally.leading_zero : tally.over) = true;
}

Tally tally(const Cells& cells, const Notation& notation, const Nulls& nulls) {
  Tally result;
  for (std::size_t i = 0; i < cells.texts.size(); ++i) {
    const std::string_view value = trimmed(cells.texts[i]);
    if (value.empty() || nulls.find(value) != nulls.end()) continue;
    ++result.values;
    const CellTypes types = fitting(value, notation);
    for (std::size_t t = 0; t < cell_types; ++t) {
      if ((types & (1u << t)) != 0) ++result.fits[t];
      else if (result.first_misfit[t] == 0) result.first_misfit[t] = i + 1;
    }
    count_digits(result, value, types);
  }
  return result;
}

/// The narrowest type that all values fit; else, in a sample that is large enough to tell, the one that all
/// but a few fit.
CellType choose_type(const Tally& tally) {
  if (tally.values == 0) return CellType::text;
  for (std::size_t t = 0; t + 1 < cell_types; ++t) {
    if (tally.fits[t] == tally.values) return static_cast<CellType>(t);
  }
  // A code with leading zeros is no integer with a fault.
  if (tally.codes() || tally.values < 200) return CellType::text;
  std::size_t best = cell_types - 1;
  for (std::size_t t = 0; t + 1 < cell_types; ++t) {
    const double misfits = static_cast<double>(tally.values - tally.fits[t]);
    const bool tolerable = misfits <= tolerated_share * static_cast<double>(tally.values);
    if (tolerable && (best == cell_types - 1 || tally.fits[t] > tally.fits[best])) best = t;
  }
  return static_cast<CellType>(best);
}

/// What the numbers of a column of text carry that no number of SQL does, if the column is one of numbers.
std::string_view marks(const Cells& cells, const Nulls& nulls) {
  Mark found = Mark::plain;
  std::size_t values = 0;
  std::size_t numbers = 0;
  for (const std::string_view text : cells.texts) {
    const std::string_view value = trimmed(text);
    if (value.empty() || nulls.find(value) != nulls.end()) continue;
    const Mark mark = mark_of(value);
    ++values;
    numbers += mark == Mark::no_number ? 0 : 1;
    if (found == Mark::plain && mark != Mark::no_number) found = mark;
  }
  return numbers * 10 >= values * 9 ? mark_name(found) : "";
}

/// NA is Namibia where the other values are two capital letters too.
bool are_codes(const Cells& cells) {
  std::size_t codes = 0;
  std::size_t values = 0;
  std::set<std::string_view> distinct;
  for (const std::string_view text : cells.texts) {
    const std::string_view value = trimmed(text);
    if (value.empty() || value == "NA") continue;
    ++values;
    const bool code = value.size() == 2 && std::isupper(static_cast<unsigned char>(value[0])) != 0 &&
                      std::isupper(static_cast<unsigned char>(value[1])) != 0;
    if (code) {
      ++codes;
      distinct.insert(value);
    }
  }
  return distinct.size() >= 3 && codes * 10 >= values * 9;
}

Nulls customary_nulls(const Cells& cells) {
  Nulls nulls;
  for (const std::string_view text : cells.texts) {
    if (const auto value = trimmed(text); is_customary_null(value)) nulls.emplace(value);
  }
  return nulls;
}

/// Among words, fewer texts stand for nothing.
void keep_nulls_of_words(const Cells& cells, Guess& column) {
  std::erase_if(column.nulls, [](const std::string& text) { return !is_null_among_words(text); });
  if (!column.nulls.contains("NA") || !are_codes(cells)) return;
  column.nulls.erase("NA");
  column.note = "'NA' is a code like the others, not a null";
}

std::string first_misfit(const Cells& cells, const Tally& counted, CellType type) {
  const std::size_t cell = counted.first_misfit[static_cast<std::size_t>(type)] - 1;
  return fmt::format("'{}' in line {}", cells.texts[cell], cells.lines[cell]);
}

/// What keeps a column of text from being one of another type, if few values do.
std::string why_not_quite(const Cells& cells, const Tally& counted) {
  const auto closest = std::max_element(counted.fits.begin(), counted.fits.end() - 1);
  const std::size_t type = static_cast<std::size_t>(closest - counted.fits.begin());
  const bool nearly = counted.values > 0 && *closest * 10 >= counted.values * 9;
  if (!nearly || counted.first_misfit[type] == 0) return "";
  return fmt::format("{} of {} values are no {}, such as {}", count_text(counted.values - *closest),
                     count_text(counted.values), sql_type(static_cast<CellType>(type)),
                     first_misfit(cells, counted, static_cast<CellType>(type)));
}

/// Why a column that could be taken for another is one of text; empty where nobody would ask.
std::string why_text(const Cells& cells, const Tally& counted, const Nulls& nulls) {
  if (counted.leading_zero) return "leading zeros: kept as text";
  if (counted.over) return "more digits than BIGINT keeps: kept as text";
  if (counted.wide && counted.numbers == counted.values)
    return "more digits than DOUBLE keeps, beside other numbers: kept as text";
  const std::string_view carried = marks(cells, nulls);
  if (!carried.empty()) return fmt::format("numbers with {}: kept as text", carried);
  return why_not_quite(cells, counted);
}

}  // namespace

std::vector<Cells> columns_of(const std::vector<Record>& records, std::size_t first, std::size_t width) {
  std::vector<Cells> columns(width);
  for (std::size_t r = first; r < records.size(); ++r) {
    if (records[r].fields.size() != width || records[r].malformed) continue;
    for (std::size_t c = 0; c < width; ++c) {
      columns[c].texts.push_back(records[r].fields[c]);
      columns[c].lines.push_back(records[r].line);
    }
  }
  return columns;
}

char choose_decimal(const std::vector<Cells>& columns, const manifest::ReadOptions& wishes, char delimiter) {
  if (wishes.decimal) {
    if (*wishes.decimal == "." || *wishes.decimal == ",") return (*wishes.decimal)[0];
    throw error(Code::usage, "the decimal mark '{}' is not one: '.' or ',' is wanted", *wishes.decimal);
  }
  const Notation point{};
  const Notation comma{.decimal = ',', .date_format = {}};
  std::size_t points = 0;
  std::size_t commas = 0;
  std::size_t thousands = 0;  // 1,234: a group of exactly three digits may be either
  for (const Cells& column : columns) {
    for (const std::string_view text : column.texts) {
      const bool as_point = (fitting(text, point) & bit(CellType::number)) != 0;
      const bool as_comma = (fitting(text, comma) & bit(CellType::number)) != 0;
      if (as_point == as_comma) continue;
      ++(as_point ? points : commas);
      const std::size_t mark = text.find(',');
      if (as_comma && mark != std::string_view::npos && trimmed(text).size() - text.find(',') == 4)
        ++thousands;
    }
  }
  if (delimiter == ',' && thousands == commas) return '.';
  return commas > points ? ',' : '.';
}

std::string choose_date_format(const std::vector<Cells>& columns, std::vector<SniffedColumn>& described) {
  std::string format;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    std::size_t values = 0;
    std::size_t dates = 0;
    DayMonth common;
    for (const std::string_view text : columns[c].texts) {
      const std::string_view value = trimmed(text);
      if (value.empty() || is_customary_null(value)) continue;
      ++values;
      const auto date = day_month_date(value);
      if (!date) continue;
      if (dates++ == 0) common.separator = date->separator;
      common.day_first = common.day_first && date->day_first && date->separator == common.separator;
      common.month_first = common.month_first && date->month_first && date->separator == common.separator;
    }
    if (dates == 0 || dates < values) continue;
    if (common.day_first == common.month_first) {
      described[c].note = common.day_first ? "dates that may be day first or month first: kept as text"
                                           : "dates in more than one order: kept as text";
      continue;
    }
    const char s = common.separator;
    const std::string own =
        common.day_first ? fmt::format("%d{}%m{}%Y", s, s) : fmt::format("%m{}%d{}%Y", s, s);
    if (format.empty()) format = own;
    else if (format != own)
      described[c].note = fmt::format("dates as {} beside dates as {}: kept as text", own, format);
  }
  return format;
}

bool has_iso_dates(const std::vector<Cells>& columns) {
  for (const Cells& column : columns) {
    std::size_t values = 0;
    std::size_t dates = 0;
    for (const std::string_view text : column.texts) {
      if (trimmed(text).empty()) continue;
      ++values;
      if ((fitting(text, {}) & bit(CellType::date)) != 0 && !is_named_date(trimmed(text))) ++dates;
    }
    if (values > 0 && dates == values) return true;
  }
  return false;
}

bool is_null_among_words(std::string_view text) {
  static constexpr std::array<std::string_view, 12> nulls = {"?",   "NA",   "N/A",  "n/a",  "NaN",  "nan",
                                                             "NAN", "null", "NULL", "Null", "#N/A", "\\N"};
  return std::find(nulls.begin(), nulls.end(), text) != nulls.end();
}

Guess guess(const Cells& cells, const Notation& notation, const std::vector<std::string>* wished_nulls) {
  Guess result;
  result.nulls =
      wished_nulls == nullptr ? customary_nulls(cells) : Nulls(wished_nulls->begin(), wished_nulls->end());
  const Tally counted = tally(cells, notation, result.nulls);
  result.open =
      counted.values == 0 && std::all_of(result.nulls.begin(), result.nulls.end(), is_null_among_words);
  if (result.open) result.note = "no value to go by: the type is not pinned";
  result.type = choose_type(counted);
  if (result.type == CellType::text) {
    if (wished_nulls == nullptr) keep_nulls_of_words(cells, result);
    if (std::string why = why_text(cells, counted, result.nulls); !why.empty()) result.note = std::move(why);
  } else if (counted.fits[static_cast<std::size_t>(result.type)] < counted.values) {
    result.note =
        fmt::format("misfits such as {} go to quarantine", first_misfit(cells, counted, result.type));
  }
  return result;
}

}  // namespace mlops::dataset
