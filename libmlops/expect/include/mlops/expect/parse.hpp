#pragma once
/// Text into assertions and back. Pure; no limits but these: 64 KiB of text, 100 levels of depth.
///
///     or     := and ("or" and)* ; and := not ("and" not)* ; not := ["not"] test
///     test   := sum [ ("<"|"<="|">"|">="|"="|"!=") sum [ "@" percent ] ] | sum "in" ( sum ".." sum | "{"
///     value,... "}" ) sum    := term (("+"|"-") term)* ; term := factor (("*"|"/") factor)* factor :=
///     number[unit] | 'text' | "text" | /regex/ | name("."name)* [ "(" [ "*" | arg,... ] ")" ] | "(" or ")"
///             | "-" factor
///     arg    := [name "="] or
///
/// A quote is doubled inside of a text, a slash in a regex has a backslash. A name is of letters of any
/// script, digits and '_', or anything in backticks.

#include <mlops/expect/ast.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

namespace mlops::expect {

/// What is wrong with an assertion, and where.
struct Fault {
  std::size_t offset = 0;  ///< In bytes, from the beginning of its text.
  std::string message = {};
  std::string hint = {};  ///< May be empty.

  bool operator==(const Fault&) const = default;
};

std::variant<Assertion, Fault> parse(std::string_view text);

/// In one way of writing it, which reads back as the same tree.
std::string print(const Assertion& assertion);
std::string print(const Expr& expr);

}  // namespace mlops::expect
