#include "src/writers.hpp"

#include <mlops/dataset/open_file.hpp>
#include <mlops/predict/spelling.hpp>

namespace mlops::score {
namespace {

void quoted(std::string_view text, std::string& out) {
  out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

void field(std::string_view text, std::string& out) {
  if (text.empty() || text.find_first_of(",\"\r\n") != std::string_view::npos) quoted(text, out);
  else out += text;
}

class Csv final : public Writer {
 public:
  Csv(std::vector<std::string> names, std::vector<std::string> answers, bool header)
      : names_(std::move(names)), width_(answers.size()), header_(header) {
    for (std::string& answer : answers) names_.push_back(std::move(answer));
  }

  void begin(std::string& out) override {
    if (!header_) return;
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (i > 0) out += ',';
      field(names_[i], out);
    }
    out += '\n';
  }

  void add(const Columns* rows, const Answers& answers, std::size_t count, std::string& out) override {
    std::vector<Column> columns;
    for (std::size_t i = 0; rows != nullptr && i < rows->width(); ++i) columns.push_back(rows->column(i));
    for (std::size_t row = 0; row < count; ++row) {
      for (const Column& column : columns) {
        csv_value(column, row, out);
        out += ',';
      }
      for (std::size_t k = 0; k < width_; ++k) {
        if (k > 0) out += ',';
        answer(answers, row, k, out);
      }
      out += '\n';
    }
  }

 private:
  void answer(const Answers& answers, std::size_t row, std::size_t k, std::string& out) {
    if (!answers.is_class(k)) return answers.spell(row, k, out);
    text_.clear();
    answers.spell(row, k, text_);
    field(text_, out);
  }

  std::vector<std::string> names_;
  std::size_t width_;
  bool header_;
  std::string text_;
};

class JsonLines final : public Writer {
 public:
  JsonLines(const std::vector<std::string>& names, const std::vector<std::string>& answers) {
    for (const std::string& name : names) keys_.push_back(json::dump(json::Value(name)) + ": ");
    for (const std::string& name : answers) answers_.push_back(json::dump(json::Value(name)) + ": ");
  }

  void begin(std::string&) override {}

  void add(const Columns* rows, const Answers& answers, std::size_t count, std::string& out) override {
    std::vector<Column> columns;
    for (std::size_t i = 0; rows != nullptr && i < rows->width(); ++i) columns.push_back(rows->column(i));
    for (std::size_t row = 0; row < count; ++row) {
      char before = '{';
      for (std::size_t i = 0; i < columns.size(); ++i)
        member(before, keys_[i], dataset::json_value(columns[i], row), out);
      for (std::size_t k = 0; k < answers_.size(); ++k)
        member(before, answers_[k], answers.value(row, k), out);
      out += "}\n";
    }
  }

 private:
  static void member(char& before, const std::string& key, const json::Value& value, std::string& out) {
    out += before;
    if (before == ',') out += ' ';
    before = ',';
    out += key;
    out += json::dump(value);
  }

  std::vector<std::string> keys_;
  std::vector<std::string> answers_;
};

}  // namespace

void csv_value(const Column& column, std::size_t row, std::string& out) {
  if (!column.valid(row)) return;
  if (column.type().kind == Kind::text) return field(column.text(row), out);
  // Numbers, dates and flags need no quotes; what has no spelling of its own is JSON.
  if (predict::spell(column, row, out)) return;
  const json::Value nested = dataset::json_value(column, row);
  field(nested.as_string() != nullptr ? *nested.as_string() : json::dump(nested), out);
}

std::unique_ptr<Writer> csv_writer(std::vector<std::string> names, std::vector<std::string> answers,
                                   bool header) {
  return std::make_unique<Csv>(std::move(names), std::move(answers), header);
}

std::unique_ptr<Writer> jsonl_writer(const std::vector<std::string>& names,
                                     const std::vector<std::string>& answers) {
  return std::make_unique<JsonLines>(names, answers);
}

}  // namespace mlops::score
