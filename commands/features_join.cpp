/// `mlops features join`: a training set as of each row's time.
#include "check_subject.hpp"
#include "checking.hpp"
#include "cli/invocation.hpp"
#include "dataset_rows.hpp"
#include "features.hpp"
#include "lines_as_rows.hpp"
#include "train_views.hpp"
#include "up_to_date.hpp"

#include <fmt/core.h>
#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/dataset/open_file.hpp>
#include <mlops/project/project.hpp>
#include <mlops/score/join_rows.hpp>

#include <algorithm>
#include <set>

namespace mlops::commands {
namespace {

struct JoinArgs {
  std::vector<std::string> views;
  std::optional<std::string> entities;
  std::optional<std::string> model;
  std::optional<std::string> time;
  std::vector<std::string> keys;
  std::string out = "-";
  std::optional<std::string> format;
  std::optional<std::string> in_format;
  bool short_names = false;
};

// ---- which views
// -------------------------------------------------------------------------------------------------------

struct Wanted {
  manifest::FeatureUse use = {};
  std::string column = {};  ///< Empty: all of the view.
};

/// "airport", "airport:delay_1h", or "dest=airport", whose columns are dest__COLUMN.
Wanted wanted_of_word(const std::string& word, cli::Invocation& invocation) {
  const std::size_t equals = word.find('=');
  Wanted out;
  manifest::FeatureUse& use = out.use;
  if (equals != std::string::npos) use.as = word.substr(0, equals);
  use.use = word.substr(equals == std::string::npos ? 0 : equals + 1);
  if (const std::size_t colon = use.use.find(':'); colon != std::string::npos) {
    out.column = use.use.substr(colon + 1);
    use.use.erase(colon);
    if (out.column.empty()) throw error(Code::usage, "'{}' has no column behind ':'", word);
  }
  if (use.use.starts_with("features/")) use.use.erase(0, 9);
  if (equals == 0) throw error(Code::usage, "'{}' has no name in front of '='", word);
  (void)declared_view(use.use, invocation);
  return out;
}

const manifest::ModelSpec& model_of(const std::string& name, const manifest::Manifest& manifest) {
  const manifest::ModelSpec* model = manifest.find_model(name);
  if (model == nullptr) {
    std::vector<std::string> known;
    for (const manifest::ModelSpec& one : manifest.models) known.push_back(one.name);
    Error fault = error(Code::not_found, "mlops.yaml has no model '{}'", name);
    const auto near = near_misses(name, known);
    if (near.empty()) throw fault;
    throw std::move(fault).with_hint("similar models exist: {}", one_of(near));
  }
  if (model->features.empty())
    throw error(Code::usage, "the model '{}' has no `features:` to be joined", name);
  return *model;
}

std::vector<Wanted> wanted_views(const JoinArgs& args, cli::Invocation& invocation) {
  const manifest::Manifest& manifest = invocation.project().manifest();
  std::vector<Wanted> wanted;
  if (args.model) {
    for (const manifest::FeatureUse& use : model_of(*args.model, manifest).features) wanted.push_back({use});
    return wanted;
  }
  for (const std::string& word : args.views) wanted.push_back(wanted_of_word(word, invocation));
  if (!wanted.empty()) return wanted;
  for (const manifest::FeatureSpec& view : manifest.features) wanted.push_back({{.use = view.name}});
  if (!wanted.empty()) return wanted;
  throw error(Code::usage, "there is no view to join: mlops.yaml has no `features:`")
      .with_hint("mlops.yaml(5) shows one");
}

/// "airport=origin" is of every view that has the entity, "dest.airport=destination" of one use.
void set_key(const std::string& word, std::vector<Wanted>& wanted, cli::Invocation& invocation) {
  const std::size_t equals = word.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == word.size())
    throw error(Code::usage, "'{}' is not ENTITY=COLUMN, which '--key' wants", word)
        .with_hint("`--key dest.airport=destination` is of the view that is joined as dest");
  const std::string name = word.substr(0, equals);
  std::set<std::string> known;
  bool taken = false;
  for (auto& [use, only] : wanted) {
    const manifest::FeatureSpec& view = declared_view(use.use, invocation);
    for (const auto& [entity, column] : view.key) {
      const std::string own = score::prefix_of(use) + "." + entity;
      known.insert({entity, own});
      if (name != entity && name != own) continue;
      use.key[entity] = word.substr(equals + 1);
      taken = true;
    }
  }
  if (taken) return;
  throw error(Code::usage, "no view that is joined has an entity '{}'", name)
      .with_hint("they have {}", known.empty() ? "none" : one_of({known.begin(), known.end()}));
}

/// A table that was refused is no past to learn from.
void require_accepted(const score::ViewUse& use, cli::Invocation& invocation) {
  try {
    mind_refusal(invocation, invocation.project(), use.version, Asked::by_name);
  } catch (const Error& e) {
    throw Error(e).with_hint("features/{} is made from it; `mlops check {}` shows what failed", use.use.use,
                             use.version.name);
  }
}

std::vector<score::ViewUse> known_uses(const JoinArgs& args, cli::Invocation& invocation) {
  auto wanted = wanted_views(args, invocation);
  for (const std::string& word : args.keys) set_key(word, wanted, invocation);
  std::vector<score::ViewUse> out;
  for (const auto& [use, column] : wanted) {
    out.push_back(known_use(use, invocation));
    if (!column.empty()) out.back().columns = {column};
    out.back().short_names = args.short_names;
    require_accepted(out.back(), invocation);
  }
  return out;
}

// ---- which rows
// --------------------------------------------------------------------------------------------------------

/// A file wins over a dataset: `data/new.csv` may be either.
bool names_dataset(const std::string& word, cli::Invocation& invocation) {
  std::error_code ignored;
  if (word == "-" ||
      (std::filesystem::exists(word, ignored) && !std::filesystem::is_directory(word, ignored)))
    return false;
  if (word.starts_with("data/") || word.starts_with("sources/")) return true;
  const std::string name = word.substr(0, word.find('@'));
  project::Project& project = invocation.project();
  if (project.manifest().find_table(name) != nullptr) return true;
  return project.has_store() && (project.store().references().find({"sources", name}) ||
                                 project.store().references().find({"data", name}));
}

void take_table(const std::string& address, cli::Invocation& invocation, score::JoinRequest& request) {
  const bool numbered = address.find('@') != std::string::npos;
  request.version =
      numbered ? dataset::resolve(invocation.project().store(), address) : known_version(address, invocation);
  const manifest::TableSpec* table = invocation.project().manifest().find_table(request.version->address());
  if (table == nullptr) return;
  request.usual_time = table->time;
  for (const score::ViewUse& use : request.uses) require_known_keys(use, *table);
}

/// What the views' own tables call the time, where they agree.
std::string usual_time_of(const std::vector<score::ViewUse>& uses) {
  std::set<std::string> times;
  for (const score::ViewUse& use : uses) times.insert(use.table.time);
  return times.size() == 1 ? *times.begin() : "";
}

bool learns(const score::ViewUse& use) {
  return std::any_of(use.view.columns.begin(), use.view.columns.end(), [](const auto& column) {
    const auto parsed = feature::parse(column.second);
    const auto* definition = std::get_if<feature::Definition>(&parsed);
    return definition != nullptr && definition->transform && definition->transform->learns();
  });
}

/// The rows that `train run` trains on, for transforms to learn from the same.
std::vector<std::uint32_t> training_rows(const dataset::Version& version, const manifest::TableSpec& table,
                                         cli::Invocation& invocation) {
  dataset::Workshop shop = data_workshop(invocation);
  return release::TableTraining(invocation.project().store(), shop, trainable(table, version)).parts().train;
}

void learn_from_model_data(const manifest::TableSpec& table, cli::Invocation& invocation,
                           score::JoinRequest& request) {
  if (table.label.empty() || std::none_of(request.uses.begin(), request.uses.end(), learns)) return;
  request.train = training_rows(*request.version, table, invocation);
}

void take_rows(const JoinArgs& args, cli::Invocation& invocation, score::JoinRequest& request) {
  const manifest::Manifest& manifest = invocation.project().manifest();
  request.usual_time = usual_time_of(request.uses);
  if (args.entities && names_dataset(*args.entities, invocation))
    return take_table(*args.entities, invocation, request);
  if (args.entities) {
    request.input = *args.entities;
    return;
  }
  const manifest::TableSpec* table = args.model ? manifest.data_of(model_of(*args.model, manifest)) : nullptr;
  if (table != nullptr) {
    take_table(manifest.address_of(*table), invocation, request);
    return learn_from_model_data(*table, invocation, request);
  }
  throw error(Code::usage, "which rows are wanted is not said")
      .with_hint(
          "`--entities FILE` names a file or a dataset with the keys and times, `--model NAME` the data of a "
          "model");
}

// ---- the join
// ----------------------------------------------------------------------------------------------------------

/// For --json and --porcelain: the rows as all others are shown.
bool show_rows(const Columns& batch, ui::Output& output) {
  bool more = true;
  for (std::size_t row = 0; more && row < batch.rows(); ++row) {
    ui::Row cells;
    for (std::size_t i = 0; i < batch.width(); ++i)
      cells.push_back({batch.fields()[i].name, dataset::json_value(batch.column(i), row)});
    more = output.row(cells);
  }
  return more;
}

score::JoinRequest join_request(const JoinArgs& args, cli::Invocation& invocation) {
  if (args.model && !args.views.empty())
    throw error(Code::usage, "'--model' names the views already; '{}' is too many", args.views.front());
  score::JoinRequest request{.input_format = args.in_format,
                             .uses = known_uses(args, invocation),
                             .time = args.time.value_or(""),
                             .output = args.out,
                             .output_format = args.format,
                             .dry_run = invocation.dry_run()};
  take_rows(args, invocation, request);
  request.read_input = [&invocation](void* buffer, std::size_t size) {
    return invocation.read_input(buffer, size);
  };
  request.write_output = [&invocation](std::string_view bytes) { invocation.output().text(bytes); };
  return request;
}

/// Values that a model would not see as they are here.
void tell_undone(cli::Invocation& invocation, const score::JoinReport& report) {
  for (const feature::Joined& one : report.joined) {
    if (!one.transform) continue;
    const bool done = std::any_of(report.fits.begin(), report.fits.end(),
                                  [&](const feature::Fit& fit) { return fit.column == one.name; });
    if (!done)
      invocation.note(fmt::format("{}: {} learns from training rows; the value is as it was before", one.name,
                                  feature::name_of(one.transform->kind)));
  }
}

void tell_nulls(cli::Invocation& invocation, const score::JoinReport& report) {
  for (const feature::Joined& one : report.joined) {
    if (report.rows > 0 && one.nulls == report.rows)
      invocation.warning(
          fmt::format("{} is null in all {}: no event of {} was known for these keys and times", one.name,
                      count_of(report.rows, "row"), one.view));
  }
}

json::Array joined_list(const score::JoinReport& report) {
  json::Array out;
  for (const feature::Joined& one : report.joined) {
    out.push_back(json::Object{
        {"feature", one.name}, {"view", one.view}, {"column", one.column}, {"nulls", one.nulls}});
  }
  return out;
}

std::string rows_name(const score::JoinRequest& request) {
  return request.version ? fmt::format("{}@v{}", request.version->address(), request.version->number)
                         : request.input.string();
}

void join(const JoinArgs& args, cli::Invocation& invocation) {
  const bool to_file = args.out != "-";
  const bool shown = !to_file && wants_rows(invocation, args.format);
  score::JoinRequest request = join_request(args, invocation);
  if (shown) {
    invocation.output().begin("mlops.rows/1");
    request.take = [&](const Columns& batch) { return show_rows(batch, invocation.output()); };
  }
  const score::JoinReport report = score::join_rows(
      enrich_place(invocation), dataset::scratch_beside(invocation.project().store().objects()), request,
      invocation.progress());
  if (shown) invocation.output().end();
  tell_undone(invocation, report);
  tell_nulls(invocation, report);
  if (!to_file)
    return invocation.note(fmt::format("{}, {} as of {}", count_of(report.rows, "row"),
                                       count_of(report.columns.size(), "feature"), report.time));
  json::Array columns(report.columns.begin(), report.columns.end());
  invocation.record("mlops.feature-join/1", {{"rows", report.rows, ui::Show::count},
                                             {"entities", rows_name(request)},
                                             {"time", report.time},
                                             {"file", args.out},
                                             {"format", report.format},
                                             {"state", invocation.dry_run() ? "would be written" : "written"},
                                             {"columns", std::move(columns), ui::Show::hidden},
                                             {"features", joined_list(report)}});
}

}  // namespace

