#pragma once
/// Where the values of a request's rows are in its JSON, input by input, and their way into columns.

#include <mlops/json/document.hpp>
#include <mlops/predict/frame.hpp>
#include <mlops/predict/signature.hpp>
#include <mlops/score/completer.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "src/batch.hpp"

namespace mlops::serve {

class Cells {
 public:
  void start(std::size_t rows);
  std::size_t rows() const { return rows_; }

  /// A column for the input; its number here.
  std::size_t add(std::size_t input) {
    inputs_.push_back(input);
    return inputs_.size() - 1;
  }
  /// Makes the places, when all columns are there: no sooner than it is known that the request is as large
  /// as it says.
  void make() { cells_.assign(inputs_.size() * rows_, nullptr); }
  std::size_t input(std::size_t column) const { return inputs_[column]; }
  std::size_t width() const { return inputs_.size(); }

  /// Nothing at first.
  const json::Cell*& at(std::size_t column, std::size_t row) { return cells_[column * rows_ + row]; }
  const json::Cell* at(std::size_t column, std::size_t row) const { return cells_[column * rows_ + row]; }

  /// Nothing where the request has no value of that column in JSON.
  std::optional<std::size_t> find(std::size_t input) const;

  /// A column that was made, for `rows` rows; it takes the place of one that came. The cells must outlive
  /// this.
  void put(const score::Made::Column& made, std::size_t rows);

  /// For the short way, while this is unchanged.
  predict::JsonRows json() const { return {rows_, inputs_, cells_}; }

  /// Each column as the kind that holds all its values. A value that is alone in its row must become the same
  /// feature as beside others, so a category of several kinds is texts, spelled one by one; what becomes a
  /// number anyway is doubles. Columns behind the inputs are passed over. Throws signature.mismatch for
  /// values that have parts.
  void fill(const std::vector<predict::Input>& inputs, Batch& batch);

 private:
  std::size_t rows_ = 0;
  std::vector<std::size_t> inputs_ = {};
  std::vector<score::Made::Column> moments_ = {};  ///< Columns made whose cells are dates or times.
  std::vector<const json::Cell*> cells_ = {};
};

/// "a list", "a number", "true", ...: for messages about shapes, which need no values.
std::string_view kind_of_value(json::Node value);

/// The value for a message: "'abc'", "null", "a list"; nothing of it where the input is personal data.
std::string shown(json::Node value, bool masked);

}  // namespace mlops::serve
