#include <mlops/serve/service.hpp>

#include <fmt/core.h>

namespace mlops::serve {
namespace {

constexpr std::size_t longest = 400;

std::string shell_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out += "'\\''";
    else out += c;
  }
  return out + "'";
}

bool is_plain(char c) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return letter || std::string_view(":/.-_%").find(c) != std::string_view::npos;
}

/// As a word of the shell; the brackets of an IPv6 address are for curl, not for patterns of files.
std::string word(std::string_view text) {
  for (const char c : text) {
    if (!is_plain(c)) return shell_quoted(text);
  }
  return std::string(text);
}

}  // namespace

std::string curl_line(std::string_view url, std::string_view body) {
  const std::string ask = fmt::format("curl -s {} -H 'content-type: application/json' -d ",
                                      word(std::string(url) + "/invocations"));
  std::string whole = ask + shell_quoted(body);
  if (whole.size() <= longest) return whole;
  return fmt::format("curl -s {} | {}@-", word(std::string(url) + "/example"), ask);
}

}  // namespace mlops::serve
