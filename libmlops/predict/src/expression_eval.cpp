#include <cmath>

#include "src/expression_tree.hpp"

namespace mlops::predict {
namespace {

using Row = std::span<const Scalar>;

/// Of AND (`decides` is false) and OR (`decides` is true).
Scalar joined(const Bound& node, Row row, bool decides) {
  bool null = false;
  for (const Bound& part : node.parts) {
    const Scalar one = evaluate(part, row);
    if (one.null) null = true;
    else if ((one.whole != 0) == decides) return flag(decides);
  }
  return null ? Scalar() : flag(!decides);
}

Scalar in(const Bound& node, Row row) {
  const Scalar sought = evaluate(node.parts[0], row);
  bool null = sought.null;
  for (std::size_t i = 1; i < node.parts.size() && !sought.null; ++i) {
    const Scalar item = evaluate(node.parts[i], row);
    if (item.null) null = true;
    else if (order_of(node.parts[i].type, sought, item) == 0) return flag(true);
  }
  return null ? Scalar() : flag(false);
}

Scalar choose(const Bound& node, Row row) {
  for (std::size_t i = 0; i + 1 < node.parts.size(); i += 2) {
    const Scalar when = evaluate(node.parts[i], row);
    if (!when.null && when.whole != 0) return evaluate(node.parts[i + 1], row);
  }
  return evaluate(node.parts.back(), row);
}

Scalar coalesce(const Bound& node, Row row) {
  for (const Bound& part : node.parts) {
    if (Scalar one = evaluate(part, row); !one.null) return one;
  }
  return {};
}

Scalar extreme(const Bound& node, Row row) {
  const int wanted = node.op == Bound::Op::least ? -1 : 1;
  Scalar best;
  for (const Bound& part : node.parts) {
    Scalar one = evaluate(part, row);
    if (!one.null && (best.null || order_of(node.type, one, best) == wanted)) best = std::move(one);
  }
  return best;
}

Scalar null_if(const Bound& node, Row row) {
  const Scalar a = evaluate(node.parts[1], row);
  const Scalar b = evaluate(node.parts[2], row);
  if (!a.null && !b.null && order_of(node.parts[1].type, a, b) == 0) return {};
  return evaluate(node.parts[0], row);
}

Scalar concat(const Bound& node, Row row) {
  Scalar out = text("");
  for (const Bound& part : node.parts) {
    const Scalar one = evaluate(part, row);
    if (!one.null) out.text += one.text;
  }
  return out;
}

Scalar strict(const Bound& node, Row row) {
  constexpr std::size_t most = 4;
  Scalar values[most];
  for (std::size_t i = 0; i < node.parts.size(); ++i) {
    values[i] = evaluate(node.parts[i], row);
    if (values[i].null) return {};
  }
  return node.run(node, values);
}

}  // namespace

int order_of(SqlType type, const Scalar& a, const Scalar& b) {
  if (type == SqlType::text) {
    const int order = a.text.compare(b.text);
    return order < 0 ? -1 : order > 0 ? 1 : 0;
  }
  if (type != SqlType::float64) return a.whole < b.whole ? -1 : a.whole > b.whole ? 1 : 0;
  if (std::isnan(a.number) || std::isnan(b.number)) return std::isnan(a.number) - std::isnan(b.number);
  return a.number < b.number ? -1 : a.number > b.number ? 1 : 0;
}

Scalar evaluate(const Bound& node, Row row) {
  switch (node.op) {
    case Bound::Op::literal:
      return node.value;
    case Bound::Op::column:
      return row[node.which];
    case Bound::Op::strict:
      return strict(node, row);
    case Bound::Op::both:
    case Bound::Op::either:
      return joined(node, row, node.op == Bound::Op::either);
    case Bound::Op::is_null:
      return flag(evaluate(node.parts[0], row).null);
    case Bound::Op::in:
      return in(node, row);
    case Bound::Op::choose:
      return choose(node, row);
    case Bound::Op::coalesce:
      return coalesce(node, row);
    case Bound::Op::least:
    case Bound::Op::greatest:
      return extreme(node, row);
    case Bound::Op::null_if:
      return null_if(node, row);
    case Bound::Op::concat:
      return concat(node, row);
  }
  return {};
}

}  // namespace mlops::predict
