#pragma once
/// Where the records of a delimited text file begin and end, as the table engine cuts them.

#include <mlops/dataset/sniff.hpp>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

namespace mlops::dataset {

/// Where a record stands in the file.
struct Place {
  std::uint64_t begin = 0;  ///< In bytes.
  std::uint64_t end = 0;    ///< Behind its last byte, in front of the line end.
  std::uint64_t line = 0;   ///< The line it begins in, from 1.
};

/// Walks over the bytes of a file and tells where its records begin and end, as the engine cuts them.
class RecordWalker {
 public:
  RecordWalker(const std::filesystem::path& file, const Dialect& dialect)
      : in_(file, std::ios::binary), dialect_(dialect), block_(1 << 20, '\0') {
    if (next_block() && std::string_view(block_).substr(0, size_).starts_with("\xEF\xBB\xBF")) at_ = 3;
  }

  /// The next record; an empty line is one of no bytes.
  bool next(Place& place) {
    if (!ready()) return false;
    place = {.begin = offset(), .end = 0, .line = line_};
    bool quoted = false;
    bool field_start = true;
    while (ready()) {
      const char c = block_[at_];
      if (quoted) {
        step(c);
        if (c == dialect_.escape && dialect_.escape != dialect_.quote && ready()) step(block_[at_]);
        else if (c == dialect_.quote) quoted = false;
        continue;
      }
      if (c == '\n' || c == '\r') {
        place.end = offset();
        step(c);
        if (c == '\r' && ready() && block_[at_] == '\n') step('\n');
        return true;
      }
      // A quote opens a field at its start; right behind a closing quote it was a doubled one.
      if (dialect_.quote != 0 && c == dialect_.quote && (field_start || last_was_quote_)) quoted = true;
      field_start = c == dialect_.delimiter;
      step(c);
    }
    place.end = offset();
    return true;
  }

 private:
  bool next_block() {
    base_ += size_;
    in_.read(block_.data(), static_cast<std::streamsize>(block_.size()));
    size_ = static_cast<std::size_t>(in_.gcount());
    at_ = 0;
    return size_ > 0;
  }
  bool ready() { return at_ < size_ || next_block(); }
  std::uint64_t offset() const { return base_ + at_; }
  void step(char c) {
    if (c == '\n' || c == '\r') {
      // The '\n' of "\r\n" was counted with its '\r'.
      if (!(c == '\n' && last_ == '\r')) ++line_;
    }
    last_was_quote_ = c == dialect_.quote;
    last_ = c;
    ++at_;
  }

  std::ifstream in_;
  const Dialect dialect_;
  std::string block_;
  std::size_t size_ = 0;
  std::size_t at_ = 0;
  std::uint64_t base_ = 0;
  std::uint64_t line_ = 1;
  char last_ = 0;
  bool last_was_quote_ = false;
};

}  // namespace mlops::dataset
