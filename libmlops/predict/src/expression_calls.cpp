/// The functions that an expression may call.
#include <fmt/format.h>
#include <array>
#include <cmath>

#include "src/expression_bind.hpp"
#include "src/expression_texts.hpp"
#include "src/expression_times.hpp"

namespace mlops::predict {
namespace {

using Parts = std::vector<Bound>;

// ---- numbers

template <double (*function)(double)>
Scalar of_number(const Bound&, const Scalar* v) {
  return number(function(v[0].number));
}

Scalar square_root(const Bound&, const Scalar* v) {
  if (v[0].number < 0) refuse_value("the square root of a negative number");
  return number(std::sqrt(v[0].number));
}

template <double (*function)(double)>
Scalar logarithm(const Bound&, const Scalar* v) {
  if (v[0].number < 0) refuse_value("the logarithm of a negative number");
  if (v[0].number == 0) refuse_value("the logarithm of zero");
  return number(function(v[0].number));
}

Scalar power(const Bound&, const Scalar* v) { return number(std::pow(v[0].number, v[1].number)); }
Scalar sign_of_number(const Bound&, const Scalar* v) { return whole((v[0].number > 0) - (v[0].number < 0)); }
Scalar sign_of_whole(const Bound&, const Scalar* v) { return whole((v[0].whole > 0) - (v[0].whole < 0)); }
Scalar magnitude(const Bound&, const Scalar* v) { return number(std::abs(v[0].number)); }
Scalar is_nan(const Bound&, const Scalar* v) { return flag(std::isnan(v[0].number)); }

Scalar whole_magnitude(const Bound& node, const Scalar* v) {
  return v[0].whole < 0 ? negation_of(node.type)(node, v) : v[0];
}

Scalar rounded(const Bound&, const Scalar* v) {
  const double out = std::round(v[0].number);
  return number(std::isfinite(out) ? out : v[0].number);
}

Scalar rounded_to(const Bound&, const Scalar* v) {
  const double x = v[0].number;
  const auto digits = static_cast<double>(v[1].whole);
  const double ten = std::pow(10, std::abs(digits));
  const double out = digits < 0 ? std::round(x / ten) * ten : std::round(x * ten) / ten;
  if (std::isfinite(out)) return number(out);
  return number(digits < 0 ? 0 : x);
}

/// One function of one DOUBLE.
template <Strict run>
Bound double_call(const RuleNode& call, Parts values) {
  if (!is_numeric(values[0].type)) refuse_expression(call.at, call.text + " of what is no number");
  convert_all(values, SqlType::float64);
  return strict_node(SqlType::float64, call.at, run, std::move(values));
}

/// Of a DECIMAL the engine gives another type.
template <Strict run>
Bound no_decimal_call(const RuleNode& call, Parts values) {
  if (values[0].type == SqlType::decimal) refuse_expression(call.at, call.text + " of a DECIMAL");
  return double_call<run>(call, std::move(values));
}

Bound power_call(const RuleNode& call, Parts values) { return double_call<power>(call, std::move(values)); }

void want_number(const RuleNode& call, const Bound& value) {
  if (!is_integer(value.type) && value.type != SqlType::float64)
    refuse_expression(call.at, call.text + " of what is no number");
}

Bound abs_call(const RuleNode& call, Parts values) {
  want_number(call, values[0]);
  const SqlType type = values[0].type;
  return strict_node(type, call.at, is_integer(type) ? whole_magnitude : magnitude, std::move(values));
}

Bound sign_call(const RuleNode& call, Parts values) {
  want_number(call, values[0]);
  const Strict run = is_integer(values[0].type) ? sign_of_whole : sign_of_number;
  return strict_node(SqlType::int8, call.at, run, std::move(values));
}

Bound is_nan_call(const RuleNode& call, Parts values) {
  if (values[0].type != SqlType::float64) refuse_expression(call.at, "isnan of what is no DOUBLE");
  return strict_node(SqlType::boolean, call.at, is_nan, std::move(values));
}

Bound round_call(const RuleNode& call, Parts values) {
  want_number(call, values[0]);
  if (values.size() == 1) {
    const SqlType type = values[0].type;
    const Strict same = [](const Bound&, const Scalar* v) { return v[0]; };
    return strict_node(type, call.at, is_integer(type) ? same : rounded, std::move(values));
  }
  if (values[0].type != SqlType::float64) refuse_expression(call.at, "the digits of a whole number");
  values[1] = implicit(std::move(values[1]), SqlType::int32);
  return strict_node(SqlType::float64, call.at, rounded_to, std::move(values));
}

Bound modulo_call(const RuleNode& call, Parts values) {
  want_number(call, values[0]);
  want_number(call, values[1]);
  const SqlType type = common_type(values, Unify::take);
  convert_all(values, type);
  return strict_node(type, call.at, arithmetic_of(RuleOp::modulo, type), std::move(values));
}

// ---- one of several

Bound taken(const RuleNode& call, Parts values, Bound::Op op) {
  const SqlType type = common_type(values, Unify::take);
  convert_all(values, type);
  return {.op = op, .type = type, .at = call.at, .parts = std::move(values)};
}

template <Bound::Op op>
Bound take_call(const RuleNode& call, Parts values) {
  return taken(call, std::move(values), op);
}

Bound null_if_call(const RuleNode& call, Parts values) {
  Parts compared = values;
  convert_all(compared, common_type(compared, Unify::compare));
  Bound first = std::move(values[0]);
  const SqlType type = first.type;
  if (type == SqlType::null || type == SqlType::decimal)
    refuse_expression(call.at, "nullif of what has no plain type");
  Bound out{.op = Bound::Op::null_if, .type = type, .at = call.at};
  out.parts.push_back(std::move(first));
  out.parts.push_back(std::move(compared[0]));
  out.parts.push_back(std::move(compared[1]));
  return out;
}

struct Callable {
  std::string_view name;
  std::size_t least;
  std::size_t most;
  Bound (*bind)(const RuleNode& call, Parts values);
};

constexpr std::size_t any_count = static_cast<std::size_t>(-1);
constexpr std::array callables{Callable{"abs", 1, 1, abs_call},
                               Callable{"ceil", 1, 1, no_decimal_call<of_number<std::ceil>>},
                               Callable{"ceiling", 1, 1, no_decimal_call<of_number<std::ceil>>},
                               Callable{"exp", 1, 1, double_call<of_number<std::exp>>},
                               Callable{"floor", 1, 1, no_decimal_call<of_number<std::floor>>},
                               Callable{"isnan", 1, 1, is_nan_call},
                               Callable{"ln", 1, 1, double_call<logarithm<std::log>>},
                               Callable{"log", 1, 1, double_call<logarithm<std::log10>>},
                               Callable{"log10", 1, 1, double_call<logarithm<std::log10>>},
                               Callable{"log2", 1, 1, double_call<logarithm<std::log2>>},
                               Callable{"mod", 2, 2, modulo_call},
                               Callable{"pow", 2, 2, power_call},
                               Callable{"power", 2, 2, power_call},
                               Callable{"round", 1, 2, round_call},
                               Callable{"sign", 1, 1, sign_call},
                               Callable{"sqrt", 1, 1, double_call<square_root>},
                               Callable{"coalesce", 1, any_count, take_call<Bound::Op::coalesce>},
                               Callable{"ifnull", 2, 2, take_call<Bound::Op::coalesce>},
                               Callable{"greatest", 1, any_count, take_call<Bound::Op::greatest>},
                               Callable{"least", 1, any_count, take_call<Bound::Op::least>},
                               Callable{"nullif", 2, 2, null_if_call},
                               Callable{"concat", 1, any_count, concat_call},
                               Callable{"contains", 2, 2, contains_call},
                               Callable{"ends_with", 2, 2, ends_with_call},
                               Callable{"left", 2, 2, left_call},
                               Callable{"length", 1, 1, length_call},
                               Callable{"lower", 1, 1, lower_call},
                               Callable{"ltrim", 1, 1, ltrim_call},
                               Callable{"prefix", 2, 2, starts_with_call},
                               Callable{"right", 2, 2, right_call},
                               Callable{"rtrim", 1, 1, rtrim_call},
                               Callable{"starts_with", 2, 2, starts_with_call},
                               Callable{"strlen", 1, 1, bytes_call},
                               Callable{"substr", 2, 3, substring_call},
                               Callable{"substring", 2, 3, substring_call},
                               Callable{"suffix", 2, 2, ends_with_call},
                               Callable{"trim", 1, 1, trim_call},
                               Callable{"upper", 1, 1, upper_call},
                               Callable{"date_diff", 3, 3, difference_call},
                               Callable{"date_part", 2, 2, part_call},
                               Callable{"date_trunc", 2, 2, truncation_call},
                               Callable{"datediff", 3, 3, difference_call},
                               Callable{"datepart", 2, 2, part_call},
                               Callable{"datetrunc", 2, 2, truncation_call}};

}  // namespace

Bound bind_call(const RuleNode& call, std::vector<Bound> values) {
  for (const Callable& function : callables) {
    if (call.text != function.name) continue;
    if (values.size() < function.least || values.size() > function.most)
      refuse_expression(call.at, fmt::format("{} of {} values", call.text, values.size()));
    return function.bind(call, std::move(values));
  }
  if (values.size() == 1) {
    if (auto part = named_part_call(call, values[0])) return std::move(*part);
  }
  refuse_expression(call.at, fmt::format("the function {}", call.text));
}

}  // namespace mlops::predict