cli::Command features_join() {
  const auto args = std::make_shared<JoinArgs>();
  return {
      .name = "join",
      .summary = "put features beside rows, as they were known at each row's time",
      .options = {{"view", "VIEW",
                   "views of mlops.yaml, all if none is named; airport:delay_1h is one column of airport; "
                   "dest=airport "
                   "makes columns dest__COLUMN",
                   &args->views, cli::Offer::view},
                  {"-e,--entities", "FILE",
                   "the rows: a file, a dataset such as data/departures, - for standard input",
                   &args->entities, cli::Offer::file},
                  {"--model", "MODEL",
                   "the views that this model of mlops.yaml takes; without --entities its data, too",
                   &args->model},
                  {"--time", "COLUMN", "when a row happened; default: what the views' tables call it",
                   &args->time},
                  {"-k,--key", "ENTITY=COLUMN",
                   "the rows' name for a key; dest.airport=destination is of one view", &args->keys},
                  {"--short-names", "", "call columns as the view does, without its name in front",
                   &args->short_names},
                  {"-o,--out", "FILE", "the file to write; - for standard output, which is the default",
                   &args->out, cli::Offer::file},
                  format_option(args->format, {"csv", "json", "jsonl", "parquet"}),
                  {"--in-format",
                   "FORMAT",
                   "what is read, if its name and content do not say",
                   &args->in_format,
                   cli::Offer::none,
                   false,
                   {"csv", "tsv", "json", "jsonl", "parquet"}}},
      .examples = {{"mlops features join airport --entities new.csv",
                    "Print the rows of a file with the columns of a view beside them"},
                   {"mlops features join dest=airport -k airport=destination -e departures",
                    "Take a view by another column, for the rows of a dataset"},
                   {"mlops features join --model linear --out set.csv", "Write the training set of a model"}},
      .exits = {{Code::usage, "a view cannot be used, or the rows have no such column"},
                {Code::negative, "the table of a view was refused by what is asserted of it"},
                {Code::not_found, "there is no such view, model, file or dataset"},
                {Code::corrupt, "a row cannot be read"}},
      .see_also = {"mlops-data-export(1)", "mlops-train-run(1)", "mlops.yaml(5)"},
      .dry_run = true,
      .run = [args](cli::Invocation& invocation) { join(*args, invocation); }};
}

}  // namespace mlops::commands
