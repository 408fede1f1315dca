#include <mlops/train/plan.hpp>

#include "src/cells.hpp"
#include "src/profile.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace mlops::train {
namespace {

using predict::Encoding;
using predict::Input;

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

const ColumnFacts* find_facts(const std::vector<ColumnFacts>& facts, const std::string& name) {
  const auto found =
      std::find_if(facts.begin(), facts.end(), [&](const auto& column) { return column.name == name; });
  return found == facts.end() ? nullptr : &*found;
}

/// Everything that the decisions on a column read.
struct Question {
  const Columns& table;
  const std::vector<ColumnFacts>& facts;
  const Target& target;
  const Split& split;
  const PlanRequest& request;
  bool lenient = false;  ///< Take what only seems to number the rows.

  const ColumnFacts* facts_of(const std::string& name) const { return find_facts(facts, name); }
};

/// Why no model can take a column of this type; empty: it can.
std::string unfit(const Field& field) {
  switch (field.type.kind) {
    case Kind::list:
    case Kind::fixed_list:
    case Kind::map:
    case Kind::structure:
      return "nested";
    case Kind::binary:
      return "bytes";
    case Kind::interval:
      return "an interval";
    case Kind::null:
      return "null in every row";
    default:
      return field.sql == "JSON" ? "nested" : "";
  }
}

/// Why the request, not the data, keeps a column out.
std::string unwanted(const Question& question, const std::string& name) {
  const auto& request = question.request;
  if (contains(request.outcome, name)) return "outcome: known only afterwards";
  if (name == request.split.group) return "the group of the split";
  if (name == request.split.part) return "the part of the split";
  if (contains(request.without, name)) return "left out by request";
  return !request.only.empty() && !contains(request.only, name) ? "not asked for" : "";
}

/// Why what the record says of a column keeps it out.
std::string protected_by(const Question& question, const std::string& name) {
  const auto* facts = question.facts_of(name);
  if (facts == nullptr || contains(question.request.only, name)) return "";
  return facts->pii ? "personal data" : facts->blob ? "files beside the table" : "";
}

/// Why its values make a column useless.
std::string useless(const Question& question, const Field& field, const Profile& profile) {
  if (profile.known() == 0) return "null in every training row";
  if (contains(question.request.only, field.name)) return "";
  if (profile.distinct == 1 && profile.nulls == 0) return "constant";
  auto reason = identifier(field, profile, question.target.rows.size());
  const bool taken_back = question.lenient && !named_like_identifier(field.name) && is_whole(field.type);
  if (!reason.empty() && !taken_back) return reason;
  if (field.type.kind != Kind::text || 2 * profile.covered >= profile.known()) return "";
  return fmt::format("too many different values: {} in {}", count_text(profile.distinct),
                     count_of(profile.known(), "row"));
}

Encoding encoding_of(Kind kind) {
  switch (kind) {
    case Kind::boolean:
      return Encoding::flag;
    case Kind::text:
      return Encoding::category;
    case Kind::date:
      return Encoding::date;
    case Kind::timestamp:
    case Kind::timestamp_tz:
      return Encoding::timestamp;
    case Kind::time:
      return Encoding::time;
    default:
      return Encoding::number;
  }
}

std::string described(const Input& input, const Profile& profile) {
  if (input.encoding != Encoding::category) return std::string(predict::name_of(input.encoding));
  const auto kept = input.categories.size();
  if (kept == profile.distinct) return fmt::format("category of {}", kept);
  return fmt::format("category of {} (of {} different)", kept, count_text(profile.distinct));
}

Input described_input(const ColumnFacts* facts, const Field& field, const Profile& profile) {
  Input input = {.name = field.name, .type = type_name(field), .encoding = encoding_of(field.type.kind)};
  input.categories = profile.categories;
  input.nullable = profile.nulls > 0;
  input.pii = facts != nullptr && facts->pii;
  if (input.encoding == Encoding::number) {
    input.min = profile.min;
    input.max = profile.max;
  }
  return input;
}

ColumnPlan left_out(ColumnPlan column, std::string reason) {
  column.role = Role::left_out;
  column.reason = std::move(reason);
  return column;
}

/// Adds to `inputs` if it is a feature.
ColumnPlan plan_column(const Question& question, std::size_t i, std::vector<Input>& inputs) {
  const Field& field = question.table.fields()[i];
  ColumnPlan column = {.name = field.name, .type = type_name(field), .encoding = {}, .reason = {}};
  if (field.name == question.target.column) {
    column.role = Role::label;
    return column;
  }
  for (auto reason : {unwanted(question, field.name), unfit(field), protected_by(question, field.name)}) {
    if (!reason.empty()) return left_out(std::move(column), std::move(reason));
  }
  const Profile profile = profile_of(question.table.column(i), question.split.train);
  column.distinct = profile.distinct;
  column.nulls = profile.nulls;
  auto reason = useless(question, field, profile);
  if (!reason.empty()) return left_out(std::move(column), std::move(reason));
  inputs.push_back(described_input(question.facts_of(field.name), field, profile));
  column.encoding = described(inputs.back(), profile);
  return column;
}

std::vector<ColumnPlan> plan_columns(const Question& question, std::vector<Input>& inputs) {
  std::vector<ColumnPlan> columns;
  for (std::size_t i = 0; i < question.table.width(); ++i)
    columns.push_back(plan_column(question, i, inputs));
  return columns;
}

void require_wish(const Question& question, const std::string& name) {
  const Field& field = question.table.fields()[find_column(question.table, name, "a feature")];
  std::string reason = name == question.target.column ? "the label" : unfit(field);
  if (reason.empty() && contains(question.request.outcome, name))
    reason = "an outcome, known only afterwards";
  if (reason.empty() && (name == question.request.split.group || name == question.request.split.part)) {
    reason = unwanted(question, name);
  }
  if (reason.empty() && contains(question.request.without, name)) reason = "also among those to leave out";
  if (!reason.empty()) throw error(Code::usage, "column '{}' cannot be a feature: it is {}", name, reason);
}

void require_request(const Question& question) {
  for (const auto& name : question.request.only) require_wish(question, name);
  for (const auto& name : question.request.without) find_column(question.table, name, "left out");
  for (const auto& name : question.request.outcome) find_column(question.table, name, "an outcome");
}

[[noreturn]] void fail_without_features(const std::vector<ColumnPlan>& columns) {
  std::vector<std::string> reasons;
  for (const auto& column : columns) {
    if (column.role == Role::left_out && reasons.size() < 8) {
      reasons.push_back(fmt::format("'{}' ({})", column.name, column.reason));
    }
  }
  auto fault = error(Code::negative, "no feature is left to learn from{}{}", reasons.empty() ? "" : ": ",
                     fmt::join(reasons, ", "))
                   .with_id("train.no_features");
  if (reasons.empty()) throw std::move(fault).with_hint("the table has no column but the label");
  throw std::move(fault).with_hint("columns named as features are taken whatever they look like");
}

}  // namespace

Plan plan(const Columns& table, const std::vector<ColumnFacts>& facts, const Target& target,
          const Split& split, const PlanRequest& request) {
  Question question = {table, facts, target, split, request};
  require_request(question);
  Plan plan;
  plan.columns = plan_columns(question, plan.signature.inputs);
  if (plan.signature.inputs.empty()) {
    question.lenient = true;
    plan.columns = plan_columns(question, plan.signature.inputs);
  }
  if (plan.signature.inputs.empty()) fail_without_features(plan.columns);
  plan.signature.task = target.task;
  plan.signature.label = target.column;
  plan.signature.label_type = target.type;
  plan.signature.classes = target.classes;
  return plan;
}

predict::Input input_of(const Columns& table, std::size_t column, const std::vector<ColumnFacts>& facts,
                        std::span<const std::uint32_t> rows) {
  const Field& field = table.fields()[column];
  return described_input(find_facts(facts, field.name), field, profile_of(table.column(column), rows));
}

}  // namespace mlops::train
