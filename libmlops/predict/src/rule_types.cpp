#include "src/rule_types.hpp"

#include <mlops/base/error.hpp>
#include <mlops/predict/spelling.hpp>

#include <algorithm>
#include <array>
#include <span>

#include "src/calendar.hpp"

namespace mlops::predict {
namespace {

bool is_number(RuleType type) { return type == RuleType::integer || type == RuleType::number; }
bool is_moment(RuleType type) { return type == RuleType::date || type == RuleType::moment; }
bool is_literal(const RuleNode& node) { return node.op == RuleOp::literal; }
bool is_text_literal(const RuleNode& node) { return is_literal(node) && node.type == RuleType::text; }

class Typer {
 public:
  Typer(std::string_view text, const std::function<RuleType(std::size_t)>& type_of,
        const std::function<void(std::size_t, const std::string&)>& compared)
      : text_(text), type_of_(type_of), compared_(compared) {}

  void type(RuleNode& node) {
    for (RuleNode& part : node.parts) type(part);
    switch (node.op) {
      case RuleOp::literal:
        return;
      case RuleOp::input:
        node.type = type_of_(node.input);
        return;
      case RuleOp::negate:
      case RuleOp::absolute:
        return want_number(node), void(node.type = node.parts[0].type);
      case RuleOp::floor:
      case RuleOp::ceiling:
        return want_number(node), void(node.type = RuleType::number);
      case RuleOp::round:
        return want_number(node), void(node.type = node.parts[0].type);
      case RuleOp::add:
      case RuleOp::subtract:
        return sum(node);
      case RuleOp::multiply:
      case RuleOp::divide_whole:
      case RuleOp::modulo:
        return want_number(node), void(node.type = common_number(node));
      case RuleOp::divide:
        return want_number(node), void(node.type = RuleType::number);
      case RuleOp::both:
      case RuleOp::either:
      case RuleOp::invert:
        return conditions(node);
      case RuleOp::is_null:
        node.type = RuleType::flag;
        return;
      case RuleOp::choose:
        return choice(node);
      case RuleOp::coalesce:
        node.type = unify(pointers(node.parts, 0, 1), node);
        return;
      case RuleOp::least:
      case RuleOp::greatest:
        return extreme(node);
      case RuleOp::cast:
        return cast(node);
      default:
        return comparison(node);
    }
  }

 private:
  using Parts = std::vector<RuleNode*>;

  static Parts pointers(std::vector<RuleNode>& parts, std::size_t first, std::size_t step) {
    Parts out;
    for (std::size_t i = first; i < parts.size(); i += step) out.push_back(&parts[i]);
    return out;
  }

  [[noreturn]] void refuse(const RuleNode& node, std::string message, std::string hint = "") const {
    refuse_rule(text_, node.at, std::move(message), std::move(hint));
  }

  void want_number(const RuleNode& node) const {
    for (const RuleNode& part : node.parts) {
      if (!is_number(part.type) && part.type != RuleType::null)
        refuse(part, fmt::format("a number is wanted, and this is {}", name_of(part.type)));
    }
  }

  static RuleType common_number(const RuleNode& node) {
    for (const RuleNode& part : node.parts) {
      if (part.type == RuleType::number) return RuleType::number;
    }
    return RuleType::integer;
  }

  /// Numbers; a date and a count of days; two dates, whose difference counts days.
  void sum(RuleNode& node) const {
    const RuleType left = node.parts[0].type;
    const RuleType right = node.parts[1].type;
    const auto count = [](RuleType type) { return type == RuleType::integer || type == RuleType::null; };
    const bool adds = node.op == RuleOp::add;
    if (left == RuleType::date && count(right)) node.type = RuleType::date;
    else if (adds && right == RuleType::date && count(left)) node.type = RuleType::date;
    else if (!adds && left == RuleType::date && right == RuleType::date) node.type = RuleType::integer;
    else want_number(node), node.type = common_number(node);
  }

  void conditions(RuleNode& node) const {
    for (const RuleNode& part : node.parts) want_condition(part);
    node.type = RuleType::flag;
  }

  void want_condition(const RuleNode& node) const {
    if (node.type != RuleType::flag && node.type != RuleType::null)
      refuse(node, fmt::format("a condition is wanted, and this is {}", name_of(node.type)));
  }

  void choice(RuleNode& node) {
    Parts values;
    for (std::size_t i = 0; i + 1 < node.parts.size(); i += 2) {
      want_condition(node.parts[i]);
      values.push_back(&node.parts[i + 1]);
    }
    values.push_back(&node.parts.back());
    node.type = unify(values, node);
  }

  void extreme(RuleNode& node) {
    node.type = unify(pointers(node.parts, 0, 1), node);
    if (node.type == RuleType::text || node.type == RuleType::flag)
      refuse(node, fmt::format("{} takes numbers and dates, and this is {}", node.text, name_of(node.type)));
  }

  void cast(RuleNode& node) const {
    const RuleType from = node.parts[0].type;
    if (!is_number(from) && from != RuleType::flag && from != RuleType::null)
      refuse(node, fmt::format("{} cannot be cast to {}", name_of(from), node.text));
  }

  static bool has(const Parts& parts, auto test) {
    return std::any_of(parts.begin(), parts.end(), [&](const RuleNode* part) { return test(part->type); });
  }

