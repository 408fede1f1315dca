#include "dataset_rows.hpp"

#include "cli/invocation.hpp"

#include <fmt/core.h>
#include <unistd.h>
#include <mlops/base/text.hpp>
#include <mlops/config/machine.hpp>
#include <mlops/project/project.hpp>

#include <set>
#include <string_view>

#include "row_values.hpp"

namespace mlops::commands {
namespace {

std::string_view by_text(dataset::By by) {
  switch (by) {
    case dataset::By::data:
      return "found";
    case dataset::By::wish:
      return "given";
    case dataset::By::pin:
      return "pinned";
  }
  return "found";
}

std::string character_named(const std::string& character) {
  return character == "\t" ? "tab" : "'" + character + "'";
}

/// "csv, utf-8, delimiter ';', decimal comma, header, nulls ? NA"
std::string reading(const json::Object& object) {
  const json::Value read(object);
  std::string out = read["format"].text_or("") + ", " + read["encoding"].text_or("utf-8");
  if (read["format"].text_or("") != "csv") return out;
  out += ", delimiter " + character_named(read["delimiter"].text_or(","));
  const std::string quote = read["quote"].text_or("\"");
  if (quote != "\"") out += quote.empty() ? ", no quotes" : ", quote " + character_named(quote);
  if (read["escape"].text_or(quote) != quote)
    out += ", escape " + character_named(read["escape"].text_or(""));
  out += read["header"].bool_or(true) ? ", header" : ", no header";
  if (read["decimal"].text_or(".") == ",") out += ", decimal comma";
  if (const std::string dates = read["dates"].text_or(""); !dates.empty()) out += ", dates " + dates;
  if (read["trim"].bool_or(false)) out += ", spaces trimmed";
  std::string nulls;
  for (const char* key : {"null", "typed_null"}) {
    if (const json::Array* texts = read[key].as_array()) {
      for (const json::Value& text : *texts) nulls += " " + character_named(text.text_or(""));
    }
  }
  return nulls.empty() ? out : out + ", null" + nulls;
}

json::Object public_reading(const json::Object& read) {
  json::Object out;
  for (const auto& [name, value] : read) {
    if (name != "declared") out.set(name, value);
  }
  return out;
}

json::Object made(const dataset::Made& how) {
  json::Array inputs;
  for (const dataset::MadeInput& input : how.inputs) {
    inputs.push_back(json::Object{{"address", input.address},
                                  {"digest", input.record.text()},
                                  {"table", "sha256:" + input.table.hex()}});
  }
  return {{"sql", how.sql},
          {"inputs", std::move(inputs)},
          {"params", how.params},
          {"engine", how.engine},
          {"key", how.key.text()}};
}

bool is_kept(const dataset::Version& version) { return !version.forgotten && version.rows_forgotten == 0; }

/// What became of what was read then.
const char* contents_of(const dataset::Version& version) {
  if (version.forgotten) return "dropped";
  return version.rows_forgotten > 0 ? "rewritten" : "kept";
}

ui::Row version_row(const dataset::Version& version) {
  return {{"name", version.name},
          {"version", version.number},
          {"section", version.section, ui::Show::hidden},
          {"rows", version.rows, ui::Show::count},
          {"columns", version.columns.size(), ui::Show::count},
          {"quarantine", version.quarantine.rows, ui::Show::count},
          {"bytes", version.data_bytes, ui::Show::bytes},
          {"time", version.time.text()},
          {"digest", version.record.text(), ui::Show::digest},
          {"contents", contents_of(version), ui::Show::hidden}};
}

}  // namespace

std::vector<ui::Row> version_rows(const std::vector<dataset::Version>& versions) {
  std::vector<ui::Row> rows;
  bool all_kept = true;
  for (const dataset::Version& version : versions) {
    rows.push_back(version_row(version));
    all_kept = all_kept && rows.back().back().value == json::Value("kept");
  }
  for (ui::Row& row : rows) {
    if (!all_kept) row.back().show = ui::Show::plain;
  }
  return rows;
}

ui::Row files_version_row(const worktree::Version& version) {
  return {{"name", version.path},
          {"version", version.number},
          {"section", "files", ui::Show::hidden},
          {"rows", json::Value(), ui::Show::count},
          {"columns", json::Value(), ui::Show::count},
          {"quarantine", json::Value(), ui::Show::count},
          {"bytes", version.pin.bytes, ui::Show::bytes},
          {"time", version.time.text()},
          {"digest", version.record.text(), ui::Show::digest},
          {"contents", "kept", ui::Show::hidden}};
}

ui::Row version_record(const dataset::Version& version) {
  json::Array columns;
  for (const dataset::Column& column : version.columns) {
    columns.push_back(json::Object{{"name", column.name},
                                   {"type", column.type},
                                   {"original", column.original},
                                   {"pii", column.pii},
                                   {"blob", column.blob}});
  }
  const dataset::Origin& origin = version.origin;
  return {{"name", version.name},
          {"version", version.number},
          {"section", version.section},
          {"digest", version.record.text()},
          {"previous", or_null(version.previous)},
          {"time", version.time.text()},
          {"from", texts_json(origin.from)},
          {"kind", or_null(origin.kind)},
          {"party", or_null(origin.party)},
          {"licence", or_null(origin.licence)},
          {"price", or_null(origin.price)},
          {"url", or_null(origin.url)},
          {"retrieved", origin.retrieved.text()},
          {"reading", version.made ? json::Value() : json::Value(reading(version.read))},
          {"read", public_reading(version.read), ui::Show::hidden},
          {"rows", version.rows, ui::Show::count},
          {"contents", contents_of(version), is_kept(version) ? ui::Show::hidden : ui::Show::plain},
          {"rows_forgotten", version.rows_forgotten, is_kept(version) ? ui::Show::hidden : ui::Show::count},
          {"quarantine", version.quarantine.rows, ui::Show::count},
          {"quarantine_limit", version.quarantine.limit},
          {"raw", version.raw_kept ? json::Value(version.raw.text()) : json::Value()},
          {"raw_files", version.raw_files, ui::Show::count},
          {"raw_bytes", version.raw_bytes, ui::Show::bytes},
          {"parquet", version.data.text()},
          {"parquet_bytes", version.data_bytes, ui::Show::bytes},
          {"table", "sha256:" + version.table.hex()},
          {"blobs", or_null(version.blobs)},
          {"columns", std::move(columns)},
          {"made", version.made ? json::Value(made(*version.made)) : json::Value(), ui::Show::hidden}};
}

ui::Row ingest_row(const std::string& name, const dataset::IngestReport& report, bool planned) {
  const dataset::Version& version = report.version;
  json::Array columns;
  std::set<std::string_view> masked;
  for (const dataset::Column& column : version.columns) {
    if (column.pii) masked.insert(column.name);
  }
  for (const dataset::Decision& decision : report.decisions) {
    const bool pii = masked.contains(decision.column);
    columns.push_back(
        json::Object{{"column", decision.column},
                     {"type", decision.type},
                     {"by", by_text(decision.by)},
                     {"note", pii ? json::Value("personal data: masked") : or_null(decision.note)}});
  }
  const ui::Show shown = report.unchanged ? ui::Show::hidden : ui::Show::plain;
  return {{"name", name},
          {"version", planned ? json::Value() : json::Value(version.number)},
          {"state", planned            ? "would be ingested"
                    : report.unchanged ? "unchanged"
                                       : "new"},
          {"rows", planned ? json::Value() : json::Value(version.rows), ui::Show::count},
          {"quarantine", planned ? json::Value() : json::Value(version.quarantine.rows), ui::Show::count},
          {"reading", version.made ? json::Value() : json::Value(reading(version.read))},
          {"read", public_reading(version.read), ui::Show::hidden},
          {"raw_bytes", planned ? json::Value() : json::Value(version.raw_bytes), ui::Show::bytes},
          {"parquet_bytes", planned ? json::Value() : json::Value(version.data_bytes), ui::Show::bytes},
          {"digest", planned ? json::Value() : json::Value(version.record.text()), ui::Show::digest},
          {"columns", std::move(columns), shown}};
}

cli::Option format_option(std::optional<std::string>& target, std::vector<std::string> formats) {
  return {.names = "--format",
          .value = "FORMAT",
          .help = "what to write, if the file's name does not say",
          .target = &target,
          .choices = std::move(formats)};
}

dataset::Resources resources_of(cli::Invocation& invocation) {
  const config::Settings& settings = invocation.settings();
  return {.threads = config::usable_threads(settings), .memory_bytes = config::usable_memory(settings)};
}

dataset::Workshop data_workshop(cli::Invocation& invocation) {
  return {.engines = invocation.engines(),
          .resources = resources_of(invocation),
          .clock = invocation.clock(),
          .progress = invocation.progress(),
          .cancel = &invocation.cancel(),
          .environment = invocation.environment()};
}

dataset::TablePlace tables_of(cli::Invocation& invocation) {
  return {.store = invocation.project().store(),
          .engines = invocation.engines(),
          .resources = resources_of(invocation),
          .cancel = &invocation.cancel(),
          .progress = &invocation.progress()};
}

std::string user_of(cli::Invocation& invocation) {
  for (const char* variable : {"MLOPS_USER", "USER", "LOGNAME"}) {
    const auto found = invocation.environment().find(variable);
    if (found != invocation.environment().end() && !found->second.empty()) return found->second;
  }
  return fmt::format("uid {}", getuid());
}

}  // namespace mlops::commands
