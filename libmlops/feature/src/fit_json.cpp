#include <mlops/feature/json.hpp>

#include <mlops/base/error.hpp>
#include <mlops/store/record_fields.hpp>

#include <cmath>
#include <set>

namespace mlops::feature {
namespace {

[[noreturn]] void fail_fit(const std::string& where, std::string_view name, std::string_view wanted) {
  throw error(Code::corrupt, "the record {} has no '{}' that is {}", where, name, wanted)
      .with_id("record.corrupt");
}

double fitted_number(const json::Value& value, std::string_view name, const std::string& where) {
  const json::Value& found = value[name];
  const bool number = found.as_double() != nullptr || found.as_int() != nullptr;
  if (!number || !std::isfinite(found.number_or(0))) fail_fit(where, name, "a number");
  return found.number_or(0);
}

std::vector<std::string> fitted_texts(const json::Value& value, std::string_view name,
                                      const std::string& where) {
  std::vector<std::string> out;
  for (const json::Value& item : store::RecordFields(value, where).array(name)) {
    if (item.as_string() == nullptr) fail_fit(where, name, "a list of texts");
    out.push_back(*item.as_string());
  }
  return out;
}

void require_different_categories(const Fit& fit, const std::string& where) {
  std::set<std::string_view> seen;
  for (const auto* texts : {&fit.categories, &fit.rare}) {
    for (const std::string& text : *texts) {
      if (!seen.insert(text).second) fail_fit(where, "categories", "a list without doubles");
    }
  }
}

}  // namespace

json::Value to_json(const Fit& fit) {
  return json::Object{{"column", fit.column},
                      {"transform", to_json(fit.transform)},
                      {"categories", json::Array(fit.categories.begin(), fit.categories.end())},
                      {"rare", json::Array(fit.rare.begin(), fit.rare.end())},
                      {"mean", fit.mean},
                      {"deviation", fit.deviation},
                      {"fill", fit.fill ? json::Value(*fit.fill) : json::Value()}};
}

Fit fit_from(const json::Value& value, const std::string& where) {
  const store::RecordFields fields(value, where);
  Fit fit{.column = fields.text("column"),
          .transform = transform_from(value["transform"], where),
          .categories = fitted_texts(value, "categories", where),
          .rare = fitted_texts(value, "rare", where),
          .mean = fitted_number(value, "mean", where),
          .deviation = fitted_number(value, "deviation", where)};
  if (!value["fill"].is_null()) fit.fill = fitted_number(value, "fill", where);
  require_different_categories(fit, where);
  return fit;
}

}  // namespace mlops::feature
