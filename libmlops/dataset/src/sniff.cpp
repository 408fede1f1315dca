#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/dataset/sniff.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <set>

#include "src/dialect.hpp"
#include "src/inference.hpp"
#include "src/sql_types.hpp"
#include "src/unknown_column.hpp"

namespace mlops::dataset {
namespace {

bool typed(std::string_view text, const Notation& notation) {
  return fitting(text, notation) != bit(CellType::text) || day_month_date(text).has_value();
}

/// Names that happen to be numbers, as years over the columns of a wide table: 2019, 2020, 2021.
bool is_counting(const std::vector<std::string>& fields) {
  std::int64_t before = -1;
  std::size_t numbers = 0;
  for (const std::string& field : fields) {
    if ((fitting(field, {}) & bit(CellType::integer)) == 0) continue;
    const std::int64_t value = std::stoll(field);
    if (before >= 0 && (value <= before || value - before != 1)) return false;
    before = value;
    ++numbers;
  }
  return numbers > 1;
}

/// The first record is a header when it is all text where the data are not, or, in a file of text only, when
/// none of its fields comes up again in its column.
bool has_header(const std::vector<Record>& records) {
  const std::vector<std::string>& first = records[0].fields;
  const Notation notation{};
  std::size_t empty = 0;
  std::size_t typed_fields = 0;
  std::set<std::string> names;
  bool repeated = false;
  for (const std::string& field : first) {
    const std::string_view name = trimmed(field);
    if (name.empty()) ++empty;
    else if (typed(name, notation) || is_customary_null(name)) ++typed_fields;
    if (!name.empty() && !names.insert(lowered(name)).second) repeated = true;
  }
  if (typed_fields > 0 && !(typed_fields < first.size() && is_counting(first))) return false;
  if (empty == first.size()) return false;
  if (records.size() == 1) return true;
  const auto columns = columns_of(records, 1, first.size());
  for (std::size_t c = 0; c < first.size(); ++c) {
    const auto& cells = columns[c].texts;
    const bool data_typed =
        std::any_of(cells.begin(), cells.end(), [&](std::string_view t) { return typed(t, notation); });
    if (data_typed && !trimmed(first[c]).empty()) return true;
  }
  if (repeated) return false;
  for (std::size_t c = 0; c < first.size(); ++c) {
    const auto& cells = columns[c].texts;
    if (!trimmed(first[c]).empty() && std::find(cells.begin(), cells.end(), first[c]) != cells.end())
      return false;
  }
  return true;
}

/// What is said of the column that header_fields() gave no name to.
void tell_short_header(std::size_t names, std::vector<SniffedColumn>& columns) {
  if (names + 1 != columns.size()) return;
  const bool in_front = columns.front().original.empty();
  std::string& note = (in_front ? columns.front() : columns.back()).note;
  note = fmt::format("the header is one name short: {}{}{}",
                     in_front ? "taken for row names" : "the last column is empty", note.empty() ? "" : "; ",
                     note);
}

/// The header's fields for `width` columns: a header that is one short of every row lacks the name of the row
/// names in front (as R writes them), or of an empty column behind.
std::vector<std::string> header_fields(const std::vector<Record>& records, std::size_t width) {
  std::vector<std::string> names = records[0].fields;
  if (names.size() + 1 == width) {
    const bool behind = std::all_of(records.begin() + 1, records.end(), [width](const Record& r) {
      return r.fields.size() != width || trimmed(r.fields.back()).empty();
    });
    names.insert(behind ? names.end() : names.begin(), std::string());
  }
  names.resize(std::max(width, names.size()));
  return names;
}

std::vector<SniffedColumn> named_columns(const std::vector<std::string>& header, bool has_names) {
  std::vector<SniffedColumn> columns(header.size());
  std::set<std::string> taken;
  for (std::size_t i = 0; i < header.size(); ++i) {
    SniffedColumn& column = columns[i];
    if (has_names) column.original = header[i];
    std::string base(trimmed(has_names ? std::string_view(header[i]) : std::string_view()));
    std::replace_if(
        base.begin(), base.end(), [](unsigned char c) { return c < 0x20; }, ' ');
    if (base.empty()) base = fmt::format("column{}", i + 1);
    column.name = base;
    for (int n = 2; !taken.insert(lowered(column.name)).second; ++n)
      column.name = fmt::format("{}_{}", base, n);
    if (has_names && column.name != header[i] && !trimmed(header[i]).empty() &&
        column.name != trimmed(header[i])) {
      column.note = base == trimmed(header[i]) ? fmt::format("the name '{}' is there twice", base)
                                               : "blanks for the control characters of its name";
    }
  }
  return columns;
}

/// "a, b, c": a space behind every delimiter that belongs to no value.
bool has_space_after_delimiter(const std::vector<Record>& records) {
  std::size_t fields = 0;
  std::size_t spaced = 0;
  for (const Record& record : records) {
    for (std::size_t i = 1; i < record.fields.size(); ++i) {
      ++fields;
      if (!record.quoted[i] && record.fields[i].starts_with(' ')) ++spaced;
    }
  }
  return fields > 0 && spaced * 100 >= fields * 98;
}

void apply_type_wishes(const manifest::ReadOptions& wishes, std::vector<SniffedColumn>& columns) {
  for (const auto& [wished, type] : wishes.types) {
    const auto found =
        std::find_if(columns.begin(), columns.end(), [&wished = wished](const SniffedColumn& c) {
          return lowered(c.name) == lowered(wished) || c.original == wished;
        });
    if (found == columns.end()) {
      fail_unknown_column(fmt::format("a type is given for the column '{}', which is not there", wished),
                          wished, columns, [](const auto& c) { return c.name; });
    }
    found->type = scalar_type(type, found->name);
    found->given = true;
    found->open = false;
    found->note.clear();
  }
}

/// Texts that are null in some column of text, or would be, are so everywhere; the others only where numbers
/// stand. A text that is null in one column of text and a value in another: the second says so.
void settle_nulls(const std::vector<Guess>& guesses, const std::vector<Cells>& cells, Sniffed& sniffed) {
  std::set<std::string, std::less<>> all;
  std::set<std::string, std::less<>> typed;
  for (const Guess& column : guesses) {
    for (const std::string& text : column.nulls) {
      (column.type == CellType::text || is_null_among_words(text) ? all : typed).insert(text);
    }
  }
  sniffed.nulls.assign(all.begin(), all.end());
  std::set_difference(typed.begin(), typed.end(), all.begin(), all.end(),
                      std::back_inserter(sniffed.typed_nulls));
  for (std::size_t c = 0; c < guesses.size(); ++c) {
    if (guesses[c].type != CellType::text) continue;
    const auto& texts = cells[c].texts;
    sniffed.columns[c].keeps_null_texts = std::any_of(texts.begin(), texts.end(), [&](std::string_view text) {
      const auto value = trimmed(text);
      return all.find(value) != all.end() && guesses[c].nulls.find(value) == guesses[c].nulls.end();
    });
  }
}

}  // namespace

Sniffed sniff(std::string_view sample, bool complete, const manifest::ReadOptions& wishes,
              const std::vector<std::string>& more) {
  if (sample.starts_with("\xEF\xBB\xBF")) sample.remove_prefix(3);
  Sniffed sniffed;
  sniffed.dialect = choose_dialect(sample, complete, wishes);
  std::vector<Record> records = split_records(sample, sniffed.dialect, complete);
  if (records.empty() && !complete) records = split_records(sample, sniffed.dialect, true);
  if (records.empty()) {
    throw error(Code::corrupt, "all of its lines are empty")
        .with_hint("an empty file has no columns; is it the right one?");
  }
  sniffed.trim = has_space_after_delimiter(records);
  sniffed.dialect.header = wishes.header.value_or(has_header(records));
  const std::size_t first = sniffed.dialect.header ? 1 : 0;
  const std::size_t data_width =
      usual_width({records.begin() + static_cast<std::ptrdiff_t>(first), records.end()});
  const std::size_t width = data_width == 0 ? records[0].fields.size() : data_width;
  const std::vector<std::string> names =
      sniffed.dialect.header ? header_fields(records, width) : std::vector<std::string>(width);
  sniffed.columns = named_columns(names, sniffed.dialect.header);
  sniffed.rows = records.size() - first;
  sniffed.whole = complete;
  for (std::size_t r = first; r < records.size(); ++r) {
    if (records[r].fields.size() != width || records[r].malformed) sniffed.ragged.push_back(records[r].line);
  }
  for (const std::string& stretch : more) {
    auto further = split_records(stretch, sniffed.dialect, true);
    std::move(further.begin(), further.end(), std::back_inserter(records));
  }

  const std::vector<Cells> cells = columns_of(records, first, sniffed.columns.size());
  sniffed.notation.decimal = choose_decimal(cells, wishes, sniffed.dialect.delimiter);
  if (!has_iso_dates(cells)) sniffed.notation.date_format = choose_date_format(cells, sniffed.columns);
  std::vector<Guess> guesses;
  for (std::size_t c = 0; c < sniffed.columns.size(); ++c) {
    guesses.push_back(guess(cells[c], sniffed.notation, wishes.null ? &*wishes.null : nullptr));
    sniffed.columns[c].type = sql_type(guesses[c].type);
    sniffed.columns[c].open = guesses[c].open;
    if (!guesses[c].note.empty()) sniffed.columns[c].note = guesses[c].note;
  }
  if (sniffed.dialect.header) tell_short_header(records[0].fields.size(), sniffed.columns);
  if (wishes.null) {
    sniffed.nulls = *wishes.null;
    sniffed.nulls_given = true;
  } else {
    settle_nulls(guesses, cells, sniffed);
  }
  apply_type_wishes(wishes, sniffed.columns);
  return sniffed;
}

}  // namespace mlops::dataset
