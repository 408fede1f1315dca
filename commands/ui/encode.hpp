#pragma once
/// Rows as text for programs. Pure functions.

#include "row.hpp"

#include <string>

namespace mlops::ui {

/// The row as a JSON object on one line; cells in their order.
std::string json_item(const Row& row);

/// The row's values separated by tabs: text with tab, newline, carriage return and backslash escaped, null as
/// nothing, flags as true and false, lists and objects as JSON. No newline at the end.
std::string porcelain_line(const Row& row);

}  // namespace mlops::ui
