#include "markup.hpp"

#include <algorithm>

namespace mlops::cli {
namespace {

struct Mark {
  std::string_view sign;
  Span::Kind kind;
};

constexpr Mark marks[] = {{"`", Span::Kind::code}, {"**", Span::Kind::bold}, {"*", Span::Kind::emphasis}};

/// The mark that begins at the front of `text` and is closed later on; nullptr for plain text. Stars that
/// stand before a blank are stars.
const Mark* opening(std::string_view text) {
  for (const Mark& mark : marks) {
    const std::size_t size = mark.sign.size();
    if (!text.starts_with(mark.sign) || text.size() <= size || text[size] == ' ') continue;
    const std::size_t end = text.find(mark.sign, size);
    if (end != std::string_view::npos && end > size) return &mark;
  }
  return nullptr;
}

}  // namespace

std::vector<Span> read_markup(std::string_view text) {
  std::vector<Span> spans;
  std::string plain;
  const auto flush = [&] {
    if (!plain.empty()) spans.push_back({Span::Kind::plain, plain});
    plain.clear();
  };
  while (!text.empty()) {
    const Mark* mark = opening(text);
    if (mark == nullptr) {
      plain += text.front();
      text.remove_prefix(1);
      continue;
    }
    flush();
    text.remove_prefix(mark->sign.size());
    const std::size_t end = text.find(mark->sign);
    spans.push_back({mark->kind, std::string(text.substr(0, end))});
    text.remove_prefix(end + mark->sign.size());
  }
  flush();
  return spans;
}

}  // namespace mlops::cli
