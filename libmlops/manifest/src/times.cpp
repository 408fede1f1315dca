/// The fields of `at:`.
#include <mlops/base/text.hpp>
#include <mlops/manifest/times.hpp>

#include <fmt/core.h>

#include <array>
#include <charconv>
#include <optional>
#include <vector>

namespace mlops::manifest {
namespace {

constexpr std::array<std::string_view, 12> month_names = {"jan", "feb", "mar", "apr", "may", "jun",
                                                          "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> day_names = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
/// From January; of a leap year.
constexpr std::array<std::size_t, 12> month_lengths = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

struct Word {
  std::string_view name;
  std::string_view fields;
};
constexpr std::array<Word, 4> known_words = {
    {{"hourly", "0 * * * *"}, {"daily", "0 0 * * *"}, {"weekly", "0 0 * * 0"}, {"monthly", "0 0 1 * *"}}};
constexpr std::array<Word, 3> words_of_cron = {
    {{"yearly", "0 0 1 1 *"}, {"annually", "0 0 1 1 *"}, {"midnight", "0 0 * * *"}}};

/// One of the five.
struct Field {
  std::string_view name;
  unsigned least;
  unsigned most;
  std::string_view example;
};
constexpr std::array<Field, 5> cron_fields = {{{"minute", 0, 59, "*/15"},
                                               {"hour", 0, 23, "9-17"},
                                               {"day of the month", 1, 31, "1,15"},
                                               {"month", 1, 12, "jan-mar"},
                                               {"day of the week", 0, 7, "mon-fri"}}};
constexpr std::size_t month_field = 3;
constexpr std::size_t weekday_field = 4;

using Marks = std::bitset<60>;

std::vector<std::string_view> split(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> out;
  std::size_t at = 0;
  while (at <= text.size()) {
    const std::size_t end = std::min(text.find_first_of(separators, at), text.size());
    out.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

/// What blanks stand between.
std::vector<std::string_view> words_in(std::string_view text) {
  std::vector<std::string_view> out = split(text, " \t");
  std::erase(out, std::string_view());
  return out;
}

std::optional<unsigned> number_in(std::string_view text) {
  unsigned value = 0;
  const auto [stop, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool good = fault == std::errc() && stop == text.data() + text.size() && text.size() <= 4;
  return good ? std::optional(value) : std::nullopt;
}

template <std::size_t N>
std::optional<unsigned> index_of(const std::array<std::string_view, N>& names, std::string_view text) {
  const std::string wanted = lowered(text);
  for (std::size_t i = 0; i < N; ++i) {
    if (names[i] == wanted) return static_cast<unsigned>(i);
  }
  return std::nullopt;
}

/// A number of the field, or a name of it.
std::optional<unsigned> value_in(std::string_view text, std::size_t field) {
  if (const auto number = number_in(text)) return number;
  if (field == weekday_field) return index_of(day_names, text);
  const auto month = field == month_field ? index_of(month_names, text) : std::nullopt;
  return month ? std::optional(*month + 1) : std::nullopt;
}

std::string example_of(const Field& field) {
  return fmt::format("it takes `*`, values, ranges and steps, such as `{}`", field.example);
}

std::variant<unsigned, TimesFault> bound_in(std::string_view text, std::size_t number) {
  const Field& field = cron_fields[number];
  const auto value = value_in(text, number);
  if (!value)
    return TimesFault{fmt::format("the {} is '{}', a value from {} to {} is wanted", field.name, text,
                                  field.least, field.most),
                      example_of(field)};
  if (*value < field.least || *value > field.most)
    return TimesFault{
        fmt::format("the {} {} is not from {} to {}", field.name, *value, field.least, field.most), {}};
  return *value;
}

std::variant<unsigned, TimesFault> step_in(std::string_view text, const Field& field) {
  const auto step = number_in(text);
  if (step && *step > 0 && *step <= field.most) return *step;
  return TimesFault{
      fmt::format("the {} has the step '{}', one from 1 to {} is wanted", field.name, text, field.most),
      "a step counts from the first value of its field, and begins anew with the next hour, "
      "day, month or year"};
}

struct Span {
  unsigned first = 0;
  unsigned last = 0;
};

std::variant<Span, TimesFault> span_in(std::string_view text, std::size_t number) {
  const Field& field = cron_fields[number];
  // The last day of the week is 6: 7 is the first one.
  if (text == "*") return Span{field.least, number == weekday_field ? 6 : field.most};
  const auto bounds = split(text, "-");
  auto first = bound_in(bounds.front(), number);
  if (auto* fault = std::get_if<TimesFault>(&first)) return *fault;
  auto last = bounds.size() > 1 ? bound_in(text.substr(bounds.front().size() + 1), number) : first;
  if (auto* fault = std::get_if<TimesFault>(&last)) return *fault;
  Span span{std::get<unsigned>(first), std::get<unsigned>(last)};
  if (number == weekday_field && span.last == 0 && span.first > 0) span.last = 7;
  if (span.first <= span.last) return span;
  return TimesFault{fmt::format("the {} '{}' ends before it begins", field.name, text),
                    fmt::format("write both ends of the {}: `{}-{},{}-{}`", field.name, span.first,
                                field.most, field.least, span.last)};
}

/// `*`, `5`, `1-5`, `*/2` or `1-5/2`.
std::optional<TimesFault> mark_item(std::string_view item, std::size_t number, Marks& marks) {
  const Field& field = cron_fields[number];
  const std::size_t slash = item.find('/');
  const std::string_view range = item.substr(0, slash);
  const auto span = span_in(range, number);
  if (const auto* fault = std::get_if<TimesFault>(&span)) return *fault;
  unsigned step = 1;
  if (slash != std::string_view::npos) {
    if (range != "*" && range.find('-') == std::string_view::npos)
      return TimesFault{fmt::format("the {} '{}' has a step and no range", field.name, item),
                        fmt::format("write `{}-{}{}`", range, field.most, item.substr(slash))};
    const auto read = step_in(item.substr(slash + 1), field);
    if (const auto* fault = std::get_if<TimesFault>(&read)) return *fault;
    step = std::get<unsigned>(read);
  }
  const auto [first, last] = std::get<Span>(span);
  for (unsigned value = first; value <= last; value += step)
    marks.set(number == weekday_field ? value % 7 : value);
  return std::nullopt;
}

template <std::size_t N>
std::bitset<N> first_of(const Marks& marks) {
  std::bitset<N> out;
  for (std::size_t i = 0; i < N; ++i) out[i] = marks[i];
  return out;
}

std::optional<TimesFault> never_comes(const Times& times, std::string_view months) {
  if (times.either_day) return std::nullopt;
  for (std::size_t month = 1; month <= 12; ++month) {
    for (std::size_t day = 1; times.months[month] && day <= month_lengths[month - 1]; ++day) {
      if (times.days[day]) return std::nullopt;
    }
  }
  return TimesFault{fmt::format("it never comes: no month of '{}' has such a day", months), {}};
}

std::optional<TimesFault> wrong_count(std::string_view at, std::size_t count) {
  if (count == 5) return std::nullopt;
  if (count == 1) {
    std::vector<std::string> names;
    for (const Word& word : known_words) names.emplace_back(word.name);
    const std::string_view bare = at.starts_with('@') ? at.substr(1) : at;
    for (const Word& word : words_of_cron) {
      if (word.name == lowered(bare))
        return TimesFault{fmt::format("'{}' is no time", at), fmt::format("write `{}`", word.fields)};
    }
    const auto near = near_misses(bare, names);
    return TimesFault{fmt::format("'{}' is no time", at),
                      near.empty()
                          ? fmt::format("write cron's five fields, `17 3 * * *`, or {}", one_of(names))
                          : fmt::format("did you mean {}?", one_of(near))};
  }
  return TimesFault{fmt::format("'{}' has {}, five are wanted", at, count_of(count, "field")),
                    count == 6
                        ? "there are no seconds: minute, hour, day of the month, month, day of the week"
                        : "minute, hour, day of the month, month, day of the week: `17 3 * * *`"};
}

}  // namespace

std::variant<Times, TimesFault> parse_times(std::string_view at) {
  for (const Word& word : known_words) {
    if (word.name == at) return parse_times(word.fields);
  }
  const auto texts = words_in(at);
  if (auto fault = wrong_count(at, texts.size())) return *std::move(fault);
  std::array<Marks, 5> marks;
  for (std::size_t i = 0; i < cron_fields.size(); ++i) {
    for (const std::string_view item : split(texts[i], ",")) {
      if (auto fault = mark_item(item, i, marks[i])) return *std::move(fault);
    }
  }
  Times times{.minutes = marks[0],
              .hours = first_of<24>(marks[1]),
              .days = first_of<32>(marks[2]),
              .months = first_of<13>(marks[3]),
              .weekdays = first_of<7>(marks[4]),
              .either_day = !texts[2].starts_with('*') && !texts[4].starts_with('*'),
              .every_hour = texts[1].starts_with('*')};
  if (auto fault = never_comes(times, texts[3])) return *std::move(fault);
  return times;
}

}  // namespace mlops::manifest
