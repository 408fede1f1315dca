/// A page as text for a terminal: 80 columns at most, readable without colour.
#include "layout.hpp"
#include "markup.hpp"
#include "page.hpp"

#include <fmt/core.h>

namespace mlops::cli {
namespace {

constexpr std::size_t margin = 4;

/// The same text without its signs, but with `code` quoted where there is no colour to tell it.
std::string inline_text(std::string_view text, const ui::Stream& stream) {
  std::string out;
  for (const Span& span : read_markup(text)) {
    if (span.kind == Span::Kind::code && !stream.colour) out += "`" + span.text + "`";
    else if (span.kind == Span::Kind::plain) out += span.text;
    else out += ui::paint(stream, ui::Colour::bold, span.text);
  }
  return out;
}

std::string without_signs(std::string_view text) {
  std::string out;
  for (const Span& span : read_markup(text)) out += span.text;
  return out;
}

std::string code_text(std::string_view code) {
  std::string out;
  for (std::size_t begin = 0; begin <= code.size();) {
    const std::size_t end = std::min(code.find('\n', begin), code.size());
    out += std::string(margin + 4, ' ') + std::string(code.substr(begin, end - begin)) + "\n";
    begin = end + 1;
  }
  return out;
}

std::string block_text(const Block& block, const ui::Stream& stream) {
  const std::string text = inline_text(block.text, stream);
  switch (block.kind) {
    case Block::Kind::code:
      return code_text(block.text);
    case Block::Kind::bullet:
      return wrapped("- " + text, margin, margin + 2, 80);
    case Block::Kind::term:
      return std::string(margin, ' ') + ui::paint(stream, ui::Colour::bold, without_signs(block.term)) +
             "\n" + wrapped(text, margin + 4, margin + 4, 80);
    case Block::Kind::paragraph:
      break;
  }
  return wrapped(text, margin, margin, 80);
}

/// A blank line between two blocks, unless both are short items of one list.
bool apart(const Block& before, const Block& after) {
  const bool items = before.kind == Block::Kind::bullet || before.kind == Block::Kind::term;
  return !(items && before.kind == after.kind);
}

}  // namespace

std::string page_text(const Page& page, const ui::Stream& stream) {
  const auto heading = [&](std::string_view title) {
    return ui::paint(stream, ui::Colour::bold, title) + "\n";
  };
  std::string out = heading("NAME") + wrapped(page.name + " - " + page.summary, margin, margin, 80);
  for (const Section& section : page.sections) {
    out += "\n" + heading(section.title);
    const Block* before = nullptr;
    for (const Block& block : section.blocks) {
      if (before != nullptr && apart(*before, block)) out += "\n";
      out += block_text(block, stream);
      before = &block;
    }
  }
  return out;
}

}  // namespace mlops::cli
