#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/store/selector.hpp>

#include <algorithm>
#include <charconv>

namespace mlops::store {

std::optional<std::int64_t> number_in(std::string_view text, std::string_view before,
                                      std::string_view after) {
  if (!text.starts_with(before) || !text.ends_with(after) || text.size() <= before.size() + after.size())
    return {};
  text = text.substr(before.size(), text.size() - before.size() - after.size());
  std::int64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = fault == std::errc() && end == text.data() + text.size() && value >= 0;
  return whole ? std::optional(value) : std::nullopt;
}

bool is_digits(std::string_view text) {
  return text.size() >= 6 && text.size() <= 64 &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

const ReferenceEntry& select(const std::vector<ReferenceEntry>& entries, const std::string& name,
                             std::string_view selector, std::string_view id) {
  if (const auto number = number_in(selector, "v", "")) {
    const auto found =
        std::find_if(entries.begin(), entries.end(), [&](const auto& e) { return e.seq == *number; });
    if (found != entries.end()) return *found;
    throw error(Code::not_found, "'{}' has no version {}", name, *number)
        .with_id(std::string(id))
        .with_hint("it has {}, the newest is v{}", count_of(entries.size(), "version"), entries.back().seq);
  }
  if (const auto back = number_in(selector, "{", "}")) {
    const auto steps = static_cast<std::size_t>(*back);
    if (steps < entries.size()) return entries[entries.size() - 1 - steps];
    throw error(Code::not_found, "'{}' does not go back {} versions: it has {}", name, steps, entries.size())
        .with_id(std::string(id));
  }
  if (const auto time = Time::parse(selector)) {
    const auto later =
        std::find_if(entries.begin(), entries.end(), [&](const auto& e) { return e.time > *time; });
    if (later != entries.begin()) return *(later - 1);
    throw error(Code::not_found, "'{}' has no version as old as {}", name, time->text())
        .with_id(std::string(id))
        .with_hint("the first is of {}", entries.front().time.text());
  }
  throw error(Code::usage, "'@{}' selects no version", selector)
      .with_hint("`@v2` (number), `@{{1}}` (one back) or `@2026-11-01` (as of) is wanted");
}

}  // namespace mlops::store
