#include "src/derivation.hpp"

#include <mlops/crypto/sha256.hpp>

#include <algorithm>

namespace mlops::dataset {
namespace {

constexpr std::string_view kind = "table/1";

bool same_values(const MadeInput& a, const MadeInput& b) {
  return a.address == b.address && a.table == b.table && a.pii == b.pii;
}

}  // namespace

std::string name_in(const std::string& address) { return address.substr(address.find('/') + 1); }

std::vector<std::string> personal_columns(const Version& version) {
  std::vector<std::string> out;
  for (const Column& column : version.columns) {
    if (column.pii) out.push_back(column.name);
  }
  return out;
}

Made made_of(const Definition& definition, const Inputs& inputs, const std::string& engine) {
  Made made{.sql = definition.facts.text, .params = definition.sql.used, .engine = engine};
  for (const std::string& address : definition.inputs) {
    const Version& version = inputs.at(address);
    made.inputs.push_back({address, version.record, version.table, personal_columns(version)});
  }
  json::Object values;
  for (const MadeInput& input : made.inputs) {
    values.append(input.address,
                  json::Array{input.table.hex(), json::Array(input.pii.begin(), input.pii.end())});
  }
  made.key = crypto::sha256(json::canonical(json::Object{{"kind", kind},
                                                         {"engine", made.engine},
                                                         {"sql", made.sql},
                                                         {"params", made.params},
                                                         {"inputs", std::move(values)}}));
  return made;
}

std::string difference(const Made& before, const Made& now) {
  if (before.key == now.key) return "";
  if (before.engine != now.engine)
    return fmt::format("the engine is {}, it was {}", now.engine, before.engine);
  for (const auto& [name, value] : now.params) {
    const json::Value* old = before.params.find(name);
    if (old != nullptr && json::dump(*old) != json::dump(value))
      return fmt::format("the parameter {} is {}, it was {}", name, json::dump(value), json::dump(*old));
  }
  if (before.sql != now.sql) return "the SQL is another";
  for (const MadeInput& input : now.inputs) {
    const auto same = [&](const MadeInput& old) { return same_values(old, input); };
    if (std::none_of(before.inputs.begin(), before.inputs.end(), same))
      return fmt::format("{} changed", input.address);
  }
  return "it is made in another way";
}

}  // namespace mlops::dataset
