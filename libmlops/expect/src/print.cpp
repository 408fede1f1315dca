#include <fmt/core.h>
#include <mlops/expect/parse.hpp>

#include <string>

#include "src/lexer.hpp"

namespace mlops::expect {
namespace {

/// How tightly a node binds: or, and, not, test, sum, term, factor.
int level_of(Kind kind) {
  if (kind == Kind::logical_or) return 0;
  if (kind == Kind::logical_and) return 1;
  if (kind == Kind::logical_not) return 2;
  if (is_logical(kind)) return 3;
  if (kind == Kind::add || kind == Kind::subtract) return 4;
  if (kind == Kind::multiply || kind == Kind::divide) return 5;
  return 6;
}

std::string in_quotes(std::string_view text, char quote) {
  std::string out(1, quote);
  for (const char c : text) {
    if (c == quote) out += c;
    out += c;
  }
  return out + quote;
}

std::string pattern(std::string_view text) {
  std::string out = "/";
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '/') out += '\\';
    out += text[i];
    if (text[i] == '\\' && i + 1 < text.size()) out += text[++i];
  }
  return out + '/';
}

std::string path_of(const Expr& expr) {
  std::string out;
  for (const Part& part : expr.path) {
    if (!out.empty()) out += '.';
    out += part.quoted ? in_quotes(part.text, '`') : part.text;
  }
  return out;
}

/// In brackets where it binds less tightly than its place does.
std::string at_level(const Expr& expr, int level) {
  const std::string text = print(expr);
  return level_of(expr.kind) < level ? "(" + text + ")" : text;
}

std::string joined(const Expr& expr, std::size_t from, std::string_view between, int level) {
  std::string out;
  for (std::size_t i = from; i < expr.operands.size(); ++i) {
    if (i > from) out += between;
    out += at_level(expr.operands[i], level);
  }
  return out;
}

/// Whether it would read as an argument with a name: `f((a = 1))`.
bool begins_as_named(const Expr& expr, std::string_view function) {
  if (expr.kind == Kind::logical_or || expr.kind == Kind::logical_and)
    return begins_as_named(expr.operands.front(), function);
  if (expr.kind != Kind::equal) return false;
  const Expr& left = expr.operands.front();
  const bool plain = left.kind == Kind::name && left.path.size() == 1 && !left.path.front().quoted;
  return plain && !is_test(function, left.path.front().text);
}

std::string call(const Expr& expr) {
  std::string out = path_of(expr) + "(";
  for (std::size_t i = 0; i < expr.operands.size(); ++i) {
    if (i > 0) out += ", ";
    const std::string text = print(expr.operands[i]);
    const std::string& name = expr.argument_names[i];
    if (!name.empty()) out.append(name).append("=").append(text);
    else out += begins_as_named(expr.operands[i], expr.path.back().text) ? "(" + text + ")" : text;
  }
  return out + ")";
}

std::string comparison(const Expr& expr) {
  std::string out = at_level(expr.operands[0], 4);
  out += fmt::format(" {} {}", sign_of(expr.kind), at_level(expr.operands[1], 4));
  return expr.confidence.empty() ? out : out + " @ " + expr.confidence + "%";
}

std::string arithmetic(const Expr& expr, int level) {
  return fmt::format("{} {} {}", at_level(expr.operands[0], level), sign_of(expr.kind),
                     at_level(expr.operands[1], level + 1));
}

}  // namespace

std::string print(const Expr& expr) {
  switch (expr.kind) {
    case Kind::number:
      return expr.text + std::string(name_of(expr.unit));
    case Kind::text:
      return in_quotes(expr.text, '\'');
    case Kind::regex:
      return pattern(expr.text);
    case Kind::name:
      return path_of(expr);
    case Kind::call:
      return call(expr);
    case Kind::star:
      return "*";
    case Kind::negate:
      return "-" + at_level(expr.operands[0], 6);
    case Kind::add:
    case Kind::subtract:
      return arithmetic(expr, 4);
    case Kind::multiply:
    case Kind::divide:
      return arithmetic(expr, 5);
    case Kind::in_range:
      return fmt::format("{} in {}..{}", at_level(expr.operands[0], 4), at_level(expr.operands[1], 4),
                         at_level(expr.operands[2], 4));
    case Kind::in_set:
      return fmt::format("{} in {{{}}}", at_level(expr.operands[0], 4), joined(expr, 1, ", ", 6));
    case Kind::logical_not:
      return "not " + at_level(expr.operands[0], 2);
    case Kind::logical_and:
      return joined(expr, 0, " and ", 2);
    case Kind::logical_or:
      return joined(expr, 0, " or ", 1);
    default:
      return comparison(expr);
  }
}

std::string print(const Assertion& assertion) { return print(assertion.root); }

}  // namespace mlops::expect
