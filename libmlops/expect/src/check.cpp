#include <mlops/expect/check.hpp>

#include <fmt/core.h>
#include <mlops/base/clock.hpp>
#include <mlops/base/text.hpp>

#include <algorithm>
#include <utility>

namespace mlops::expect {
namespace {

constexpr Type unknown{};
constexpr Type truth{Sort::truth, Measure::plain};
constexpr Type plain_number{Sort::number, Measure::plain};

Type number_type(Unit unit) {
  if (unit == Unit::none) return plain_number;
  if (unit == Unit::percent) return {Sort::number, Measure::share};
  return {Sort::number, unit < Unit::kilobytes ? Measure::duration : Measure::size};
}

bool is_counting(Measure measure) { return measure == Measure::plain || measure == Measure::count; }

class Checker {
 public:
  Checker(const Scope& scope, std::vector<Fault>& faults) : scope_(scope), faults_(faults) {}

  void assertion(const Expr& root) {
    logical(root);
    if (stars_ > 0 && of_rows_) add(root, "'*' and columns of rows do not stand in one assertion");
  }
  Type type(const Expr& expr);

 private:
  void add(const Expr& at, std::string message, std::string hint = {}) {
    faults_.push_back({at.at.begin, std::move(message), std::move(hint)});
  }
  void logical(const Expr& expr);
  Type leaf(const Expr& expr);
  Type call(const Expr& expr, const Leaf& leaf);
  void argument(const Expr& expr, const Argument& wanted, const Leaf& leaf, Type& first);
  void column(const Expr& expr, const Argument& wanted, const Leaf& leaf, Type& first);
  void value(const Expr& expr, const Argument& wanted, const Leaf& leaf, Type& first);
  /// Whether the value is of a sort that the argument takes.
  bool fits(const Expr& expr, const Argument& wanted, const Leaf& leaf, const Type& seen);
  Type arithmetic(const Expr& expr);
  Type sum(const Expr& expr, const Type& left, const Type& right);
  Type product(const Expr& expr, const Type& left, const Type& right);
  void comparison(const Expr& expr);
  void range(const Expr& expr);
  void set(const Expr& expr);
  void comparable(const Expr& left, const Type& a, const Expr& right, const Type& b, bool ordered);
  void measures(const Expr& left, const Type& a, const Expr& right, const Type& b);
  void confidence(const Expr& expr);
  /// Whether every name in it is a metric's; `seen` becomes true when there is one.
  bool of_metrics(const Expr& expr, bool& seen);

