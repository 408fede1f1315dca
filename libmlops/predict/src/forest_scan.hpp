#pragma once
/// A scanner over JSON text that takes what it is asked for and steps over the rest: models of boosted trees
/// are tens of megabytes of numbers, of which a predictor needs half. Every fault of the text that it meets
/// is Error(corrupt) with the byte; what is stepped over is looked at only as far as finding its end takes.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::predict {

class Scan {
 public:
  explicit Scan(std::string_view text) : begin_(text.data()), at_(begin_), end_(begin_ + text.size()) {}

  /// Calls `take(key)` at each value of an object; it must take or skip() the value.
  template <typename Take>
  void object(Take take);
  /// Calls `take()` at each element of an array.
  template <typename Take>
  void array(Take take);

  /// As it is written, escapes included.
  std::string_view text();
  /// A number, or a text that spells one.
  std::int64_t integer();
  float number();
  /// Replaces what `into` holds. Truth values count as 0 and 1.
  template <typename Number>
  void numbers(std::vector<Number>& into);
  void skip();
  /// Nothing but space may follow.
  void end();

  [[noreturn]] void fail(const char* wanted) const;

 private:
  char peek();
  bool take(char expected);
  void need(char expected, const char* wanted);
  template <typename Number>
  Number one();
  void skip_text();

  const char* begin_;
  const char* at_;
  const char* end_;
};

template <typename Take>
void Scan::object(Take take) {
  need('{', "an object");
  if (this->take('}')) return;
  do {
    const std::string_view key = text();
    need(':', "a colon");
    take(key);
  } while (this->take(','));
  need('}', "the end of an object");
}

template <typename Take>
void Scan::array(Take take) {
  need('[', "an array");
  if (this->take(']')) return;
  do take();
  while (this->take(','));
  need(']', "the end of an array");
}

}  // namespace mlops::predict
