#include "src/internal.hpp"

#include <mlops/base/version.hpp>
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

/// The keys of one source; true when `from` is among them.
bool read_fields(Reader& reader, const yaml::Node& node, SourceSpec& source) {
  bool has_from = false;
  for (const yaml::Entry& field : node.entries) {
    const SourceKey* row = find_source_key(field.key.text);
    if (row == nullptr) {
      reader.unknown_key(field.key, "sources.NAME");
      continue;
    }
    has_from = has_from || row->key.name == "from";
    reader.begin(row->key.name, field.value);
    row->read(reader, field.value, source);
  }
  return has_from;
}

/// What is written where a map is wanted: mostly the path alone.
void refuse_shape(Reader& reader, const yaml::Entry& entry) {
  const bool list = entry.value.kind == yaml::Kind::sequence;
  const std::string& name = entry.key.text;
  reader.fault(entry.value.at,
               fmt::format("source '{}' is a {}, a map is wanted", name, list ? "list" : "text"),
               fmt::format("write `{}: {{from: {}}}`", name, list ? "[...]" : entry.value.text));
}

SourceSpec read_source(const yaml::Entry& entry, std::vector<yaml::Fault>& faults) {
  SourceSpec source;
  source.name = entry.key.text;
  Reader reader(faults);
  if (entry.value.kind == yaml::Kind::scalar || entry.value.kind == yaml::Kind::sequence) {
    refuse_shape(reader, entry);
    return source;
  }
  if (!read_fields(reader, entry.value, source)) {
    reader.missing(entry.key.at, fmt::format("source '{}' has no 'from'", source.name),
                   "name its files: `from: data.csv`");
  }
  reader.add(problems(source), entry.key.at);
  normalise(source.read);
  return source;
}

void read_sources(Reader& reader, const yaml::Node& node, Manifest& manifest, std::vector<yaml::Fault>& out) {
  if (node.kind == yaml::Kind::null) return;
  if (node.kind != yaml::Kind::map) {
    return reader.fault(node.at, "'sources' takes a map of names", "write `name: {from: data.csv}` below it");
  }
  for (const yaml::Entry& entry : node.entries) {
    manifest.sources.push_back(read_source(entry, out));
  }
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

Manifest read(const yaml::Document& document, std::vector<yaml::Fault>& faults) {
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
    else reader.unknown_key(entry.key, "");
  }
  if (root.find("mlops") == nullptr) {
    reader.missing(root.at, "the key 'mlops' is missing", "begin the file with `mlops: 1`");
  }
  return manifest;
}

}  // namespace

const SourceSpec* Manifest::find_source(std::string_view name) const {
  const auto found = std::find_if(sources.begin(), sources.end(),
                                  [&](const SourceSpec& source) { return source.name == name; });
  return found == sources.end() ? nullptr : &*found;
}

Manifest parse(std::string_view text, std::string_view file) {
  const yaml::Document document = yaml::parse(text, file);
  refuse_newer(document, file);
  std::vector<yaml::Fault> faults = document.faults;
  Manifest manifest = read(document, faults);
  if (!faults.empty()) throw yaml::to_error(document.text, file, std::move(faults));
  return manifest;
}

std::string new_file(std::string_view project) {
  return fmt::format("mlops: {}\nproject: {}\n", language, yaml::single_quoted(project, yaml::Place::block));
}

}  // namespace mlops::manifest
