#pragma once
/// Steps of `run` and `plan`, as schema mlops.step/1 has them.

#include "ui/row.hpp"
#include "up_to_date.hpp"

#include <mlops/base/error.hpp>

#include <string>
#include <string_view>

namespace mlops::commands {

/// Of a table or a source.
ui::Row step_row(const Step& step, bool plan);

/// Of a release or a monitor.
ui::Row target_row(const std::string& address, std::string_view action, json::Value version, json::Value rows,
                   json::Value why, json::Array gates);

/// Of one that did not work.
ui::Row failed_row(const std::string& address, const Error& fault);

}  // namespace mlops::commands
