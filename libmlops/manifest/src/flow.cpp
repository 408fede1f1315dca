/// The end of a flow map and of its entries, found without a parser: yaml-cpp does not say where nodes end.
#include "src/internal.hpp"

namespace mlops::manifest {
namespace {

/// The offset after the quoted scalar that begins at `at`.
std::size_t skip_quoted(std::string_view text, std::size_t at) {
  const char quote = text[at];
  for (std::size_t i = at + 1; i < text.size(); ++i) {
    if (quote == '"' && text[i] == '\\') ++i;
    else if (text[i] != quote) continue;
    else if (quote == '\'' && i + 1 < text.size() && text[i + 1] == quote) ++i;
    else return i + 1;
  }
  return text.size();
}

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// A quote begins a quoted scalar only where a value may begin: `it's` has none.
bool may_quote(char before) { return before == '{' || before == '[' || before == ',' || before == ':'; }

enum class Part { map, entry };

std::optional<FlowEnd> find_end(std::string_view text, std::size_t begin, Part part) {
  FlowEnd end;
  std::size_t depth = part == Part::entry ? 1 : 0;
  char last = part == Part::entry ? ',' : '\0';  // the last character that is neither space nor comment
  for (std::size_t i = begin; i < text.size(); ++i) {
    const char c = text[i];
    if (is_space(c)) continue;
    if (c == '#' && i > 0 && is_space(text[i - 1])) {
      end.comment = true;
      i = std::min(text.find('\n', i), text.size() - 1);
      continue;
    }
    if (c == ',' && depth == 1 && part == Part::entry) {
      end.close = i;
      end.comma = true;
      return end;
    }
    if ((c == '"' || c == '\'') && may_quote(last)) {
      i = skip_quoted(text, i) - 1;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if ((c == '}' || c == ']') && --depth == 0) {
      end.close = i;
      end.empty = last == '{' && end.offset == begin + 1;
      end.comma = last == ',';
      return end;
    }
    last = c;
    end.offset = i + 1;
  }
  return std::nullopt;
}

}  // namespace

std::optional<FlowEnd> find_flow_end(std::string_view text, std::size_t begin) {
  return find_end(text, begin, Part::map);
}

std::optional<FlowEnd> find_flow_entry_end(std::string_view text, std::size_t begin) {
  return find_end(text, begin, Part::entry);
}

}  // namespace mlops::manifest
