#include "src/dialect.hpp"

#include <mlops/base/error.hpp>

#include <algorithm>
#include <cctype>
#include <map>
#include <string>

namespace mlops::dataset {
namespace {

constexpr std::size_t sample_bytes = 128 * 1024;
constexpr std::size_t sample_records = 400;

char one_byte(const std::string& wish, std::string_view what) {
  if (wish == "tab" || wish == "\\t" || wish == "\t") return '\t';
  if (wish.size() == 1) return wish[0];
  throw error(Code::usage, "the {} '{}' is not one character", what, wish)
      .with_hint("a single ASCII character is wanted, or `tab`");
}

std::vector<char> delimiters(const manifest::ReadOptions& wishes) {
  if (wishes.delimiter) return {one_byte(*wishes.delimiter, "delimiter")};
  if (wishes.format == "tsv") return {'\t'};
  return {',', ';', '\t', '|'};
}

/// A quote is only a quote where fields begin and end with it.
std::vector<char> quotes(std::string_view sample, const manifest::ReadOptions& wishes) {
  if (wishes.quote) return {wishes.quote->empty() ? '\0' : one_byte(*wishes.quote, "quote")};
  if (sample.find('"') != std::string_view::npos) return {'"', '\''};
  if (sample.find('\'') != std::string_view::npos) return {'"', '\''};
  return {'"'};
}

/// A field that looks like a value on its own: a number, a date, a flag, nothing.
bool is_typed(const std::string& field) {
  static const Notation point{};
  static const Notation comma{.decimal = ',', .date_format = {}};
  const auto text_only = bit(CellType::text);
  return trimmed(field).empty() || is_customary_null(field) || fitting(field, point) != text_only ||
         fitting(field, comma) != text_only || day_month_date(field).has_value();
}

bool is_in_quotes(std::string_view field) {
  return field.size() >= 2 && field.front() == '"' && field.back() == '"';
}

bool is_whole(std::string_view field) {
  field = trimmed(field);
  if (field.starts_with('-') || field.starts_with('+')) field.remove_prefix(1);
  return !field.empty() &&
         std::all_of(field.begin(), field.end(), [](unsigned char c) { return std::isdigit(c); });
}

/// 1, 2, 3 in front of every row, as R numbers them.
bool are_numbered(const std::vector<Record>& records) {
  for (std::size_t r = 1; r < records.size(); ++r) {
    if (trimmed(records[r].fields.front()) != std::to_string(r)) return false;
  }
  return records.size() > 5;
}

/// One name over nothing but "1,50": one column of numbers, cut at their decimal commas.
bool cuts_decimals(const std::vector<Record>& records) {
  if (records.size() < 2 || records.front().fields.size() != 1) return false;
  const bool decimals = std::all_of(records.begin() + 1, records.end(), [](const Record& record) {
    const auto& fields = record.fields;
    if (fields.size() == 1) return true;
    return fields.size() == 2 && !record.quoted[0] && !record.quoted[1] && is_whole(fields[0]) &&
           is_whole(fields[1]) && std::isdigit(static_cast<unsigned char>(fields[1].front())) != 0;
  });
  return decimals && !are_numbered(records);
}

struct Score {
  double value = 0;
  std::size_t width = 0;
};

Score score(const std::vector<Record>& records, char quote) {
  if (records.empty()) return {};
  const std::size_t width = usual_width(records);
  double agreeing = 0;
  double typed = 0;
  double fields = 0;
  double quoted = 0;
  double rivals = 0;
  double malformed = 0;
  for (const Record& record : records) {
    agreeing += record.fields.size() == width ? 1 : 0;
    malformed += record.malformed ? 1 : 0;
    for (std::size_t i = 0; i < record.fields.size(); ++i) {
      fields += 1;
      // An empty pair is what others write for an empty text; a pair of the other kind is no text of this
      // one.
      quoted += record.quoted[i] && !record.fields[i].empty() ? 1 : 0;
      rivals += !record.quoted[i] && is_in_quotes(record.fields[i]) ? 1 : 0;
      typed += is_typed(record.fields[i]) ? 1 : 0;
    }
  }
  const double count = static_cast<double>(records.size());
  const double share = (agreeing - malformed) / count;
  double value = share <= 0 ? 0 : share * share * (0.5 + 0.5 * typed / fields);
  value *= width > 1 ? 1 + 0.01 * static_cast<double>(std::min<std::size_t>(width, 10)) : 0.1;
  // A first line of another width is no header of these columns: the delimiter stands in the text of one
  // column.
  const std::size_t first = records.front().fields.size();
  if (first != width && first + 1 != width) value *= 0.25;
  if (quote == '\'' && (quoted < 2 || quoted <= rivals)) value = 0;  // an apostrophe, not a quote
  return {value, width};
}

/// `\"` inside quoted fields: a backslash escapes there, if reading it so leaves fewer records malformed.
char choose_escape(std::string_view sample, Dialect dialect, bool complete) {
  if (dialect.quote == 0 || sample.find(std::string("\\") + dialect.quote) == std::string_view::npos) {
    return dialect.quote;
  }
  const auto faults = [&](char escape) {
    dialect.escape = escape;
    const auto records = split_records(sample, dialect, complete, sample_records);
    const std::size_t width = usual_width(records);
    return std::count_if(records.begin(), records.end(),
                         [width](const Record& r) { return r.malformed || r.fields.size() != width; });
  };
  return faults('\\') < faults(dialect.quote) ? '\\' : dialect.quote;
}

/// One column only: a delimiter that does not occur, so that no line is cut.
char unused_delimiter(std::string_view sample) {
  for (const char candidate : {',', ';', '\t', '|', '\x1f'}) {
    if (sample.find(candidate) == std::string_view::npos) return candidate;
  }
  return '\x1e';
}

}  // namespace

std::size_t usual_width(const std::vector<Record>& records) {
  std::map<std::size_t, std::size_t> counts;
  for (const Record& record : records) ++counts[record.fields.size()];
  const auto most = std::max_element(counts.begin(), counts.end(),
                                     [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == counts.end() ? 0 : most->first;
}

Dialect choose_dialect(std::string_view sample, bool complete, const manifest::ReadOptions& wishes) {
  const std::string_view head = sample.substr(0, sample_bytes);
  const bool whole = complete && head.size() == sample.size();
  Dialect best;
  Score best_score{-1, 0};
  for (const char quote : quotes(head, wishes)) {
    for (const char delimiter : delimiters(wishes)) {
      Dialect dialect{.delimiter = delimiter, .quote = quote, .escape = quote, .header = true};
      dialect.escape = choose_escape(head, dialect, whole);
      const auto records = split_records(head, dialect, whole, sample_records);
      if (delimiter == ',' && !wishes.delimiter && cuts_decimals(records)) continue;
      const Score now = score(records, quote);
      if (now.value > best_score.value) {
        best = dialect;
        best_score = now;
      }
    }
  }
  if (best_score.width == 1 && !wishes.delimiter) best.delimiter = unused_delimiter(head);
  return best;
}

}  // namespace mlops::dataset
