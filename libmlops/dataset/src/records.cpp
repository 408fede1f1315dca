#include <mlops/dataset/sniff.hpp>

namespace mlops::dataset {
namespace {

/// Cuts text into records, one character class at a time.
class Cutter {
 public:
  Cutter(std::string_view text, const Dialect& dialect) : text_(text), dialect_(dialect) {}

  /// The next record into `record`; false at the end. `closed` tells whether its end was seen.
  bool next(Record& record, bool& closed) {
    skip_empty_lines();
    if (at_ >= text_.size()) return false;
    record = Record{.fields = {}, .quoted = {}, .line = line_, .malformed = false};
    for (;;) {
      field(record);
      if (at_ >= text_.size()) {
        closed = false;
        return true;
      }
      if (text_[at_] == dialect_.delimiter) {
        ++at_;
        if (at_ >= text_.size()) {
          record.fields.emplace_back();
          record.quoted.push_back(false);
          closed = false;
          return true;
        }
        continue;
      }
      newline();
      closed = true;
      return true;
    }
  }

 private:
  bool at_newline() const { return text_[at_] == '\n' || text_[at_] == '\r'; }

  void newline() {
    if (text_[at_] == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n') ++at_;
    ++at_;
    ++line_;
  }

  void skip_empty_lines() {
    while (at_ < text_.size() && at_newline()) newline();
  }

  void field(Record& record) {
    std::string value;
    bool quoted = false;
    if (dialect_.quote != 0 && at_ < text_.size() && text_[at_] == dialect_.quote) {
      quoted = true;
      ++at_;
      if (!quoted_part(value)) record.malformed = true;
      if (at_ < text_.size() && text_[at_] != dialect_.delimiter && !at_newline()) record.malformed = true;
    }
    const std::size_t from = at_;
    while (at_ < text_.size() && text_[at_] != dialect_.delimiter && !at_newline()) ++at_;
    value += text_.substr(from, at_ - from);
    record.fields.push_back(std::move(value));
    record.quoted.push_back(quoted);
  }

  /// Up to and over the closing quote; false when the text ends before it.
  bool quoted_part(std::string& value) {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      const bool more = at_ + 1 < text_.size();
      if (c == dialect_.escape && more && text_[at_ + 1] == dialect_.quote) {
        value += dialect_.quote;
        at_ += 2;
      } else if (c == dialect_.quote) {
        ++at_;
        return true;
      } else {
        if (c == '\n' || (c == '\r' && !(more && text_[at_ + 1] == '\n'))) ++line_;
        value += c;
        ++at_;
      }
    }
    return false;
  }

  std::string_view text_;
  const Dialect& dialect_;
  std::size_t at_ = 0;
  std::uint64_t line_ = 1;
};

}  // namespace

std::vector<Record> split_records(std::string_view text, const Dialect& dialect, bool complete,
                                  std::size_t limit) {
  std::vector<Record> records;
  Cutter cutter(text, dialect);
  Record record;
  bool closed = false;
  while ((limit == 0 || records.size() < limit) && cutter.next(record, closed)) {
    if (!closed && !complete) break;
    records.push_back(std::move(record));
  }
  return records;
}

}  // namespace mlops::dataset
