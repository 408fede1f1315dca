#include "src/profile.hpp"

#include "src/cells.hpp"
#include "src/hash.hpp"
#include "src/tally.hpp"

#include <mlops/base/text.hpp>

#include <algorithm>
#include <bit>
#include <cctype>
#include <cmath>
#include <functional>

namespace mlops::train {
namespace {

constexpr std::size_t most_categories = 255;
constexpr std::size_t few_categories = 20;  ///< Up to so many, even what was seen once is a category.
constexpr std::uint64_t enough_to_count = 10;

void take_categories(Profile& profile, const Column& column, std::vector<Tally::Slot> slots) {
  const std::uint32_t least = slots.size() <= few_categories ? 1 : 2;
  std::erase_if(slots, [&](const auto& slot) { return slot.count < least; });
  const auto more_frequent = [&](const auto& a, const auto& b) {
    return a.count != b.count ? a.count > b.count : column.text(a.row) < column.text(b.row);
  };
  const auto kept = std::min(slots.size(), most_categories);
  std::partial_sort(slots.begin(), slots.begin() + static_cast<std::ptrdiff_t>(kept), slots.end(),
                    more_frequent);
  slots.resize(kept);
  for (const auto& slot : slots) {
    profile.categories.emplace_back(column.text(slot.row));
    profile.covered += slot.count;
  }
}

Profile profile_of_text(const Column& column, std::span<const std::uint32_t> rows) {
  Profile profile = {.rows = rows.size()};
  Tally tally;
  for (const auto row : rows) {
    if (!column.valid(row)) {
      ++profile.nulls;
      continue;
    }
    const auto text = column.text(row);
    tally.add(std::hash<std::string_view>()(text), row,
              [&](auto other) { return column.text(other) == text; });
  }
  profile.distinct = tally.distinct();
  take_categories(profile, column, tally.slots());
  return profile;
}

void widen(Profile& profile, double number) {
  profile.min = std::min(profile.min.value_or(number), number);
  profile.max = std::max(profile.max.value_or(number), number);
}

Profile profile_of_numbers(const Column& column, std::span<const std::uint32_t> rows) {
  Profile profile = {.rows = rows.size()};
  const auto numbers = numbers_of(column);
  Tally tally;
  bool grows = true, falls = true;
  double last = std::nan("");
  for (const auto row : rows) {
    const double number = numbers[row] + 0.0;
    if (!std::isfinite(number)) {
      ++profile.nulls;
      continue;
    }
    tally.add(mixed(std::bit_cast<std::uint64_t>(number)), row, [](auto) { return true; });
    widen(profile, number);
    grows = grows && !(number <= last);
    falls = falls && !(number >= last);
    last = number;
  }
  profile.distinct = tally.distinct();
  profile.steps = profile.distinct > 1 && (grows || falls);
  return profile;
}

/// Words of a name in lower case: "PassengerId" and "passenger_id" are both passenger, id.
std::vector<std::string> words_of(std::string_view name) {
  std::vector<std::string> words(1);
  bool small = false;
  for (const char c : name) {
    const auto letter = static_cast<unsigned char>(c);
    const bool part = std::isalnum(letter) != 0 || letter >= 0x80;
    if ((!part || (small && std::isupper(letter) != 0)) && !words.back().empty()) words.emplace_back();
    if (part) words.back() += static_cast<char>(std::tolower(letter));
    small = std::islower(letter) != 0;
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

bool among(const std::string& word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool named_like_time(std::string_view name) {
  const auto words = words_of(name);
  return std::any_of(words.begin(), words.end(), [](const auto& word) {
    return among(word, {"year", "month", "week", "day", "date", "hour", "minute", "time", "age"});
  });
}

/// Consecutive numbers, each once: in order with some missing, or shuffled with none missing.
bool numbers_the_rows(const Profile& profile, std::uint64_t table_rows) {
  const double reach = *profile.max - *profile.min + 1;
  const auto n = static_cast<double>(profile.known());
  return (profile.steps && reach <= 4 * n) || reach <= static_cast<double>(table_rows);
}

}  // namespace

bool named_like_identifier(std::string_view name) {
  const auto words = words_of(name);
  const auto tells = [](const std::string& word) {
    return among(word, {"id", "ids", "uuid", "guid", "key", "pk", "index", "idx", "no", "nr", "num", "number",
                        "rowid", "serial"});
  };
  return !words.empty() && (tells(words.front()) || tells(words.back()));
}

Profile profile_of(const Column& column, std::span<const std::uint32_t> rows) {
  return column.type().kind == Kind::text ? profile_of_text(column, rows) : profile_of_numbers(column, rows);
}

std::string identifier(const Field& field, const Profile& profile, std::uint64_t table_rows) {
  if (profile.distinct < 2 || profile.distinct != profile.known()) return "";
  if (field.type.kind == Kind::text) return "identifier: every value is different";
  if (!is_whole(field.type) || profile.known() < enough_to_count || named_like_time(field.name)) return "";
  if (named_like_identifier(field.name)) return "identifier: every value is different";
  return numbers_the_rows(profile, table_rows) ? "identifier: numbers the rows" : "";
}

}  // namespace mlops::train
