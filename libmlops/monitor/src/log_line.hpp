#pragma once
/// A line of a prediction log, read.

#include <mlops/base/clock.hpp>
#include <mlops/json/document.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace mlops::monitor {

/// When the row was answered, of the beginning of a line; nothing where that is not ours.
std::optional<Time> time_of(std::string_view line);

/// It points into the line's document.
struct LogLine {
  Time time = {};
  std::string_view request = {};
  std::int64_t row = 0;
  std::string_view model = {};   ///< "delay@v3"
  std::string_view digest = {};  ///< "sha256:..."
  json::Node inputs;
  json::Node features;
  json::Node prediction;
  json::Node probability;
  json::Node probabilities;
};

/// Nothing for what is no such line.
std::optional<LogLine> log_line(json::Document& document, std::string_view text);

}  // namespace mlops::monitor
