#pragma once
/// A version of a model as its log lines are read.

#include <mlops/json/document.hpp>
#include <mlops/json/value.hpp>
#include <mlops/model/registry.hpp>
#include <mlops/monitor/baseline.hpp>
#include <mlops/predict/signature.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::monitor {

struct WatchedInput {
  predict::Input input;
  bool feature = false;  ///< Of a view.
};

struct WatchedVersion {
  std::string address;  ///< "delay@v3"
  /// False: the store has no such version, or none that runs here; what follows is empty.
  bool known = false;
  predict::Signature signature = {};      ///< As callers see it.
  std::vector<WatchedInput> inputs = {};  ///< Those that the log has: no personal data.
  std::optional<Baseline> baseline = {};
  json::Object metrics = {};  ///< "test.auc": {"value", ...}

  /// The position of a class as a line has it; nothing for what is none.
  std::optional<std::size_t> class_of(const json::Node& prediction) const;
};

WatchedVersion watched(store::Store& store, const model::Version& version);

/// That of a line.
WatchedVersion find_watched(store::Store& store, std::string_view address, std::string_view digest);

}  // namespace mlops::monitor
