#include <mlops/base/error.hpp>
#include <mlops/score/derived.hpp>
#include <mlops/store/record_fields.hpp>

namespace mlops::score {
namespace {

constexpr std::int64_t derived_format = 1;
const std::string derived_place = "derived.json of the model";

json::Value to_json(const DerivedColumn& column) {
  json::Array reads;
  for (const DerivedRead& read : column.reads)
    reads.push_back(json::Object{{"name", read.name}, {"as", read.as}, {"type", read.type}});
  return json::Object{{"name", column.name},
                      {"type", column.type},
                      {"expression", column.expression},
                      {"reads", std::move(reads)}};
}

DerivedColumn column_from(const json::Value& value) {
  const store::RecordFields fields(value, derived_place);
  DerivedColumn out{
      .name = fields.text("name"), .type = fields.text("type"), .expression = fields.text("expression")};
  for (const json::Value& read : fields.array("reads")) {
    const store::RecordFields parts(read, derived_place);
    out.reads.push_back({.name = parts.text("name"), .as = parts.text("as"), .type = parts.text("type")});
  }
  return out;
}

}  // namespace

std::string derived_json(const std::vector<DerivedColumn>& columns) {
  json::Array items;
  for (const DerivedColumn& column : columns) items.push_back(to_json(column));
  return json::dump_pretty(json::Object{{"mlops_derived", derived_format}, {"columns", std::move(items)}}) +
         "\n";
}

std::vector<DerivedColumn> derived_from(std::string_view text) {
  const json::Value value = json::parse(text);
  const store::RecordFields fields(value, derived_place);
  const std::uint64_t seen = fields.count("mlops_derived");
  if (seen != derived_format)
    throw error(Code::corrupt, "{} is of format {}; this program reads {}", derived_place, seen,
                derived_format)
        .with_id("model.damaged")
        .with_hint("a newer version of this program reads it");
  std::vector<DerivedColumn> out;
  for (const json::Value& column : fields.array("columns")) out.push_back(column_from(column));
  return Derived(std::move(out)).columns();
}

std::vector<DerivedColumn> derived_of(const predict::Package& package) {
  const auto found = package.files.find(std::string(derived_file));
  return found == package.files.end() ? std::vector<DerivedColumn>{} : derived_from(found->second);
}

}  // namespace mlops::score
