#pragma once
/// Events as read_events() gives them, row by row.

#include <mlops/base/columns.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/keys.hpp"
#include "src/layout.hpp"
#include "src/values.hpp"

namespace mlops::feature {

class EventRows {
 public:
  /// Both must outlive it. Throws Error(internal) for columns that are not those of the view's events.
  EventRows(const View& view, const Columns& events);

  std::size_t rows() const { return at_.size(); }
  /// Good until the next call. Nothing for an event without a key or a time, which does not exist.
  std::optional<std::string_view> key(std::size_t row);
  std::int64_t at(std::size_t row) const { return at_[row]; }
  /// 0 in a view without `known`.
  std::int64_t known(std::size_t row) const { return known_.empty() ? 0 : known_[row]; }
  bool has_known() const { return !known_.empty(); }
  std::int64_t enters(std::size_t row) const {
    return known_.empty() ? at_[row] : std::max(at_[row], known_[row]);
  }

  std::size_t inputs() const { return inputs_.size(); }
  Cell cell(std::size_t input) const { return cells_[input]; }
  bool has(std::size_t row, std::size_t input) const { return inputs_[input].valid(row); }
  std::int64_t whole(std::size_t row, std::size_t input) const { return integer_at(inputs_[input], row); }
  double real(std::size_t row, std::size_t input) const {
    return floats_[input] ? static_cast<double>(inputs_[input].values<float>()[row])
                          : inputs_[input].values<double>()[row];
  }
  std::string_view text(std::size_t row, std::size_t input) const { return inputs_[input].text(row); }

 private:
  KeyReader reader_;
  std::vector<std::int64_t> at_;
  std::vector<std::int64_t> known_;
  std::vector<Column> inputs_;
  std::vector<Cell> cells_;
  std::vector<bool> floats_;
};

}  // namespace mlops::feature
