#pragma once
/// The text of a journal: one line an entry, closed by the crc of all before it.

#include <mlops/pipeline/journal.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace mlops::pipeline {

/// With its newline.
std::string line_of(const Entry& entry);

/// `line` without the newline; nothing when the crc or anything else is wrong.
std::optional<Entry> entry_of(std::string_view line);

}  // namespace mlops::pipeline
