#include <mlops/base/error.hpp>
#include <mlops/predict/signature.hpp>

#include <array>
#include <set>
#include <utility>

#include "src/fields.hpp"

namespace mlops::predict {
namespace {

constexpr std::array tasks{std::pair{Task::binary, "binary"}, std::pair{Task::multiclass, "multiclass"},
                           std::pair{Task::regression, "regression"}};

constexpr std::array encodings{
    std::pair{Encoding::number, "number"},       std::pair{Encoding::flag, "flag"},
    std::pair{Encoding::category, "category"},   std::pair{Encoding::date, "date"},
    std::pair{Encoding::timestamp, "timestamp"}, std::pair{Encoding::time, "time"}};

constexpr std::array policies{std::pair{Policy::missing, "missing"}, std::pair{Policy::refuse, "refuse"}};

template <typename Table, typename Value>
std::string_view name_in(const Table& table, Value value) {
  for (const auto& [key, name] : table) {
    if (key == value) return name;
  }
  throw error(Code::internal, "a value has no name");
}

template <typename Value, std::size_t N>
std::optional<Value> value_in(const std::array<std::pair<Value, const char*>, N>& table,
                              std::string_view name) {
  for (const auto& [value, known] : table) {
    if (known == name) return value;
  }
  return std::nullopt;
}

json::Array texts(const std::vector<std::string>& values) { return {values.begin(), values.end()}; }

json::Value maybe(const std::optional<double>& value) { return value ? json::Value(*value) : json::Value(); }

json::Object to_json(const Input& input) {
  return {{"name", input.name},
          {"type", input.type},
          {"encoding", name_of(input.encoding)},
          {"categories", texts(input.categories)},
          {"unseen", name_in(policies, input.unseen)},
          {"nulls", name_in(policies, input.nulls)},
          {"nullable", input.nullable},
          {"min", maybe(input.min)},
          {"max", maybe(input.max)},
          {"pii", input.pii}};
}

std::optional<double> limit(const Fields& fields, std::string_view name) {
  if (fields.maybe(name).is_null()) return std::nullopt;
  return fields.number(name);
}

template <typename Table>
auto named(const Table& table, const Fields& fields, std::string_view name) {
  const auto value = value_in(table, fields.text(name));
  if (!value) fields.fail(name, "known");
  return *value;
}

void require_different(const std::vector<std::string>& texts, const Fields& fields, std::string_view name) {
  if (std::set<std::string_view>(texts.begin(), texts.end()).size() != texts.size())
    fields.fail(name, "list without doubles");
}

Input input_from(const json::Object& object) {
  const Fields fields(object, "an input of the signature");
  Input input{.name = fields.text("name"), .type = fields.text("type")};
  input.encoding = named(encodings, fields, "encoding");
  input.categories = fields.texts("categories");
  require_different(input.categories, fields, "categories");
  input.unseen = named(policies, fields, "unseen");
  input.nulls = named(policies, fields, "nulls");
  input.nullable = fields.flag("nullable");
  input.min = limit(fields, "min");
  input.max = limit(fields, "max");
  input.pii = fields.maybe("pii").bool_or(false);
  return input;
}

void require_classes(const Signature& signature, const Fields& fields) {
  const std::size_t count = signature.classes.size();
  const bool fits = signature.task == Task::binary       ? count == 2
                    : signature.task == Task::multiclass ? count >= 2
                                                         : count == 0;
  if (!fits) fields.fail("classes", fmt::format("list that fits the task {}", name_of(signature.task)));
  require_different(signature.classes, fields, "classes");
}

}  // namespace

std::string_view name_of(Task task) { return name_in(tasks, task); }
std::optional<Task> task_of(std::string_view name) { return value_in(tasks, name); }
std::string_view name_of(Encoding encoding) { return name_in(encodings, encoding); }
std::optional<Encoding> encoding_of(std::string_view name) { return value_in(encodings, name); }

const Input* Signature::find(std::string_view input) const {
  for (const Input& one : inputs) {
    if (one.name == input) return &one;
  }
  return nullptr;
}

json::Array to_json(const std::vector<Input>& inputs) {
  json::Array out;
  for (const Input& input : inputs) out.push_back(to_json(input));
  return out;
}

json::Object to_json(const Signature& signature) {
  return {{"task", name_of(signature.task)},    {"label", signature.label},
          {"label_type", signature.label_type}, {"classes", texts(signature.classes)},
          {"threshold", signature.threshold},   {"inputs", to_json(signature.inputs)}};
}

std::vector<Input> inputs_from(const json::Array& inputs, std::string_view name) {
  const json::Object nothing;
  const Fields fields(nothing, "the signature");
  std::vector<Input> out;
  std::vector<std::string> names;
  for (const json::Value& input : inputs) {
    if (input.as_object() == nullptr) fields.fail(name, "list of objects");
    out.push_back(input_from(*input.as_object()));
    names.push_back(out.back().name);
  }
  require_different(names, fields, name);
  return out;
}

Signature signature_from(const json::Object& object) {
  const Fields fields(object, "the signature");
  Signature signature;
  signature.task = named(tasks, fields, "task");
  signature.label = fields.text("label");
  signature.label_type = fields.text("label_type");
  signature.classes = fields.texts("classes");
  signature.threshold = fields.number("threshold");
  signature.inputs = inputs_from(fields.array("inputs"));
  require_classes(signature, fields);
  return signature;
}

}  // namespace mlops::predict
