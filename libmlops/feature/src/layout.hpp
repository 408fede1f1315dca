#pragma once
/// How an event of a view lies in memory: words of 64 bits, one for its time, one for when it became known
/// where the view says so, a bit for each input that is not null, and a word for each input.

#include <mlops/base/columns.hpp>
#include <mlops/feature/view.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <string>
#include <vector>

namespace mlops::feature {

using Word = std::uint64_t;

/// The type in which read_events() gives an input of this SQL type.
Type input_type(const std::string& sql);

/// What an input's word is: an integer, the bits of a double, a `const std::string*`.
enum class Cell { whole, real, text };
Cell cell_of(const Type& type);

class Layout {
 public:
  /// What the columns of a view want to know of an input.
  struct Needs {
    bool sum = false;
    bool extremes = false;
  };

  explicit Layout(const View& view);

  std::size_t words() const { return values_ + cells_.size(); }
  std::size_t inputs() const { return cells_.size(); }
  Cell cell(std::size_t input) const { return cells_[input]; }
  Needs needs(std::size_t input) const { return needs_[input]; }
  bool has_known() const { return has_known_; }

  std::int64_t at(const Word* event) const { return static_cast<std::int64_t>(event[0]); }
  std::int64_t known(const Word* event) const { return has_known_ ? static_cast<std::int64_t>(event[1]) : 0; }
  /// From when on it is seen.
  std::int64_t enters(const Word* event) const {
    return has_known_ ? std::max(at(event), known(event)) : at(event);
  }
  bool has(const Word* event, std::size_t input) const {
    return (event[valid_ + input / 64] >> (input % 64) & 1) != 0;
  }
  Word value(const Word* event, std::size_t input) const { return event[values_ + input]; }
  std::int64_t whole(const Word* event, std::size_t input) const {
    return static_cast<std::int64_t>(value(event, input));
  }
  double real(const Word* event, std::size_t input) const {
    return std::bit_cast<double>(value(event, input));
  }

  void set_moments(Word* event, std::int64_t at, std::int64_t known) const {
    event[0] = static_cast<Word>(at);
    if (has_known_) event[1] = static_cast<Word>(known);
  }
  void set(Word* event, std::size_t input, Word value) const {
    event[valid_ + input / 64] |= Word{1} << (input % 64);
    event[values_ + input] = value;
  }

 private:
  bool has_known_;
  std::size_t valid_;
  std::size_t values_;
  std::vector<Cell> cells_;
  std::vector<Needs> needs_;
};

}  // namespace mlops::feature
