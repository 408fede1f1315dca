/// `mlops data`: look at datasets, query them, write them out.
#include "cli/invocation.hpp"
#include "commands.hpp"
#include "data_diff.hpp"
#include "data_files.hpp"
#include "data_forget.hpp"
#include "dataset_rows.hpp"
#include "pinned_files.hpp"
#include "up_to_date.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/dataset/read.hpp>
#include <mlops/project/project.hpp>

namespace mlops::commands {
namespace {

dataset::Reader reader(cli::Invocation& invocation) { return dataset::Reader(tables_of(invocation)); }

dataset::Version version_at(cli::Invocation& invocation, const std::string& address) {
  return made_or(invocation, address,
                 [&] { return dataset::resolve(invocation.project().store(), address); });
}

cli::Option address_option(std::string& target) {
  return {"dataset", "DATASET",           "a dataset, or a version of it such as churn@v2",
          &target,   cli::Offer::dataset, true};
}

// ---- list, show
// -------------------------------------------------------------------------------------------------

struct ListDatasetsArgs {
  std::optional<std::string> name;
};

/// Empty where the word names a dataset, or nothing that was added.
std::string added_path(project::Project& project, const std::string& word) {
  if (!project.has_store()) return "";
  const store::References& names = project.store().references();
  for (const char* section : {"sources", "data"}) {
    if (names.find({section, word})) return "";
  }
  return find_added(project, word);
}

void list_datasets(const ListDatasetsArgs& args, cli::Invocation& invocation) {
  project::Project& project = invocation.project();
  std::vector<ui::Row> rows;
  const std::string path = args.name ? added_path(project, *args.name) : "";
  if (!path.empty()) {
    for (const auto& version : worktree::history(project.store(), path))
      rows.push_back(files_version_row(version));
  } else if (args.name) {
    const dataset::Version newest = version_at(invocation, *args.name);
    rows = version_rows(dataset::history(project.store(), {newest.section, newest.name}));
  } else if (project.has_store()) {
    rows = version_rows(dataset::latest(project.store()));
    for (const auto& version : worktree::latest(project.store())) rows.push_back(files_version_row(version));
  }
  invocation.rows("mlops.dataset-version/1", rows);
}

cli::Command list_datasets_spec() {
  const auto args = std::make_shared<ListDatasetsArgs>();
  return {.name = "list",
          .summary = "list datasets and added paths, or the versions of one",
          .options = {{"dataset", "DATASET", "list the versions of this dataset, or added path", &args->name,
                       cli::Offer::dataset}},
          .examples = {{"mlops data list", "List every dataset with its newest version"},
                       {"mlops data list churn", "List the versions of churn, oldest first"},
                       {"mlops data list images", "List those of a folder that was added"}},
          .exits = {{Code::not_found, "there is no such dataset"}},
          .run = [args](cli::Invocation& invocation) { list_datasets(*args, invocation); }};
}

struct DatasetArgs {
  std::string address;
};

cli::Command show_dataset_spec() {
  const auto args = std::make_shared<DatasetArgs>();
  return {.name = "show",
          .summary = "show where a version came from, how it was read, and its columns",
          .options = {address_option(args->address)},
          .examples = {{"mlops data show churn", "Show the newest version of churn"},
                       {"mlops data show churn@v1 --json", "Show its first version, for a program"}},
          .exits = {{Code::not_found, "there is no such dataset"}},
          .run = [args](cli::Invocation& invocation) {
            invocation.record("mlops.dataset/1", version_record(version_at(invocation, args->address)));
          }};
}

// ---- rows
// -------------------------------------------------------------------------------------------------------

ui::Row cells(const std::vector<std::string>& columns, const std::vector<json::Value>& values) {
  ui::Row row;
  for (std::size_t i = 0; i < columns.size(); ++i) row.push_back({columns[i], values[i]});
  return row;
}

struct HeadArgs {
  std::string address;
  std::int64_t count = 10;
  bool quarantine = false;
};

void head(const HeadArgs& args, cli::Invocation& invocation) {
  if (args.count < 0) throw error(Code::usage, "'--rows' wants 0 or more, not {}", args.count);
  const dataset::Version version = version_at(invocation, args.address);
  dataset::Reader rows_of = reader(invocation);
  const auto count = static_cast<std::uint64_t>(args.count);
  const dataset::Rows found =
      args.quarantine ? rows_of.quarantine(version, count) : rows_of.head(version, count);
  std::vector<ui::Row> rows;
  for (const auto& values : found.rows) rows.push_back(cells(found.columns, values));
  invocation.rows(args.quarantine ? "mlops.quarantine/1" : "mlops.rows/1", rows);
}

cli::Command head_spec() {
  const auto args = std::make_shared<HeadArgs>();
  return {.name = "head",
          .summary = "show the first rows",
          .options = {address_option(args->address),
                      {"-r,--rows", "COUNT", "how many rows", &args->count},
                      {"--quarantine", "", "the rows that could not be loaded, with their lines and reasons",
                       &args->quarantine}},
          .examples = {{"mlops data head churn", "Show the first ten rows of churn"},
                       {"mlops data head churn@v1 --rows 3 --json",
                        "Show three rows of its first version as JSON"},
                       {"mlops data head churn --quarantine", "Show the rows that were left out, and why"}},
          .exits = {{Code::not_found, "there is no such dataset"}},
          .run = [args](cli::Invocation& invocation) { head(*args, invocation); }};
}

struct QueryArgs {
  std::string sql;
};

void query(const QueryArgs& args, cli::Invocation& invocation) {
  ui::Output& output = invocation.output();
  bool begun = false;
  const auto begin = [&] {
    if (!begun) output.begin("mlops.rows/1");
    begun = true;
  };
  reader(invocation).query(args.sql, [&](const auto& columns, const auto& values) {
    begin();
    return output.row(cells(columns, values));
  });
  begin();
  output.end();
}

cli::Command query_spec() {
  const auto args = std::make_shared<QueryArgs>();
  return {.name = "query",
          .summary = "run one SQL SELECT over datasets",
          .options = {{"sql", "SQL", "the statement; tables are datasets, \"churn@v1\" is a version",
                       &args->sql, cli::Offer::none, true}},
          .examples = {{"mlops data query 'SELECT count(*) AS n FROM churn'", "Count the rows of churn"},
                       {"mlops data query 'SELECT * FROM churn EXCEPT SELECT * FROM \"churn@v1\"' --json",
                        "Show the rows that its first version does not have"}},
          .exits = {{Code::not_found, "there is no such dataset"}},
          .run = [args](cli::Invocation& invocation) { query(*args, invocation); }};
}

// ---- profile
// ----------------------------------------------------------------------------------------------------

json::Value number(const std::optional<double>& value) { return value ? json::Value(*value) : json::Value(); }

ui::Row profile_row(const dataset::Reader::ColumnProfile& column, std::uint64_t rows) {
  json::Array top;
  for (const auto& [value, count] : column.top)
    top.push_back(json::Object{{"value", value}, {"count", count}});
  std::string frequent;
  for (const auto& [value, count] : column.top) {
    frequent += fmt::format("{}{} ({})", frequent.empty() ? "" : ", ", value.text_or(json::dump(value)),
                            count_text(count));
  }
  const double share = rows == 0 ? 0 : static_cast<double>(column.nulls) / static_cast<double>(rows);
  const bool human_top = !frequent.empty();
  return {{"column", column.name},
          {"type", column.type},
          {"nulls", column.nulls, ui::Show::count},
          {"null_share", share, ui::Show::share},
          {"distinct", column.distinct, ui::Show::count},
          {"min", column.masked ? json::Value(dataset::mask) : column.min},
          {"q25", number(column.q25)},
          {"median", number(column.median)},
          {"mean", number(column.mean)},
          {"q75", number(column.q75)},
          {"max", column.masked ? json::Value(dataset::mask) : column.max},
          {"deviation", number(column.deviation)},
          {"frequent", human_top ? json::Value(frequent) : json::Value()},
          {"top", std::move(top), ui::Show::hidden}};
}

cli::Command profile_spec() {
  const auto args = std::make_shared<DatasetArgs>();
  return {.name = "profile",
          .summary = "describe every column: nulls, distinct values, range, quantiles, frequent values",
          .options = {address_option(args->address)},
          .examples = {{"mlops data profile churn", "Describe the columns of churn"}},
          .exits = {{Code::not_found, "there is no such dataset"}},
          .run = [args](cli::Invocation& invocation) {
            const dataset::Version version = version_at(invocation, args->address);
            std::vector<ui::Row> rows;
            for (const auto& column : reader(invocation).profile(version)) {
              rows.push_back(profile_row(column, version.rows));
            }
            invocation.rows("mlops.profile/1", rows);
          }};
}

// ---- export
// -----------------------------------------------------------------------------------------------------

struct ExportArgs {
  std::string address;
  std::string out = "-";
  std::optional<std::string> format;
};

std::string format_of(const ExportArgs& args) {
  if (args.format) return *args.format;
  if (args.out == "-") return "csv";
  if (const auto named = dataset::format_of_name(args.out)) return *named;
  throw error(Code::usage, "the name '{}' does not say what to write", args.out)
      .with_hint("end it with .csv, .json, .jsonl or .parquet, or give `--format`");
}

void export_table(const ExportArgs& args, cli::Invocation& invocation) {
  const dataset::Version version = version_at(invocation, args.address);
  const std::string format = format_of(args);
  dataset::Reader rows = reader(invocation);
  if (args.out == "-") {
    rows.write(version, format, [&](std::string_view bytes) { invocation.output().text(bytes); });
    return;
  }
  if (!invocation.dry_run()) rows.write_file(version, format, args.out);
  invocation.record("mlops.export/1", {{"name", version.name},
                                       {"version", version.number},
                                       {"rows", version.rows, ui::Show::count},
                                       {"format", format},
                                       {"file", args.out},
                                       {"state", invocation.dry_run() ? "would be written" : "written"}});
}

cli::Command export_spec() {
  const auto args = std::make_shared<ExportArgs>();
  return {
      .name = "export",
      .summary = "write a whole dataset to a file or standard output",
      .options = {address_option(args->address),
                  {"-o,--out", "FILE", "the file to write; - for standard output", &args->out,
                   cli::Offer::file},
                  format_option(args->format, {"csv", "json", "jsonl", "parquet"})},
      .examples = {{"mlops data export churn --out copy.parquet",
                    "Write the newest version of churn as Parquet"},
                   {"mlops data export churn@v1 --format jsonl", "Print its first version as JSON Lines"}},
      .exits = {{Code::not_found, "there is no such dataset, or no such folder"}},
      .dry_run = true,
      .run = [args](cli::Invocation& invocation) { export_table(*args, invocation); }};
}

}  // namespace

cli::Command data() {
  return {
      .name = "data",
      .summary = "look at datasets, compare them, query them, write them out; version files and folders",
      .children = {list_datasets_spec(), show_dataset_spec(), head_spec(), query_spec(), profile_spec(),
                   export_spec(), diff_data_spec(), forget_rows_spec(), add_files_spec(), files_status_spec(),
                   checkout_files_spec(), unprotect_files_spec(), remove_files_spec()}};
}

}  // namespace mlops::commands
