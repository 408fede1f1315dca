#pragma once
/// The file that rows of a database are written to, and found in again.

#include <mlops/db/statement.hpp>
#include <mlops/json/value.hpp>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "src/input.hpp"

namespace mlops::dataset {

/// What stands for no value; a text is in quotes, so that none is mistaken for it.
inline constexpr std::string_view null_value = "\\N";

/// UTF-8 without zero bytes: what is neither becomes U+FFFD.
std::string readable_text(std::string_view bytes);

/// The value behind a comma.
void append_value(std::string& row, const db::Statement& statement, int column);

/// The first line of a file of rows with these columns.
std::string header_of(const std::vector<std::string>& names);

class RowFile {
 public:
  RowFile(const std::filesystem::path& path, const std::vector<std::string>& names);
  /// `row`: values, each behind a comma.
  void add(std::int64_t number, std::string_view row);
  /// The length of the longest row.
  std::uint64_t close();

 private:
  void flush();

  const std::filesystem::path& path_;
  std::ofstream file_;
  std::string buffer_;
  std::uint64_t longest_ = 0;
};

/// Rows that are known, each as often as it is.
class RowsSeen {
 public:
  void add(std::string row) { ++rows_[std::move(row)]; }
  /// True once for each time that it was added.
  bool take(const std::string& row);

 private:
  std::map<std::string, std::uint64_t> rows_;
};

/// The rows of the last parts whose value at `column` is `value`; each part is in the order of that column.
RowsSeen rows_at(const std::vector<InputFile>& parts, std::size_t column, const json::Value& value);

}  // namespace mlops::dataset
