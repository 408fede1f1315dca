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
    Key{"", "models", "map", "What is trained, by name, simplest first: `name: {train: logistic}`"},
    Key{"", "release", "map", "Who may answer in production, by name: `name: {among: [...]}`"},
};

constexpr std::string_view split = "split of a table";

constexpr std::array of_split = {
    KeyOf<SplitSpec>{{split, "test", "share", "Rows that judge, `15%`; with `time`, the latest"},
                     [](Reader& r, const Node& n, SplitSpec& s) { s.test = r.share(n); }},
    KeyOf<SplitSpec>{{split, "valid", "share", "Rows that stop and choose while a model is trained, `15%`"},
                     [](Reader& r, const Node& n, SplitSpec& s) { s.valid = r.share(n); }},
    KeyOf<SplitSpec>{{split, "seed", "whole number", "Another seed gives other rows; default: 1"},
                     [](Reader& r, const Node& n, SplitSpec& s) { s.seed = r.count(n); }},
    KeyOf<SplitSpec>{
        {split, "group", "text", "Column whose equal values stay in one part, such as a customer"},
        [](Reader& r, const Node& n, SplitSpec& s) { r.text(n, s.group); }},
    KeyOf<SplitSpec>{
        {split, "part", "text",
         "Column that says it: `train`, `valid` or `test`; rows with another value are left out"},
        [](Reader& r, const Node& n, SplitSpec& s) { r.text(n, s.part); }},
};

void read_split(Reader& reader, const Node& node, SplitSpec& spec) {
  if (node.kind == yaml::Kind::map) reader.fields(node, of_split, spec);
  else reader.fault(node.at, "'split' takes a map", "write `split: {test: 15%, valid: 15%}`");
}

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
    KeyOf<SourceSpec>{
        {source, "from", "text or list",
         "Files, folders and patterns, relative to the project; `-` is standard input; must be there"},
        [](Reader& r, const Node& n, SourceSpec& s) { s.from = r.texts(n); }},
    KeyOf<SourceSpec>{
        {source, "kind", "word",
         "Who makes the data: `user-input`, `system`, `behaviour`, `internal` or `third-party`; sets "
         "the default checks"},
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
    KeyOf<SourceSpec>{{source, "label", "text", "Column that models learn to predict"},
                      [](Reader& r, const Node& n, SourceSpec& s) { r.text(n, s.label); }},
    KeyOf<SourceSpec>{{source, "task", "word",
                       "What the label is: `binary`, `multiclass` or `regression`; default: by its values"},
                      [](Reader& r, const Node& n, SourceSpec& s) { r.text(n, s.task); }},
    KeyOf<SourceSpec>{
        {source, "time", "text", "Column that says when a row happened; with it the latest rows test"},
        [](Reader& r, const Node& n, SourceSpec& s) { r.text(n, s.time); }},
    KeyOf<SourceSpec>{
        {source, "split", "map",
         "Which rows train, choose and judge, see below; default: 70%, 15% and 15%, with the label's "
         "values in the same shares"},
        [](Reader& r, const Node& n, SourceSpec& s) { read_split(r, n, s.split); }},
};

constexpr std::string_view model = "models.NAME";

constexpr std::array of_model = {
    KeyOf<ModelSpec>{
        {model, "train", "word",
         "How it is trained: `prior`, `mean`, `rule`, `linear`, `logistic` or `xgboost`; must be there"},
        [](Reader& r, const Node& n, ModelSpec& m) { r.text(n, m.train); }},
    KeyOf<ModelSpec>{
        {model, "data", "text", "The source it is trained on; default: the only one with a label"},
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
};

std::vector<Key> all_keys() {
  std::vector<Key> out(top_keys.begin(), top_keys.end());
  const auto add = [&out](const auto& table) {
    for (const auto& row : table) out.push_back(row.key);
  };
  add(of_source);
  add(of_split);
  add(of_model);
  add(of_release);
  return out;
}

std::string_view heading(std::string_view where) {
  if (where == source) return "# KEYS OF A SOURCE";
  if (where == split) return "# KEYS OF A SPLIT";
  if (where == model) return "# KEYS OF A MODEL";
  return where == release ? "# KEYS OF A RELEASE" : "# KEYS AT THE TOP";
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
