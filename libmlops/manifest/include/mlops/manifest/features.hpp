#pragma once
/// `features:` of `mlops.yaml` and their use by models. Expressions are not parsed. Plain values;
/// mlops/manifest/manifest.hpp reads them.

#include <mlops/manifest/tables.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mlops::manifest {

/// One entry of `features:`, a view.
struct FeatureSpec {
  std::string name = {};
  std::string doc = {};
  std::vector<std::pair<std::string, std::string>> key = {};  ///< Entity and its column in `from`.
  std::string from = {};                                      ///< Name of a source or a `data:` table.
  std::string at = {};                                        ///< Column of the event time.
  std::string known = {};  ///< Expression: when a row became known; empty: at its event time.
  std::vector<std::pair<std::string, std::string>> columns = {};  ///< Name and expression, in order.
  /// `online: {ttl: 48h}`: how old a latest value may be, microseconds.
  std::optional<std::int64_t> ttl_us = {};
  std::vector<ExpectSpec> expect = {};
  /// "name", "from", "at", "known", "key.ENTITY", "columns.NAME" (of the expression).
  Places places = {};

  bool operator==(const FeatureSpec&) const = default;
};

/// One item of a model's `features:`; `airport` alone is {.use = "airport"}.
struct FeatureUse {
  std::string use = {};
  /// Entity to column of the model's table, where it differs from the view's own.
  std::map<std::string, std::string> key = {};
  std::string as = {};  ///< Prefix of the columns; empty: the name of the view.
  Place place = {};

  bool operator==(const FeatureUse&) const = default;
};

}  // namespace mlops::manifest
