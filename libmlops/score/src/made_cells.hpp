#pragma once
/// Values of views as the cells of a request.

#include <mlops/base/columns.hpp>
#include <mlops/feature/live.hpp>
#include <mlops/json/document.hpp>
#include <mlops/predict/signature.hpp>

#include <cstdint>
#include <string_view>

namespace mlops::score {

json::Cell integer_cell(std::int64_t value);
/// `text` must outlive it.
json::Cell text_cell(std::string_view text);

/// How the values of an SQL type become cells.
struct CellForm {
  Kind kind = Kind::null;  ///< As in Made::Column.
  std::int64_t times = 1;  ///< From the type's unit to microseconds.
  std::int64_t divided_by = 1;
  bool flag = false;
  bool is_unsigned = false;
};
CellForm form_of(std::string_view sql_type);

/// The text of `value` must outlive the cell.
json::Cell cell_of(const feature::Value& value, const CellForm& form, const predict::Input& input);

}  // namespace mlops::score
