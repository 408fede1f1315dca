#include <mlops/expect/ast.hpp>

#include <array>
#include <cstdlib>

namespace mlops::expect {
namespace {

struct UnitRow {
  Unit unit;
  std::string_view name;
  double scale;
};

constexpr std::array units = {
    UnitRow{Unit::none, "", 1},          UnitRow{Unit::percent, "%", 0.01},
    UnitRow{Unit::us, "us", 1},          UnitRow{Unit::ms, "ms", 1e3},
    UnitRow{Unit::s, "s", 1e6},          UnitRow{Unit::m, "m", 60e6},
    UnitRow{Unit::h, "h", 3600e6},       UnitRow{Unit::d, "d", 86400e6},
    UnitRow{Unit::w, "w", 604800e6},     UnitRow{Unit::kilobytes, "KB", 1e3},
    UnitRow{Unit::megabytes, "MB", 1e6}, UnitRow{Unit::gigabytes, "GB", 1e9},
};

}  // namespace

bool is_comparison(Kind kind) { return kind >= Kind::less && kind <= Kind::not_equal; }

bool is_logical(Kind kind) { return kind >= Kind::less; }

std::string_view sign_of(Kind kind) {
  switch (kind) {
    case Kind::negate:
    case Kind::subtract:
      return "-";
    case Kind::add:
      return "+";
    case Kind::multiply:
      return "*";
    case Kind::divide:
      return "/";
    case Kind::less:
      return "<";
    case Kind::less_equal:
      return "<=";
    case Kind::greater:
      return ">";
    case Kind::greater_equal:
      return ">=";
    case Kind::equal:
      return "=";
    case Kind::not_equal:
      return "!=";
    case Kind::in_range:
    case Kind::in_set:
      return "in";
    case Kind::logical_not:
      return "not";
    case Kind::logical_and:
      return "and";
    case Kind::logical_or:
      return "or";
    default:
      return "";
  }
}

std::string_view name_of(Unit unit) { return units.at(static_cast<std::size_t>(unit)).name; }

double scale_of(Unit unit) { return units.at(static_cast<std::size_t>(unit)).scale; }

double value_of(const Expr& number) {
  const double value = std::strtod(number.text.c_str(), nullptr);
  return number.unit == Unit::percent ? value / 100 : value * scale_of(number.unit);
}

}  // namespace mlops::expect
