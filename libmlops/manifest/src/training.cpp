/// `models:` and `release:`, and what names something else in the file.
#include "src/internal.hpp"

#include <mlops/base/text.hpp>

#include <algorithm>
#include <array>

namespace mlops::manifest {
namespace {

using Problems = std::vector<Problem>;

const std::vector<std::string> trainers = {"prior", "mean", "rule", "linear", "logistic", "xgboost"};

ModelSpec read_model(const yaml::Entry& entry, std::vector<yaml::Fault>& faults) {
  ModelSpec model;
  model.name = entry.key.text;
  Reader reader(faults);
  if (!is_entry(reader, entry, "model", "{train: logistic}")) return model;
  const auto seen = reader.fields(entry.value, model_keys(), model);
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
  const auto seen = reader.fields(entry.value, release_keys(), release);
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

std::vector<std::string> names_of(const auto& specs) {
  std::vector<std::string> out;
  for (const auto& spec : specs) out.push_back(spec.name);
  return out;
}

std::vector<std::string> names_of_tables(const Manifest& manifest) {
  std::vector<std::string> out;
  for (const TableSpec* table : manifest.tables()) out.push_back(table->name);
  return out;
}

std::string near_or_all(const std::string& name, const std::vector<std::string>& known,
                        std::string_view what) {
  const std::vector<std::string> near = near_misses(name, known);
  if (near.size() > 1) return fmt::format("similar {}s exist: {}", what, one_of(near));
  if (!near.empty()) return fmt::format("similar {} exists: {}", what, one_of(near));
  return known.empty() ? fmt::format("the file has no {}", what)
                       : fmt::format("it is one of {}", one_of(known));
}

/// Names used that are not there, and models whose data cannot be told.
class Names {
 public:
  Names(const Manifest& manifest, std::vector<yaml::Fault>& faults) : manifest_(manifest), reader_(faults) {
    for (const TableSpec* table : manifest.tables()) {
      if (!table->label.empty()) labelled_.push_back(table->name);
    }
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
  return out;
}

void normalise(ModelSpec& model) {
  for (const std::string_view section : {"sources/", "data/"}) {
    if (model.data.starts_with(section)) model.data.erase(0, section.size());
  }
}

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
  check_section(root, "models", manifest.models, names);
  check_section(root, "release", manifest.releases, names);
}

}  // namespace mlops::manifest
