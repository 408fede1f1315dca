#include <mlops/table/engine.hpp>

namespace mlops::table {
namespace {

std::string quoted(std::string_view text, char quote) {
  std::string out(1, quote);
  for (const char c : text) {
    if (c == quote) out += quote;
    out += c;
  }
  return out += quote;
}

}  // namespace

std::string identifier(std::string_view name) { return quoted(name, '"'); }

std::string literal(std::string_view text) { return quoted(text, '\''); }

std::string literal_list(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const auto& text : texts) out += (out.size() == 1 ? "" : ", ") + literal(text);
  return out + "]";
}

}  // namespace mlops::table
