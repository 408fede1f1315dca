#include <mlops/base/error.hpp>

#include <chrono>
#include <string>

#include "src/rule.hpp"

namespace mlops::tz {
namespace {

using std::chrono::sys_days;

class Text {
 public:
  explicit Text(std::string_view text) : whole_(text), rest_(text) {}

  [[noreturn]] void fail() const { throw error(Code::corrupt, "its rule '{}' is none", whole_); }
  bool done() const { return rest_.empty(); }
  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void want(char c) {
    if (!take(c)) fail();
  }
  int number(int least, int most) {
    int value = 0;
    const std::size_t before = rest_.size();
    for (; !rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9' && value <= most; rest_.remove_prefix(1))
      value = value * 10 + (rest_[0] - '0');
    if (rest_.size() == before || value < least || value > most) fail();
    return value;
  }
  /// `[+-]hours[:minutes[:seconds]]`
  std::int64_t duration(int most_hours) {
    const bool minus = take('-');
    if (!minus) take('+');
    std::int64_t value = number(0, most_hours) * std::int64_t{3600};
    if (take(':')) value += number(0, 59) * std::int64_t{60};
    if (take(':')) value += number(0, 59);
    return minus ? -value : value;
  }
  /// `EST` or `<-03>`: it says nothing that we need.
  void skip_name() {
    const bool quoted = take('<');
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    std::size_t size = 0;
    while (size < rest_.size() && (quoted ? rest_[size] != '>' : is_letter(rest_[size]))) ++size;
    if (size < 3) fail();
    rest_.remove_prefix(size);
    if (quoted) want('>');
  }

 private:
  std::string_view whole_;
  std::string_view rest_;
};

YearTime read_time(Text& text) {
  YearTime out;
  if (text.take('M')) {
    out.month = text.number(1, 12);
    text.want('.');
    out.week = text.number(1, 5);
    text.want('.');
    out.day = text.number(0, 6);
  } else if (text.take('J')) {
    out.kind = YearTime::Kind::no_leap;
    out.day = text.number(1, 365);
  } else {
    out.kind = YearTime::Kind::from_zero;
    out.day = text.number(0, 365);
  }
  if (text.take('/')) out.time_s = text.duration(167);
  return out;
}

sys_days day_in(const YearTime& time, std::chrono::year year) {
  using namespace std::chrono;
  const sys_days first = year / January / 1;
  if (time.kind == YearTime::Kind::from_zero) return first + days(time.day);
  if (time.kind == YearTime::Kind::no_leap)
    return first + days(time.day - 1 + (year.is_leap() && time.day > 59 ? 1 : 0));
  const auto of_month = year / month(static_cast<unsigned>(time.month));
  const weekday wanted(static_cast<unsigned>(time.day));
  return time.week == 5 ? sys_days(of_month / wanted[last])
                        : sys_days(of_month / wanted[static_cast<unsigned>(time.week)]);
}

}  // namespace

std::int64_t YearTime::in(int year) const {
  const sys_days at = day_in(*this, std::chrono::year(year));
  return at.time_since_epoch().count() * std::int64_t{86'400} + time_s;
}

Rule read_rule(std::string_view whole) {
  Text text(whole);
  Rule rule;
  text.skip_name();
  rule.winter = -text.duration(24);
  if (text.done()) return rule;
  text.skip_name();
  const bool an_hour = text.take(',');
  rule.summer = an_hour ? rule.winter + 3600 : -text.duration(24);
  if (!an_hour) text.want(',');
  rule.summer_begins = read_time(text);
  text.want(',');
  rule.summer_ends = read_time(text);
  rule.has_summer = true;
  if (!text.done()) text.fail();
  return rule;
}

}  // namespace mlops::tz
