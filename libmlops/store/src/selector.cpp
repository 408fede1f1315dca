#include <mlops/store/selector.hpp>

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

}  // namespace mlops::store
