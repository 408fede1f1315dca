#include "src/scan.hpp"

#include <mlops/base/text.hpp>

#include <cctype>

namespace mlops::feature {
namespace {

constexpr auto npos = std::string_view::npos;

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || static_cast<unsigned char>(c) > 127;
}

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// A quote is written twice inside of its own kind.
std::size_t behind_quotes(std::string_view text, std::size_t i) {
  const char quote = text[i];
  for (++i; i < text.size(); ++i) {
    if (text[i] != quote) continue;
    if (i + 1 < text.size() && text[i + 1] == quote) ++i;
    else return i + 1;
  }
  return text.size();
}

/// Calls `visit(i, depth)` for each byte outside of quotes until it returns false.
template <typename Visit>
void each_plain(std::string_view text, std::size_t from, Visit visit) {
  int depth = 0;
  for (std::size_t i = from; i < text.size();) {
    const std::size_t behind = behind_quoted(text, i);
    if (behind != i) {
      i = behind;
      continue;
    }
    if (text[i] == ')' || text[i] == ']') --depth;
    if (!visit(i, depth)) return;
    if (text[i] == '(' || text[i] == '[') ++depth;
    ++i;
  }
}

}  // namespace

std::size_t behind_quoted(std::string_view text, std::size_t i) {
  if (text[i] == '\'' || text[i] == '"') return behind_quotes(text, i);
  const std::string_view rest = text.substr(i);
  if (rest.starts_with("--")) {
    const std::size_t end = text.find('\n', i);
    return end == npos ? text.size() : end;
  }
  if (rest.starts_with("/*")) {
    const std::size_t end = text.find("*/", i + 2);
    return end == npos ? text.size() : end + 2;
  }
  return i;
}

std::size_t closing(std::string_view text, std::size_t open) {
  std::size_t found = npos;
  each_plain(text, open, [&](std::size_t i, int depth) {
    if (i > open && depth == 0) found = i;
    return found == npos;
  });
  return found;
}

std::size_t find_over(std::string_view text) {
  std::size_t found = npos;
  each_plain(text, 0, [&](std::size_t i, int depth) {
    const bool begins = i == 0 || (!is_word(text[i - 1]) && text[i - 1] != '.');
    const bool ends = i + 4 >= text.size() || !is_word(text[i + 4]);
    if (depth == 0 && i > 0 && begins && ends && lowered(text.substr(i, 4)) == "over") found = i;
    return found == npos;
  });
  return found;
}

Piece trimmed(Piece piece) {
  while (!piece.text.empty() && is_space(piece.text.front())) {
    piece.text.remove_prefix(1);
    ++piece.offset;
  }
  while (!piece.text.empty() && is_space(piece.text.back())) piece.text.remove_suffix(1);
  return piece;
}

std::vector<Piece> split_arguments(Piece inner) {
  std::vector<Piece> out;
  std::size_t begin = 0;
  const auto take = [&](std::size_t end) {
    out.push_back(trimmed({inner.text.substr(begin, end - begin), inner.offset + begin}));
    begin = end + 1;
  };
  each_plain(inner.text, 0, [&](std::size_t i, int depth) {
    if (depth == 0 && inner.text[i] == ',') take(i);
    return true;
  });
  take(inner.text.size());
  return out;
}

Call call_of(Piece piece) {
  piece = trimmed(piece);
  std::size_t end = 0;
  while (end < piece.text.size() && is_word(piece.text[end])) ++end;
  std::size_t open = end;
  while (open < piece.text.size() && is_space(piece.text[open])) ++open;
  if (end == 0 || open == piece.text.size() || piece.text[open] != '(') return {};
  const std::size_t close = closing(piece.text, open);
  if (close != npos && close + 1 != piece.text.size()) return {};
  const std::size_t stop = close == npos ? piece.text.size() : close;
  return {.name = piece.text.substr(0, end),
          .inner = trimmed({piece.text.substr(open + 1, stop - open - 1), piece.offset + open + 1}),
          .closed = close != npos};
}

}  // namespace mlops::feature
