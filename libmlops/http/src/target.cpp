#include "src/target.hpp"

#include <algorithm>

namespace mlops::http {
namespace {

constexpr std::string_view not_absolute = "the target is neither a path nor an http URL";

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

bool begins_with_scheme(std::string_view text, std::string_view scheme) {
  return text.size() >= scheme.size() &&
         std::equal(scheme.begin(), scheme.end(), text.begin(),
                    [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b - 'A' + 'a' : b); });
}

/// "http://host/a?b" without "http://host"; empty when it is not of that form.
std::string_view without_authority(std::string_view text) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!begins_with_scheme(text, scheme)) continue;
    text.remove_prefix(scheme.size());
    const std::size_t end = std::min(text.find_first_of("/?"), text.size());
    if (end == 0 || !is_host(text.substr(0, end))) return {};
    text.remove_prefix(end);
    return text.empty() ? "/" : text;
  }
  return {};
}

std::string_view decode(std::string_view text, std::string& decoded) {
  decoded.clear();
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      const int high = i + 2 < text.size() ? hex(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex(text[i + 2]) : -1;
      if (high < 0 || low < 0) return "a '%' in the path is not followed by two hexadecimal digits";
      c = static_cast<char>(high * 16 + low);
      if (is_control(c)) return "the path has a control character";
      i += 2;
    }
    decoded += c;
  }
  return {};
}

}  // namespace

bool is_host(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    return is_control(c) || std::string_view(" \"#/<>?@\\^`{|}").find(c) != std::string_view::npos;
  });
}

std::string_view split_target(std::string_view text, std::string& decoded, Target& target) {
  if (text.empty() || text.front() != '/') text = without_authority(text);
  if (text.empty()) return not_absolute;
  if (text.find('#') != std::string_view::npos) return "the target has a fragment ('#')";
  const std::size_t mark = text.find('?');
  target.path = text.substr(0, mark);
  target.query = mark == std::string_view::npos ? std::string_view() : text.substr(mark + 1);
  if (target.path.find('%') != std::string_view::npos) {
    if (const auto fault = decode(target.path, decoded); !fault.empty()) return fault;
    target.path = decoded;
  }
  if (target.path.empty()) target.path = "/";  // "http://host?query"
  return {};
}

}  // namespace mlops::http
