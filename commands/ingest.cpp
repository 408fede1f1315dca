/// `mlops ingest`: bytes from outside become immutable dataset versions.
#include "checking.hpp"
#include "cli/invocation.hpp"
#include "commands.hpp"
#include "dataset_rows.hpp"
#include "ingest_sources.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/dataset/ingest.hpp>
#include <mlops/dataset/sense.hpp>
#include <mlops/project/project.hpp>

#include <algorithm>

namespace mlops::commands {
namespace {

dataset::IngestReport ingest_one(cli::Invocation& invocation, project::Project& project,
                                 dataset::Workshop& shop, const manifest::SourceSpec& source,
                                 bool accept_schema) {
  const auto& entries = project.lock().entries;
  const auto pinned = entries.find("sources/" + source.name);
  const auto read_input = [&invocation](void* buffer, std::size_t size) {
    return invocation.read_input(buffer, size);
  };
  const dataset::IngestRequest request{
      .source = source,
      .base = project.root(),
      .pinned = pinned == entries.end() ? std::nullopt : std::optional(pinned->second),
      .accept_schema = accept_schema,
      .who = user_of(invocation),
      .input = read_input};
  try {
    if (invocation.dry_run()) return dataset::plan_ingest(shop, request);
    const auto token = dataset::token_of(source, project.root(), SystemClock().now());
    dataset::IngestReport report = dataset::ingest(project.store(), shop, request);
    if (token) dataset::keep_token(project.store(), report.version, *token);
    return report;
  } catch (Error& e) {
    e.add_context(fmt::format("while ingesting {}", source.name));
    throw;
  }
}

void pin(project::Project& project, const dataset::Version& version) {
  project.update_lock(
      [&](manifest::Lock& lock) { lock.entries[version.address()] = dataset::lock_entry(version); });
}

/// Pins what was found, and adds a new source to mlops.yaml. What the command line said of a source that is
/// there already is for this time only.
void remember(cli::Invocation& invocation, project::Project& project, const manifest::SourceSpec& source,
              const dataset::Version& version) {
  pin(project, version);
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
  if (report.lock_moved) {
    invocation.note(
        fmt::format("mlops.lock had pinned other data of {}: git shows the difference", source.name));
  }
  const std::uint64_t bad = report.version.quarantine.rows;
  if (bad == 0 || report.unchanged) return;
  invocation.warning(fmt::format("{} of {} went to quarantine", count_of(bad, "row"), source.name));
  for (const dataset::BadRow& row : report.bad_rows) {
    const std::string column = row.column.empty() ? "" : row.column + ": ";
    invocation.note(fmt::format("  {}:{}: {}{}", row.file, row.line, column, row.reason));
  }
}

/// What mlops.yaml asserts of the sources, judged; a row gets what became of its version.
Judged judge(cli::Invocation& invocation, project::Project& project,
             const std::vector<dataset::Version>& versions, std::vector<ui::Row>& rows) {
  std::vector<ToCheck> asserted;
  for (const dataset::Version& version : versions) {
    const manifest::SourceSpec* known = project.manifest().find_source(version.name);
    if (known != nullptr && !known->expect.empty()) asserted.push_back({version, known});
  }
  Judged out;
  if (!asserted.empty() && !invocation.dry_run()) out = judge_versions(invocation, project, asserted);
  for (const dataset::Check& check : out.checks) tell_failures(invocation, check);
  const ui::Show shown = out.checks.empty() ? ui::Show::hidden : ui::Show::plain;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto check = std::find_if(out.checks.begin(), out.checks.end(), [&](const dataset::Check& one) {
      return one.version == versions[i].record;
    });
    const bool known = check != out.checks.end();
    rows[i].push_back(
        {"check", known ? json::Value(check->refuses() ? "fail" : "pass") : json::Value(), shown});
  }
  return out;
}

/// A list has a line for each dataset; what was decided for each column is for one at a time.
std::vector<ui::Row> without_columns(std::vector<ui::Row> rows) {
  for (ui::Row& row : rows) {
    for (ui::Cell& cell : row) {
      if (cell.key == "columns") cell.show = ui::Show::hidden;
    }
  }
  return rows;
}

void ingest(const IngestArgs& args, cli::Invocation& invocation) {
  project::Project& project = invocation.project_or_create();
  std::vector<manifest::SourceSpec> sources = sources_of(project, args);
  for (manifest::SourceSpec& source : sources) {
    source = with_flags(args, std::move(source));
    dataset::require_inputs(source, project.root());
  }
  dataset::Workshop shop = data_workshop(invocation);
  std::vector<ui::Row> rows;
  std::vector<dataset::Version> versions;
  for (const manifest::SourceSpec& source : sources) {
    const dataset::IngestReport report = ingest_one(invocation, project, shop, source, args.accept_schema);
    const auto reserved = args.name ? std::nullopt : reserved_name(source);
    if (reserved && project.manifest().find_source(source.name) == nullptr) {
      invocation.note(
          fmt::format("called {}: '{}' has a meaning of its own in mlops.yaml", source.name, *reserved));
    }
    if (!invocation.dry_run()) remember(invocation, project, source, report.version);
    tell(invocation, source, report);
    rows.push_back(ingest_row(source.name, report, invocation.dry_run()));
    versions.push_back(report.version);
  }
  Judged judged = judge(invocation, project, versions, rows);
  if (rows.size() == 1) invocation.record("mlops.ingest/1", rows.front());
  else invocation.rows("mlops.ingest/1", without_columns(std::move(rows)));
  if (judged.fault) throw *std::move(judged.fault);
  if (auto fault = refusal(judged.checks)) throw *std::move(fault);
  if (!invocation.dry_run()) invocation.next(fmt::format("mlops data head {}", sources.front().name));
}

/// What a flag of `mlops ingest` allows, mlops.yaml says for whoever else reads the source.
Error without_flags(const Error& fault, const manifest::SourceSpec& source) {
  return Error(fault)
      .with_message("sources/{}: {}", source.name, fault.message())
      .with_hint(
          "mend the data, say how to read them (`mlops help ingest`), or allow more with `quarantine: 5%` of "
          "`sources: {}` in mlops.yaml",
          source.name);
}

dataset::IngestReport ingest_declared(cli::Invocation& invocation, project::Project& project,
                                      dataset::Workshop& shop, const manifest::SourceSpec& source) {
  try {
    return ingest_one(invocation, project, shop, source, false);
  } catch (const Error& fault) {
    if (fault.id() == "ingest.too_many_bad_rows") throw without_flags(fault, source);
    throw;
  }
}

}  // namespace