  const Scope& scope_;
  std::vector<Fault>& faults_;
  std::string table_ = {};  ///< Whose columns are meant; not empty inside of `last.mean(...)`.
  int calls_ = 0;
  int stars_ = 0;
  bool of_rows_ = false;
};

std::string quote(const Expr& expr) {
  return expr.kind == Kind::text ? print(expr) : "'" + print(expr) + "'";
}

void Checker::logical(const Expr& expr) {
  if (expr.kind == Kind::logical_and || expr.kind == Kind::logical_or || expr.kind == Kind::logical_not) {
    for (const Expr& part : expr.operands) logical(part);
  } else if (is_comparison(expr.kind)) {
    comparison(expr);
  } else if (expr.kind == Kind::in_range) {
    range(expr);
  } else if (expr.kind == Kind::in_set) {
    set(expr);
  } else {
    const Type found = type(expr);
    if (found.sort == Sort::truth || found.sort == Sort::unknown) return;
    const bool constant = expr.kind == Kind::number || expr.kind == Kind::text;
    add(expr, fmt::format("{} is {}, true or false is wanted", quote(expr), name_of(found)),
        constant ? ""
                 : fmt::format("compare it, such as `{} > {}`", print(expr),
                               found.measure == Measure::duration ? "1h"
                               : found.sort == Sort::text         ? "'a'"
                                                                  : "0"));
  }
}

Type Checker::type(const Expr& expr) {
  switch (expr.kind) {
    case Kind::number:
      return number_type(expr.unit);
    case Kind::text:
      return {Sort::text};
    case Kind::regex:
      add(expr, "a regular expression stands in `match(column, /.../)`");
      return unknown;
    case Kind::star:
      add(expr, "'*' stands alone in the brackets of a function");
      return unknown;
    case Kind::name:
    case Kind::call:
      return leaf(expr);
    case Kind::negate:
    case Kind::add:
    case Kind::subtract:
    case Kind::multiply:
    case Kind::divide:
      return arithmetic(expr);
    default:
      logical(expr);
      return truth;
  }
}

Type Checker::leaf(const Expr& expr) {
  if (calls_ > 0 && !table_.empty() && expr.kind == Kind::name && expr.path.size() == 1) {
    // A column of another table, whose names mean nothing else here.
    Type found;
    column(expr, {}, {.table = table_}, found);
    return found;
  }
  auto found = resolve(expr, scope_);
  if (auto* fault = std::get_if<Fault>(&found)) {
    faults_.push_back(std::move(*fault));
    return unknown;
  }
  const Leaf& leaf = std::get<Leaf>(found);
  if (leaf.is_column()) {
    if (calls_ == 0) of_rows_ = true;
    return leaf.column.type;
  }
  return call(expr, leaf);
}

Type Checker::call(const Expr& expr, const Leaf& leaf) {
  const Signature& function = *leaf.function;
  const auto& wanted = function.arguments;
  const bool open = !wanted.empty() && wanted.back().repeats;
  Type first = unknown;
  std::vector<bool> given(wanted.size(), false);
  const std::string table = std::exchange(table_, leaf.table);
  ++calls_;
  for (std::size_t i = 0, place = 0; i < expr.operands.size(); ++i) {
    const std::string& name = expr.argument_names[i];
    std::size_t at = std::min(place, wanted.size());
    if (!name.empty()) {
      const auto known =
          std::find_if(wanted.begin(), wanted.end(), [&](const Argument& one) { return one.name == name; });
      at = static_cast<std::size_t>(known - wanted.begin());
    } else if (open && at == wanted.size()) {
      at = wanted.size() - 1;
    }
    if (at == wanted.size()) {
      add(expr.operands[i],
          name.empty() ? fmt::format("'{}' takes {}", function.name,
                                     wanted.empty() ? "no argument" : count_of(wanted.size(), "argument"))
                       : fmt::format("'{}' has no argument '{}'", function.name, name),
          fmt::format("write `{}`", usage_of(function)));
      break;
    }
    given[at] = true;
    if (name.empty()) ++place;
    argument(expr.operands[i], wanted[at], leaf, first);
  }
  --calls_;
  table_ = table;
  const auto missing = std::find(given.begin(), given.end(), false);
  if (missing != given.end() && given.size() > 0) {
    const bool at_all = !expr.operands.empty();
    if (expr.operands.size() < wanted.size())
      faults_.push_back(
          {expr.at.begin,
           fmt::format("'{}' wants {}", function.name, at_all ? "more arguments" : "an argument"),
           fmt::format("write `{}`", usage_of(function))});
  }
  return function.type.sort == Sort::unknown ? first : function.type;
}

void Checker::argument(const Expr& expr, const Argument& wanted, const Leaf& leaf, Type& first) {
  const auto wants = [&](std::string_view what) {
    add(expr, fmt::format("'{}' takes {} here, not {}", leaf.function->name, what, quote(expr)),
        fmt::format("write `{}`", usage_of(*leaf.function)));
  };
  if (expr.kind == Kind::star) {
    ++stars_;
    if (!leaf.function->star)
      add(expr, fmt::format("'*' cannot stand in '{}'", leaf.function->name), "name the column");
    return;
  }
  switch (wanted.kind) {
    case ArgumentKind::column:
      if (expr.kind != Kind::name || expr.path.size() != 1) return wants("a column");
      return column(expr, wanted, leaf, first);
    case ArgumentKind::value:
      return value(expr, wanted, leaf, first);
    case ArgumentKind::test:
      if (!is_logical(expr.kind) && expr.kind != Kind::name) return wants("a test of each row");
      return logical(expr);
    case ArgumentKind::regex:
      if (expr.kind != Kind::regex) wants("a regular expression, /.../,");
      return;
    case ArgumentKind::fraction:
      if (expr.kind != Kind::number || expr.unit > Unit::percent || value_of(expr) > 1)
        wants("a share from 0 to 1");
      return;
    case ArgumentKind::word:
      if (expr.kind != Kind::name || expr.path.size() != 1) wants("a word");
      return;
  }
}

/// The name of a column, whatever else has that name.
void Checker::column(const Expr& expr, const Argument& wanted, const Leaf& leaf, Type& first) {
  const Part& name = expr.path.front();
  const auto table = scope_.columns.find(leaf.table);
  if (table == scope_.columns.end()) return;
  std::vector<std::string> known;
  for (const ColumnType& one : table->second) {
    if (one.name == name.text) {
      first = one.type;
      fits(expr, wanted, leaf, first);
      return;
    }
    known.push_back(one.name);
  }
  const auto near = near_misses(name.text, known);
  const std::string whose = leaf.table.empty() ? "" : fmt::format(" in {}", leaf.table);
  add(expr, fmt::format("there is no column '{}'{}", name.text, whose),
      near.empty() ? ""
                   : fmt::format("similar name{} exist{}: {}", near.size() > 1 ? "s" : "",
                                 near.size() > 1 ? "" : "s", one_of(near)));
}

void Checker::value(const Expr& expr, const Argument& wanted, const Leaf& leaf, Type& first) {
  first = type(expr);
  if (!fits(expr, wanted, leaf, first)) first = unknown;
}

bool Checker::fits(const Expr& expr, const Argument& wanted, const Leaf& leaf, const Type& seen) {
  const auto& sorts = wanted.sorts;
  const bool any = sorts.empty() || seen.sort == Sort::unknown;
  if (any || std::find(sorts.begin(), sorts.end(), seen.sort) != sorts.end()) return true;
  std::string names;
  for (const Sort sort : sorts) {
    const std::string_view one = name_of(Type{sort});
    names += (names.empty() ? "" : " or ") + std::string(one);
  }
  add(expr,
      fmt::format("'{}' is asked of {}, {} is {}", leaf.function->name, names, quote(expr), name_of(seen)));
  return false;
}

Type Checker::arithmetic(const Expr& expr) {
  std::vector<Type> types;
  for (const Expr& part : expr.operands) types.push_back(type(part));
  const bool times = expr.kind == Kind::add || expr.kind == Kind::subtract;
  for (std::size_t i = 0; i < types.size(); ++i) {
    const Sort sort = types[i].sort;
    if (sort == Sort::unknown) return unknown;
    if (sort == Sort::number || (sort == Sort::time && times)) continue;
    add(expr.operands[i], fmt::format("{} is {}, a number is wanted beside '{}'", quote(expr.operands[i]),
                                      name_of(types[i]), sign_of(expr.kind)));
    return unknown;
  }
  if (expr.kind == Kind::negate) return types[0];
  return times ? sum(expr, types[0], types[1]) : product(expr, types[0], types[1]);
}

Type Checker::sum(const Expr& expr, const Type& left, const Type& right) {
  const bool moment = left.sort == Sort::time;
  const Type duration{Sort::number, Measure::duration};
  if (moment && right == duration) return left;
  if (right.sort == Sort::time && left == duration && expr.kind == Kind::add) return right;
  if (moment && right.sort == Sort::time && expr.kind == Kind::subtract) return duration;
  if (moment || right.sort == Sort::time) {
    add(expr,
        fmt::format("{} and {} make no {}", name_of(left), name_of(right),
                    expr.kind == Kind::add ? "sum" : "difference"),
        "a duration is added to a time, such as `date + 1h`");
    return unknown;
  }
  if (left.measure == right.measure) return left;
  if (left.measure == Measure::plain && right.measure != Measure::duration && right.measure != Measure::size)
    return right;
  if (right.measure == Measure::plain && left.measure != Measure::duration && left.measure != Measure::size)
    return left;
  add(expr,
      fmt::format("{} is {} and {} is {}: they make no {}", quote(expr.operands[0]), name_of(left),
                  quote(expr.operands[1]), name_of(right), expr.kind == Kind::add ? "sum" : "difference"));
  return unknown;
}

Type Checker::product(const Expr& expr, const Type& left, const Type& right) {
  const auto scales = [](Measure measure) { return is_counting(measure) || measure == Measure::share; };
  const Measure a = left.measure;
  const Measure b = right.measure;
  if (expr.kind == Kind::divide) {
    if (a == b) return plain_number;
    if (scales(b)) return left;
  } else {
    if (a == b && scales(a)) return a == Measure::count ? plain_number : left;
    if (scales(b) && (b == Measure::plain || a != Measure::plain)) return b == Measure::count ? right : left;
    if (scales(a)) return right;
    if (scales(b)) return left;
  }
  add(expr, fmt::format("{} is {} and {} is {}: '{}' means nothing between them", quote(expr.operands[0]),
                        name_of(left), quote(expr.operands[1]), name_of(right), sign_of(expr.kind)));
  return unknown;
}

void Checker::comparison(const Expr& expr) {
  const Expr& left = expr.operands[0];
  const Expr& right = expr.operands[1];
  const Type a = type(left);
  const Type b = type(right);
  comparable(left, a, right, b, expr.kind != Kind::equal && expr.kind != Kind::not_equal);
  if (!expr.confidence.empty()) confidence(expr);
}

void Checker::range(const Expr& expr) {
  const Type value = type(expr.operands[0]);
  for (std::size_t i : {1u, 2u})
    comparable(expr.operands[0], value, expr.operands[i], type(expr.operands[i]), true);
  const Expr& low = expr.operands[1];
  const Expr& high = expr.operands[2];
  if (low.kind == Kind::number && high.kind == Kind::number && value_of(low) > value_of(high))
    add(low, fmt::format("the range {}..{} is empty", print(low), print(high)),
        fmt::format("write `{}..{}`", print(high), print(low)));
}

void Checker::set(const Expr& expr) {
  const Type value = type(expr.operands[0]);
  for (std::size_t i = 1; i < expr.operands.size(); ++i)
    comparable(expr.operands[0], value, expr.operands[i], type(expr.operands[i]), false);
}

bool reads_as_number(const std::string& text) {
  const auto read = parse(text);
  const auto* assertion = std::get_if<Assertion>(&read);
  return assertion != nullptr && assertion->root.kind == Kind::number;
}

void Checker::comparable(const Expr& left, const Type& a, const Expr& right, const Type& b, bool ordered) {
  if (a.sort == Sort::unknown || b.sort == Sort::unknown) return;
  if (a.sort == Sort::truth || b.sort == Sort::truth) {
    const Expr& which = a.sort == Sort::truth ? left : right;
    return add(which, fmt::format("{} is true or false, it is not compared", quote(which)),
               fmt::format("write `{0}` or `not {0}`", print(which)));
  }
  if (a.sort == Sort::other || b.sort == Sort::other) {
    const Expr& which = a.sort == Sort::other ? left : right;
    return add(which, fmt::format("{} is a nested value, it is not compared", quote(which)));
  }
  const auto moment = [&](const Expr& text, const Type& type, const Type& other) {
    return text.kind == Kind::text && type.sort == Sort::text && other.sort == Sort::time;
  };
  if (moment(left, a, b) || moment(right, b, a)) {
    const Expr& text = moment(left, a, b) ? left : right;
    if (!Time::parse(text.text))
      add(text, fmt::format("{} is no time", quote(text)),
          "write `'2026-11-01'` or `'2026-11-01T09:30:00Z'`");
    return;
  }
  if (a.sort != b.sort) {
    const bool word = b.sort == Sort::text && a.sort == Sort::number;
    const bool digits = b.sort == Sort::number && a.sort == Sort::text;
    return add(right, fmt::format("{} is {}, {} is {}", quote(left), name_of(a), quote(right), name_of(b)),
               digits                                ? fmt::format("write it as a text: `'{}'`", print(right))
               : word && reads_as_number(right.text) ? "write it without quotes"
                                                     : "");
  }
  if (a.sort == Sort::schema && ordered)
    return add(left, "lists of columns are equal or not", "write `columns = last.columns`");
  if (a.sort == Sort::number) measures(left, a, right, b);
}

void Checker::measures(const Expr& left, const Type& a, const Expr& right, const Type& b) {
  const Expr& literal = right.kind == Kind::number ? right : left;
  const Expr& asked = right.kind == Kind::number ? left : right;
  const Type& wanted = right.kind == Kind::number ? a : b;
  if (wanted.measure == Measure::share && literal.kind == Kind::number && asked.kind == Kind::call &&
      value_of(literal) > 1) {
    return add(literal, fmt::format("{} is a share, which is never more than 1", quote(asked)),
               literal.unit == Unit::none ? fmt::format("write `{}%`", literal.text) : "");
  }
  if (a.measure == b.measure) return;
  const auto pair = [&](Measure one, Measure other) {
    return (a.measure == one && b.measure == other) || (a.measure == other && b.measure == one);
  };
  if (pair(Measure::plain, Measure::count) || pair(Measure::plain, Measure::share)) return;
  std::string hint;
  const std::string digits = literal.kind == Kind::number ? literal.text : "5";
  if (wanted.measure == Measure::count) hint = fmt::format("write `{}` without a unit", digits);
  if (wanted.measure == Measure::duration)
    hint = fmt::format("a duration has a unit, such as `{}d`: us, ms, s, m, h, d, w", digits);
  if (wanted.measure == Measure::size)
    hint = fmt::format("a size has a unit, such as `{}MB`: KB, MB, GB", digits);
  add(right, fmt::format("{} is {}, {} is {}", quote(left), name_of(a), quote(right), name_of(b)),
      std::move(hint));
}

bool Checker::of_metrics(const Expr& expr, bool& seen) {
  if (expr.kind == Kind::name || expr.kind == Kind::call) {
    const auto found = resolve(expr, scope_);
    const auto* leaf = std::get_if<Leaf>(&found);
    const bool metric = leaf == nullptr || (leaf->function != nullptr && leaf->function->metric);
    seen = seen || metric;
    if (!metric)
      add(expr, fmt::format("'@' stands behind comparisons of model metrics, {} is none", quote(expr)));
    return metric;
  }
  return std::all_of(expr.operands.begin(), expr.operands.end(),
                     [&](const Expr& part) { return of_metrics(part, seen); });
}

void Checker::confidence(const Expr& expr) {
  bool seen = false;
  if (of_metrics(expr.operands[0], seen) && of_metrics(expr.operands[1], seen) && !seen)
    add(expr, "'@' stands behind comparisons of model metrics, there is none here");
}

}  // namespace

std::vector<Fault> check(const Assertion& assertion, const Scope& scope) {
  std::vector<Fault> faults;
  Checker(scope, faults).assertion(assertion.root);
  std::stable_sort(faults.begin(), faults.end(),
                   [](const Fault& a, const Fault& b) { return a.offset < b.offset; });
  return faults;
}

Type type_of(const Expr& expr, const Scope& scope) {
  std::vector<Fault> faults;
  return Checker(scope, faults).type(expr);
}

}  // namespace mlops::expect
