/// Lengths of time, and the parts of a split that are told by them.
#include "src/internal.hpp"

#include <mlops/base/error.hpp>

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

/// How a length of time is told in one of the parts of a split.
struct Wording {
  std::string_view before;
  std::string_view after;
};

constexpr Wording of_test = {"last ", ""};
constexpr Wording of_valid = {"", " before test"};

std::variant<SplitPart, Problem> part_of(std::string_view key, const std::string& text,
                                         const Wording& wording) {
  if (const auto us = duration_in(text, wording.before, wording.after)) return SplitPart{.length_us = us};
  if (const auto share = parse_share(text)) return SplitPart{.share = share};
  if (text.find_first_of(" \t") == std::string::npos && !parse_duration(text)) return no_share(key, text);
  return Problem{key, 0, fmt::format("'{}' is '{}', a share or a time is wanted", key, text),
                 fmt::format("write `15%` or `{}30d{}`", wording.before, wording.after)};
}

std::optional<SplitPart> read_part(Reader& reader, const yaml::Node& node, const Wording& wording) {
  const auto word = reader.text(node);
  if (!word) return std::nullopt;
  const auto part = part_of(reader.key(), *word, wording);
  if (const auto* read = std::get_if<SplitPart>(&part)) return *read;
  const Problem& problem = std::get<Problem>(part);
  reader.fault(node.at, problem.message, problem.hint);
  return std::nullopt;
}

SplitPart part_or_throw(std::string_view key, const std::string& text, const Wording& wording) {
  const auto part = part_of(key, text, wording);
  if (const auto* read = std::get_if<SplitPart>(&part)) return *read;
  const Problem& problem = std::get<Problem>(part);
  throw error(Code::usage, "{}", problem.message).with_hint("{}", problem.hint);
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

SplitPart test_part(const std::string& text, std::string_view key) {
  return part_or_throw(key, text, of_test);
}

SplitPart valid_part(const std::string& text, std::string_view key) {
  return part_or_throw(key, text, of_valid);
}

void read_test(Reader& reader, const yaml::Node& node, SplitSpec& split) {
  const auto part = read_part(reader, node, of_test);
  if (!part) return;
  split.test = part->share;
  split.test_last_us = part->length_us;
}

void read_valid(Reader& reader, const yaml::Node& node, SplitSpec& split) {
  const auto part = read_part(reader, node, of_valid);
  if (!part) return;
  split.valid = part->share;
  split.valid_before_us = part->length_us;
}

}  // namespace mlops::manifest
