#include "encode.hpp"

namespace mlops::ui {
namespace {

void append_escaped(std::string& out, const std::string& text) {
  for (const char c : text) {
    if (c == '\t') out += "\\t";
    else if (c == '\n') out += "\\n";
    else if (c == '\r') out += "\\r";
    else if (c == '\\') out += "\\\\";
    else out += c;
  }
}

}  // namespace

std::string json_item(const Row& row) {
  json::Object object;
  for (const Cell& cell : row) object.append(cell.key, cell.value);
  return json::dump(object);
}

std::string porcelain_line(const Row& row) {
  std::string out;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (i > 0) out += '\t';
    const json::Value& value = row[i].value;
    if (const std::string* text = value.as_string()) append_escaped(out, *text);
    else if (!value.is_null()) append_escaped(out, json::dump(value));
  }
  return out;
}

}  // namespace mlops::ui
