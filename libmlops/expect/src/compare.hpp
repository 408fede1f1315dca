#pragma once
/// The signs of the language, on values.

#include <mlops/expect/ast.hpp>

namespace mlops::expect {

/// `less` to `not_equal`.
template <typename T>
bool compares(Kind kind, const T& a, const T& b) {
  switch (kind) {
    case Kind::less:
      return a < b;
    case Kind::less_equal:
      return a <= b;
    case Kind::greater:
      return a > b;
    case Kind::greater_equal:
      return a >= b;
    case Kind::equal:
      return a == b;
    default:
      return a != b;
  }
}

/// `add` to `divide`.
double calculate(Kind kind, double a, double b);

}  // namespace mlops::expect
