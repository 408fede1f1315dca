/// The reader: nlohmann's event parser builds our Value, so that no other file knows the library.
#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/json/value.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>
#include <unordered_set>

#include "src/check.hpp"
#include "src/tolerant.hpp"

namespace mlops::json {
namespace {

constexpr std::size_t most_levels = 512;

/// Walks the text and tells where the parser is, which its events do not.
class Cursor {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  Cursor(const char* at, std::size_t* read) : at_(at), read_(read) {}
  reference operator*() const { return *at_; }
  Cursor& operator++() {
    ++at_;
    ++*read_;
    return *this;
  }
  bool operator==(const Cursor& other) const { return at_ == other.at_; }
  bool operator!=(const Cursor& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  std::size_t* read_;
};

/// "line 2, column 7" of the character at byte `offset`; columns count characters.
std::string place(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::string_view same_line = before.substr(before.rfind('\n') + 1);
  const auto column = 1 + std::count_if(same_line.begin(), same_line.end(), [](char c) {
                        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
                      });
  return fmt::format("line {}, column {}", line, column);
}

/// A text or a number of a million characters is no message.
std::string shortened(std::string message) {
  constexpr std::size_t longest = 200;
  if (message.size() <= longest) return message;
  std::size_t end = longest;
  while (end > 0 && (static_cast<unsigned char>(message[end]) & 0xC0) == 0x80) --end;
  return message.substr(0, end) + "...";
}

/// What nlohmann saw and wanted, without its own prefixes and without bytes that are not text.
std::string reason(std::string message) {
  if (const auto start = message.find(" - "); start != std::string::npos) message.erase(0, start + 3);
  else if (const auto end = message.find("] "); end != std::string::npos) message.erase(0, end + 2);
  if (!is_utf8(message)) message.erase(std::min(message.find("; last read"), message.size()));
  return is_utf8(message) ? shortened(std::move(message)) : "text that is not UTF-8";
}

[[noreturn]] void fail_at(std::string_view text, std::size_t offset, const std::string& what) {
  throw error(Code::corrupt, "not valid JSON at {}: {}", place(text, offset), what);
}

[[noreturn]] void fail_deep(std::string_view text, std::size_t read) {
  fail_at(text, read == 0 ? 0 : read - 1, fmt::format("more than {} levels", most_levels));
}

[[noreturn]] void fail_parse(std::string_view text, std::size_t position, const std::exception& e) {
  fail_at(text, position == 0 ? 0 : position - 1, reason(e.what()));
}

/// Receives the parser's events and keeps nothing.
class Checker : public nlohmann::json::json_sax_t {
 public:
  Checker(std::string_view text, const std::size_t& read) : text_(text), read_(read) {}

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return false; }
  bool key(string_t&) override { return true; }
  bool start_object(std::size_t) override { return open(); }
  bool end_object() override { return --levels_, true; }
  bool start_array(std::size_t) override { return open(); }
  bool end_array() override { return --levels_, true; }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& e) override {
    fail_parse(text_, position, e);
  }

 private:
  bool open() {
    if (levels_ == most_levels) fail_deep(text_, read_);
    return ++levels_, true;
  }

  std::string_view text_;
  const std::size_t& read_;
  std::size_t levels_ = 0;
};

/// Receives the parser's events and puts values together.
class Builder {
 public:
  using number_integer_t = nlohmann::json::number_integer_t;
  using number_unsigned_t = nlohmann::json::number_unsigned_t;
  using number_float_t = nlohmann::json::number_float_t;
  using string_t = nlohmann::json::string_t;
  using binary_t = nlohmann::json::binary_t;

  Builder(std::string_view text, const std::size_t& read) : text_(text), read_(read) {}

  Value take() { return std::move(root_); }

  bool null() { return add(nullptr); }
  bool boolean(bool value) { return add(value); }
  bool number_integer(number_integer_t value) { return add(value); }
  bool number_unsigned(number_unsigned_t value) { return add(value); }
  bool number_float(number_float_t value, const string_t&) { return add(value); }
  bool string(string_t& value) { return add(std::move(value)); }
  bool binary(binary_t&) { return false; }

  bool start_object(std::size_t) { return open(Object()); }
  bool end_object() { return close(); }
  bool start_array(std::size_t) { return open(Array()); }
  bool end_array() { return close(); }

  bool key(string_t& name) {
    Level& level = levels_.back();
    if (!level.names.insert(name).second)
      fail_at(text_, start_of_name(), fmt::format("the name '{}' stands twice", name));
    level.name = std::move(name);
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& e) {
    fail_parse(text_, position, e);
  }

 private:
  struct Level {
    std::variant<Array, Object> content;
    std::unordered_set<std::string> names = {};
    std::string name = {};  ///< Of the member whose value comes next.
  };

  bool open(std::variant<Array, Object> content) {
    if (levels_.size() == most_levels) fail_deep(text_, read_);
    levels_.push_back({std::move(content)});
    return true;
  }

  bool close() {
    Value value = std::visit([](auto& content) { return Value(std::move(content)); }, levels_.back().content);
    levels_.pop_back();
    return add(std::move(value));
  }

  bool add(Value value) {
    if (levels_.empty()) {
      root_ = std::move(value);
    } else if (Array* array = std::get_if<Array>(&levels_.back().content)) {
      array->push_back(std::move(value));
    } else {
      std::get<Object>(levels_.back().content).append(std::move(levels_.back().name), std::move(value));
    }
    return true;
  }

  /// The opening quote of the name that was just read: its closing one is the last character read.
  std::size_t start_of_name() const {
    const auto escaped = [&](std::size_t at) {
      std::size_t slashes = 0;
      while (slashes < at && text_[at - slashes - 1] == '\\') ++slashes;
      return slashes % 2 == 1;
    };
    std::size_t at = read_ - 2;
    while (at > 0 && (text_[at] != '"' || escaped(at))) --at;
    return at;
  }

  std::string_view text_;
  const std::size_t& read_;
  std::vector<Level> levels_;
  Value root_;
};

template <typename Events>
void walk(std::string_view text, std::size_t& read, Events& events) {
  const Cursor begin(text.data(), &read);
  const Cursor end(text.data() + text.size(), &read);
  nlohmann::json::sax_parse(begin, end, &events);
  // The library takes a zero for the end, whatever stands behind it.
  if (const std::size_t at = text.find('\0'); at != std::string_view::npos) fail_at(text, at, "a zero byte");
}

}  // namespace

Value parse(std::string_view text) {
  std::size_t read = 0;
  Builder builder(text, read);
  walk(text, read, builder);
  return builder.take();
}

Value parse_written(std::string_view text) {
  std::string rewritten;
  return parse(rewrite(text, Rewriting::readable, rewritten) ? rewritten : text);
}

void check(std::string_view text) {
  std::size_t read = 0;
  Checker checker(text, read);
  walk(text, read, checker);
}

}  // namespace mlops::json