  /// One type for values of which one is taken. A flag among numbers counts 0 or 1.
  RuleType unify(const Parts& parts, const RuleNode& node) const {
    read_moments(parts);
    const bool moments = has(parts, is_moment);
    const bool texts = has(parts, [](RuleType t) { return t == RuleType::text; });
    const bool flags = has(parts, [](RuleType t) { return t == RuleType::flag; });
    const bool numbers = has(parts, is_number);
    if (moments + texts + (flags || numbers) > 1)
      refuse(node, fmt::format("the values are of different kinds: {} and {}", kind_of(parts, false),
                               kind_of(parts, true)));
    if (moments) return widen_dates(parts);
    if (texts) return RuleType::text;
    if (has(parts, [](RuleType t) { return t == RuleType::number; })) return RuleType::number;
    if (numbers) return RuleType::integer;
    return flags ? RuleType::flag : RuleType::null;
  }

  static std::string_view kind_of(const Parts& parts, bool last) {
    std::string_view out;
    for (const RuleNode* part : parts) {
      if (part->type != RuleType::null && (last || out.empty())) out = name_of(part->type);
    }
    return out;
  }

  /// Texts beside dates are dates.
  void read_moments(const Parts& parts) const {
    const bool moment = has(parts, [](RuleType t) { return t == RuleType::moment; });
    if (!moment && !has(parts, is_moment)) return;
    for (RuleNode* part : parts) {
      if (!is_text_literal(*part)) continue;
      const auto value = moment ? read_timestamp(part->text) : read_date(part->text);
      if (!value) refuse(*part, fmt::format("'{}' is no {}", part->text, moment ? "time stamp" : "date"));
      part->type = moment ? RuleType::moment : RuleType::date;
      part->number = static_cast<double>(*value);
    }
  }

  static RuleType widen_dates(const Parts& parts) {
    if (!has(parts, [](RuleType t) { return t == RuleType::moment; })) return RuleType::date;
    for (RuleNode* part : parts) {
      if (part->type != RuleType::date) continue;
      RuleNode inner = std::move(*part);
      *part = {.op = RuleOp::cast, .type = RuleType::moment, .at = inner.at};
      part->parts.push_back(std::move(inner));
    }
    return RuleType::moment;
  }

  /// 0 and 1 beside flags are flags.
  void read_flags(const Parts& parts) const {
    if (!has(parts, [](RuleType t) { return t == RuleType::flag; })) return;
    for (RuleNode* part : parts) {
      if (!is_number(part->type)) continue;
      const bool literal = is_literal(*part) && (part->number == 0 || part->number == 1);
      if (!literal) refuse(*part, "a flag is compared with a number", "compare it with TRUE or FALSE");
      part->type = RuleType::flag;
    }
  }

  void comparison(RuleNode& node) {
    const Parts parts = pointers(node.parts, 0, 1);
    read_flags(parts);
    const RuleType common = unify(parts, node);
    if (common == RuleType::text) compare_texts(node);
    node.type = RuleType::flag;
  }

  /// A text that training never saw is known to differ from the texts in the rule, and nothing else is known
  /// of it: so one side has to be a text in quotes, and no order is asked for.
  void compare_texts(RuleNode& node) {
    if (node.op != RuleOp::equal && node.op != RuleOp::unequal && node.op != RuleOp::in)
      refuse(node, "texts have no order in a rule", "=, <> and IN compare texts");
    for (std::size_t i = 1; i < node.parts.size(); ++i) {
      if (node.parts[i].type == RuleType::null || node.parts[0].type == RuleType::null) continue;
      compare_texts(node.parts[0], node.parts[i]);
    }
  }

  void compare_texts(const RuleNode& a, const RuleNode& b) {
    if (!is_text_literal(a) && !is_text_literal(b))
      refuse(b, "two columns of text are compared", "a rule compares a text with texts in single quotes");
    const RuleNode& literal = is_text_literal(b) ? b : a;
    tell(is_text_literal(b) ? a : b, literal.text);
  }

  /// Every input whose text the value may be.
  void tell(const RuleNode& value, const std::string& text) {
    if (value.op == RuleOp::input) return compared_(value.input, text);
    const bool choice = value.op == RuleOp::choose;
    if (!choice && value.op != RuleOp::coalesce) return;
    for (std::size_t i = choice ? 1 : 0; i < value.parts.size(); i += choice ? 2 : 1)
      tell(value.parts[i], text);
    if (choice) tell(value.parts.back(), text);
  }

  std::string_view text_;
  const std::function<RuleType(std::size_t)>& type_of_;
  const std::function<void(std::size_t, const std::string&)>& compared_;
};

}  // namespace

std::string_view name_of(RuleType type) {
  static constexpr std::array<std::string_view, 7> names{"null",   "a flag", "a number",    "a number",
                                                         "a text", "a date", "a time stamp"};
  return names[static_cast<std::size_t>(type)];
}

std::optional<RuleType> rule_type_of(std::string_view type) {
  if (type == "BOOLEAN") return RuleType::flag;
  if (type == "DOUBLE" || type == "FLOAT" || type.starts_with("DECIMAL")) return RuleType::number;
  if (type == "DATE") return RuleType::date;
  if (type.starts_with("TIMESTAMP")) return RuleType::moment;
  if (is_whole(type)) return RuleType::integer;
  if (type == "VARCHAR" || type == "UUID" || type.starts_with("ENUM")) return RuleType::text;
  return std::nullopt;
}

Encoding encoding_for(RuleType type) {
  switch (type) {
    case RuleType::flag:
      return Encoding::flag;
    case RuleType::text:
      return Encoding::category;
    case RuleType::date:
      return Encoding::date;
    case RuleType::moment:
      return Encoding::timestamp;
    default:
      return Encoding::number;
  }
}

void type_rule(RuleNode& root, std::string_view text, const std::function<RuleType(std::size_t)>& type_of,
               const std::function<void(std::size_t, const std::string&)>& compared) {
  Typer(text, type_of, compared).type(root);
}

}  // namespace mlops::predict
