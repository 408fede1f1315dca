#include "model_rows.hpp"

#include "gate_rows.hpp"
#include "model_features.hpp"

#include <fmt/core.h>
#include <mlops/base/text.hpp>
#include <mlops/dataset/version.hpp>
#include <mlops/store/tree.hpp>

#include <algorithm>
#include <set>

#include "row_values.hpp"

namespace mlops::commands {
namespace {

json::Value version_or_null(std::int64_t number) { return number == 0 ? json::Value() : json::Value(number); }

// ---- metrics
// ----------------------------------------------------------------------------------------------------

/// The one that tells most about a model of that task, as far as it was measured.
const json::Member* headline(const model::Version& version) {
  const char* wanted = version.task == "regression" ? "rmse" : version.task == "binary" ? "auc" : "accuracy";
  const json::Member* any = nullptr;
  for (const json::Member& metric : version.metrics) {
    if (metric.first == std::string("test.") + wanted || metric.first == wanted) return &metric;
    if (any == nullptr || (metric.first.starts_with("test.") && !any->first.starts_with("test.")))
      any = &metric;
  }
  return any;
}

/// "test.auc 0.9123"
json::Value headline_text(const model::Version& version) {
  const json::Member* metric = headline(version);
  if (metric == nullptr || metric->second["value"].is_null()) return nullptr;
  return fmt::format("{} {:.4g}", metric->first, metric->second["value"].number_or(0));
}

json::Array metric_list(const model::Version& version) {
  json::Array out;
  for (const auto& [name, metric] : version.metrics) {
    out.push_back(json::Object{
        {"metric", name}, {"value", metric["value"]}, {"low", metric["low"]}, {"high", metric["high"]}});
  }
  return out;
}

// ---- the folder
// -------------------------------------------------------------------------------------------------

/// The model's description without the files beside it, which may be large.
std::optional<predict::Package> description(const store::Objects& objects, const store::Tree& tree) {
  for (const store::TreeFile& file : tree.files) {
    if (file.path != "model.json") continue;
    return predict::package_from(objects.get(file.digest), [](const std::string&) { return std::string(); });
  }
  return std::nullopt;
}

json::Array file_list(const store::Tree& tree) {
  json::Array out;
  for (const store::TreeFile& file : tree.files) {
    out.push_back(json::Object{{"path", file.path}, {"bytes", file.size}, {"digest", file.digest.text()}});
  }
  return out;
}

/// Columns of personal data of what the model was trained on.
std::set<std::string> masked_columns(store::Store& store, const model::Version& version) {
  std::set<std::string> out;
  if (!version.data_record) return out;
  const json::Object record = store.record(*version.data_record);
  if (json::Value(record)["kind"].text_or("") != "dataset-version/1") return out;
  for (const auto& column : dataset::from_record(record, *version.data_record, 0).columns) {
    if (column.pii) out.insert(column.name);
  }
  return out;
}

/// The rows of input_example.json, as objects.
json::Value example_rows(const json::Value& example, const std::set<std::string>& masked) {
  const json::Array* columns = example["columns"].as_array();
  const json::Array* data = example["data"].as_array();
  if (columns == nullptr || data == nullptr) return nullptr;
  json::Array rows;
  for (const json::Value& values : *data) {
    const json::Array* cells = values.as_array();
    json::Object row;
    for (std::size_t i = 0; cells != nullptr && i < std::min(cells->size(), columns->size()); ++i) {
      const std::string name = (*columns)[i].text_or("");
      const bool hide = masked.contains(name) && !(*cells)[i].is_null();
      row.set(name, hide ? json::Value("***") : (*cells)[i]);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

json::Value input_example(store::Store& store, const model::Version& version, const store::Tree& tree) {
  for (const store::TreeFile& file : tree.files) {
    if (file.path != "input_example.json" || !version.runs_here()) continue;
    return example_rows(json::parse(store.objects().get(file.digest)), masked_columns(store, version));
  }
  return nullptr;
}

json::Value classes(const std::optional<predict::Package>& package) {
  if (!package || package->signature.task == predict::Task::regression) return nullptr;
  return texts_json(package->signature.classes);
}

}  // namespace

ui::Row model_row(const model::Version& version, std::optional<std::int64_t> champion) {
  return {{"name", version.name},
          {"version", version.number},
          {"aliases", texts_json(version.aliases)},
          {"champion", version_or_null(champion.value_or(0))},
          {"algorithm", version.algorithm},
          {"task", or_null(version.task)},
          {"metric", headline_text(version)},
          {"metrics", version.metrics, ui::Show::hidden},
          {"data", or_null(version.data)},
          {"run", or_null(version.run)},
          {"bytes", version.bytes, ui::Show::bytes},
          {"time", version.time.text()},
          {"digest", version.record.text(), ui::Show::digest}};
}

ui::Row model_record(store::Store& store, const model::Version& version) {
  const store::Tree tree = store::get_tree(store.objects(), version.package);
  const auto package = version.runs_here() ? description(store.objects(), tree) : std::nullopt;
  const auto features = package ? features_in(store, tree) : score::ModelFeatures{};
  const auto derived = package ? derived_in(store, tree) : std::vector<score::DerivedColumn>{};
  const ui::Show of_views = features.empty() ? ui::Show::hidden : ui::Show::plain;
  const auto signature = [&](auto value) {
    return package ? json::Value(value(package->signature)) : json::Value();
  };
  return {
      {"name", version.name},
      {"version", version.number},
      {"aliases", texts_json(version.aliases)},
      {"digest", version.record.text()},
      {"previous", or_null(version.previous)},
      {"time", version.time.text()},
      {"who", or_null(version.who)},
      {"note", or_null(version.note)},
      {"algorithm", version.algorithm},
      {"task", or_null(version.task)},
      {"loss", or_null(version.loss)},
      {"parameters", version.parameters},
      {"label", signature([](const auto& s) { return s.label; })},
      {"label_type", signature([](const auto& s) { return s.label_type; })},
      {"classes", classes(package)},
      {"threshold", signature([](const auto& s) {
         return s.task == predict::Task::binary ? json::Value(s.threshold) : json::Value();
       })},
      {"data", or_null(version.data)},
      {"data_digest", or_null(version.data_record)},
      {"run", or_null(version.run)},
      {"run_digest", or_null(version.run_record)},
      {"code", version.code},
      {"environment", or_null(version.environment)},
      {"package", version.package.text()},
      {"bytes", version.bytes, ui::Show::bytes},
      {"inputs", package ? json::Value(wanted_inputs(*package, features, derived)) : json::Value()},
      {"made", package ? json::Value(derived_rows(derived)) : json::Value(),
       derived.empty() ? ui::Show::hidden : ui::Show::plain},
      {"as_of", or_null(features.time.name), of_views},
      {"features", package ? json::Value(feature_rows(store, *package, features)) : json::Value(), of_views},
      {"metrics", metric_list(version)},
      {"files", file_list(tree)},
      {"input_example", input_example(store, version, tree)},
      judgement_cell(store, version)};
}

ui::Row registration_row(const model::Version& version, std::string_view state) {
  const bool planned = version.record == Digest();
  return {{"name", version.name},
          {"version", version.number},
          {"state", state},
          {"algorithm", version.algorithm},
          {"task", or_null(version.task)},
          {"files", version.files},
          {"bytes", version.bytes},
          {"package", version.package.text()},
          {"digest", planned ? json::Value() : json::Value(version.record.text())}};
}

ui::Row move_row(const model::Registry::Move& move, std::string_view state) {
  return {{"time", move.time.text()},
          {"name", move.name, ui::Show::hidden},
          {"alias", move.alias},
          {"from", version_or_null(move.from)},
          {"to", move.to},
          {"who", or_null(move.who)},
          {"why", or_null(move.why)},
          {"state", state, ui::Show::hidden}};
}

std::string registration_line(const model::Version& version, std::string_view state) {
  const std::string what = version.runs_here() ? fmt::format("{}, {}", version.algorithm, version.task)
                                               : count_of(version.files, "file") + ", kept as they are";
  return fmt::format("{}  {}, {}, {}  {}\n", version.address(), state, what, size_text(version.bytes),
                     version.package.brief());
}

std::string move_line(const model::Registry::Move& move, std::string_view state) {
  const std::string from = move.from == 0 ? "" : fmt::format("v{} -> ", move.from);
  const std::string suffix = state == "moved" ? "" : fmt::format("  {}", state);
  if (move.from == move.to) return fmt::format("{}@{}  v{}{}\n", move.name, move.alias, move.to, suffix);
  return fmt::format("{}@{}  {}v{}{}\n", move.name, move.alias, from, move.to, suffix);
}

}  // namespace mlops::commands
