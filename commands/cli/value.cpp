#include "value.hpp"

#include <mlops/base/text.hpp>

#include <algorithm>
#include <charconv>
#include <type_traits>

namespace mlops::cli {
namespace {

std::int64_t whole_number(const Option& option, const std::string& text) {
  std::int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, fault] = std::from_chars(text.data(), end, number);
  if (fault == std::errc::result_out_of_range) {
    throw error(Code::usage, "'{}' is too large for '{}'", text, option.spelling());
  }
  if (fault != std::errc() || stopped != end) {
    throw error(Code::usage, "'{}' is not a whole number, which '{}' wants", text, option.spelling());
  }
  return number;
}

void check_choice(const Option& option, const std::string& text) {
  const auto& choices = option.choices;
  if (choices.empty() || std::find(choices.begin(), choices.end(), text) != choices.end()) return;
  throw error(Code::usage, "'{}' is not a value of '{}'", text, option.spelling())
      .with_hint("it is {}", one_of(choices));
}

template <typename T>
T converted(const Option& option, const std::string& text) {
  check_choice(option, text);
  if constexpr (std::is_same_v<T, std::int64_t>) return whole_number(option, text);
  else return T(text);
}

template <typename T>
void put(const Option& option, const std::vector<std::string>& values, T& target) {
  if (!values.empty()) target = converted<T>(option, values.back());
}

template <typename T>
void put(const Option& option, const std::vector<std::string>& values, std::optional<T>& target) {
  if (!values.empty()) target = converted<T>(option, values.back());
}

template <typename T>
void put(const Option& option, const std::vector<std::string>& values, std::vector<T>& target) {
  target.clear();
  for (const std::string& value : values) target.push_back(converted<T>(option, value));
}

}  // namespace

void assign(const Option& option, const std::vector<std::string>& values) {
  std::visit(
      [&](auto* target) {
        using Type = std::remove_pointer_t<decltype(target)>;
        if constexpr (!std::is_same_v<Type, bool> && !std::is_same_v<Type, int>) put(option, values, *target);
      },
      option.target);
}

void assign_count(const Option& option, std::int64_t count) {
  if (bool* const* flag = std::get_if<bool*>(&option.target)) **flag = count > 0;
  if (int* const* counter = std::get_if<int*>(&option.target)) **counter = static_cast<int>(count);
}

}  // namespace mlops::cli
