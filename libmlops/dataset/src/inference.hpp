#pragma once
/// The second half of sniffing: what the fields of a column are.

#include <mlops/dataset/sniff.hpp>

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::dataset {

/// The cells of one column of the sample, with the line each came from.
struct Cells {
  std::vector<std::string_view> texts;
  std::vector<std::uint64_t> lines;
};

/// The records of the usual width, from `first` on, column by column.
std::vector<Cells> columns_of(const std::vector<Record>& records, std::size_t first, std::size_t width);

/// Numbers that only a decimal comma explains, against numbers that only a point explains.
char choose_decimal(const std::vector<Cells>& columns, const manifest::ReadOptions& wishes, char delimiter);

/// Day-first or month-first, when the values of a column leave no choice; the first column that decides,
/// decides.
std::string choose_date_format(const std::vector<Cells>& columns, std::vector<SniffedColumn>& described);

/// The file's date format gives way to year-first dates, which need none: one file has one format.
bool has_iso_dates(const std::vector<Cells>& columns);

/// Texts that stand for nothing even among words. (A lone dash or "None" may be a category.)
bool is_null_among_words(std::string_view text);

/// What a column seems to be.
struct Guess {
  CellType type = CellType::text;
  std::set<std::string, std::less<>> nulls;  ///< Texts seen in this column that mean nothing there.
  bool open = false;                         ///< There was no value to go by.
  std::string note;
};

/// With `wished_nulls`, those texts and no others mean nothing.
Guess guess(const Cells& cells, const Notation& notation, const std::vector<std::string>* wished_nulls);

}  // namespace mlops::dataset
