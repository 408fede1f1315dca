#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>

#include <cmath>

#include "src/filter.hpp"

namespace mlops::mlflow {
namespace {

/// 0: a number or a text; 1: NaN; 2: nothing.
int rank(const Found& found) {
  if (std::holds_alternative<std::monostate>(found)) return 2;
  const double* number = std::get_if<double>(&found);
  return number != nullptr && std::isnan(*number) ? 1 : 0;
}

}  // namespace

Order::Key Order::key_of(const json::Value& wanted, const Attributes& attributes) {
  const std::string text = wanted["field_name"].text_or(wanted.text_or(""));
  std::string_view rest = text;
  Key key = {.field = take_field(rest, attributes), .descending = !wanted["ascending"].bool_or(true)};
  skip_blanks(rest);
  const std::string way = lowered(rest);
  if (way == "desc") key.descending = true;
  if (!way.empty() && way != "asc" && way != "desc") {
    throw error(Code::usage, "Invalid order_by clause '{}': it wants ASC or DESC behind the field", text);
  }
  return key;
}

int Order::compare(const Found& a, const Found& b, bool descending) {
  if (rank(a) != rank(b)) return rank(a) - rank(b);
  if (rank(a) != 0 || a == b) return 0;
  return (a < b) != descending ? -1 : 1;
}

Order::Order(const json::Array& wanted, const Attributes& attributes) {
  for (const json::Value& each : wanted) keys_.push_back(key_of(each, attributes));
}

}  // namespace mlops::mlflow
