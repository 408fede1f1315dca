/// `mlops ingest`: bytes from outside become immutable dataset versions.
#include "cli/invocation.hpp"
#include "commands.hpp"
#include "dataset_rows.hpp"

#include <unistd.h>
#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/dataset/ingest.hpp>
#include <mlops/project/project.hpp>

#include <algorithm>
#include <cerrno>

namespace mlops::commands {
namespace {

struct IngestArgs {
  std::vector<std::string> targets;
  std::optional<std::string> name;
  std::optional<std::string> kind;
  std::optional<std::string> party;
  std::optional<std::string> licence;
  std::optional<std::string> price;
  std::optional<std::string> url;
  std::vector<std::string> pii;
  std::vector<std::string> blobs;
  std::optional<std::string> format;
  std::optional<std::string> delimiter;
  std::optional<std::string> quote;
  std::optional<std::string> encoding;
  std::optional<std::string> decimal;
  std::optional<std::string> quarantine;
  bool header = false;
  bool no_header = false;
  std::vector<std::string> nulls;
  std::vector<std::string> types;
  bool accept_schema = false;
};

/// "data/churn.csv.gz" is churn, "logs/part-*.csv" is part, "clicks/" is clicks.
std::string name_of(const std::string& path) {
  if (path.empty()) throw Error(Code::usage, "a path is wanted, not an empty text");
  std::filesystem::path file(path);
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
  source.name = args.name ? *args.name : name_of(paths.front());
  for (const std::string& path : paths) source.from.push_back(from_root(project, path));
  if (source.name.empty() || paths.front() == "-") {
    if (!args.name) {
      throw error(Code::usage, "what is read from '{}' has no name yet", paths.front())
          .with_hint("give it one: `mlops ingest {} --name NAME`", paths.front());
    }
  }
  const manifest::SourceSpec* known = project.manifest().find_source(source.name);
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

/// Sources of the project by name, and paths: each its own dataset, or all of them one under `--name`.
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

dataset::IngestReport ingest_one(cli::Invocation& invocation, project::Project& project,
                                 dataset::Workshop& shop, const manifest::SourceSpec& source,
                                 bool accept_schema) {
  const auto& entries = project.lock().entries;
  const auto pinned = entries.find("sources/" + source.name);
  const auto read_input = [&invocation](void* buffer, std::size_t size) {
    const ssize_t got = ::read(invocation.standard_input(), buffer, size);
    if (got < 0) throw system_error(errno, "cannot read standard input");
    return static_cast<std::size_t>(got);
  };
  const dataset::IngestRequest request{
      .source = source,
      .base = project.root(),
      .pinned = accept_schema || pinned == entries.end() ? std::nullopt : std::optional(pinned->second),
      .who = user_of(invocation),
      .input = read_input};
  try {
    if (invocation.dry_run()) return dataset::plan_ingest(shop, request);
    return dataset::ingest(project.store(), shop, request);
  } catch (Error& e) {
    e.add_context(fmt::format("while ingesting {}", source.name));
    throw;
  }
}

/// Pins what was found, and adds a new source to mlops.yaml. What the command line said of a source that is
/// there already is for this time only.
void remember(cli::Invocation& invocation, project::Project& project, const manifest::SourceSpec& source,
              const dataset::Version& version) {
  project.update_lock(
      [&](manifest::Lock& lock) { lock.entries[version.address()] = dataset::lock_entry(version); });
  if (source.from.front() == "-") return;
  const manifest::SourceSpec* known = project.manifest().find_source(source.name);
  if (known == nullptr) {
    project.add_source(source);
  } else if (*known != source) {
    invocation.note(fmt::format(
        "mlops.yaml says otherwise of {}: without these flags the next ingest follows it", source.name));
  }
}

void tell(cli::Invocation& invocation, const manifest::SourceSpec& source,
          const dataset::IngestReport& report) {
  for (const std::string& warning : report.warnings) invocation.warning(warning);
  const std::uint64_t bad = report.version.quarantine.rows;
  if (bad == 0 || report.unchanged) return;
  invocation.warning(fmt::format("{} of {} went to quarantine", count_of(bad, "row"), source.name));
  for (const dataset::BadRow& row : report.bad_rows) {
    const std::string column = row.column.empty() ? "" : row.column + ": ";
    invocation.note(fmt::format("  {}:{}: {}{}", row.file, row.line, column, row.reason));
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

void ingest(const IngestArgs& args, cli::Invocation& invocation) {
  project::Project& project = invocation.project_or_create();
  std::vector<manifest::SourceSpec> sources = sources_of(project, args);
  for (const auto& source : sources) dataset::require_inputs(source, project.root());
  dataset::Workshop shop{.engines = invocation.engines(),
                         .resources = resources_of(invocation),
                         .clock = invocation.clock(),
                         .progress = invocation.progress(),
                         .cancel = &invocation.cancel()};
  std::vector<ui::Row> rows;
  for (manifest::SourceSpec& source : sources) {
    apply(args, source);
    source = checked(args, std::move(source));
    const dataset::IngestReport report = ingest_one(invocation, project, shop, source, args.accept_schema);
    if (!invocation.dry_run()) remember(invocation, project, source, report.version);
    tell(invocation, source, report);
    rows.push_back(ingest_row(source.name, report, invocation.dry_run()));
  }
  if (rows.size() == 1) invocation.record("mlops.ingest/1", rows.front());
  else invocation.rows("mlops.ingest/1", rows);
  if (!invocation.dry_run()) invocation.next(fmt::format("mlops data head {}", sources.front().name));
}

}  // namespace

cli::Command ingest() {
  const auto args = std::make_shared<IngestArgs>();
  return {
      .name = "ingest",
      .summary = "read sources, or files named on the spot, into new immutable versions",
      .options = {{"target", "SOURCE|PATH",
                   "sources of mlops.yaml, or files, folders, quoted patterns, or - for stdin",
                   &args->targets, cli::Offer::file},
                  {"--name", "NAME", "name of the dataset; all paths given become one", &args->name},
                  {"--format",
                   "FORMAT",
                   "what the data are written in",
                   &args->format,
                   cli::Offer::none,
                   false,
                   {"csv", "tsv", "json", "jsonl", "parquet"}},
                  {"--delimiter", "CHARACTER", "what stands between fields; `tab` for a tab",
                   &args->delimiter},
                  {"--quote", "CHARACTER", "what fields are quoted with; empty for nothing", &args->quote},
                  {"--header", "", "the first line names the columns", &args->header},
                  {"--no-header", "", "the first line is data; columns are named column1, column2 and so on",
                   &args->no_header},
                  {"--encoding", "ENCODING", "utf-8, utf-16le, utf-16be or latin-1", &args->encoding},
                  {"--decimal", "MARK", "decimal mark", &args->decimal, cli::Offer::none, false, {".", ","}},
                  {"--null", "TEXT", "a text that means no value, beside the empty one", &args->nulls},
                  {"--types", "COLUMN=TYPE,...", "SQL types of columns, instead of the inferred ones",
                   &args->types},
                  {"--quarantine", "LIMIT", "bad rows to allow, as a count or a share such as 1%",
                   &args->quarantine},
                  {"--pii", "COLUMN", "a column of personal data, masked wherever it is shown", &args->pii},
                  {"--blob", "COLUMN", "a column with paths of files to keep beside the table", &args->blobs},
                  {"--kind",
                   "KIND",
                   "where such data come from",
                   &args->kind,
                   cli::Offer::none,
                   false,
                   {"user-input", "system", "behaviour", "internal", "third-party"}},
                  {"--party", "TEXT", "who the data come from", &args->party},
                  {"--licence", "TEXT", "terms under which they may be used", &args->licence},
                  {"--price", "TEXT", "what they cost", &args->price},
                  {"--url", "URL", "where they were got from", &args->url},
                  {"--accept-schema", "", "take the columns found now, whatever mlops.lock pins",
                   &args->accept_schema}},
      .examples = {{"mlops ingest churn.csv", "Make the first version of the dataset churn"},
                   {"mlops ingest", "Read every source of mlops.yaml again"},
                   {"mlops ingest 'logs/*.csv' --name logs", "Read several files as one table"},
                   {"gzip -cd churn.csv.gz | mlops ingest - --name piped", "Read standard input"},
                   {"mlops ingest churn.csv --types zip=VARCHAR -n",
                    "Show what would be decided, and change nothing"}},
      .exits = {{Code::negative, "there are more bad rows than allowed"},
                {Code::not_found, "there is no such file"},
                {Code::conflict, "the columns are not the ones that mlops.lock pins"},
                {Code::corrupt, "the data cannot be read as a table"}},
      .see_also = {"mlops-data(1)", "mlops.yaml(5)"},
      .dry_run = true,
      .run = [args](cli::Invocation& invocation) { ingest(*args, invocation); },
  };
}

}  // namespace mlops::commands
