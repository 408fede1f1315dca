#pragma once
/// Models from outside: what a file or folder is taken for, by its content. Nothing in it is ever executed:
/// formats that can run code when they are loaded (pickle and its kin) are kept as files and never opened.

#include <mlops/base/engines.hpp>
#include <mlops/model/registry.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace mlops::model {

enum class Origin {
  package,  ///< A folder with our model.json: it runs here.
  xgboost,  ///< A model of XGBoost in JSON or UBJSON: it runs here.
  files,    ///< Anything else: kept as it is.
};

struct Imported {
  Origin origin = Origin::files;
  Registration registration = {};  ///< Without name, author and time.
  std::vector<std::string> warnings = {};
};

/// A model of XGBoost becomes a package with a signature read from it, and is believed only when it answers
/// every one of some generated rows, missing values and thresholds among them, bit for bit as the library
/// does. Throws Error: not_found, usage (an empty folder, a device, a name that is not UTF-8), corrupt (a
/// damaged model folder; a link that leads out of it), failed (an engine is missing, answers differ).
Imported import_model(Engines& engines, const std::filesystem::path& path);

/// The same of what a sealed run has: a model among its outputs (role "model"), else what `path` names among
/// the files that it left (the only one, when it is empty). Data, code and environment are those of the run.
/// Throws Error(not_found) too: the run has no such model, and what it has.
Imported import_run(Engines& engines, store::Store& store, const Digest& run_record, std::string_view path);

}  // namespace mlops::model
