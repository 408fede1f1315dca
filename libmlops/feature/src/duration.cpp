#include <mlops/feature/definition.hpp>

#include <fmt/core.h>

#include <array>

namespace mlops::feature {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t us;
};

// Greatest first; what is written is never in weeks.
constexpr std::array<Unit, 7> units = {{{"w", 604'800'000'000},
                                        {"d", 86'400'000'000},
                                        {"h", 3'600'000'000},
                                        {"m", 60'000'000},
                                        {"s", 1'000'000},
                                        {"ms", 1'000},
                                        {"us", 1}}};

constexpr std::int64_t longest_us = 10'000LL * 366 * 86'400'000'000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Digits, with _ between them.
std::optional<std::int64_t> whole(std::string_view text) {
  std::int64_t value = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '_' && i > 0 && i + 1 < text.size() && text[i - 1] != '_') continue;
    if (!is_digit(text[i]) || value > longest_us) return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  return text.empty() ? std::nullopt : std::optional(value);
}

/// `fraction` of a unit, digits behind the point; nothing when it is no whole number of microseconds.
std::optional<std::int64_t> part_of(std::string_view fraction, std::int64_t unit) {
  std::int64_t value = 0;
  for (const char c : fraction) {
    if (!is_digit(c)) return std::nullopt;
    const std::int64_t scaled = unit * (c - '0');
    if (scaled % 10 != 0 || unit % 10 != 0) {
      if (c != '0') return std::nullopt;
      continue;
    }
    unit /= 10;
    value += unit * (c - '0');
  }
  return fraction.empty() ? std::nullopt : std::optional(value);
}

}  // namespace

std::string duration_text(std::int64_t us) {
  for (const Unit& unit : units) {
    if (unit.name != "w" && us != 0 && us % unit.us == 0) return fmt::format("{}{}", us / unit.us, unit.name);
  }
  return "0s";
}

std::optional<std::int64_t> duration_from(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size() && (is_digit(text[end]) || text[end] == '_' || text[end] == '.')) ++end;
  const std::string_view number = text.substr(0, end);
  const std::size_t point = number.find('.');
  const auto count = whole(number.substr(0, point));
  for (const Unit& unit : units) {
    if (text.substr(end) != unit.name || !count || *count > longest_us / unit.us) continue;
    const auto part = point == std::string_view::npos ? 0 : part_of(number.substr(point + 1), unit.us);
    if (!part || *count * unit.us + *part == 0) return std::nullopt;
    return *count * unit.us + *part;
  }
  return std::nullopt;
}

}  // namespace mlops::feature
