#pragma once
/// Events gathered one by one into the columns that read_events() gives.

#include <mlops/base/columns.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/build.hpp"
#include "src/layout.hpp"

namespace mlops::feature {

class EventBuilder {
 public:
  explicit EventBuilder(const View& view);

  /// Values of one event in the order of the columns: the parts of its key, at, known, the inputs.
  void integer(std::size_t column, std::int64_t value);
  /// Beyond BIGINT, of a key.
  void wide(std::size_t column, Int128 value);
  void real(std::size_t column, double value);
  void text(std::size_t column, std::string_view value);
  void null(std::size_t column);

  std::size_t width() const { return parts_.size(); }
  Cell cell(std::size_t column) const { return cell_of(parts_[column].field.type); }
  std::size_t rows() const { return parts_.back().valid.size(); }
  /// The builder is empty afterwards.
  Columns build();

 private:
  struct Part {
    Field field;
    std::vector<std::int64_t> whole = {};  ///< Of a text: where it ends.
    std::vector<Int128> wide = {};         ///< Instead of `whole`, once one is beyond it.
    std::vector<double> real = {};
    std::vector<char> text = {};
    std::vector<std::uint8_t> valid = {};
  };
  void whole(Part& part, std::int64_t value);
  static Built built_of(Part& part);

  std::vector<Part> parts_;
};

}  // namespace mlops::feature
