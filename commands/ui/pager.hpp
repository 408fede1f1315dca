#pragma once
/// Long text for a person at a terminal.

#include <string>
#include <string_view>

namespace mlops::ui {

/// Shows `text` through the shell command `pager`; false when that could not be started, and then nothing was
/// shown.
bool page(std::string_view text, const std::string& pager);

}  // namespace mlops::ui
