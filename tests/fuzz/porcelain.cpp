/// Rows for programs, of any text: tabs and line ends part columns and rows, and nothing else does.
#include "fuzz.hpp"
#include "ui/encode.hpp"

#include <mlops/base/text.hpp>

namespace {

using namespace mlops;

std::string unescaped(std::string_view field) {
  constexpr std::string_view letters = "tnr\\";
  constexpr std::string_view meant = "\t\n\r\\";
  std::string out;
  for (std::size_t i = 0; i < field.size(); ++i) {
    if (field[i] != '\\') {
      out += field[i];
      continue;
    }
    const std::size_t which = ++i < field.size() ? letters.find(field[i]) : letters.npos;
    fuzz::require(which != letters.npos, "a backslash stands before a letter that is known");
    out += meant[which];
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Input input(data, size);
  const std::string text(input.rest());
  const ui::Row row = {
      {.key = "a", .value = text}, {.key = "b", .value = json::Array{text, 1}}, {.key = "c"}};
  const std::string line = ui::porcelain_line(row);
  fuzz::require(std::count(line.begin(), line.end(), '\t') == 2, "tabs part columns");
  fuzz::require(line.find_first_of("\r\n") == std::string::npos, "a row is a line");
  if (is_utf8(text)) fuzz::require(unescaped(line.substr(0, line.find('\t'))) == text, "a text reads back");
  const json::Value item = json::parse(ui::json_item(row));
  if (is_utf8(text)) fuzz::require(item["a"].text_or("-") == text, "so it does from JSON");
  return 0;
}
