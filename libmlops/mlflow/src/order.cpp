#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>

#include <algorithm>
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

/// Less than 0 when `a` comes first.
int compared(const Found& a, const Found& b, bool descending) {
  if (rank(a) != rank(b)) return rank(a) - rank(b);
  if (rank(a) != 0 || a == b) return 0;
  return (a < b) != descending ? -1 : 1;
}

}  // namespace

Order::Order(const json::Array& wanted) {
  for (const json::Value& each : wanted) {
    const std::string text = each.text_or("");
    std::string_view rest = text;
    Key key = {.field = take_field(rest)};
    skip_blanks(rest);
    const std::string way = lowered(rest);
    key.descending = way == "desc";
    if (!way.empty() && way != "asc" && way != "desc") {
      throw error(Code::usage, "Invalid order_by clause '{}': it wants ASC or DESC behind the field", text);
    }
    keys_.push_back(std::move(key));
  }
}

void Order::sort(std::vector<const TrackedRun*>& runs) const {
  std::stable_sort(runs.begin(), runs.end(), [&](const TrackedRun* a, const TrackedRun* b) {
    for (const Key& key : keys_) {
      const int order = compared(value_of(key.field, *a), value_of(key.field, *b), key.descending);
      if (order != 0) return order < 0;
    }
    return a->started_ms != b->started_ms ? a->started_ms > b->started_ms : a->id < b->id;
  });
}

}  // namespace mlops::mlflow
