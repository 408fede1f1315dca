#pragma once
/// The columns of a window's table, and how each of them comes from a line.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "src/log_line.hpp"
#include "src/watched_version.hpp"

namespace mlops::monitor {

class TableColumn {
 public:
  enum class Form { number, whole, flag, category, date, timestamp, time, text };

  std::string name;
  std::string kind;  ///< "input", "feature", "answer" or "log"
  std::string type;  ///< SQL type in training.
  Form form = Form::text;

  /// Its value behind a comma, as CSV.
  void append(const json::Node& value, std::string& out);
  bool is_class() const { return kind == "answer" && form == Form::category; }
  /// Whether every value so far fits its type; the column is of another one else.
  bool fits() const { return fits_; }
  std::string type_in_csv() const;
  /// Of the table: the type of training where nothing is lost by it.
  std::string type_in_table() const;
  /// A column of the CSV file as a value of type_in_table().
  std::string from_csv(const std::string& column) const;

 private:
  void append_number(const json::Node& value, std::string& out);
  void append_category(const json::Node& value, std::string& out);
  bool can_cast() const;

  bool fits_ = true;
};

TableColumn column_of(const WatchedInput& input);

/// "text" with quotes doubled; an SQL text has no zero bytes in a file.
void append_quoted(std::string_view text, std::string& out);

/// A column of the CSV file by its number.
std::string csv_name(std::size_t column);
/// read_csv() of a file of such columns.
std::string csv_relation(const std::string& file, const std::vector<std::string>& types);

}  // namespace mlops::monitor
