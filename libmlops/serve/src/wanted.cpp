#include "src/wanted.hpp"

#include <mlops/base/text.hpp>

#include <algorithm>

#include "src/cells.hpp"
#include "src/faults.hpp"

namespace mlops::serve {
namespace {

using Kind = json::Node::Kind;

bool flag_in(std::optional<json::Node> parameters, std::string_view name, bool fallback) {
  const auto flag = parameters ? parameters->find(name) : std::nullopt;
  if (!flag) return fallback;
  if (!flag->is(Kind::flag))
    throw malformed("the parameter '{}' is {}; true or false is wanted", name, kind_of_value(*flag));
  return flag->flag();
}

void read_output(json::Node node, const std::vector<std::string>& known, bool binary, Inference& rest) {
  const auto name = node.find("name");
  if (!name || !name->is(Kind::text)) throw malformed("an item of 'outputs' has no text 'name'");
  if (std::find(known.begin(), known.end(), name->text()) == known.end())
    throw malformed("there is no output {}; the model has {}", quoted(name->text()), one_of(known, "'"));
  for (const auto& output : rest.outputs) {
    if (output.name == name->text()) throw malformed("the output '{}' is asked for twice", output.name);
  }
  rest.outputs.push_back(
      {std::string(name->text()), flag_in(node.find("parameters"), "binary_data", binary)});
}

void read_id(json::Node body, Inference& rest) {
  const auto id = body.find("id");
  if (!id || id->is(Kind::null)) return;
  if (!id->is(Kind::text)) throw malformed("'id' is {}; a text is wanted", kind_of_value(*id));
  rest.id = id->text();
  rest.id_given = true;
}

}  // namespace

const std::vector<std::string>& outputs_of(predict::Task task) {
  static const std::vector<std::string> of_values{"prediction"};
  static const std::vector<std::string> of_classes{"prediction", "probability"};
  return task == predict::Task::regression ? of_values : of_classes;
}

void read_wanted(json::Node body, predict::Task task, Inference& rest) {
  read_id(body, rest);
  const bool binary = flag_in(body.find("parameters"), "binary_data_output", false);
  const auto& known = outputs_of(task);
  const auto outputs = body.find("outputs");
  if (outputs && !outputs->is(Kind::list))
    throw malformed("'outputs' is {}; a list is wanted", kind_of_value(*outputs));
  if (outputs) {
    for (const json::Node output : outputs->items()) read_output(output, known, binary, rest);
  }
  if (!rest.outputs.empty()) return;
  for (const std::string& name : known) rest.outputs.push_back({name, binary});
}

}  // namespace mlops::serve
