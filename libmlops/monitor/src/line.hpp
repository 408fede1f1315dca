#pragma once
/// Rows as lines of mlops.prediction/1.

#include <string>

#include "src/record.hpp"

namespace mlops::monitor {

/// A line for each row, each with its end.
void append_lines(const Record& record, std::string& out);

}  // namespace mlops::monitor
