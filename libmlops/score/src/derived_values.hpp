#pragma once
/// The values of a column that is worked out, row by row, and what is said where there is none.

#include <mlops/json/document.hpp>
#include <mlops/score/derived.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::score {

/// Where the values come from that an expression reads.
class PartSource {
 public:
  virtual ~PartSource() = default;
  /// Of column.reads[part], as one of its type; nothing where it is of another.
  virtual std::optional<predict::Scalar> part(std::size_t part, std::size_t row) const = 0;
  /// The value for a message.
  virtual std::string shown(std::size_t part, std::size_t row) const = 0;
};

/// All rows. `inputs` says what is personal data.
std::vector<predict::Scalar> values_of(const DerivedColumn& column, const predict::Expression& expression,
                                       const PartSource& source, const std::vector<predict::Input>& inputs,
                                       std::size_t rows, std::uint64_t first_row);

/// Dates and time stamps are texts; `keep` makes a text last.
json::Cell cell_of(const predict::Scalar& value, predict::SqlType type,
                   const std::function<std::string_view(std::string_view text)>& keep);

/// "'abc'", "12", "a list": for messages.
std::string shown_cell(const json::Cell& cell);

}  // namespace mlops::score
