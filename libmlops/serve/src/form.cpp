#include "src/form.hpp"

#include <mlops/base/text.hpp>

#include <algorithm>
#include <optional>
#include <string>

#include "src/cells.hpp"
#include "src/faults.hpp"

namespace mlops::serve {
namespace {

using Kind = json::Node::Kind;

constexpr const char* forms = "'dataframe_split', 'dataframe_records', 'instances' or 'inputs'";

bool is_form(std::string_view name) {
  return name == "dataframe_split" || name == "dataframe_records" || name == "instances" || name == "inputs";
}

[[noreturn]] void refuse_root(json::Node body) {
  throw with_example(
      malformed("the body is {}; an object with one of {} is wanted", kind_of_value(body), forms));
}

bool is_input(std::string_view name, const std::vector<predict::Input>& inputs) {
  return std::any_of(inputs.begin(), inputs.end(), [&](const auto& input) { return input.name == name; });
}

[[noreturn]] void refuse_member(std::string_view name, const std::vector<predict::Input>& inputs) {
  auto fault = malformed("{} is none of {}", quoted(name), forms);
  if (is_input(name, inputs))
    throw std::move(fault).with_hint("{}", R"(rows go into a list: {"dataframe_records": [{...}]})");
  static const std::vector<std::string> known{"dataframe_split", "dataframe_records", "instances", "inputs",
                                              "params"};
  const auto similar = name.size() > 100 ? std::vector<std::string>() : near_misses(std::string(name), known);
  if (similar.empty()) throw with_example(std::move(fault));
  throw std::move(fault).with_hint("a similar one is {}", one_of(similar));
}

}  // namespace

Error with_example(Error fault) {
  return std::move(fault).with_hint("{}", "`GET /example` answers with a body that the model accepts");
}

json::Entry form_of(json::Node body, const std::vector<predict::Input>& inputs) {
  if (!body.is(Kind::object)) refuse_root(body);
  std::optional<json::Entry> form;
  for (const json::Entry& member : body.members()) {
    if (member.name == "params") continue;
    if (!is_form(member.name)) refuse_member(member.name, inputs);
    if (form && form->name == member.name) throw malformed("{} stands twice", quoted(member.name));
    if (form)
      throw malformed("there are both {} and {}; exactly one is wanted", quoted(form->name),
                      quoted(member.name));
    form = member;
  }
  if (!form) throw with_example(malformed("there are no rows: one of {} is wanted", forms));
  return *form;
}

}  // namespace mlops::serve
