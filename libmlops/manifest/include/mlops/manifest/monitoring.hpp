#pragma once
/// What `mlops.yaml` says about watching. Plain values; mlops/manifest/manifest.hpp reads them.

#include <mlops/manifest/tables.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mlops::manifest {

/// `truth: {from: outcomes, id: request, label: late, after: 2d}`: where it stands what turned out to be true
/// of what was answered.
struct TruthSpec {
  std::string from = {};  ///< A source or a `data:` table.
  std::string id = {};    ///< Its column with the id of the request; empty: `request`.
  std::string row =
      {};  ///< Its column with the number of the row in its request; empty: there is one a request.
  std::string label = {};                     ///< Its column with the truth; empty: the label of the model.
  std::optional<std::int64_t> after_us = {};  ///< How long after the answer it is known; empty: 0.

  bool operator==(const TruthSpec&) const = default;
};

/// One entry of `monitor:`: the name of a registered model, and what is expected of its live traffic.
struct MonitorSpec {
  std::string name;
  std::optional<std::int64_t> every_us = {};  ///< Length of a window; empty: a day.
  std::optional<TruthSpec> truth = {};
  std::vector<ExpectSpec> expect = {};

  bool operator==(const MonitorSpec&) const = default;
};

}  // namespace mlops::manifest
