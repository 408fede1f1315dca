#pragma once
/// Events of rows without an SQL engine, for views whose key, times and inputs are columns as they are: what
/// a server does with a row that is pushed to it.

#include <mlops/base/columns.hpp>
#include <mlops/feature/online.hpp>
#include <mlops/feature/view.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::feature {

class PlainView {
 public:
  /// Nothing where an expression is more than a column of `reads`, or a cast that changes no value.
  static std::optional<PlainView> of(const View& view, const std::vector<RowColumn>& reads);

  /// `rows` has a column for each of `reads`, in their order and of their types. Bit for bit what
  /// read_events() makes of the same rows.
  Columns events(const Columns& rows) const;

 private:
  enum class How { same, whole, real, present };
  struct Made {
    std::string name;
    std::size_t from = 0;
    How how = How::same;
  };
  std::vector<Made> made_ = {};
};

/// The column of `reads` that an SQL expression is, and nothing more; names are compared as SQL does.
std::optional<std::size_t> column_named(std::string_view sql, const std::vector<RowColumn>& reads);

}  // namespace mlops::feature
