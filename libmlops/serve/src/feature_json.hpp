#pragma once
/// Values of features and what clients sent, as JSON into a text that grows.

#include <mlops/feature/live.hpp>
#include <mlops/json/document.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace mlops::serve {

inline constexpr std::int64_t day_us = 86'400'000'000;

/// In quotes, with what JSON escapes escaped. `text` is UTF-8.
void append_quoted(std::string_view text, std::string& out);

/// As it came.
void append_node(json::Node node, std::string& out);

/// Of a column with that SQL type: numbers, flags, texts; moments as RFC 3339, dates as YYYY-MM-DD, times of
/// day as HH:MM:SS[.ffffff]. What JSON has no number for is null.
void append_value(const feature::Value& value, std::string_view type, std::string& out);

/// In quotes, RFC 3339.
void append_moment(std::int64_t us, std::string& out);

}  // namespace mlops::serve
