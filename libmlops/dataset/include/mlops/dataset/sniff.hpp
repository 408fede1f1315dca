#pragma once
/// Looks at the beginning of a delimited text file and decides how to read it: delimiter, quote, header,
/// names, null texts, decimal mark, date format and the type of each column, and says why where it is not
/// obvious. Pure: the same sample and wishes give the same decisions.

#include <mlops/dataset/cell.hpp>
#include <mlops/manifest/manifest.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::dataset {

/// How records are cut into fields.
struct Dialect {
  char delimiter = ',';
  char quote = '"';   ///< 0: fields are never quoted.
  char escape = '"';  ///< What stands before a quote inside a quoted field: the quote itself, or a backslash.
  bool header = true;

  bool operator==(const Dialect&) const = default;
};

struct Record {
  std::vector<std::string> fields;
  std::vector<bool>
      quoted;              ///< Which fields stood in quotes (they are text even where they look like a null).
  std::uint64_t line = 1;  ///< Where it starts, from 1.
  bool malformed = false;  ///< Text after a closing quote, or a quote that is never closed.
};

/// Cuts `text` into records. When it is only the beginning of a file (`complete` false), the last, possibly
/// unfinished record is left out. Empty lines are no records. At most `limit` records (0: all).
std::vector<Record> split_records(std::string_view text, const Dialect& dialect, bool complete,
                                  std::size_t limit = 0);

struct SniffedColumn {
  std::string name;               ///< Unique, ignoring case.
  std::string original;           ///< As the header has it; empty without a header.
  std::string type;               ///< SQL type.
  bool given = false;             ///< The type was wished for, not inferred.
  bool open = false;              ///< No value was seen: text, for want of something to go by.
  bool keeps_null_texts = false;  ///< A column of text in which texts such as NA are values.
  std::string note;               ///< Why, when somebody may wonder: "leading zeros"; may be empty.

  bool operator==(const SniffedColumn&) const = default;
};

struct Sniffed {
  Dialect dialect;
  Notation notation;
  bool trim = false;               ///< Every field has a space in front that does not belong to it.
  std::vector<std::string> nulls;  ///< Texts that mean "no value", beside the empty one.
  std::vector<std::string>
      typed_nulls;           ///< The same, but not in columns of text: a lone dash may be a category.
  bool nulls_given = false;  ///< They were wished for: no others are looked for.
  std::vector<SniffedColumn> columns;
  bool whole = false;      ///< The sample was the whole file.
  std::uint64_t rows = 0;  ///< Records of the sample, without the header.
  std::vector<std::uint64_t>
      ragged;  ///< Lines of those that do not have as many fields as there are columns.

  bool operator==(const Sniffed&) const = default;
};

/// `more` are stretches from further on in the file, cut at line ends: used to infer types only. Throws
/// Error(usage) for wishes that cannot be (a type for a column that is not there, with near misses) and
/// Error(corrupt) for an empty file.
Sniffed sniff(std::string_view sample, bool complete, const manifest::ReadOptions& wishes,
              const std::vector<std::string>& more = {});

/// Share of misfits up to which a column keeps the type of the others, so that the misfits are bad rows and
/// not a reason to call the whole column text.
inline constexpr double tolerated_share = 0.005;

}  // namespace mlops::dataset
