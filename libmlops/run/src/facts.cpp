#include "facts.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>

namespace mlops::run {
namespace {

constexpr std::size_t longest_name = 250;

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

}  // namespace

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= longest_name && is_utf8(name) &&
         std::none_of(name.begin(), name.end(), is_control);
}

void require_name(std::string_view what, std::string_view name) {
  if (is_name(name)) return;
  throw error(mlops::Code::usage,
              "'{}' cannot be the name of a {}: 1 to 250 bytes of UTF-8 are, without control characters",
              name, what);
}

void require_artifact_path(std::string_view text) {
  const std::filesystem::path path(text);
  bool good = !text.empty() && is_utf8(text) && path.is_relative() && path.lexically_normal() == path;
  for (const auto& part : path) good = good && part != ".." && part != "." && !part.empty();
  if (good) return;
  throw error(mlops::Code::usage,
              "'{}' cannot be the name of an artifact: it wants a relative path such as plots/roc.csv", text);
}

void add_point(Facts& facts, const std::string& name, double value, std::optional<std::int64_t> step,
               Time time) {
  std::vector<Point>& points = facts.metrics[name];
  constexpr std::int64_t last = std::numeric_limits<std::int64_t>::max();
  const std::int64_t next = points.empty() ? 0 : std::min(points.back().step, last - 1) + 1;
  points.push_back({.value = value, .step = step.value_or(next), .time = time});
}

Metric summary_of(const std::vector<Point>& points) {
  const Point* last = &points.front();
  for (const Point& point : points) {
    if (point.step >= last->step) last = &point;  // some send in bulk, and not in order
  }
  Metric out = {.value = last->value,
                .min = std::numeric_limits<double>::quiet_NaN(),
                .max = std::numeric_limits<double>::quiet_NaN(),
                .step = last->step,
                .count = points.size()};
  for (const Point& point : points) {
    out.min = std::fmin(out.min, point.value);  // these two ignore what is no number
    out.max = std::fmax(out.max, point.value);
  }
  return out;
}

std::optional<double> number_of(const json::Value& value) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (const std::int64_t* integer = value.as_int()) return static_cast<double>(*integer);
  if (const double* number = value.as_double()) return *number;
  if (const bool* flag = value.as_bool()) return *flag ? 1.0 : 0.0;
  const std::string* text = value.as_string();
  if (text == nullptr) return std::nullopt;
  std::string word = lowered(*text);
  const bool minus = word.starts_with('-');
  if (minus || word.starts_with('+')) word.erase(0, 1);
  if (word == "nan") return std::numeric_limits<double>::quiet_NaN();
  if (word == "inf" || word == "infinity") return minus ? -infinity : infinity;
  return std::nullopt;
}

}  // namespace mlops::run
