#include "src/csv.hpp"

#include <mlops/base/text.hpp>

#include "src/faults.hpp"

namespace mlops::serve {
namespace {}  // namespace

void Csv::skip_blank_lines() {
  for (; at_ < text_.size(); ++at_) {
    if (text_[at_] == '\n') ++line_;
    else if (!text_.substr(at_).starts_with("\r\n")) return;
  }
}

/// Behind a field stands a comma, a line break or nothing.
void Csv::end_field() {
  more_ = at_ < text_.size() && text_[at_] == ',';
  if (at_ == text_.size()) return;
  if (text_[at_] == '\r') ++at_;
  if (text_[at_] == '\n') ++line_;
  ++at_;
}

std::string_view Csv::field() {
  if (at_ < text_.size() && text_[at_] == '"') return quoted_field();
  const std::size_t begin = at_;
  while (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '\n' &&
         !(text_[at_] == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n'))
    ++at_;
  const std::string_view value = text_.substr(begin, at_ - begin);
  end_field();
  return value;
}

std::string_view Csv::quoted_field() {
  const std::size_t opened = line_;
  buffer_.clear();
  while (true) {
    const std::size_t quote = text_.find('"', ++at_);
    if (quote == std::string_view::npos)
      throw malformed("the quote that opens in line {} is never closed", opened);
    buffer_.append(text_, at_, quote - at_);
    at_ = quote + 1;
    if (at_ == text_.size() || text_[at_] != '"') break;
    buffer_ += '"';
  }
  for (const char c : buffer_) line_ += c == '\n' ? 1 : 0;
  const std::string_view rest = text_.substr(at_);
  if (!rest.empty() && rest[0] != ',' && rest[0] != '\n' && !rest.starts_with("\r\n"))
    throw malformed("line {}: a quote closes, and neither a comma nor the end of the line follows", line_);
  end_field();
  return buffer_;
}

void Csv::header(Names& names, Batch& batch) {
  std::size_t width = 0;
  targets_.clear();
  do {
    const std::string_view name = field();
    if (names_.size() <= width) names_.emplace_back();
    names_[width].assign(name);
    const std::size_t input = names.find(names_[width]);
    if (input != Names::none && batch.has(input)) throw malformed("the header has {} twice", quoted(name));
    if (input != Names::none) batch.column(input).start_texts();
    targets_.push_back(input);
    ++width;
  } while (more_);
}

void Csv::record(const score::Scorer& scorer, Batch& batch) {
  const std::size_t line = line_;
  std::size_t column = 0;
  do {
    const std::string_view value = field();
    const std::size_t input = column < targets_.size() ? targets_[column] : Names::none;
    ++column;
    if (input == Names::none) continue;
    if (value.empty() || scorer.is_null_text(input, value)) batch.column(input).add_null();
    else batch.column(input).add(value);
  } while (more_);
  if (column != targets_.size())
    throw malformed("line {} has {}, where the header has {}", line, count_of(column, "field"),
                    targets_.size());
}

std::size_t Csv::read(std::string_view text, const score::Scorer& scorer, Names& names, Batch& batch) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (!is_utf8(text)) throw malformed("the CSV is not UTF-8");
  text_ = text;
  at_ = 0;
  line_ = 1;
  skip_blank_lines();
  if (at_ == text_.size()) throw malformed("the body is empty; CSV with a header is wanted");
  header(names, batch);
  std::size_t rows = 0;
  for (skip_blank_lines(); at_ < text_.size(); skip_blank_lines()) {
    record(scorer, batch);
    ++rows;
  }
  return rows;
}

}  // namespace mlops::serve
