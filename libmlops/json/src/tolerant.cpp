#include "src/tolerant.hpp"

namespace mlops::json {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.' ||
         static_cast<unsigned char>(c) >= 0x80;
}

/// Whether 64 bits hold the integer `digits`; of those as long as the greatest, text order is number order.
bool fits(std::string_view digits, bool negative) {
  const std::string_view greatest = negative ? "9223372036854775808" : "18446744073709551615";
  return digits.size() < greatest.size() || (digits.size() == greatest.size() && digits <= greatest);
}

class Rewriter {
 public:
  Rewriter(std::string_view text, Rewriting how, std::string& out) : text_(text), how_(how), out_(out) {}

  bool run() {
    out_.clear();
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') take(end_of_text());
      else if (c == '-' || is_word(c)) word();
      else take(at_ + 1);
    }
    return changed_;
  }

 private:
  void take(std::size_t end) {
    out_.append(text_, at_, end - at_);
    at_ = end;
  }

  std::size_t end_of_text() const {
    for (std::size_t i = at_ + 1; i < text_.size(); ++i) {
      if (text_[i] == '\\') ++i;
      else if (text_[i] == '"') return i + 1;
    }
    return text_.size();
  }

  void word() {
    std::size_t end = at_ + 1;
    while (end < text_.size() && is_word(text_[end])) ++end;
    const std::string_view word = text_.substr(at_, end - at_);
    if (word == "NaN" || word == "Infinity" || word == "-Infinity") return put_null(word, end);
    const bool negative = word.front() == '-';
    const std::string_view digits = word.substr(negative ? 1 : 0);
    const bool whole = digits.find_first_not_of("0123456789") == std::string_view::npos;
    const bool signed_exponent = end < text_.size() && (text_[end] == '+' || text_[end] == '-');
    take(end);
    if (!whole || fits(digits, negative) || signed_exponent || how_ == Rewriting::same_size) return;
    out_ += "e0";
    changed_ = true;
  }

  void put_null(std::string_view word, std::size_t end) {
    if (how_ == Rewriting::readable) out_ += "null";
    else out_.append(word.size(), '1');
    at_ = end;
    changed_ = true;
  }

  std::string_view text_;
  Rewriting how_;
  std::string& out_;
  std::size_t at_ = 0;
  bool changed_ = false;
};

}  // namespace

bool rewrite(std::string_view text, Rewriting how, std::string& out) {
  return Rewriter(text, how, out).run();
}

}  // namespace mlops::json
