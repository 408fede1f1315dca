#include "src/rule_bind.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/predict/frame.hpp>

#include <algorithm>
#include <map>
#include <optional>

#include "src/rule_types.hpp"

namespace mlops::predict {
namespace {

template <typename Visit>
void walk(RuleNode& node, Visit visit) {
  visit(node);
  for (RuleNode& part : node.parts) walk(part, visit);
}

/// The very name, else the one that differs in case only.
std::optional<std::size_t> input_named(const Signature& signature, const std::string& name) {
  std::optional<std::size_t> alike;
  for (std::size_t i = 0; i < signature.inputs.size(); ++i) {
    if (signature.inputs[i].name == name) return i;
    if (!alike && lowered(signature.inputs[i].name) == lowered(name)) alike = i;
  }
  return alike;
}

class Binder {
 public:
  Binder(std::string_view text, const Signature& given) : text_(text), given_(given) {}

  BoundRule run() {
    bound_.root = parse_rule(text_);
    take_inputs();
    type_rule(
        bound_.root, text_, [this](std::size_t input) { return types_[input]; },
        [this](std::size_t input, const std::string& text) { add_category(input, text); });
    fill_pool();
    check_value();
    return std::move(bound_);
  }

 private:
  [[noreturn]] void refuse_name(const RuleNode& node) const {
    std::vector<std::string> names;
    for (const Input& input : given_.inputs) names.push_back(input.name);
    const auto similar = near_misses(node.text, names);
    refuse_rule(text_, node.at, fmt::format("there is no input '{}'", node.text),
                similar.empty() ? "" : fmt::format("a similar one is {}", one_of(similar)));
  }

  void take_inputs() {
    std::map<std::size_t, std::size_t> used;
    walk(bound_.root, [&](RuleNode& node) {
      if (node.op != RuleOp::input) return;
      const auto found = input_named(given_, node.text);
      if (!found) refuse_name(node);
      if (!rule_type_of(given_.inputs[*found].type)) {
        refuse_rule(text_, node.at,
                    fmt::format("a rule cannot use '{}', which is of type {}", node.text,
                                given_.inputs[*found].type));
      }
      node.input = *found;
      used.emplace(*found, 0);
    });
    bound_.signature = given_;
    bound_.signature.inputs.clear();
    for (auto& [from, to] : used) {
      to = bound_.signature.inputs.size();
      add_input(given_.inputs[from]);
    }
    walk(bound_.root, [&](RuleNode& node) {
      if (node.op == RuleOp::input) node.input = used.at(node.input);
    });
  }

  void add_input(Input input) {
    const RuleType type = *rule_type_of(input.type);
    types_.push_back(type);
    input.encoding = encoding_for(type);
    if (type != RuleType::text) input.categories.clear();
    bound_.signature.inputs.push_back(std::move(input));
  }

  void add_category(std::size_t input, const std::string& text) {
    auto& categories = bound_.signature.inputs[input].categories;
    if (std::find(categories.begin(), categories.end(), text) == categories.end()) categories.push_back(text);
  }

  std::int32_t pooled(const std::string& text) {
    const auto [at, fresh] = places_.emplace(text, static_cast<std::int32_t>(bound_.pool.size()));
    if (fresh) bound_.pool.push_back(text);
    return at->second;
  }

  void fill_pool() {
    for (const Input& input : bound_.signature.inputs) {
      bound_.ids.emplace_back();
      for (const std::string& category : input.categories) bound_.ids.back().push_back(pooled(category));
    }
    walk(bound_.root, [this](RuleNode& node) {
      if (node.op == RuleOp::literal && node.type == RuleType::text) node.text_id = pooled(node.text);
    });
    const auto& classes = given_.classes;
    for (const std::string& text : bound_.pool) {
      const auto found = std::find(classes.begin(), classes.end(), text);
      bound_.classes.push_back(found == classes.end() ? -1
                                                      : static_cast<std::int32_t>(found - classes.begin()));
    }
    const auto features = features_of(bound_.signature);
    for (std::size_t f = 0; f < features.size(); ++f) {
      if (bound_.features.size() == features[f].input) bound_.features.push_back(f);
    }
  }

  void check_value() const {
    const RuleType type = bound_.root.type;
    const Task task = given_.task;
    if (type == RuleType::null) refuse_rule(text_, 0, "the rule is always null");
    if (type == RuleType::date || type == RuleType::moment)
      refuse_rule(text_, 0, fmt::format("the rule's value is {}", name_of(type)));
    if (type == RuleType::text && task == Task::regression)
      refuse_rule(text_, 0, "the rule's value is a text, where a number is to be predicted");
    if (type == RuleType::text) check_texts(bound_.root);
    if (task == Task::binary && type != RuleType::text) check_probabilities(bound_.root);
  }

  /// Visits the values among which the rule's value is chosen.
  template <typename Visit>
  static void each_value(const RuleNode& node, Visit visit) {
    if (node.op == RuleOp::choose) {
      for (std::size_t i = 1; i < node.parts.size(); i += 2) each_value(node.parts[i], visit);
      each_value(node.parts.back(), visit);
    } else if (node.op == RuleOp::coalesce) {
      for (const RuleNode& part : node.parts) each_value(part, visit);
    } else {
      visit(node);
    }
  }

  void check_texts(const RuleNode& root) const {
    each_value(root, [this](const RuleNode& node) {
      if (node.text_id < 0 || bound_.classes[static_cast<std::size_t>(node.text_id)] >= 0) return;
      const auto similar = near_misses(node.text, given_.classes);
      refuse_rule(text_, node.at, fmt::format("'{}' is none of the classes", node.text),
                  fmt::format("{} {}", similar.empty() ? "the classes are" : "a similar one is",
                              one_of(similar.empty() ? given_.classes : similar)));
    });
  }

  void check_probabilities(const RuleNode& root) const {
    each_value(root, [this](const RuleNode& node) {
      if (node.op != RuleOp::literal || (node.number >= 0 && node.number <= 1)) return;
      refuse_rule(text_, node.at, "a probability is between 0 and 1",
                  fmt::format("the rule's value is the probability of `{}`", given_.classes[1]));
    });
  }

  std::string_view text_;
  const Signature& given_;
  BoundRule bound_;
  std::vector<RuleType> types_;
  std::map<std::string, std::int32_t> places_;
};

}  // namespace

BoundRule bind_rule(std::string_view text, const Signature& signature) {
  return Binder(text, signature).run();
}

void refuse_rule(std::string_view text, std::size_t at, std::string message, std::string hint) {
  at = std::min(at, text.size());
  const std::size_t begin = at == 0 ? 0 : text.rfind('\n', at - 1) + 1;
  const std::size_t end = std::min(text.find('\n', at), text.size());
  // Of a long line: what stands around the place.
  constexpr std::size_t most = 60;
  std::size_t from = at - begin > most ? at - most : begin;
  while (from > begin && (static_cast<unsigned char>(text[from]) & 0xC0) == 0x80) --from;
  std::size_t to = std::min(end, at + most);
  while (to < end && (static_cast<unsigned char>(text[to]) & 0xC0) == 0x80) ++to;
  const std::string_view line = text.substr(from, to - from);
  const std::size_t column = display_width(text.substr(from, at - from));
  auto fault = error(Code::usage, "the rule cannot be used: {}", message)
                   .with_id("rule.invalid")
                   .with_detail(fmt::format("  {}\n  {}^\n", line, std::string(column, ' ')));
  if (!hint.empty()) throw std::move(fault).with_hint("{}", hint);
  throw fault;
}

}  // namespace mlops::predict
