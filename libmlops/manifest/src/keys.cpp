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
};

constexpr std::string_view source = "sources.NAME";

constexpr std::array source_keys = {
    SourceKey{{source, "from", "text or list",
               "Files, folders and patterns, relative to the project; `-` is standard input; must be there"},
              [](Reader& r, const Node& n, SourceSpec& s) { s.from = r.texts(n); }},
    SourceKey{{source, "kind", "word",
               "Who makes the data: `user-input`, `system`, `behaviour`, `internal` or `third-party`; sets "
               "the default checks"},
              [](Reader& r, const Node& n, SourceSpec& s) { r.text(n, s.kind); }},
    SourceKey{{source, "party", "text", "Whom it comes from"},
              [](Reader& r, const Node& n, SourceSpec& s) { r.text(n, s.party); }},
    SourceKey{{source, "licence", "text", "Terms of use"},
              [](Reader& r, const Node& n, SourceSpec& s) { r.text(n, s.licence); }},
    SourceKey{{source, "price", "text", "What it costs"},
              [](Reader& r, const Node& n, SourceSpec& s) { r.text(n, s.price); }},
    SourceKey{{source, "url", "text", "Where files that were downloaded by hand came from"},
              [](Reader& r, const Node& n, SourceSpec& s) { r.text(n, s.url); }},
    SourceKey{{source, "pii", "text or list",
               "Columns about persons; their values are masked wherever values are shown"},
              [](Reader& r, const Node& n, SourceSpec& s) { s.pii = r.texts(n); }},
    SourceKey{{source, "blobs", "text or list",
               "Columns that hold paths of files beside the table, such as images"},
              [](Reader& r, const Node& n, SourceSpec& s) { s.blobs = r.texts(n); }},
    SourceKey{{source, "format", "word",
               "`csv`, `tsv`, `json`, `jsonl` or `parquet`; default: by name and content"},
              [](Reader& r, const Node& n, SourceSpec& s) { s.read.format = r.text(n); }},
    SourceKey{{source, "delimiter", "character",
               "What separates values, `tab` for a tab; default: found in the data"},
              [](Reader& r, const Node& n, SourceSpec& s) { s.read.delimiter = r.text(n); }},
    SourceKey{{source, "quote", "character", "What encloses values, '' for none; default: found in the data"},
              [](Reader& r, const Node& n, SourceSpec& s) { s.read.quote = r.text(n); }},
    SourceKey{
        {source, "header", "true or false", "Whether the first line holds names; default: found in the data"},
        [](Reader& r, const Node& n, SourceSpec& s) { s.read.header = r.flag(n); }},
    SourceKey{{source, "encoding", "word",
               "`utf-8`, `utf-16le`, `utf-16be` or `latin-1`; default: found in the data"},
              [](Reader& r, const Node& n, SourceSpec& s) { s.read.encoding = r.text(n); }},
    SourceKey{{source, "decimal", "character", "`.` or `,`; default: found in the data"},
              [](Reader& r, const Node& n, SourceSpec& s) { s.read.decimal = r.text(n); }},
    SourceKey{
        {source, "null", "text or list", "Texts that mean that there is no value, beside the empty one"},
        [](Reader& r, const Node& n, SourceSpec& s) { s.read.null = r.texts(n, Reader::Nulls::keep); }},
    SourceKey{{source, "types", "map", "SQL types by column, `{amount: DOUBLE}`; default: found in the data"},
              [](Reader& r, const Node& n, SourceSpec& s) { s.read.types = r.text_map(n); }},
    SourceKey{{source, "quarantine", "count or share",
               "Rows that cannot be read and are set aside before it is a failure, `100` or `1%`; default: "
               "1% or 10 rows"},
              [](Reader& r, const Node& n, SourceSpec& s) { s.read.quarantine = r.text(n); }},
};

std::vector<Key> all_keys() {
  std::vector<Key> out(top_keys.begin(), top_keys.end());
  for (const SourceKey& row : source_keys) out.push_back(row.key);
  return out;
}

}  // namespace

const std::vector<Key>& key_table() {
  static const std::vector<Key> table = all_keys();
  return table;
}

const SourceKey* find_source_key(std::string_view name) {
  const auto* found = std::find_if(source_keys.begin(), source_keys.end(),
                                   [&](const SourceKey& row) { return row.key.name == name; });
  return found == source_keys.end() ? nullptr : found;
}

std::string key_table_markdown() {
  std::string out;
  std::string_view where = "?";
  for (const Key& key : key_table()) {
    if (key.where != where) {
      where = key.where;
      out += where.empty() ? "# KEYS AT THE TOP\n\n" : "# KEYS OF A SOURCE\n\n";
    }
    out += fmt::format("`{}` *{}*\n: {}.\n\n", key.name, key.value, key.doc);
  }
  return out;
}

}  // namespace mlops::manifest
