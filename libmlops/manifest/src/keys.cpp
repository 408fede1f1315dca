/// The table of keys. Its order is the order of the page and of what is written.
#include "src/internal.hpp"

#include <algorithm>
#include <array>

namespace mlops::manifest {
namespace {

using Node = yaml::Node;

constexpr std::array top_keys = {
    Key{"", "mlops", "1", "Version of the language the file is written in; must be there"},
    Key{"", "project", "text", "Name of the project; default: the name of its folder"},
    Key{"", "sources", "map", "Data from outside, by name: `name: {from: ...}`"},
    Key{"", "params", "map",
        "Parameters by name, `{lr: 0.1}`, for `$lr` in SQL and in `params` of models; "
        "`-p lr=0.2` overrides one"},
    Key{"", "data", "map", "Tables made from others, by name: `name: {sql: SELECT ...}`"},
    Key{"", "features", "map",
        "Views of the past, by name: `name: {key: ..., from: ..., at: ..., columns: ...}`"},
    Key{"", "models", "map", "What is trained, by name, simplest first: `name: {train: logistic}`"},
    Key{"", "release", "map", "Who may answer in production, by name: `name: {among: [...]}`"},
    Key{"", "serve", "map",
        "What answers over HTTP, by the name of the model: `name: {port: 8080, log: 100%}`"},
    Key{"", "monitor", "map",
        "What is expected of live traffic, by the name of the model: `name: {every: 1d, expect: [...]}`"},
    Key{"", "schedule", "map",
        "What is done at which times, by name: `name: {at: daily, run: release/delay}`"},
    Key{"", "remotes", "map",
        "Where objects live, by name: `origin: s3://ml-store/churn`, or `origin: {url: ...}`"},
    Key{"", "settings", "map", "Settings of the program for who works in this project: `{threads: 4}`"},
};

void read_pick(Reader& reader, const Node& node, ReleaseSpec& spec) {
  const auto text = reader.text(node);
  if (!text) return;
  const auto pick = parse_pick(*text);
  if (const auto* problem = std::get_if<Problem>(&pick))
    reader.fault(node.at, problem->message, problem->hint);
  else spec.pick = std::get<PickSpec>(pick);
}

constexpr std::string_view source = "sources.NAME";

constexpr std::array of_source = {
    KeyOf<SourceSpec>{{source, "from", "text or list",
                       "Files, folders and patterns, relative to the project, URLs of http and https, or one "
                       "`sqlite://FILE/TABLE`; `-` is standard input; must be there"},
                      [](Reader& r, const Node& n, SourceSpec& s) { s.from = r.texts(n); }},
    KeyOf<SourceSpec>{
        {source, "kind", "word",
         "Who makes the data: `user-input`, `system`, `behaviour`, `internal` or `third-party`; kept in the "
         "record of each version"},
        [](Reader& r, const Node& n, SourceSpec& s) { r.text(n, s.kind); }},
    KeyOf<SourceSpec>{{source, "party", "text", "Whom it comes from"},
                      [](Reader& r, const Node& n, SourceSpec& s) { r.text(n, s.party); }},
    KeyOf<SourceSpec>{{source, "licence", "text", "Terms of use"},
                      [](Reader& r, const Node& n, SourceSpec& s) { r.text(n, s.licence); }},
    KeyOf<SourceSpec>{{source, "price", "text", "What it costs"},
                      [](Reader& r, const Node& n, SourceSpec& s) { r.text(n, s.price); }},
    KeyOf<SourceSpec>{{source, "url", "text", "Where files that were downloaded by hand came from"},
                      [](Reader& r, const Node& n, SourceSpec& s) { r.text(n, s.url); }},
    KeyOf<SourceSpec>{{source, "pii", "text or list",
                       "Columns about persons; their values are masked wherever values are shown"},
                      [](Reader& r, const Node& n, SourceSpec& s) { s.pii = r.texts(n); }},
    KeyOf<SourceSpec>{{source, "blobs", "text or list",
                       "Columns that hold paths of files beside the table, such as images"},
                      [](Reader& r, const Node& n, SourceSpec& s) { s.blobs = r.texts(n); }},
    KeyOf<SourceSpec>{{source, "format", "word",
                       "`csv`, `tsv`, `json`, `jsonl` or `parquet`; default: by name and content"},
                      [](Reader& r, const Node& n, SourceSpec& s) { s.read.format = r.text(n); }},
    KeyOf<SourceSpec>{{source, "delimiter", "character",
                       "What separates values, `tab` for a tab; default: found in the data"},
                      [](Reader& r, const Node& n, SourceSpec& s) { s.read.delimiter = r.text(n); }},
    KeyOf<SourceSpec>{
        {source, "quote", "character", "What encloses values, '' for none; default: found in the data"},
        [](Reader& r, const Node& n, SourceSpec& s) { s.read.quote = r.text(n); }},
    KeyOf<SourceSpec>{
        {source, "header", "true or false", "Whether the first line holds names; default: found in the data"},
        [](Reader& r, const Node& n, SourceSpec& s) { s.read.header = r.flag(n); }},
    KeyOf<SourceSpec>{{source, "encoding", "word",
                       "`utf-8`, `utf-16le`, `utf-16be` or `latin-1`; default: found in the data"},
                      [](Reader& r, const Node& n, SourceSpec& s) { s.read.encoding = r.text(n); }},
    KeyOf<SourceSpec>{{source, "decimal", "character", "`.` or `,`; default: found in the data"},
                      [](Reader& r, const Node& n, SourceSpec& s) { s.read.decimal = r.text(n); }},
    KeyOf<SourceSpec>{
        {source, "null", "text or list", "Texts that mean that there is no value, beside the empty one"},
        [](Reader& r, const Node& n, SourceSpec& s) { s.read.null = r.texts(n, Reader::Nulls::keep); }},
    KeyOf<SourceSpec>{
        {source, "types", "map", "SQL types by column, `{amount: DOUBLE}`; default: found in the data"},
        [](Reader& r, const Node& n, SourceSpec& s) { s.read.types = r.text_map(n); }},
    KeyOf<SourceSpec>{
        {source, "quarantine", "count or share",
         "Rows that cannot be read and are set aside before it is a failure, `100` or `1%`; default: "
         "1% or 10 rows"},
        [](Reader& r, const Node& n, SourceSpec& s) { s.read.quarantine = r.text(n); }},
    KeyOf<SourceSpec>{{source, "query", "text",
                       "Of `sqlite://FILE`: the SELECT that is read, in SQLite's SQL, instead of a table"},
                      [](Reader& r, const Node& n, SourceSpec& s) { r.text(n, s.query); }},
    KeyOf<SourceSpec>{
        {source, "cursor", "text",
         "Of `sqlite://`: the column whose greater values are new; only they are read, and added "
         "to the last version"},
        [](Reader& r, const Node& n, SourceSpec& s) { r.text(n, s.cursor); }},
    KeyOf<SourceSpec>{{source, "transform", "text",
                       "A SELECT over what came, by the source's own name, whose rows are kept instead"},
                      [](Reader& r, const Node& n, SourceSpec& s) { r.text(n, s.transform); }},
    KeyOf<SourceSpec>{
        {source, "raw", "word",
         "`keep` or `drop`: whether the bytes that came are kept beside what `transform` makes of "
         "them; default: `keep`"},
        [](Reader& r, const Node& n, SourceSpec& s) { r.text(n, s.raw); }},
};

constexpr std::string_view model = "models.NAME";

constexpr std::array of_model = {
    KeyOf<ModelSpec>{
        {model, "train", "word",
         "How it is trained: `prior`, `mean`, `rule`, `linear`, `logistic` or `xgboost`; must be there"},
        [](Reader& r, const Node& n, ModelSpec& m) { r.text(n, m.train); }},
    KeyOf<ModelSpec>{
        {model, "data", "text", "The table it is trained on; default: the only one with a label"},
        [](Reader& r, const Node& n, ModelSpec& m) { r.text(n, m.data); }},
    KeyOf<ModelSpec>{{model, "params", "map",
                      "Parameters of the training, `{max_depth: 6}`; default: see mlops-train-run(1)"},
                     [](Reader& r, const Node& n, ModelSpec& m) { m.params = r.values(n); }},
    KeyOf<ModelSpec>{{model, "case", "text", "Of `train: rule`: the SQL CASE that answers"},
                     [](Reader& r, const Node& n, ModelSpec& m) { r.text(n, m.rule); }},
    KeyOf<ModelSpec>{{model, "columns", "text or list", "Columns it learns from; default: all that can be"},
                     [](Reader& r, const Node& n, ModelSpec& m) { m.columns = r.texts(n); }},
    KeyOf<ModelSpec>{{model, "without", "text or list", "Columns it does not learn from"},
                     [](Reader& r, const Node& n, ModelSpec& m) { m.without = r.texts(n); }},
    KeyOf<ModelSpec>{{model, "features", "text or list",
                      "Views joined to its table, see below: `[airport, {use: airport, key: {airport: "
                      "destination}, as: dest}]`"},
                     [](Reader& r, const Node& n, ModelSpec& m) { m.features = read_uses(r, n); }},
    KeyOf<ModelSpec>{{model, "seed", "whole number", "Seed of what is random in the training; default: 1"},
                     [](Reader& r, const Node& n, ModelSpec& m) { m.seed = r.count(n); }},
};

constexpr std::string_view release = "release.NAME";

constexpr std::array of_release = {
    KeyOf<ReleaseSpec>{{release, "among", "text or list",
                        "Models that compete, simplest first: the order is the simplicity; must be there"},
                       [](Reader& r, const Node& n, ReleaseSpec& s) { s.among = r.texts(n); }},
    KeyOf<ReleaseSpec>{
        {release, "pick", "text",
         "How one is chosen: `max auc`, `min rmse`, or `simplest within 1 se of max auc`, the simplest whose "
         "difference to the best is at most so many of its standard errors; default: the last, with the main "
         "metric of the task"},
        [](Reader& r, const Node& n, ReleaseSpec& s) { read_pick(r, n, s); }},
    KeyOf<ReleaseSpec>{
        {release, "slices", "text or list",
         "Columns by whose values the rows that judge are grouped, `origin`, or by ranges of whose numbers, "
         "`distance by 500`: every metric is told of each group"},
        read_slices},
    KeyOf<ReleaseSpec>{{release, "expect", "list",
                        "The gates: what has to be true of the picked model on rows that it has not seen, "
                        "such as `auc >= 0.72`; `- ece <= 0.05: warn` is told and rejects nothing"},
                       [](Reader& r, const Node& n, ReleaseSpec& s) { s.expect = r.assertions(n); }},
};

std::vector<Key> all_keys() {
  std::vector<Key> out(top_keys.begin(), top_keys.end());
  const auto add = [&out](const auto& table) {
    for (const auto& row : table) out.push_back(row.key);
  };
  add(of_source);
  add(data_keys());
  add(table_keys());
  add(split_keys());
  add(feature_keys());
  add(online_keys());
  add(of_model);
  add(use_keys());
  add(of_release);
  add(serve_keys());
  add(monitor_keys());
  add(truth_keys());
  add(schedule_keys());
  add(retry_keys());
  add(remote_keys());
  return out;
}

struct Heading {
  std::string_view where;
  std::string_view text;
};

constexpr std::array headings = {
    Heading{"", "# KEYS AT THE TOP"},
    Heading{"sources.NAME", "# KEYS OF A SOURCE"},
    Heading{"data.NAME", "# KEYS OF AN ENTRY OF DATA"},
    Heading{"table", "# KEYS OF BOTH"},
    Heading{"split of a table", "# KEYS OF A SPLIT"},
    Heading{"features.NAME", "# KEYS OF A VIEW"},
    Heading{"online of a view", "# KEYS OF ONLINE"},
    Heading{"models.NAME", "# KEYS OF A MODEL"},
    Heading{"features of a model", "# KEYS OF A VIEW IN A MODEL"},
    Heading{"release.NAME", "# KEYS OF A RELEASE"},
    Heading{"serve.NAME", "# KEYS OF AN ENTRY OF SERVE"},
    Heading{"monitor.NAME", "# KEYS OF AN ENTRY OF MONITOR"},
    Heading{"truth of a monitor", "# KEYS OF TRUTH"},
    Heading{"schedule.NAME", "# KEYS OF A SCHEDULE"},
    Heading{"retry of a schedule", "# KEYS OF RETRY"},
    Heading{"remotes.NAME", "# KEYS OF A REMOTE"},
};

std::string_view heading(std::string_view where) {
  return std::find_if(headings.begin(), headings.end(),
                      [&](const Heading& row) { return row.where == where; })
      ->text;
}

}  // namespace

std::span<const KeyOf<SourceSpec>> source_keys() { return of_source; }
std::span<const KeyOf<ModelSpec>> model_keys() { return of_model; }
std::span<const KeyOf<ReleaseSpec>> release_keys() { return of_release; }

const std::vector<Key>& key_table() {
  static const std::vector<Key> table = all_keys();
  return table;
}

std::string key_table_markdown() {
  std::string out;
  std::string_view where = "?";
  for (const Key& key : key_table()) {
    if (key.where != where) out += fmt::format("{}\n\n", heading(key.where));
    where = key.where;
    out += fmt::format("`{}` *{}*\n: {}.\n\n", key.name, key.value, key.doc);
  }
  return out;
}

}  // namespace mlops::manifest
