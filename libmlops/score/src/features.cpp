#include <mlops/score/features.hpp>

#include <mlops/base/error.hpp>
#include <mlops/feature/json.hpp>
#include <mlops/store/record_fields.hpp>

#include <algorithm>

namespace mlops::score {
namespace {

constexpr std::int64_t features_format = 1;
const std::string features_place = "features.json of the model";

[[noreturn]] void fail_features(const std::string& what) {
  throw error(Code::corrupt, "{}: {}", features_place, what).with_id("model.damaged");
}

json::Object to_json(const LookupColumn& column) { return {{"name", column.name}, {"type", column.type}}; }

LookupColumn lookup_from(const json::Value& value) {
  const store::RecordFields fields(value, features_place);
  return {.name = fields.text("name"), .type = fields.text("type")};
}

json::Value to_json(const ModelView& view) {
  json::Array key;
  for (const LookupColumn& column : view.key) key.push_back(to_json(column));
  return json::Object{{"view", feature::to_json(view.view)},
                      {"as", view.as},
                      {"key", std::move(key)},
                      {"columns", json::Array(view.columns.begin(), view.columns.end())},
                      {"table", view.table.text()}};
}

ModelView model_view_from(const json::Value& value) {
  const store::RecordFields fields(value, features_place);
  ModelView out{.view = feature::view_from(value["view"], features_place),
                .as = fields.text("as"),
                .table = fields.digest("table")};
  for (const json::Value& column : fields.array("key")) out.key.push_back(lookup_from(column));
  for (const json::Value& column : fields.array("columns")) {
    out.columns.push_back(column.text_or(""));
    if (out.view.find(out.columns.back()) == nullptr)
      fail_features(fmt::format("the view '{}' has no column '{}'", out.view.name, out.columns.back()));
  }
  if (out.key.size() != out.view.key.size())
    fail_features(fmt::format("the view '{}' has {} keys, and {} columns for them", out.view.name,
                              out.view.key.size(), out.key.size()));
  return out;
}

}  // namespace

std::vector<std::string> ModelView::names() const {
  std::vector<std::string> out;
  for (const std::string& column : columns) out.push_back(as + "__" + column);
  return out;
}

bool ModelFeatures::has(std::string_view name) const {
  return std::any_of(views.begin(), views.end(), [&](const ModelView& view) {
    const auto names = view.names();
    return std::find(names.begin(), names.end(), name) != names.end();
  });
}

std::vector<LookupColumn> ModelFeatures::lookups() const {
  std::vector<LookupColumn> out;
  const auto add = [&](const LookupColumn& column) {
    if (std::find(out.begin(), out.end(), column) == out.end()) out.push_back(column);
  };
  if (empty()) return out;
  add(time);
  for (const ModelView& view : views) std::for_each(view.key.begin(), view.key.end(), add);
  return out;
}

std::string features_json(const ModelFeatures& features) {
  json::Array views;
  for (const ModelView& view : features.views) views.push_back(to_json(view));
  json::Array fits;
  for (const feature::Fit& fit : features.fits) fits.push_back(feature::to_json(fit));
  return json::dump_pretty(json::Object{{"mlops_features", features_format},
                                        {"time", to_json(features.time)},
                                        {"views", std::move(views)},
                                        {"fits", std::move(fits)}}) +
         "\n";
}

ModelFeatures features_from(std::string_view text) {
  const json::Value value = json::parse(text);
  const store::RecordFields fields(value, features_place);
  const std::uint64_t seen = fields.count("mlops_features");
  if (seen != features_format)
    throw error(Code::corrupt, "{} is of format {}; this program reads {}", features_place, seen,
                features_format)
        .with_id("model.damaged")
        .with_hint("a newer version of this program reads it");
  ModelFeatures out{.time = lookup_from(value["time"])};
  for (const json::Value& view : fields.array("views")) out.views.push_back(model_view_from(view));
  for (const json::Value& fit : fields.array("fits"))
    out.fits.push_back(feature::fit_from(fit, features_place));
  return out;
}

ModelFeatures features_of(const predict::Package& package) {
  const auto found = package.files.find(std::string(features_file));
  return found == package.files.end() ? ModelFeatures{} : features_from(found->second);
}

}  // namespace mlops::score
