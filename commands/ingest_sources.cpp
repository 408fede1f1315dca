#include "ingest_sources.hpp"

#include <fmt/core.h>
#include <mlops/base/error.hpp>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <map>

namespace mlops::commands {
namespace {

/// "data/churn.csv.gz" is churn, "logs/part-*.csv" is part, "clicks/" is clicks.
std::string own_name(const std::string& path) {
  if (path.empty()) throw Error(Code::usage, "a path is wanted, not an empty text");
  const bool web = path.starts_with("http://") || path.starts_with("https://");
  std::filesystem::path file(web ? path.substr(0, path.find_first_of("?#")) : path);
  if (!file.has_filename()) file = file.parent_path();
  std::string stem = file.filename().string();
  if (stem == "." || stem == "..") stem = std::filesystem::weakly_canonical(file).filename().string();
  if (stem.find_first_of("*?[") == 0) stem = file.parent_path().filename().string();
  stem.erase(0, std::min(stem.find_first_not_of('.'), stem.size()));
  if (const std::size_t dot = stem.find('.'); dot != std::string::npos) stem.resize(dot);
  std::string name;
  for (const char c : stem) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = std::isalnum(byte) != 0 || c == '_' || c == '-' || byte >= 0x80;
    name += plain ? c : '_';
  }
  while (!name.empty() && (name.front() == '-' || name.front() == '_')) name.erase(0, 1);
  while (!name.empty() && (name.back() == '-' || name.back() == '_')) name.pop_back();
  return name;
}

std::string name_by_file(const std::string& path) {
  const std::string name = own_name(path);
  return manifest::is_reserved(name) ? name + "_data" : name;
}

/// "zip=VARCHAR,age=BIGINT": commas inside of parentheses belong to the type.
void read_types(const std::string& text, std::map<std::string, std::string>& types) {
  std::size_t begin = 0;
  int depth = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] == '(') ++depth;
    if (i < text.size() && text[i] == ')') --depth;
    if (i < text.size() && (text[i] != ',' || depth > 0)) continue;
    std::string item = text.substr(begin, i - begin);
    item.erase(0, std::min(item.find_first_not_of(' '), item.size()));
    const std::size_t equals = item.rfind('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == item.size()) {
      throw error(Code::usage, "'--types' wants COLUMN=TYPE, not '{}'", item)
          .with_hint("for example `--types zip=VARCHAR,age=BIGINT`");
    }
    types[item.substr(0, equals)] = item.substr(equals + 1);
    begin = i + 1;
  }
}

/// What the command line says wins over the file.
void apply(const IngestArgs& args, manifest::SourceSpec& source) {
  const auto set = [](const std::optional<std::string>& from, std::string& to) {
    if (from) to = *from;
  };
  set(args.kind, source.kind);
  set(args.party, source.party);
  set(args.licence, source.licence);
  set(args.price, source.price);
  set(args.url, source.url);
  if (!args.pii.empty()) source.pii = args.pii;
  if (!args.blobs.empty()) source.blobs = args.blobs;
  manifest::ReadOptions& read = source.read;
  if (args.format) read.format = args.format;
  if (args.delimiter) read.delimiter = args.delimiter;
  if (args.quote) read.quote = args.quote;
  if (args.encoding) read.encoding = args.encoding;
  if (args.decimal) read.decimal = args.decimal;
  if (args.quarantine) read.quarantine = args.quarantine;
  if (args.header && args.no_header)
    throw Error(Code::usage, "'--header' and '--no-header' exclude each other");
  if (args.header || args.no_header) read.header = args.header;
  if (!args.nulls.empty()) read.null = args.nulls;
  for (const std::string& types : args.types) read_types(types, read.types);
}

std::string from_root(project::Project& project, const std::string& path) {
  const bool other = path == "-" || path.find("://") != std::string::npos;
  return other ? path : project.relative(std::filesystem::absolute(path));
}

/// A source for paths named on the spot.
manifest::SourceSpec new_source(project::Project& project, const IngestArgs& args,
                                const std::vector<std::string>& paths) {
  manifest::SourceSpec source;
  source.name = args.name ? *args.name : name_by_file(paths.front());
  for (const std::string& path : paths) source.from.push_back(from_root(project, path));
  if (source.name.empty() || paths.front() == "-") {
    if (!args.name) {
      throw error(Code::usage, "what is read from '{}' has no name yet", paths.front())
          .with_hint("give it one: `mlops ingest {} --name NAME`", paths.front());
    }
  }
  const manifest::SourceSpec* known = project.manifest().find_source(source.name);
  if (project.manifest().find_data(source.name) != nullptr) {
    throw error(Code::conflict, "'{}' is the name of a table of `data:` in mlops.yaml", source.name)
        .with_id("ingest.name_taken")
        .with_hint("`mlops run data/{}` makes it; `--name OTHER` gives these data another name", source.name);
  }
  if (known == nullptr) return source;
  if (!args.name && known->from != source.from) {
    throw error(Code::conflict, "the source '{}' reads '{}', not '{}'", source.name, known->from.front(),
                source.from.front())
        .with_id("ingest.name_taken")
        .with_hint("`--name OTHER` makes another dataset; `--name {}` makes this its next version",
                   source.name);
  }
  manifest::SourceSpec next = *known;
  next.from = source.from;
  return next;
}

/// Two targets of one name would be two versions of one dataset.
void require_different(const std::vector<manifest::SourceSpec>& sources) {
  std::map<std::string, std::string> seen;
  for (const manifest::SourceSpec& source : sources) {
    const auto [at, fresh] = seen.emplace(source.name, source.from.front());
    if (fresh) continue;
    throw error(Code::conflict, "'{}' and '{}' would both be called '{}'", at->second, source.from.front(),
                source.name)
        .with_id("ingest.name_taken")
        .with_hint("ingest one of them with `--name OTHER`");
  }
}

/// The rules of the project file; a name that it does not allow was taken from a path, and can be given.
manifest::SourceSpec checked(const IngestArgs& args, manifest::SourceSpec source) {
  const std::string name = source.name;
  const std::string from = source.from.front();
  try {
    return manifest::checked(std::move(source));
  } catch (const Error& e) {
    if (args.name || e.message().find("'" + name + "'") == std::string::npos) throw;
    throw Error(e.code(), e.message()).with_hint("give it another name: `mlops ingest {} --name NAME`", from);
  }
}

}  // namespace

std::optional<std::string> reserved_name(const manifest::SourceSpec& source) {
  const std::string name = own_name(source.from.front());
  return manifest::is_reserved(name) ? std::optional(name) : std::nullopt;
}

std::vector<manifest::SourceSpec> sources_of(project::Project& project, const IngestArgs& args) {
  const manifest::Manifest& manifest = project.manifest();
  if (args.targets.empty()) {
    if (!manifest.sources.empty()) return manifest.sources;
    throw error(Code::usage, "there is nothing to ingest: no path was given and mlops.yaml has no sources")
        .with_hint("`mlops ingest FILE` begins with a file");
  }
  if (args.name) return {new_source(project, args, args.targets)};
  std::vector<manifest::SourceSpec> sources;
  for (const std::string& target : args.targets) {
    const bool named = target.starts_with("sources/");
    const auto* known =
        manifest.find_source(named ? std::string_view(target).substr(8) : std::string_view(target));
    sources.push_back(known != nullptr ? *known : new_source(project, args, {target}));
  }
  require_different(sources);
  return sources;
}

manifest::SourceSpec with_flags(const IngestArgs& args, manifest::SourceSpec source) {
  apply(args, source);
  return checked(args, std::move(source));
}

}  // namespace mlops::commands
