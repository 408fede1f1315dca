#pragma once
/// Rows and their answers as text, block by block.

#include <mlops/base/columns.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "src/answers.hpp"

namespace mlops::score {

class Writer {
 public:
  virtual ~Writer() = default;
  /// What stands in front of the rows.
  virtual void begin(std::string& out) = 0;
  /// `rows` of the input, or nothing where only answers are wanted.
  virtual void add(const Columns* rows, const Answers& answers, std::size_t count, std::string& out) = 0;
};

/// The field of a CSV file; nothing for null.
void csv_value(const Column& column, std::size_t row, std::string& out);

/// RFC 4180, with "\n" at the end of lines as `data export` has it; null is an empty field, an empty text is
/// "".
std::unique_ptr<Writer> csv_writer(std::vector<std::string> names, std::vector<std::string> answers,
                                   bool header = true);
std::unique_ptr<Writer> jsonl_writer(const std::vector<std::string>& names,
                                     const std::vector<std::string>& answers);

}  // namespace mlops::score
