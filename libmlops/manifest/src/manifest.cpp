#include "src/internal.hpp"

#include <mlops/base/version.hpp>
#include <mlops/config/file.hpp>
#include <mlops/yaml/write.hpp>

#include <algorithm>
#include <charconv>

namespace mlops::manifest {
namespace {

constexpr int language = 1;  ///< The version of the file that this program reads.

/// A newer file may mean anything by its keys: nothing else is said about it.
void refuse_newer(const yaml::Document& document, std::string_view file) {
  const yaml::Node* node = document.root.find("mlops");
  if (node == nullptr || node->kind != yaml::Kind::scalar) return;
  long number = 0;
  const char* end = node->text.data() + node->text.size();
  const auto [stop, fault] = std::from_chars(node->text.data(), end, number);
  if (fault != std::errc() || stop != end || number <= language) return;
  throw yaml::to_error(
      document.text, file,
      {{node->at,
        fmt::format("the file is of version {}, mlops {} reads version {}", number, version(), language),
        "install a newer `mlops`"}});
}

SourceSpec read_source(const yaml::Entry& entry, std::vector<yaml::Fault>& faults) {
  SourceSpec source;
  source.name = entry.key.text;
  Reader reader(faults);
  const bool list = entry.value.kind == yaml::Kind::sequence;
  if (!is_entry(reader, entry, "source", fmt::format("{{from: {}}}", list ? "[...]" : entry.value.text)))
    return source;
  const auto seen = reader.fields(entry.value, source, source_keys(), table_keys());
  if (std::find(seen.begin(), seen.end(), "from") == seen.end()) {
    reader.missing(entry.key.at, fmt::format("source '{}' has no 'from'", source.name),
                   "name its files: `from: data.csv`");
  }
  reader.add(problems(source), entry.key.at);
  normalise(source.read);
  return source;
}

void read_sources(Reader& reader, const yaml::Node& node, Manifest& manifest, std::vector<yaml::Fault>& out) {
  if (!is_section(reader, node, "name: {from: data.csv}")) return;
  for (const yaml::Entry& entry : node.entries) manifest.sources.push_back(read_source(entry, out));
}

void read_version(Reader& reader, const yaml::Node& node) {
  const auto text = reader.text(node);
  if (text && *text != "1") {
    reader.fault(node.at, fmt::format("'mlops' is '{}', 1 is wanted", *text),
                 "it is the version of the file's language");
  }
}

void read_project(Reader& reader, const yaml::Node& node, Manifest& manifest) {
  const auto text = reader.text(node);
  if (!text) return;
  if (text->empty() || text->find('\n') != std::string::npos) {
    return reader.fault(node.at, "'project' takes a name on one line",
                        "remove the key to use the name of the folder");
  }
  manifest.project = *text;
}

json::Object read_params(Reader& reader, const yaml::Node& node) {
  if (!is_section(reader, node, "name: value")) return {};
  json::Object out = reader.values(node);
  for (const yaml::Entry& entry : node.entries) {
    if (is_parameter_name(entry.key.text)) continue;
    reader.fault(entry.key.at, fmt::format("'{}' cannot be the name of a parameter", entry.key.text),
                 "it is used as `$name`: letters, digits and '_', no digit first");
  }
  return out;
}

Manifest read(const yaml::Document& document, std::string_view file, std::vector<yaml::Fault>& faults) {
  Manifest manifest;
  Reader reader(faults);
  const yaml::Node& root = document.root;
  if (root.kind != yaml::Kind::map && root.kind != yaml::Kind::null) {
    reader.fault(root.at, "the file is not a map of keys", "begin it with `mlops: 1`");
    return manifest;
  }
  for (const yaml::Entry& entry : root.entries) {
    const std::string& name = entry.key.text;
    reader.begin(name, entry.value);
    if (name == "mlops") read_version(reader, entry.value);
    else if (name == "project") read_project(reader, entry.value, manifest);
    else if (name == "sources") read_sources(reader, entry.value, manifest, faults);
    else if (name == "params") manifest.params = read_params(reader, entry.value);
    else if (name == "data") read_data(reader, entry.value, manifest, faults);
    else if (name == "features") read_features(reader, entry.value, manifest, faults);
    else if (name == "models") read_models(reader, entry.value, manifest, faults);
    else if (name == "release") read_releases(reader, entry.value, manifest, faults);
    else if (name == "serve") read_serve(reader, entry.value, manifest, faults);
    else if (name == "monitor") read_monitors(reader, entry.value, manifest, faults);
    else if (name == "schedule") read_schedules(reader, entry.value, manifest, faults);
    else if (name == "remotes") read_remotes(reader, entry.value, manifest, faults);
    else if (name == "settings")
      manifest.settings = config::read_settings(entry.value, config::Author::project, file, faults);
    else reader.unknown_key(entry.key, {""});
  }
  check_names(root, manifest, faults);
  if (root.find("mlops") == nullptr) {
    reader.missing(root.at, "the key 'mlops' is missing", "begin the file with `mlops: 1`");
  }
  return manifest;
}

template <typename Spec>
const Spec* find(const std::vector<Spec>& all, std::string_view name) {
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Spec& spec) { return spec.name == name; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace

bool is_section(Reader& reader, const yaml::Node& node, std::string_view example) {
  if (node.kind == yaml::Kind::null) return false;
  if (node.kind == yaml::Kind::map) return true;
  reader.fault(node.at, fmt::format("'{}' takes a map of names", reader.key()),
               fmt::format("write `{}` below it", example));
  return false;
}

bool is_entry(Reader& reader, const yaml::Entry& entry, std::string_view what, std::string_view example) {
  const bool list = entry.value.kind == yaml::Kind::sequence;
  if (!list && entry.value.kind != yaml::Kind::scalar) return true;
  const std::string& name = entry.key.text;
  reader.fault(entry.value.at,
               fmt::format("{} '{}' is a {}, a map is wanted", what, name, list ? "list" : "text"),
               fmt::format("write `{}: {}`", name, example));
  return false;
}

const SourceSpec* Manifest::find_source(std::string_view name) const { return find(sources, name); }
const ModelSpec* Manifest::find_model(std::string_view name) const { return find(models, name); }
const ReleaseSpec* Manifest::find_release(std::string_view name) const { return find(releases, name); }
const ServeSpec* Manifest::find_serve(std::string_view name) const { return find(serve, name); }
const MonitorSpec* Manifest::find_monitor(std::string_view name) const { return find(monitors, name); }
const ScheduleSpec* Manifest::find_schedule(std::string_view name) const { return find(schedules, name); }
const RemoteSpec* Manifest::find_remote(std::string_view name) const { return find(remotes, name); }

const DataSpec* Manifest::find_data(std::string_view name) const { return find(data, name); }
const FeatureSpec* Manifest::find_feature(std::string_view name) const { return find(features, name); }

const TableSpec* Manifest::find_table(std::string_view name) const {
  constexpr std::string_view source = "sources/";
  constexpr std::string_view table = "data/";
  if (name.starts_with(source)) return find_source(name.substr(source.size()));
  if (name.starts_with(table)) return find_data(name.substr(table.size()));
  const TableSpec* found = find_source(name);
  return found != nullptr ? found : find_data(name);
}

std::vector<const TableSpec*> Manifest::tables() const {
  std::vector<const TableSpec*> out;
  for (const SourceSpec& source : sources) out.push_back(&source);
  for (const DataSpec& table : data) out.push_back(&table);
  return out;
}

std::string Manifest::address_of(const TableSpec& table) const {
  return (find_data(table.name) == &table ? "data/" : "sources/") + table.name;
}

const TableSpec* Manifest::data_of(const ModelSpec& model) const {
  if (!model.data.empty()) return find_table(model.data);
  const TableSpec* labelled = nullptr;
  for (const TableSpec* table : tables()) {
    if (table->label.empty()) continue;
    if (labelled != nullptr) return nullptr;
    labelled = table;
  }
  return labelled;
}

Manifest parse(std::string_view text, std::string_view file) {
  const yaml::Document document = yaml::parse(text, file);
  refuse_newer(document, file);
  std::vector<yaml::Fault> faults = document.faults;
  Manifest manifest = read(document, file, faults);
  for (const AssertionFault& one : faults_of_assertions(manifest))
    faults.push_back(placed(document.text, one));
  if (!faults.empty()) throw yaml::to_error(document.text, file, std::move(faults));
  place_sql(document, manifest);
  return manifest;
}

std::vector<config::Said> parse_settings(std::string_view text, std::string_view file) {
  const yaml::Document document = yaml::parse(text, file);
  refuse_newer(document, file);
  const yaml::Node* node = document.root.find("settings");
  if (node == nullptr) return {};
  std::vector<yaml::Fault> faults;
  auto out = config::read_settings(*node, config::Author::project, file, faults);
  if (!faults.empty()) parse(text, file);
  return out;
}

std::vector<ServeSpec> parse_serve(std::string_view text, std::string_view file) {
  const yaml::Document document = yaml::parse(text, file);
  refuse_newer(document, file);
  const yaml::Node* node = document.root.find("serve");
  if (node == nullptr) return {};
  std::vector<yaml::Fault> faults;
  Reader reader(faults);
  Manifest out;
  reader.begin("serve", *node);
  read_serve(reader, *node, out, faults);
  if (!faults.empty()) parse(text, file);
  return out.serve;
}

std::string new_file(std::string_view project) {
  return fmt::format("mlops: {}\nproject: {}\n", language, yaml::single_quoted(project, yaml::Place::block));
}

}  // namespace mlops::manifest
