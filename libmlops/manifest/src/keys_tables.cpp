/// The table of keys: of tables, their splits and views of them.
#include "src/internal.hpp"

#include <array>

namespace mlops::manifest {
namespace {

using Node = yaml::Node;

constexpr std::string_view split = "split of a table";

constexpr std::array of_split = {
    KeyOf<SplitSpec>{{split, "test", "share or time",
                      "Rows that judge, `15%`; with `time`, the latest, or `last 30d`: those of so much time "
                      "up to the newest row with a label, the first moment excluded"},
                     read_test},
    KeyOf<SplitSpec>{
        {split, "valid", "share or time",
         "Rows that stop and choose while a model is trained, `15%`; with `time` also `30d before "
         "test`"},
        read_valid},
    KeyOf<SplitSpec>{{split, "seed", "whole number", "Another seed gives other rows; default: 1"},
                     [](Reader& r, const Node& n, SplitSpec& s) { s.seed = r.count(n); }},
    KeyOf<SplitSpec>{{split, "group", "text",
                      "Column whose equal values stay in one part, such as a customer; with `time`, rows "
                      "whose value comes "
                      "back in a later part are left out"},
                     [](Reader& r, const Node& n, SplitSpec& s) { r.text(n, s.group); }},
    KeyOf<SplitSpec>{
        {split, "part", "text",
         "Column that says it: `train`, `valid` or `test`; rows with another value are left out"},
        [](Reader& r, const Node& n, SplitSpec& s) { r.text(n, s.part); }},
};

void read_split(Reader& reader, const Node& node, SplitSpec& spec) {
  if (node.kind == yaml::Kind::map) reader.fields(node, spec, std::span(of_split));
  else reader.fault(node.at, "'split' takes a map", "write `split: {test: 15%, valid: 15%}`");
}

/// A whole number, or a length of time.
void read_retention(Reader& reader, const Node& node, Retention& keep) {
  const auto text = reader.text(node);
  if (!text) return;
  const bool digits = !text->empty() && text->find_first_not_of("0123456789") == std::string::npos;
  if (digits) {
    keep.versions = reader.count_in(node, 1, 1'000'000'000);
    return;
  }
  keep.us = parse_duration(*text);
  if (!keep.us)
    reader.fault(node.at, fmt::format("'keep' is '{}', a number of versions or a time is wanted", *text),
                 "write `keep: 10` or `keep: 400d`");
}

constexpr std::string_view table = "table";

constexpr std::array of_table = {
    KeyOf<TableSpec>{{table, "doc", "text", "What it is, for people"},
                     [](Reader& r, const Node& n, TableSpec& t) { r.text(n, t.doc); }},
    KeyOf<TableSpec>{{table, "label", "text", "Column that models learn to predict"},
                     [](Reader& r, const Node& n, TableSpec& t) { r.text(n, t.label); }},
    KeyOf<TableSpec>{{table, "task", "word",
                      "What the label is: `binary`, `multiclass` or `regression`; default: by its values"},
                     [](Reader& r, const Node& n, TableSpec& t) { r.text(n, t.task); }},
    KeyOf<TableSpec>{
        {table, "time", "text", "Column that says when a row happened; with it the latest rows test"},
        [](Reader& r, const Node& n, TableSpec& t) { r.text(n, t.time); }},
    KeyOf<TableSpec>{{table, "outcome", "text or list",
                      "Columns that are known only afterwards, as the label is: never inputs of a model"},
                     [](Reader& r, const Node& n, TableSpec& t) { t.outcome = r.texts(n); }},
    KeyOf<TableSpec>{
        {table, "split", "map",
         "Which rows train, choose and judge, see below; default: 70%, 15% and 15%, with the label's "
         "values in the same shares"},
        [](Reader& r, const Node& n, TableSpec& t) { read_split(r, n, t.split); }},
    KeyOf<TableSpec>{{table, "expect", "list",
                      "What has to be true of it, such as `rows > 1_000`; `- rows > 1_000: warn` is told and "
                      "fails nothing"},
                     [](Reader& r, const Node& n, TableSpec& t) { t.expect = r.assertions(n); }},
    KeyOf<TableSpec>{{table, "keep", "count or time",
                      "How many of the newest versions, or those of how long, keep their contents: `10`, "
                      "`400d`; `mlops store gc` drops the others', see mlops-store-gc(1); default: all"},
                     [](Reader& r, const Node& n, TableSpec& t) { read_retention(r, n, t.keep); }},
};

/// One line that ends in `.sql` is a file; everything else is the query itself.
void read_sql(Reader& reader, const Node& node, DataSpec& spec) {
  std::string text;
  reader.text(node, text);
  const bool file = text.ends_with(".sql") && text.find_first_of(" \t\n(") == std::string::npos;
  (file ? spec.sql_file : spec.sql) = std::move(text);
  spec.places.all["sql"] = place_of(node);
}

constexpr std::string_view data = "data.NAME";

constexpr std::array of_data = {
    KeyOf<DataSpec>{{data, "sql", "text",
                     "The SELECT that makes it, or a file that ends in `.sql`; the tables it reads are its "
                     "inputs; must be there"},
                    read_sql},
};

void read_place(Reader& reader, const Node& node, FeatureSpec& view, std::string FeatureSpec::*field) {
  reader.text(node, view.*field);
  view.places.all[std::string(reader.key())] = place_of(node);
}

std::vector<std::pair<std::string, std::string>> read_pairs(Reader& reader, const Node& node,
                                                            FeatureSpec& view, std::string_view example) {
  for (const yaml::Entry& entry : node.entries) {
    view.places.all[fmt::format("{}.{}", reader.key(), entry.key.text)] = place_of(entry.value);
  }
  return reader.pairs(node, example);
}

void read_key(Reader& reader, const Node& node, FeatureSpec& view) {
  const bool none = node.kind == yaml::Kind::map && node.entries.empty();
  if (!none) view.key = read_pairs(reader, node, view, "{airport: origin}");
}

constexpr std::string_view online = "online of a view";

constexpr std::array of_online = {
    KeyOf<FeatureSpec>{{online, "ttl", "time", "How old a latest value may be, `48h`; older ones are null"},
                       [](Reader& r, const Node& n, FeatureSpec& f) { f.ttl_us = r.duration(n); }},
};

void read_online(Reader& reader, const Node& node, FeatureSpec& view) {
  if (node.kind == yaml::Kind::map) reader.fields(node, view, std::span(of_online));
  else reader.fault(node.at, "'online' takes a map", "write `online: {ttl: 48h}`");
}

constexpr std::string_view view = "features.NAME";

constexpr std::array of_view = {
    KeyOf<FeatureSpec>{{view, "doc", "text", "What it is, for people"},
                       [](Reader& r, const Node& n, FeatureSpec& f) { r.text(n, f.doc); }},
    KeyOf<FeatureSpec>{{view, "key", "map",
                        "Whose past it is: entity and its column, `{airport: origin}`; `{}` is one past for "
                        "all; must be there"},
                       read_key},
    KeyOf<FeatureSpec>{
        {view, "from", "text", "The table with its events; must be there"},
        [](Reader& r, const Node& n, FeatureSpec& f) { read_place(r, n, f, &FeatureSpec::from); }},
    KeyOf<FeatureSpec>{
        {view, "at", "text", "Column of the event time, when a row happened; must be there"},
        [](Reader& r, const Node& n, FeatureSpec& f) { read_place(r, n, f, &FeatureSpec::at); }},
    KeyOf<FeatureSpec>{
        {view, "known", "text",
         "SQL over the row: when it became known, where that is later than `at`; default: `at`"},
        [](Reader& r, const Node& n, FeatureSpec& f) { read_place(r, n, f, &FeatureSpec::known); }},
    KeyOf<FeatureSpec>{{view, "columns", "map",
                        "What is worked out, by name: `delay_3h: mean(delay) over 3h`; must be there"},
                       [](Reader& r, const Node& n, FeatureSpec& f) {
                         f.columns = read_pairs(r, n, f, "{delay_3h: mean(delay) over 3h}");
                       }},
    KeyOf<FeatureSpec>{{view, "online", "map", "How it is kept for requests, see below"}, read_online},
    KeyOf<FeatureSpec>{{view, "expect", "list",
                        "What has to be true of its values, as they are known at each row of its table"},
                       [](Reader& r, const Node& n, FeatureSpec& f) { f.expect = r.assertions(n); }},
};

constexpr std::string_view use = "features of a model";

constexpr std::array of_use = {
    KeyOf<FeatureUse>{{use, "use", "text", "Name of the view; must be there"},
                      [](Reader& r, const Node& n, FeatureUse& u) { r.text(n, u.use); }},
    KeyOf<FeatureUse>{
        {use, "key", "map",
         "Columns of the model's table that hold the entities, `{airport: destination}`; default: "
         "those of the view"},
        [](Reader& r, const Node& n, FeatureUse& u) { u.key = r.text_map(n); }},
    KeyOf<FeatureUse>{
        {use, "as", "text", "What the names of its columns begin with; default: the view's name"},
        [](Reader& r, const Node& n, FeatureUse& u) { r.text(n, u.as); }},
};

FeatureUse read_use(Reader& reader, const Node& node) {
  FeatureUse out{.place = {node.at.line, node.at.column}};
  if (node.kind != yaml::Kind::map) {
    reader.text(node, out.use);
    return out;
  }
  const auto seen = reader.fields(node, out, std::span(of_use));
  if (std::find(seen.begin(), seen.end(), "use") == seen.end()) {
    reader.fault(node.at, "a view in 'features' without 'use'", "name it: `{use: airport, as: dest}`");
  }
  return out;
}

}  // namespace

std::vector<FeatureUse> read_uses(Reader& reader, const Node& node) {
  if (node.kind != yaml::Kind::sequence) return {read_use(reader, node)};
  std::vector<FeatureUse> out;
  for (const Node& item : node.items) {
    reader.begin("features", item);
    out.push_back(read_use(reader, item));
  }
  return out;
}

std::string Retention::text() const {
  if (versions) return fmt::format("{}", *versions);
  return us ? duration_words(*us) : "";
}

std::span<const KeyOf<TableSpec>> table_keys() { return of_table; }
std::span<const KeyOf<SplitSpec>> split_keys() { return of_split; }
std::span<const KeyOf<DataSpec>> data_keys() { return of_data; }
std::span<const KeyOf<FeatureSpec>> feature_keys() { return of_view; }
std::span<const KeyOf<FeatureSpec>> online_keys() { return of_online; }
std::span<const KeyOf<FeatureUse>> use_keys() { return of_use; }

}  // namespace mlops::manifest
