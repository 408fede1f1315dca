/// Lengths of time, and the parts of a split that are told by them.
#include "src/internal.hpp"

#include <array>
#include <charconv>
#include <limits>

namespace mlops::manifest {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t us;
};

constexpr std::int64_t second = 1'000'000;

/// The greatest first.
constexpr std::array units = {Unit{"w", 7 * 86'400 * second},
                              Unit{"d", 86'400 * second},
                              Unit{"h", 3'600 * second},
                              Unit{"m", 60 * second},
                              Unit{"s", second},
                              Unit{"ms", 1'000},
                              Unit{"us", 1}};

/// `30d` between `before` and `after`.
std::optional<std::int64_t> duration_in(std::string_view text, std::string_view before,
                                        std::string_view after) {
  if (!text.starts_with(before) || !text.ends_with(after)) return std::nullopt;
  if (text.size() < before.size() + after.size()) return std::nullopt;
  return parse_duration(text.substr(before.size(), text.size() - before.size() - after.size()));
}

void read_part(Reader& reader, const yaml::Node& node, std::optional<double>& share,
               std::optional<std::int64_t>& us, std::string_view before, std::string_view after) {
  const auto word = reader.text(node);
  if (!word) return;
  us = duration_in(*word, before, after);
  if (us) return;
  if (word->find_first_of(" \t") == std::string::npos && !parse_duration(*word)) {
    share = reader.share(node);
    return;
  }
  reader.fault(node.at, fmt::format("'{}' is '{}', a share or a time is wanted", reader.key(), *word),
               fmt::format("write `15%` or `{}30d{}`", before, after));
}

}  // namespace

std::optional<std::int64_t> parse_duration(std::string_view text) {
  std::int64_t count = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, fault] = std::from_chars(text.data(), end, count);
  if (fault != std::errc() || count <= 0) return std::nullopt;
  const std::string_view name(stop, static_cast<std::size_t>(end - stop));
  for (const Unit& unit : units) {
    if (unit.name != name) continue;
    if (count > std::numeric_limits<std::int64_t>::max() / unit.us) return std::nullopt;
    return count * unit.us;
  }
  return std::nullopt;
}

std::string duration_words(std::int64_t us) {
  // 14d says more than 2w.
  for (const Unit& unit : units) {
    if (unit.name != "w" && us % unit.us == 0) return fmt::format("{}{}", us / unit.us, unit.name);
  }
  return {};
}

void read_test(Reader& reader, const yaml::Node& node, SplitSpec& split) {
  read_part(reader, node, split.test, split.test_last_us, "last ", "");
}

void read_valid(Reader& reader, const yaml::Node& node, SplitSpec& split) {
  read_part(reader, node, split.valid, split.valid_before_us, "", " before test");
}

}  // namespace mlops::manifest
