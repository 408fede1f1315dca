#include "src/layout.hpp"

#include <mlops/base/error.hpp>
#include <mlops/json/value.hpp>
#include <mlops/predict/spelling.hpp>

namespace mlops::monitor {
namespace {

Field::Form form_of(const predict::Input& input) {
  switch (input.encoding) {
    case predict::Encoding::flag:
      return Field::Form::flag;
    case predict::Encoding::category:
      return Field::Form::category;
    case predict::Encoding::date:
      return Field::Form::date;
    case predict::Encoding::timestamp:
      return Field::Form::timestamp;
    case predict::Encoding::time:
      return Field::Form::time;
    case predict::Encoding::number:
      break;
  }
  return predict::is_whole(input.type) ? Field::Form::whole : Field::Form::number;
}

/// Of the parts of a date the days alone, which hold all the others.
bool is_written(const predict::Feature& feature, const predict::Input& input) {
  using Part = predict::Feature::Part;
  return !input.pii && (feature.part == Part::value || feature.part == Part::days);
}

Field field_of(const predict::Feature& feature, const predict::Input& input, std::size_t position) {
  Field field{.name = input.name, .feature = position, .input = feature.input, .form = form_of(input)};
  field.literal = is_literal(input.type);
  for (const std::string& category : input.categories)
    append_category(category, field.literal, field.codes.emplace_back());
  return field;
}

void add(std::vector<Field>& fields, Field field) {
  field.head = (fields.empty() ? "" : ",") + json::dump(field.name) + ":";
  fields.push_back(std::move(field));
}

}  // namespace

bool is_literal(std::string_view sql_type) {
  return sql_type == "BOOLEAN" || sql_type == "DOUBLE" || sql_type == "FLOAT" ||
         sql_type.starts_with("DECIMAL") || predict::is_whole(sql_type);
}

namespace {

bool is_number_or_flag(std::string_view text) {
  try {
    const json::Value value = json::parse(text);
    return value.as_int() != nullptr || value.as_double() != nullptr || value.as_bool() != nullptr;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

void append_category(std::string_view text, bool literal, std::string& out) {
  if (literal && is_number_or_flag(text)) out += text;
  else out += json::dump(text);
}

Stream::Stream(const std::string& name, const std::string& address, const Digest& record,
               const score::Scorer& scorer, const LogPolicy& policy)
    : model(name), share(policy.share) {
  const predict::Signature& signature = scorer.signature();
  const auto all = predict::features_of(signature);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const predict::Input& input = signature.inputs[all[i].input];
    if (is_written(all[i], input))
      add(scorer.features().has(input.name) ? features : inputs, field_of(all[i], input, i));
  }
  for (std::size_t i = signature.inputs.size(); i < scorer.columns().size(); ++i) {
    const predict::Input& column = scorer.columns()[i];
    if (column.pii || column.name == scorer.features().time.name) continue;
    keys.push_back({(keys.empty() ? "" : ",") + json::dump(column.name) + ":", i});
  }
  outputs = signature.outputs();
  task = signature.task;
  version = ",\"model\":" + json::dump(address) + ",\"digest\":\"" + record.text() + "\",\"as_of\":";
  for (const json::Value& one : scorer.class_values()) classes.push_back(json::dump(one));
  for (const std::string& one : signature.classes)
    class_heads.push_back((class_heads.empty() ? "" : ",") + json::dump(one) + ":");
}

}  // namespace mlops::monitor