dataset::IngestReport ingest_source(cli::Invocation& invocation, project::Project& project,
                                    dataset::Workshop& shop, const manifest::SourceSpec& source) {
  dataset::require_inputs(source, project.root());
  dataset::IngestReport report = ingest_declared(invocation, project, shop, source);
  remember(invocation, project, source, report.version);
  tell(invocation, source, report);
  return report;
}

dataset::IngestReport ingest_unlisted(cli::Invocation& invocation, project::Project& project,
                                      dataset::Workshop& shop, const manifest::SourceSpec& source) {
  dataset::IngestReport report = ingest_one(invocation, project, shop, source, false);
  pin(project, report.version);
  tell(invocation, source, report);
  return report;
}

cli::Command ingest() {
  const auto args = std::make_shared<IngestArgs>();
  return {
      .name = "ingest",
      .summary = "read sources, or files named on the spot, into new immutable versions",
      .options =
          {{"target", "SOURCE|PATH",
            "sources of mlops.yaml, or files, folders, quoted patterns, URLs, sqlite://FILE/TABLE, or - for "
            "stdin",
            &args->targets, cli::Offer::file},
           {"--name", "NAME", "name of the dataset; all paths given become one", &args->name},
           {"--format",
            "FORMAT",
            "what the data are written in",
            &args->format,
            cli::Offer::none,
            false,
            {"csv", "tsv", "json", "jsonl", "parquet"}},
           {"--delimiter", "CHARACTER", "what stands between fields; `tab` for a tab", &args->delimiter},
           {"--quote", "CHARACTER", "what fields are quoted with; empty for nothing", &args->quote},
           {"--header", "", "the first line names the columns", &args->header},
           {"--no-header", "", "the first line is data; columns are named column1, column2 and so on",
            &args->no_header},
           {"--encoding", "ENCODING", "utf-8, utf-16le, utf-16be or latin-1", &args->encoding},
           {"--decimal", "MARK", "decimal mark", &args->decimal, cli::Offer::none, false, {".", ","}},
           {"--null", "TEXT", "a text that means no value, beside the empty one", &args->nulls},
           {"--types", "COLUMN=TYPE,...", "SQL types of columns, instead of the inferred ones", &args->types},
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
                   {"mlops ingest sqlite://crm.db/customers", "Read a table of a database"},
                   {"gzip -cd churn.csv.gz | mlops ingest - --name piped", "Read standard input"},
                   {"mlops ingest churn.csv --types zip=VARCHAR -n",
                    "Show what would be decided, and change nothing"}},
      .exits = {{Code::negative,
                 "there are more bad rows than allowed, a row without a value of the cursor, or an assertion "
                 "of mlops.yaml fails"},
                {Code::not_found, "there is no such file, page, host or table"},
                {Code::conflict, "the columns are not the ones that mlops.lock pins"},
                {Code::corrupt, "the data cannot be read as a table"}},
      .see_also = {"mlops-data(1)", "mlops.yaml(5)"},
      .dry_run = true,
      .run = [args](cli::Invocation& invocation) { ingest(*args, invocation); },
  };
}

}  // namespace mlops::commands
