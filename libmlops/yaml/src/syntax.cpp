#include "src/internal.hpp"

#include <algorithm>

namespace mlops::yaml {
namespace {

/// A fault of yaml-cpp by what its message begins with, in our words.
struct Translation {
  std::string_view theirs;
  std::string_view message;
  std::string_view hint;
};

constexpr Translation translations[] = {
    {"the referenced anchor is not defined", "a value cannot begin with '*'", quote_it},
    {"alias not found after *", "a value cannot begin with '*'", quote_it},
    {"illegal character found while scanning alias", "a value cannot begin with '*'", quote_it},
    {"anchor not found after &", "a value cannot begin with '&'", quote_it},
    {"illegal character found while scanning anchor", "a value cannot begin with '&'", quote_it},
    {"illegal character found while scanning tag", "a value cannot begin with '!'", quote_it},
    {"tag handle with no suffix", "a value cannot begin with '!'", quote_it},
    {"end of verbatim tag", "a value cannot begin with '!'", quote_it},
    {"unexpected character in block scalar", "text after '>' or '|' must begin on the next line", quote_it},
    {"cannot set zero indentation", "text after '>' or '|' must begin on the next line", quote_it},
    {"illegal block entry", "a list cannot begin here", "begin it on a line of its own, or quote the value"},
    {"illegal map key", "a value cannot begin with '? '", quote_it},
    {"illegal tab when looking for indentation", "a tab in the indentation", "indent with spaces"},
    {"end of map not found", "this does not belong to the entries above",
     "check the indentation of this line"},
    {"end of sequence not found", "this does not belong to the list above",
     "check the indentation of this line"},
    {"end of map flow not found", "a '{' is not closed before this",
     "close it, or quote a value that holds '{' or ',' with single quotes"},
    {"end of sequence flow not found", "a '[' is not closed before this",
     "close it, or quote a value that holds '[' or ',' with single quotes"},
    {"illegal flow end", "a closing bracket that was not opened", quote_it},
    {"unknown escape character", "a '\\' inside double quotes begins an escape", quote_it},
    {"bad character found while scanning hex number", "a '\\' inside double quotes begins an escape",
     quote_it},
    {"invalid unicode", "an escape that is no character", "write the character itself"},
    {"illegal EOF in scalar", "the quote is never closed", "close it"},
    {"illegal document indicator in scalar", "a line `---` or `...` inside a quoted value", "indent it"},
};

/// True when a quoted value has just ended where `before` does.
bool after_quote(std::string_view before) {
  while (before.ends_with(' ')) before.remove_suffix(1);
  return before.ends_with('"') || before.ends_with('\'');
}

bool may_follow_a_quote(const Translation& fault) {
  return fault.theirs.starts_with("end of ") && fault.theirs.ends_with("not found");
}

/// The ':' of `a: b: c` stands behind another one; the one of a line that is indented too deep does not.
Fault explain_colon(std::string_view before, const Position& at) {
  if (before.find(": ") != std::string_view::npos) {
    return {at, "a second ': ' in one value", std::string(quote_it)};
  }
  return {at, "an entry cannot begin here", "check the indentation of this line"};
}

/// A character with a meaning: at the start of a value, or inside a plain one where [] and {} forbid it.
Fault explain_token(std::string_view before, std::string_view token, const Position& at) {
  const bool begins =
      before.empty() || std::string_view(" [{,:").find(before.back()) != std::string_view::npos;
  const auto message = begins ? fmt::format("a value cannot begin with '{}'", token)
                              : fmt::format("a plain value cannot hold '{}' here", token);
  return {at, message, std::string(quote_it)};
}

/// The mark stands behind the '>' or '|' that was meant as text.
Fault explain_block(std::string_view text, const Position& at, const Translation& found) {
  const std::size_t begin = text.substr(0, at.offset).find_last_of(">|");
  const Position from = begin == std::string_view::npos ? at : position_of(text, begin);
  return {from, std::string(found.message), std::string(found.hint)};
}

}  // namespace

Fault explain(std::string_view text, std::size_t offset, std::string_view message) {
  const Position at = position_of(text, offset);
  const std::string_view rest = text.substr(at.offset);
  const std::string_view before =
      text.substr(line_begin(text, at.offset)).substr(0, at.offset - line_begin(text, at.offset));
  if (message == "unknown token") return explain_token(before, rest.substr(0, 1), at);
  if (before.substr(0, before.find_first_not_of(" \t")).find('\t') != std::string_view::npos) {
    return {at, "a tab in the indentation", "indent with spaces"};
  }
  if (message == "illegal map value") return explain_colon(before, at);
  const auto* found = std::find_if(std::begin(translations), std::end(translations),
                                   [&](const Translation& t) { return message.starts_with(t.theirs); });
  if (found == std::end(translations)) return {at, fmt::format("not valid YAML: {}", message), ""};
  if (found->message.starts_with("text after '>'")) return explain_block(text, at, *found);
  if (may_follow_a_quote(*found) && after_quote(before)) {
    return {at, "text after a closing quote", "quote the whole value with single quotes"};
  }
  return {at, std::string(found->message), std::string(found->hint)};
}

}  // namespace mlops::yaml
