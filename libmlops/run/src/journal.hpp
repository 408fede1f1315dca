#pragma once
/// The journal of a run: lines of JSON, written by whoever reports and read when the run is looked at.

#include "facts.hpp"

#include <mlops/fs/file.hpp>

namespace mlops::run {

// Lines with their newline. A line is written by one write(), so that lines of many processes never mix.
std::string metric_line(std::string_view name, double value, std::optional<std::int64_t> step, Time time);
std::string param_line(std::string_view name, const json::Value& value, Time time);
std::string tag_line(std::string_view name, std::string_view value, Time time);
std::string no_tag_line(std::string_view name, Time time);
enum class Direction { input, output };
std::string data_line(Direction direction, const DataReference& data, Time time);
std::string artifact_line(const store::TreeFile& file, Time time);

/// Takes in one line; one that is not understood is counted.
void read_line(Facts& facts, std::string_view line);

/// Takes in a whole journal, a torn end included.
void read_journal(Facts& facts, const fs::File& file);

/// Points of `value`: a number, a list of numbers (a series), or an object of those, whose names are joined
/// by dots. False when nothing in it was a number.
bool read_metrics(Facts& facts, const std::string& prefix, const json::Value& value);

/// Params of an object; nested objects are joined by dots.
void read_params(Facts& facts, const std::string& prefix, const json::Value& value);

/// A whole number, also as 3.0; nothing for anything else.
std::optional<std::int64_t> step_of(const json::Value& value);

/// JSON as Python writes it: NaN, Infinity and -Infinity without quotes are read as texts. Throws
/// Error(corrupt).
json::Value parse_lenient(std::string_view text);

}  // namespace mlops::run
