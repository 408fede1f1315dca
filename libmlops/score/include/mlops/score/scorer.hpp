#pragma once
/// A model made ready to answer rows, and the answers: the one way from data to predictions for `predict`,
/// judging and serving.

#include <mlops/base/columns.hpp>
#include <mlops/base/digest.hpp>
#include <mlops/base/engines.hpp>
#include <mlops/json/value.hpp>
#include <mlops/predict/frame.hpp>
#include <mlops/predict/package.hpp>
#include <mlops/predict/predictor.hpp>
#include <mlops/score/derived.hpp>
#include <mlops/score/features.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::store {
class Store;
}

namespace mlops::score {

class Fitting;

/// The answers for some rows. Reused from batch to batch, so that its memory is.
struct Answered {
  std::size_t rows = 0;
  std::vector<double> predictions =
      {};  ///< rows * Signature::outputs(), row-major, as a Predictor gives them.
  std::vector<std::uint32_t> classes =
      {};                         ///< One a row: position in Signature::classes; empty for regression.
  predict::Encountered met = {};  ///< In these rows alone.
  std::uint64_t unanswered = 0;   ///< Rows that got the prior's answer, as a rule had none.
  predict::Frame frame = {};      ///< The rows as they were given.
  predict::Frame fitted = {};     ///< After transforms, where the model has any.
};

/// Immutable; safe for many threads at once.
class Scorer {
 public:
  /// `training_read` says how the training data were read (dataset::Version::read). Throws as
  /// predict::open().
  Scorer(const predict::Package& package, json::Object training_read, Engines& engines);

  /// The model in the tree `package`, with what the record of its training data (when it is here) says of
  /// personal data and of nulls. Throws Error: corrupt (damaged, or files are gone), failed (an engine is
  /// missing).
  static Scorer load(store::Store& store, const Digest& package, const std::optional<Digest>& data_record,
                     Engines& engines);

  /// What callers give: of a model with transforms the values before them.
  const predict::Signature& signature() const { return encoder_.signature(); }
  /// What rows may have: the signature's inputs, and behind them the columns that are read to make some of
  /// those (completer.hpp) and are none themselves.
  const std::vector<predict::Input>& columns() const { return columns_; }
  /// The views that it was trained on, and what their transforms learnt.
  const ModelFeatures& features() const { return features_; }
  /// Columns that are worked out from others of the row. Inputs among them say so in Input::made_from.
  const Derived& derived() const { return derived_; }
  const json::Object& training_read() const { return training_read_; }
  /// Whether a text in that column (its position in columns()) means "no value", as it did in the training
  /// data: for formats that have nothing but texts. A blank always does.
  bool is_null_text(std::size_t column, std::string_view text) const;
  /// Each class as JSON: the number or flag that the label was, else its text. Empty for regression.
  const std::vector<json::Value>& class_values() const { return class_values_; }
  /// Bytes that it takes in memory, about.
  std::size_t size() const { return predictor_->size(); }

  /// What rows lack and can be made of what they have is made. Throws as predict::encode() and
  /// Derived::complete(). `first_row` is the number of the first row in messages.
  void answer(const Columns& rows, Answered& out, std::uint64_t first_row = 1) const;
  /// The short way of predict::Encoder::encode(); false where only columns can be answered, or refused.
  bool answer(const predict::JsonRows& rows, Answered& out) const;

 private:
  void start(Answered& out) const;
  void predict(Answered& out) const;

  predict::Encoder encoder_;
  ModelFeatures features_;
  std::shared_ptr<const Fitting> fitting_;  ///< Nothing: what is given is what the algorithm takes.
  std::unique_ptr<const predict::Predictor> predictor_;
  json::Object training_read_;
  std::vector<predict::Input> columns_;
  Derived derived_;
  std::vector<std::vector<std::string>> null_texts_;  ///< By column.
  std::vector<json::Value> class_values_;
};

}  // namespace mlops::score
