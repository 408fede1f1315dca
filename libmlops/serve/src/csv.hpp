#pragma once
/// CSV as RFC 4180 has it: commas, a header, quotes that may hold line breaks. Values stay texts; blanks and
/// the model's texts for "no value" are null.

#include <mlops/score/scorer.hpp>

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "src/batch.hpp"
#include "src/names.hpp"

namespace mlops::serve {

class Csv {
 public:
  /// Fills the inputs' columns; the number of rows. Lines that are empty are no rows. Throws
  /// request.malformed with the line.
  std::size_t read(std::string_view text, const score::Scorer& scorer, Names& names, Batch& batch);

 private:
  bool next_record();
  std::string_view field();
  std::string_view quoted_field();
  void skip_blank_lines();
  void header(Names& names, Batch& batch);
  void record(const score::Scorer& scorer, Batch& batch);
  void end_field();

  std::string_view text_ = {};
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  bool more_ = false;                      ///< Another field of the same record follows.
  std::string buffer_ = {};                ///< Of a quoted field.
  std::deque<std::string> names_ = {};     ///< Of the header; others point at them.
  std::vector<std::size_t> targets_ = {};  ///< By column of the text: its input, or none.
};

}  // namespace mlops::serve
