#pragma once
/// `mlops.lock`: what the names of `mlops.yaml` stood for when it was last brought up to date. YAML, one line
/// an address, sorted, so that git merges and shows it well: `sources/churn: {digest: sha256:..., ...}`.
/// Pure: text in, text out.

#include <mlops/json/value.hpp>

#include <map>
#include <string>
#include <string_view>

namespace mlops::manifest {

struct Lock {
  std::map<std::string, json::Object> entries;  ///< By address, such as "sources/churn".

  bool operator==(const Lock&) const = default;

  /// Throws Error(usage), for merge conflict markers with the hint to ingest or run again.
  static Lock parse(std::string_view text, std::string_view file);
  /// The whole file, with a first comment line that says who writes it.
  std::string text() const;
};

}  // namespace mlops::manifest
