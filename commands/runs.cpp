/// `mlops runs`: what was tried, and what came out.
#include "runs.hpp"
#include "cli/invocation.hpp"
#include "commands.hpp"
#include "run_rows.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/json/number.hpp>
#include <mlops/project/project.hpp>
#include <mlops/run/list.hpp>

#include <algorithm>
#include <set>

namespace mlops::commands {
namespace {

constexpr std::size_t points_shown = 10;

struct ListRunsArgs {
  std::optional<std::string> experiment;
  std::optional<std::string> status;
  std::optional<std::string> sort;
  std::int64_t count = 0;
};

const std::vector<std::string>& status_names() {
  static const std::vector<std::string> names = {"running", "done", "failed", "interrupted", "lost"};
  return names;
}

std::optional<run::Status> status_of(const std::optional<std::string>& name) {
  using run::Status;
  for (const Status status :
       {Status::running, Status::done, Status::failed, Status::interrupted, Status::lost}) {
    if (name && run::name_of(status) == *name) return status;
  }
  return std::nullopt;
}

/// The list is whole but for these, and no script takes it for all there is.
void tell_unreadable(const std::string& experiment, cli::Invocation& invocation) {
  const auto bad = run::unreadable(invocation.project().store(), experiment);
  if (bad.empty()) return;
  if (bad.size() == 1) throw run::unreadable_error(bad.front());
  for (const run::Unreadable& run : bad) invocation.warning(run::unreadable_error(run).message());
  throw error(Code::corrupt, "{} cannot be read", count_of(bad.size(), "run"))
      .with_id("run.unreadable")
      .with_hint("`mlops store fsck` names all that is damaged");
}

void list_runs(const ListRunsArgs& args, cli::Invocation& invocation) {
  if (args.count < 0) throw error(Code::usage, "'--count' wants 1 or more, not {}", args.count);
  std::vector<run::Run> runs;
  if (invocation.project().has_store()) {
    runs = run::list(invocation.project().store(), {.experiment = args.experiment.value_or(""),
                                                    .status = status_of(args.status),
                                                    .sort = args.sort.value_or(""),
                                                    .limit = static_cast<std::size_t>(args.count)});
  }
  std::vector<ui::Row> rows;
  if (invocation.format() == ui::Format::human) {
    const std::string sort = args.sort.value_or("");
    rows = run_table(runs, sort.substr(sort.starts_with('-') ? 1 : 0));
  } else {
    for (const run::Run& run : runs) rows.push_back(run_row(run));
  }
  invocation.rows("mlops.run/1", rows);
  if (invocation.project().has_store()) tell_unreadable(args.experiment.value_or(""), invocation);
}

/// The first points of each metric that has more than one.
json::Array heads(store::Store& store, const run::Run& run) {
  json::Array out;
  for (const auto& [name, metric] : run.metrics) {
    if (metric.count < 2) continue;
    const auto points = run::series(store, run, name);
    for (std::size_t i = 0; i < std::min(points.size(), points_shown); ++i) {
      out.emplace_back(json::Object{{"metric", name},
                                    {"step", points[i].step},
                                    {"value", json::number(points[i].value)},
                                    {"time", points[i].time.text()}});
    }
  }
  return out;
}

void show(const std::string& address, cli::Invocation& invocation) {
  store::Store& store = invocation.project().store();
  const run::Run run = run::get(store, address);
  ui::Row row = run_record(run, run::details(store, run));
  row.push_back({"series", heads(store, run)});
  invocation.record("mlops.run-details/1", row);
}

/// Section and name of a thing that runs may differ in, with its value in each run.
using Differences = std::map<std::pair<std::string, std::string>, std::map<std::size_t, json::Value>>;

void add_data(Differences& all, const char* section, const json::Value& list, std::size_t at) {
  const json::Array* items = list.as_array();
  if (items == nullptr) return;
  for (const json::Value& item : *items) {
    const std::string address = item["address"].text_or("");
    const std::string name =
        address.empty() ? item["role"].text_or("") : address.substr(0, address.find('@'));
    all[{section, name}][at] = item["digest"];
  }
}

void add(Differences& all, store::Store& store, const run::Run& run, std::size_t at) {
  const json::Value details(run::details(store, run));
  for (const auto& [name, value] : run.params) all[{"param", name}][at] = value;
  for (const auto& [name, metric] : run.metrics) all[{"metric", name}][at] = json::number(metric.value);
  for (const char* name : {"branch", "commit", "patch"}) all[{"code", name}][at] = details["code"][name];
  all[{"code", "command"}][at] = details["command"];
  all[{"environment", "listing"}][at] = details["environment"]["listing"];
  all[{"environment", "seed"}][at] = details["seed"];
  for (const auto& [name, value] : run.tags) all[{"tag", name}][at] = value;
  add_data(all, "input", details["inputs"], at);
  add_data(all, "output", details["outputs"], at);
  all[{"run", "name"}][at] = details["name"];
  all[{"run", "status"}][at] = run::name_of(run.status);
}

bool differs(const std::map<std::size_t, json::Value>& values, std::size_t runs) {
  return values.size() < runs || std::any_of(values.begin(), values.end(), [&](const auto& one) {
           return one.second != values.begin()->second;
         });
}

int rank(const std::string& section) {
  static const std::vector<std::string> order = {"run",  "param", "metric",      "tag",
                                                 "code", "input", "environment", "output"};
  return static_cast<int>(std::find(order.begin(), order.end(), section) - order.begin());
}

/// A digest is told apart by its first digits.
json::Value cell_value(const json::Value& value, ui::Format format) {
  if (format != ui::Format::human) return value;
  if (const auto digest = Digest::parse(value.text_or(""))) return digest->brief();
  const double* number = value.as_double();
  return number == nullptr ? value : json::Value(number_text(*number));
}

void compare(const std::vector<std::string>& addresses, bool everything, cli::Invocation& invocation) {
  if (addresses.size() < 2) throw error(Code::usage, "`mlops runs compare` wants two runs or more");
  store::Store& store = invocation.project().store();
  std::vector<std::string> ids;
  Differences all;
  for (const std::string& address : addresses) {
    const run::Run run = run::get(store, address);
    if (std::find(ids.begin(), ids.end(), run.id) != ids.end()) {
      throw error(Code::usage, "'{}' is named twice", run.id);
    }
    add(all, store, run, ids.size());
    ids.push_back(run.id);
  }
  std::vector<std::pair<std::tuple<bool, int, std::string>, ui::Row>> found;
  for (const auto& [name, values] : all) {
    const bool differ = differs(values, ids.size());
    if (!differ && !everything) continue;
    ui::Row row = {{"section", name.first}, {"name", name.second}, {"differs", differ, ui::Show::hidden}};
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const auto value = values.find(i);
      row.push_back(
          {ids[i], value == values.end() ? json::Value() : cell_value(value->second, invocation.format())});
    }
    found.emplace_back(std::tuple(!differ, rank(name.first), name.second), std::move(row));
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<ui::Row> rows;
  for (auto& [key, row] : found) rows.push_back(std::move(row));
  invocation.rows("mlops.run-difference/1", rows);
  if (rows.empty()) invocation.note("they do not differ");
}

cli::Command list_runs_spec() {
  const auto args = std::make_shared<ListRunsArgs>();
  return {
      .name = "list",
      .summary = "list runs, the newest first",
      .options = {{"--experiment", "NAME", "only runs of this experiment", &args->experiment},
                  {"--status", "STATUS", "only runs that ended so", &args->status, cli::Offer::none, false,
                   status_names()},
                  {"--sort", "METRIC", "by this metric, greatest first; with - before it smallest first",
                   &args->sort},
                  {"--count", "COUNT", "how many at most", &args->count}},
      .examples = {{"mlops runs list", "List all runs"},
                   {"mlops runs list --sort=-loss --count 3", "List the three runs with the smallest loss"}},
      .exits = {{Code::not_found, "no run has that experiment or metric"},
                {Code::corrupt, "the record of a run cannot be read; the others are listed"}},
      .run = [args](cli::Invocation& invocation) { list_runs(*args, invocation); }};
}

cli::Command show_run_spec() {
  const auto address = std::make_shared<std::string>();
  return {.name = "show",
          .summary = "show everything that is known of a run",
          .options = {{"run", "RUN", "id of a run, the beginning of one, or @last", address.get(),
                       cli::Offer::run, true}},
          .examples = {{"mlops runs show @last", "Show the newest run"}},
          .exits = {{Code::not_found, "there is no such run"}},
          .run = [address](cli::Invocation& invocation) { show(*address, invocation); }};
}

struct CompareArgs {
  std::vector<std::string> runs;
  bool all = false;
};

cli::Command compare_spec() {
  const auto args = std::make_shared<CompareArgs>();
  return {.name = "compare",
          .summary = "show what differs between runs: params, metrics, code, data",
          .options = {{"run", "RUN", "ids of two runs or more", &args->runs, cli::Offer::run, true},
                      {"--all", "", "show what is the same too, after what differs", &args->all}},
          .examples = {{"mlops runs compare $(mlops runs list --count 2 --porcelain | cut -f1)",
                        "Compare the two newest runs"}},
          .exits = {{Code::not_found, "there is no such run"}},
          .run = [args](cli::Invocation& invocation) { compare(args->runs, args->all, invocation); }};
}

}  // namespace

void show_run(const std::string& address, cli::Invocation& invocation) { show(address, invocation); }

cli::Command runs() {
  return {.name = "runs",
          .summary = "list, show and compare runs",
          .see_also = {"mlops-run(1)", "mlops-log(1)"},
          .children = {list_runs_spec(), show_run_spec(), compare_spec()}};
}

}  // namespace mlops::commands
