#include "model_features.hpp"

#include <fmt/format.h>
#include <mlops/dataset/version.hpp>

#include <algorithm>

namespace mlops::commands {
namespace {

json::Object input_row(const predict::Input& input) {
  return {{"name", input.name},
          {"type", input.type},
          {"encoding", predict::name_of(input.encoding)},
          {"nullable", input.nullable},
          {"categories", input.categories.empty() ? json::Value() : json::Value(input.categories.size())}};
}

/// A column that the model itself does not take.
json::Object lookup_row(const score::LookupColumn& column, const char* use) {
  return {{"name", column.name},
          {"type", column.type},
          {"encoding", use},
          {"nullable", true},
          {"categories", nullptr}};
}

/// What was learnt from the training rows; null for a column that is taken as it is.
json::Value learnt(const score::ModelFeatures& features, const std::string& name) {
  using Kind = feature::Transform::Kind;
  const auto fit = std::find_if(features.fits.begin(), features.fits.end(),
                                [&](const feature::Fit& one) { return one.column == name; });
  if (fit == features.fits.end()) return nullptr;
  const json::Array categories(fit->categories.begin(), fit->categories.end());
  const json::Array edges(fit->transform.edges.begin(), fit->transform.edges.end());
  switch (fit->transform.kind) {
    case Kind::onehot:
      return json::Object{{"categories", categories}};
    case Kind::zscore:
      return json::Object{{"mean", fit->mean}, {"deviation", fit->deviation}};
    case Kind::impute:
      return json::Object{{"fill", fit->fill ? json::Value(*fit->fill) : json::Value()}};
    case Kind::bucket:
      return json::Object{{"edges", edges}};
  }
  return nullptr;
}

/// "departures@v3", or "departures" where that version is not here.
std::string table_read(store::Store& store, const score::ModelView& view) {
  for (const char* section : {"sources", "data"}) {
    for (const dataset::Version& version : dataset::history(store, {section, view.view.from})) {
      if (version.table == view.table) return fmt::format("{}@v{}", version.name, version.number);
    }
  }
  return view.view.from;
}

std::string type_in(const predict::Package& package, const feature::ViewColumn& column,
                    const std::string& name) {
  const predict::Signature asked = package.asked();
  const predict::Input* input = asked.find(name);
  return input == nullptr ? column.type : input->type;
}

}  // namespace

score::ModelFeatures features_in(store::Store& store, const store::Tree& tree) {
  for (const store::TreeFile& file : tree.files) {
    if (file.path == score::features_file) return score::features_from(store.objects().get(file.digest));
  }
  return {};
}

std::vector<score::DerivedColumn> derived_in(store::Store& store, const store::Tree& tree) {
  for (const store::TreeFile& file : tree.files) {
    if (file.path == score::derived_file) return score::derived_from(store.objects().get(file.digest));
  }
  return {};
}

json::Array wanted_inputs(const predict::Package& package, const score::ModelFeatures& features,
                          const std::vector<score::DerivedColumn>& derived) {
  json::Array out;
  std::vector<std::string> told;
  for (const score::DerivedColumn& column : derived) told.push_back(column.name);
  const auto is_new = [&](const std::string& name) {
    if (std::find(told.begin(), told.end(), name) != told.end()) return false;
    told.push_back(name);
    return true;
  };
  const predict::Signature asked = package.asked();
  for (const predict::Input& input : asked.inputs) {
    if (!features.has(input.name) && is_new(input.name)) out.push_back(input_row(input));
  }
  for (const score::LookupColumn& column : features.lookups()) {
    const char* use = column.name == features.time.name ? "as of" : "key";
    if (is_new(column.name)) out.push_back(lookup_row(column, use));
  }
  for (const score::DerivedColumn& column : derived) {
    for (const score::DerivedRead& read : column.reads) {
      if (is_new(read.name)) out.push_back(lookup_row({read.name, read.type}, "made from"));
    }
  }
  return out;
}

json::Array derived_rows(const std::vector<score::DerivedColumn>& derived) {
  json::Array out;
  for (const score::DerivedColumn& column : derived) {
    json::Array from;
    for (const score::DerivedRead& read : column.reads) from.push_back(read.name);
    out.push_back(json::Object{{"name", column.name},
                               {"type", column.type},
                               {"definition", column.expression},
                               {"from", std::move(from)}});
  }
  return out;
}

json::Array feature_rows(store::Store& store, const predict::Package& package,
                         const score::ModelFeatures& features) {
  json::Array out;
  for (const score::ModelView& view : features.views) {
    const std::vector<std::string> names = view.names();
    json::Array key;
    for (const score::LookupColumn& column : view.key) key.push_back(column.name);
    const std::string table = table_read(store, view);
    for (std::size_t i = 0; i < names.size(); ++i) {
      const feature::ViewColumn& column = *view.view.find(view.columns[i]);
      out.push_back(json::Object{{"name", names[i]},
                                 {"type", type_in(package, column, names[i])},
                                 {"view", view.view.name},
                                 {"definition", column.text},
                                 {"table", table},
                                 {"key", key},
                                 {"learnt", learnt(features, names[i])}});
    }
  }
  return out;
}

}  // namespace mlops::commands
