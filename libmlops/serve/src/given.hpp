#pragma once
/// The rows of a request as what completes them reads them, whatever form they came in.

#include <mlops/score/completer.hpp>

#include "src/batch.hpp"
#include "src/cells.hpp"
#include "src/names.hpp"

namespace mlops::serve {

class Given final : public score::GivenRows {
 public:
  /// All of it must outlive this.
  Given(std::size_t rows, const Cells& cells, const Batch& batch, const Names& names)
      : rows_(rows), cells_(cells), batch_(batch), names_(names) {}

  std::size_t rows() const override { return rows_; }
  bool has(std::size_t column) const override {
    return cells_.find(column).has_value() || batch_.has(column);
  }
  json::Cell cell(std::size_t column, std::size_t row) const override {
    if (const auto place = cells_.find(column)) return *cells_.at(*place, row);
    return batch_.memory(column).cell(row);
  }
  const std::vector<std::string_view>& unknown() const override { return names_.unknown(); }

 private:
  std::size_t rows_;
  const Cells& cells_;
  const Batch& batch_;
  const Names& names_;
};

}  // namespace mlops::serve
