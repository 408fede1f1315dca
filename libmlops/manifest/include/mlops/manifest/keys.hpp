#pragma once
/// The keys of `mlops.yaml`: the one table that drives the reader, its near misses and `mlops.yaml(5)`. Keys
/// appear here when they work.

#include <string>
#include <string_view>
#include <vector>

namespace mlops::manifest {

struct Key {
  std::string_view where;  ///< "": the top level; "sources.NAME": an entry of `sources:`.
  std::string_view name;
  std::string_view value;  ///< What it takes, for people: "true or false", "text or list".
  std::string_view doc;    ///< One line, a sentence without full stop.
};

/// In the order of the documentation.
const std::vector<Key>& key_table();

/// The sections about keys of `mlops.yaml(5)`, in Markdown; a test compares them with the page.
std::string key_table_markdown();

}  // namespace mlops::manifest
