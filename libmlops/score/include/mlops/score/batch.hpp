#pragma once
/// Batch prediction: a file in, the same rows with answers out, block by block, so that memory does not grow
/// with the input.

#include <mlops/base/cancel.hpp>
#include <mlops/base/engines.hpp>
#include <mlops/base/progress.hpp>
#include <mlops/dataset/resources.hpp>
#include <mlops/feature/join.hpp>
#include <mlops/score/scorer.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::score {

struct BatchRequest {
  std::filesystem::path input;  ///< "-": `read_input`.
  std::function<std::size_t(void* buffer, std::size_t size)> read_input = {};
  std::optional<std::string> input_format =
      {};                             ///< csv, tsv, json, jsonl, parquet; nothing: by name and content.
  std::filesystem::path output = {};  ///< "-": `write_output`. A file is there whole or not at all.
  std::function<void(std::string_view bytes)> write_output = {};
  std::optional<std::string> output_format =
      {};                     ///< csv, jsonl or parquet; nothing: by name, else as the input.
  bool only_answers = false;  ///< Without the columns of the input.
  /// The events of a view of the model whose columns the input lacks (read_history() in enrich.hpp). Asked
  /// once for each; what it throws leaves.
  std::function<feature::History(const feature::View& view)> history = {};
};

struct BatchReport {
  std::uint64_t rows = 0;
  predict::Encountered encountered = {};    ///< Nulls and unseen categories, by input of the signature.
  std::vector<std::string> looked_up = {};  ///< Views, by their prefixes, whose features were joined.
  std::uint64_t unanswered = 0;             ///< Rows that got the prior's answer, as a rule had none.
};

/// `scratch` is a folder for the input and its typed form while it runs: about twice the input's size. The
/// input's columns keep their values; numbers and times are spelled as SQL casts them to text in CSV, nested
/// values are JSON there. It is read as the training data were: what meant no value there, means none here.
/// Lines of CSV end in "\n". A file that is both input and output is Error(usage).
///
/// Of a model that was trained on views, the features of each are taken from the input where it has all
/// columns that the model takes of it (values of the view, before transforms), and are joined where it has
/// none, as of the time of each row; they are no columns of the output.
///
/// Adds `prediction` (class or value) and, for classes, `probability` (binary: of the positive class) or one
/// `probability_<class>` each. A column of the input with such a name is Error(usage). Throws Error: usage
/// (the signature does not fit), not_found, corrupt (not a table; a row that cannot be read, with its line:
/// no row is ever dropped), busy (disk full), interrupted.
BatchReport predict_batch(Engines& engines, dataset::Resources resources,
                          const std::filesystem::path& scratch, const Scorer& scorer,
                          const BatchRequest& request, Progress& progress, const Cancel* cancel);

}  // namespace mlops::score
