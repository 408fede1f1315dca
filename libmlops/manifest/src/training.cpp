/// `models:` and `release:`, and what names something else in the file.
#include "src/internal.hpp"

#include <mlops/base/text.hpp>

#include <algorithm>
#include <array>

namespace mlops::manifest {
namespace {

using Problems = std::vector<Problem>;

constexpr std::int64_t day_us = std::int64_t{86'400} * 1'000'000;

const std::vector<std::string> trainers = {"prior", "mean", "rule", "linear", "logistic", "xgboost"};

ModelSpec read_model(const yaml::Entry& entry, std::vector<yaml::Fault>& faults) {
  ModelSpec model;
  model.name = entry.key.text;
  Reader reader(faults);
  if (!is_entry(reader, entry, "model", "{train: logistic}")) return model;
  const auto seen = reader.fields(entry.value, model, model_keys());
  if (std::find(seen.begin(), seen.end(), "train") == seen.end()) {
    reader.missing(entry.key.at, fmt::format("model '{}' has no 'train'", model.name),
                   "say how it is trained: `train: logistic`");
  }
  normalise(model);
  reader.add(problems(model), entry.key.at);
  return model;
}

ReleaseSpec read_release(const yaml::Entry& entry, std::vector<yaml::Fault>& faults) {
  ReleaseSpec release;
  release.name = entry.key.text;
  Reader reader(faults);
  if (!is_entry(reader, entry, "release", "{among: [...]}")) return release;
  const auto seen = reader.fields(entry.value, release, release_keys());
  if (std::find(seen.begin(), seen.end(), "among") == seen.end()) {
    reader.missing(entry.key.at, fmt::format("release '{}' has no 'among'", release.name),
                   "name the models that compete, simplest first: `among: [prior, logistic]`");
  }
  reader.add(problems(release), entry.key.at);
  return release;
}

void check_case(Problems& out, const ModelSpec& model) {
  if (model.train == "rule" && model.rule.empty()) {
    out.push_back({"train", 0, fmt::format("the rule '{}' has no 'case'", model.name),
                   "write the SQL that answers: `case: CASE WHEN tenure < 3 THEN 0.4 ELSE 0.1 END`"});
  }
  if (model.train != "rule" && !model.rule.empty()) {
    out.push_back({"case", 0, fmt::format("'case' belongs to `train: rule`, not to '{}'", model.train), ""});
  }
}

void check_both(Problems& out, const ModelSpec& model) {
  for (std::size_t i = 0; i < model.without.size(); ++i) {
    const std::string& column = model.without[i];
    if (std::find(model.columns.begin(), model.columns.end(), column) == model.columns.end()) continue;
    out.push_back({"without", i, fmt::format("'{}' stands in 'columns' and in 'without'", column), ""});
  }
}

std::vector<std::string> names_of_tables(const Manifest& manifest) {
  std::vector<std::string> out;
  for (const TableSpec* table : manifest.tables()) out.push_back(table->name);
  return out;
}

/// Names used that are not there, and models whose data cannot be told.
class Names {
 public:
  Names(const Manifest& manifest, std::vector<yaml::Fault>& faults) : manifest_(manifest), reader_(faults) {
    for (const TableSpec* table : manifest.tables()) {
      if (!table->label.empty()) labelled_.push_back(table->name);
    }
  }

  /// SQL and commands call a table by its name alone.
  void check(const DataSpec& table, const yaml::Entry& entry) {
    if (manifest_.find_source(table.name) == nullptr) return;
    reader_.fault(entry.key.at, fmt::format("'{}' is the name of a source too", table.name),
                  "sources and data share their names, as SQL calls both: take another one");
  }

  void check(const FeatureSpec& view, const yaml::Entry& entry) {
    const yaml::Node* from = entry.value.find("from");
    if (from == nullptr || view.from.empty() || manifest_.find_table(view.from) != nullptr) return;
    reader_.fault(from->at, fmt::format("no table '{}'", view.from),
                  near_or_all(view.from, names_of_tables(manifest_), "table"));
  }

  void check(const ModelSpec& model, const yaml::Entry& entry) {
    const yaml::Node* data = entry.value.find("data");
    if (data != nullptr && !model.data.empty() && manifest_.find_table(model.data) == nullptr) {
      reader_.fault(data->at, fmt::format("no table '{}'", model.data),
                    near_or_all(model.data, names_of_tables(manifest_), "table"));
    } else if (data == nullptr && labelled_.size() > 1) {
      reader_.fault(entry.key.at, fmt::format("model '{}' does not say its 'data'", model.name),
                    fmt::format("{} tables have a label: write `data: {}`", labelled_.size(), labelled_[0]));
    }
    check_uses(model, entry);
    check_params(model, entry);
  }

  void check(const MonitorSpec& monitor, const yaml::Entry& entry) {
    const yaml::Node* truth = entry.value.find("truth");
    if (truth == nullptr || !monitor.truth) return;
    const std::string& table = monitor.truth->from;
    const yaml::Node* from = truth->find("from");
    if (from != nullptr && !table.empty() && manifest_.find_table(table) == nullptr)
      reader_.fault(from->at, fmt::format("no table '{}'", table),
                    near_or_all(table, names_of_tables(manifest_), "table"));
    check_kept(monitor, truth->find("after"));
  }

  void check(const ReleaseSpec& release, const yaml::Entry& entry) {
    const yaml::Node* among = entry.value.find("among");
    if (among == nullptr) return;
    const TableSpec* data = nullptr;
    for (std::size_t i = 0; i < release.among.size(); ++i) {
      const yaml::Node& place =
          among->kind == yaml::Kind::sequence && i < among->items.size() ? among->items[i] : *among;
      check_member(release.among[i], place, data);
    }
  }

 private:
  /// An answer that is forgotten before its truth is known is never judged, and nobody would notice.
  void check_kept(const MonitorSpec& monitor, const yaml::Node* after) {
    const ServeSpec* serve = manifest_.find_serve(monitor.name);
    if (serve == nullptr || after == nullptr || !monitor.truth->after_us) return;
    const std::int64_t kept = serve->keep_us.value_or(30 * day_us);
    const std::int64_t every = monitor.every_us.value_or(day_us);
    if (*monitor.truth->after_us <= kept - every) return;
    reader_.fault(
        after->at,
        fmt::format("the truth comes {} after the answer, whose log is kept {}",
                    duration_words(*monitor.truth->after_us), duration_words(kept)),
        fmt::format("`keep:` of '{}' in `serve:` has to be as long as `after` and a window of {} together",
                    monitor.name, duration_words(every)));
  }

  void check_uses(const ModelSpec& model, const yaml::Entry& entry) {
    const yaml::Node* node = entry.value.find("features");
    if (node == nullptr) return;
    std::vector<std::string> prefixes;
    for (std::size_t i = 0; i < model.features.size(); ++i) {
      const bool list = node->kind == yaml::Kind::sequence && i < node->items.size();
      const yaml::Node& place = list ? node->items[i] : *node;
      check_use(model.features[i], place);
      const std::string& prefix = model.features[i].as.empty() ? model.features[i].use : model.features[i].as;
      if (std::find(prefixes.begin(), prefixes.end(), prefix) != prefixes.end()) {
        reader_.fault(place.at, fmt::format("the columns of '{}' are in this model twice", prefix),
                      "give one of them another name: `as: other`");
      }
      prefixes.push_back(prefix);
    }
  }

  void check_use(const FeatureUse& use, const yaml::Node& place) {
    if (use.use.empty()) return;
    const FeatureSpec* view = manifest_.find_feature(use.use);
    const yaml::Node* name = place.find("use");
    if (view == nullptr) {
      return reader_.fault(name == nullptr ? place.at : name->at, fmt::format("no view '{}'", use.use),
                           near_or_all(use.use, names_of(manifest_.features), "view"));
    }
    std::vector<std::string> entities;
    for (const auto& [entity, column] : view->key) entities.push_back(entity);
    for (const auto& [entity, column] : use.key) {
      if (std::find(entities.begin(), entities.end(), entity) != entities.end()) continue;
      reader_.fault(place.find("key")->at, fmt::format("the view '{}' has no entity '{}'", use.use, entity),
                    near_or_all(entity, entities, "entity"));
    }
  }

  void check_params(const ModelSpec& model, const yaml::Entry& entry) {
    const yaml::Node* node = entry.value.find("params");
    for (const auto& [key, value] : model.params) {
      const std::string* text = value.as_string();
      if (text == nullptr || !text->starts_with('$') || !is_parameter_name(text->substr(1))) continue;
      const std::string name = text->substr(1);
      std::vector<std::string> known;
      for (const auto& [other, its] : manifest_.params) known.push_back(other);
      if (std::find(known.begin(), known.end(), name) != known.end()) continue;
      reader_.fault(node->find(key)->at, fmt::format("no parameter '{}' in 'params'", name),
                    near_or_all(name, known, "parameter"));
    }
  }

  void check_member(const std::string& name, const yaml::Node& place, const TableSpec*& data) {
    const ModelSpec* model = manifest_.find_model(name);
    if (model == nullptr) {
      return reader_.fault(place.at, fmt::format("no model '{}'", name),
                           near_or_all(name, names_of(manifest_.models), "model"));
    }
    const TableSpec* its = manifest_.data_of(*model);
    if (its == nullptr) return;
    if (data != nullptr && its != data) {
      reader_.fault(
          place.at,
          fmt::format("model '{}' is trained on '{}', those before it on '{}'", name, its->name, data->name),
          "models compete on the same rows: make a release for each table");
    }
    data = data == nullptr ? its : data;
  }

  const Manifest& manifest_;
  Reader reader_;
  std::vector<std::string> labelled_;
};

void check_section(const yaml::Node& root, std::string_view section, const auto& specs, Names& names) {
  const yaml::Node* node = root.find(section);
  if (node == nullptr || node->entries.size() != specs.size()) return;
  for (std::size_t i = 0; i < specs.size(); ++i) names.check(specs[i], node->entries[i]);
}

}  // namespace

std::vector<Problem> problems(const ModelSpec& model) {
  Problems out;
  if (auto problem = problem_of_name(model.name)) out.push_back(*std::move(problem));
  if (!model.train.empty()) check_word(out, "train", model.train, trainers);
  check_columns(out, "columns", model.columns);
  check_columns(out, "without", model.without);
  check_both(out, model);
  check_case(out, model);
  return out;
}

std::vector<Problem> problems(const ReleaseSpec& release) {
  Problems out;
  if (auto problem = problem_of_name(release.name)) out.push_back(*std::move(problem));
  if (release.among.empty()) {
    out.push_back({"among", 0, "'among' names no model", "name those that compete, simplest first"});
  }
  for (auto name = release.among.begin(); name != release.among.end(); ++name) {
    if (std::find(release.among.begin(), name, *name) == name) continue;
    const auto index = static_cast<std::size_t>(name - release.among.begin());
    out.push_back({"among", index, fmt::format("'{}' stands in the list twice", *name), ""});
  }
  check_slices(out, release.slices);
  return out;
}

json::Object with_parameters(const json::Object& of_model, const json::Object& parameters) {
  json::Object out = of_model;
  for (const auto& [key, value] : of_model) {
    const std::string* text = value.as_string();
    if (text == nullptr || !text->starts_with('$')) continue;
    const json::Value* found = parameters.find(text->substr(1));
    if (found != nullptr) out.set(key, *found);
  }
  return out;
}

std::string without_section(std::string name) {
  for (const std::string_view section : {"sources/", "data/"}) {
    if (name.starts_with(section)) name.erase(0, section.size());
  }
  return name;
}

void normalise(ModelSpec& model) { model.data = without_section(std::move(model.data)); }

void read_models(Reader& reader, const yaml::Node& node, Manifest& manifest, std::vector<yaml::Fault>& out) {
  if (!is_section(reader, node, "name: {train: logistic}")) return;
  for (const yaml::Entry& entry : node.entries) manifest.models.push_back(read_model(entry, out));
}

void read_releases(Reader& reader, const yaml::Node& node, Manifest& manifest,
                   std::vector<yaml::Fault>& out) {
  if (!is_section(reader, node, "name: {among: [...]}")) return;
  for (const yaml::Entry& entry : node.entries) manifest.releases.push_back(read_release(entry, out));
}

void check_names(const yaml::Node& root, const Manifest& manifest, std::vector<yaml::Fault>& out) {
  Names names(manifest, out);
  check_section(root, "data", manifest.data, names);
  check_section(root, "features", manifest.features, names);
  check_section(root, "models", manifest.models, names);
  check_section(root, "release", manifest.releases, names);
  check_section(root, "monitor", manifest.monitors, names);
  check_targets(root, manifest, out);
}

}  // namespace mlops::manifest
