/// A page in man(7) markup.
#include "embedded.hpp"
#include "markup.hpp"
#include "page.hpp"

#include <mlops/base/version.hpp>

#include <fmt/core.h>

namespace mlops::cli {
namespace {

/// roff reads '\' as an escape, '-' as a hyphen and a '.' or '\'' at the start of a line as a request.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') out += "\\e";
    else if (c == '-') out += "\\-";
    else if (c == '\'') out += "\\(aq";
    else if (c == '`') out += "\\(ga";
    else if (c == '^') out += "\\(ha";
    else if (c == '~') out += "\\(ti";
    else out += c;
  }
  return out;
}

std::string guarded(const std::string& line) { return line.starts_with('.') ? "\\&" + line : line; }

std::string inline_roff(std::string_view text) {
  std::string out;
  for (const Span& span : read_markup(text)) {
    if (span.kind == Span::Kind::plain) out += escaped(span.text);
    else out += fmt::format("\\f{}{}\\fR", span.kind == Span::Kind::emphasis ? "I" : "B", escaped(span.text));
  }
  return guarded(out);
}

std::string code_roff(std::string_view code) {
  std::string out = ".PP\n.in +4n\n.nf\n";
  for (std::size_t begin = 0; begin <= code.size();) {
    const std::size_t end = std::min(code.find('\n', begin), code.size());
    out += guarded(escaped(code.substr(begin, end - begin))) + "\n";
    begin = end + 1;
  }
  return out + ".fi\n.in\n";
}

std::string block_roff(const Block& block) {
  switch (block.kind) {
    case Block::Kind::code:
      return code_roff(block.text);
    case Block::Kind::bullet:
      return fmt::format(".IP \\(bu 3\n{}\n", inline_roff(block.text));
    case Block::Kind::term: {
      const bool marked =
          read_markup(block.term).size() > 1 || block.term.find_first_of("*`") != std::string::npos;
      const std::string term =
          marked ? inline_roff(block.term) : fmt::format("\\fB{}\\fR", escaped(block.term));
      return fmt::format(".TP\n{}\n{}\n", term, inline_roff(block.text));
    }
    case Block::Kind::paragraph:
      break;
  }
  return fmt::format(".PP\n{}\n", inline_roff(block.text));
}

}  // namespace

std::string roff(const Page& page) {
  std::string title = page.name;
  for (char& c : title) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  std::string out = fmt::format(".TH \"{}\" \"{}\" \"{}\" \"mlops {}\" \"mlops manual\"\n", escaped(title),
                                page.number, release_date(), version());
  // Left-justified and without hyphenation: options and paths stay whole.
  out += ".nh\n.ad l\n";
  out += fmt::format(".SH NAME\n{} \\- {}\n", escaped(page.name), inline_roff(page.summary));
  for (const Section& section : page.sections) {
    out += fmt::format(".SH {}\n", escaped(section.title));
    for (const Block& block : section.blocks) out += block_roff(block);
  }
  return out;
}

}  // namespace mlops::cli
