/// JSON: the reader of records, the one of what programs write, and the one of requests agree.
#include <mlops/json/document.hpp>
#include <mlops/json/value.hpp>

#include <cmath>

#include "fuzz.hpp"

namespace {

using namespace mlops;

bool same(const json::Value& value, json::Node node);

bool same_number(double value, json::Node node) {
  switch (node.kind()) {
    case json::Cell::Kind::integer:
      return value == static_cast<double>(node.integer());
    case json::Cell::Kind::large:
      return value == static_cast<double>(node.large());
    case json::Cell::Kind::number:
      return value == node.number();
    default:
      return false;
  }
}

bool same_list(const json::Array& array, json::Node node) {
  if (!node.is(json::Cell::Kind::list) || node.size() != array.size()) return false;
  auto at = array.begin();
  for (const json::Node item : node.items()) {
    if (!same(*at++, item)) return false;
  }
  return true;
}

bool same_object(const json::Object& object, json::Node node) {
  if (!node.is(json::Cell::Kind::object) || node.size() != object.size()) return false;
  auto at = object.begin();
  for (const json::Entry& member : node.members()) {
    if (at->first != member.name || !same(at->second, member.value)) return false;
    ++at;
  }
  return true;
}

bool same(const json::Value& value, json::Node node) {
  if (value.is_null()) return node.is(json::Cell::Kind::null);
  if (const bool* flag = value.as_bool()) return node.is(json::Cell::Kind::flag) && node.flag() == *flag;
  if (const auto* integer = value.as_int()) {
    return node.is(json::Cell::Kind::integer) && node.integer() == *integer;
  }
  if (const double* number = value.as_double()) return same_number(*number, node);
  if (const std::string* text = value.as_string()) {
    return node.is(json::Cell::Kind::text) && node.text() == *text;
  }
  if (const json::Array* array = value.as_array()) return same_list(*array, node);
  return same_object(*value.as_object(), node);
}

void writes_back(const json::Value& value) {
  fuzz::require(json::parse(json::dump(value)) == value, "dump() reads back");
  fuzz::require(json::parse(json::dump_pretty(value)) == value, "dump_pretty() reads back");
  const std::string canonical = json::canonical(value);
  fuzz::require(json::canonical(json::parse(canonical)) == canonical, "the canonical form is one");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Engines engines{{ENGINES_DIR}};
  static json::Document document(engines);
  const fuzz::Input input(data, size);
  json::Value value;
  json::Value written;
  const bool strict = fuzz::taken({Code::corrupt}, [&] { value = json::parse(input.rest()); });
  const bool tolerant = fuzz::taken({Code::corrupt}, [&] { written = json::parse_written(input.rest()); });
  if (tolerant) fuzz::taken({Code::corrupt}, [&] { json::parse(json::dump(written)); });
  if (strict) {
    writes_back(value);
    fuzz::require(tolerant && written == value, "what programs write includes JSON");
    fuzz::require(same(value, document.parse(input.rest())), "two readers see the same");
  } else {
    fuzz::taken({Code::corrupt, Code::usage}, [&] { document.parse(input.rest()); });
  }
  return 0;
}
