#include "src/forest_scan.hpp"

#include <mlops/base/error.hpp>

#include <charconv>
#include <cstring>

namespace mlops::predict {

void Scan::fail(const char* wanted) const {
  throw error(Code::corrupt, "the boosted trees are damaged at byte {}: {} was expected", at_ - begin_,
              wanted);
}

char Scan::peek() {
  while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\t' || *at_ == '\r')) ++at_;
  return at_ == end_ ? '\0' : *at_;
}

bool Scan::take(char expected) {
  if (peek() != expected) return false;
  ++at_;
  return true;
}

void Scan::need(char expected, const char* wanted) {
  if (!take(expected)) fail(wanted);
}

std::string_view Scan::text() {
  need('"', "a text");
  const char* const first = at_;
  skip_text();
  return {first, static_cast<std::size_t>(at_ - 1 - first)};
}

// From behind the opening quote to behind the closing one.
void Scan::skip_text() {
  for (; at_ != end_ && *at_ != '"'; ++at_)
    if (*at_ == '\\' && ++at_ == end_) break;
  if (at_ == end_) fail("the end of a text");
  ++at_;
}

template <typename Number>
Number Scan::one() {
  Number value = 0;
  const auto [next, fault] = std::from_chars(at_, end_, value);
  if (fault != std::errc()) fail("a number");
  at_ = next;
  return value;
}

std::int64_t Scan::integer() {
  const bool spelled = take('"');
  peek();
  const auto value = one<std::int64_t>();
  if (spelled) need('"', "a whole number");
  return value;
}

float Scan::number() {
  const bool spelled = take('"');
  peek();
  const auto value = one<float>();
  if (spelled) need('"', "a number");
  return value;
}

template <typename Number>
void Scan::numbers(std::vector<Number>& into) {
  into.clear();
  array([&] {
    const char first = peek();
    if (first == 't' || first == 'f') {
      into.push_back(first == 't');
      skip();
    } else {
      into.push_back(one<Number>());
    }
  });
}
template void Scan::numbers(std::vector<std::int32_t>&);
template void Scan::numbers(std::vector<std::int64_t>&);
template void Scan::numbers(std::vector<std::uint8_t>&);
template void Scan::numbers(std::vector<float>&);

// Brackets are counted, not matched. An array that begins with a number holds nothing but numbers.
void Scan::skip() {
  int depth = 0;
  do {
    switch (peek()) {
      case '"':
        ++at_, skip_text();
        break;
      case '{':
        ++at_, ++depth;
        break;
      case '[': {
        ++at_, ++depth;
        const char first = peek();
        if (first != '-' && (first < '0' || first > '9')) break;
        const void* const close = std::memchr(at_, ']', static_cast<std::size_t>(end_ - at_));
        if (close == nullptr) fail("the end of an array");
        at_ = static_cast<const char*>(close);
        break;
      }
      case '}':
      case ']':
        if (depth-- == 0) fail("a value");
        ++at_;
        break;
      case ',':
      case ':':
        if (depth == 0) fail("a value");
        ++at_;
        break;
      case '\0':
        fail("a value");
      default:
        while (at_ != end_ && std::strchr(",:]}[{\" \n\t\r", *at_) == nullptr) ++at_;
    }
  } while (depth > 0);
}

void Scan::end() {
  if (peek() != '\0' || at_ != end_) fail("the end");
}

}  // namespace mlops::predict
