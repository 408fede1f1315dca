#include "src/s3/xml.hpp"

#include <mlops/base/error.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace mlops::remote::s3 {
namespace {

constexpr int deepest = 16;
constexpr std::string_view blanks = " \t\r\n";

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Element document() {
    skip_asides();
    if (!skip("<")) refuse("no element");
    Element root = element(1);
    skip_asides();
    if (at_ != text_.size()) refuse("text behind the end");
    return root;
  }

 private:
  [[noreturn]] void refuse(const char* what) const {
    throw error(Code::corrupt, "not the XML that was expected: {} at byte {}", what, at_);
  }

  bool skip(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  void skip_blanks() { at_ = std::min(text_.find_first_not_of(blanks, at_), text_.size()); }

  std::string_view until(std::string_view end) {
    const std::size_t found = text_.find(end, at_);
    if (found == std::string_view::npos) refuse("no end");
    const std::string_view out = text_.substr(at_, found - at_);
    at_ = found + end.size();
    return out;
  }

  /// Comments and processing instructions.
  bool skip_aside() {
    if (skip("<?")) return until("?>"), true;
    if (skip("<!--")) return until("-->"), true;
    return false;
  }

  /// Servers that take their time send blanks meanwhile, some before the declaration.
  void skip_asides() {
    do {
      skip_blanks();
    } while (skip_aside());
  }

  std::string name() {
    const std::size_t end = std::min(text_.find_first_of(" \t\r\n/><=", at_), text_.size());
    std::string_view whole = text_.substr(at_, end - at_);
    if (whole.empty()) refuse("no name");
    at_ = end;
    return std::string(whole.substr(whole.find(':') + 1));
  }

  /// True when the element ends with its beginning: <Owner/>.
  bool skip_attributes() {
    for (;;) {
      skip_blanks();
      if (skip("/>")) return true;
      if (skip(">")) return false;
      name();
      skip_blanks();
      if (!skip("=")) refuse("an attribute without a value");
      skip_blanks();
      if (skip("\"")) until("\"");
      else if (skip("'")) until("'");
      else refuse("an attribute without a value");
    }
  }

  Element element(int level) {
    if (level > deepest) refuse("too many levels");
    Element out{.name = name()};
    if (skip_attributes()) return out;
    while (!skip("</")) content(out, level);
    if (name() != out.name) refuse("another end");
    skip_blanks();
    if (!skip(">")) refuse("no end");
    return out;
  }

  void content(Element& out, int level) {
    if (at_ == text_.size()) refuse("no end");
    if (skip_aside()) return;
    if (skip("<![CDATA[")) out.text += until("]]>");
    else if (skip("<")) out.children.push_back(element(level + 1));
    else if (skip("&")) out.text += entity(until(";"));
    else {
      const std::size_t end = std::min(text_.find_first_of("<&", at_), text_.size());
      out.text += text_.substr(at_, end - at_);
      at_ = end;
    }
  }

  std::string entity(std::string_view word) const {
    if (word == "lt") return "<";
    if (word == "gt") return ">";
    if (word == "amp") return "&";
    if (word == "quot") return "\"";
    if (word == "apos") return "'";
    if (!word.starts_with('#')) refuse("an unknown entity");
    word.remove_prefix(1);
    const int base = word.starts_with('x') ? 16 : 10;
    if (base == 16) word.remove_prefix(1);
    std::uint32_t code = 0;
    const auto read = std::from_chars(word.data(), word.data() + word.size(), code, base);
    if (read.ec != std::errc() || read.ptr != word.data() + word.size() || code == 0 || code > 0x10ffff)
      refuse("an unknown character");
    return utf8(code);
  }

  static std::string utf8(std::uint32_t code) {
    const auto tail = [code](unsigned shift) { return static_cast<char>(0x80 | ((code >> shift) & 0x3f)); };
    if (code < 0x80) return {static_cast<char>(code)};
    if (code < 0x800) return {static_cast<char>(0xc0 | (code >> 6)), tail(0)};
    if (code < 0x10000) return {static_cast<char>(0xe0 | (code >> 12)), tail(6), tail(0)};
    return {static_cast<char>(0xf0 | (code >> 18)), tail(12), tail(6), tail(0)};
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

const Element* Element::find(std::string_view child) const {
  const auto found =
      std::find_if(children.begin(), children.end(), [&](const Element& one) { return one.name == child; });
  return found == children.end() ? nullptr : &*found;
}

std::string Element::text_of(std::string_view child) const {
  const Element* const found = find(child);
  return found == nullptr ? std::string() : found->text;
}

Element read_xml(std::string_view text) { return Reader(text).document(); }

}  // namespace mlops::remote::s3
