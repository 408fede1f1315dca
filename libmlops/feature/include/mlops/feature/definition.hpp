#pragma once
/// What one line of a view's `columns:` says: `mean(delay) over 1h`, `count() over 3h`, `country` (the latest
/// value), `zscore(tenure)`, `onehot(country, top=20)`, `impute(mean(delay) over 1h, 0)`. Pure: no engine is
/// asked whether the inner expression is SQL; compile() in view.hpp does that.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace mlops::feature {

enum class Aggregate { count, sum, mean, min, max };

/// "count", "sum", "mean", "min", "max".
std::string_view name_of(Aggregate aggregate);
std::optional<Aggregate> aggregate_of(std::string_view name);

/// What is done with a value once it is found. `onehot`, `zscore` and `impute` by mean or median learn from
/// the training rows (fit.hpp); the others need nothing.
struct Transform {
  enum class Kind { onehot, zscore, bucket, impute };

  Kind kind = Kind::zscore;
  std::size_t top = 20;            ///< onehot: columns at most, without the one for all other values.
  std::vector<double> edges = {};  ///< bucket: ascending; a value is in bucket n when n edges are <= it.
  enum class Fill { mean, median, constant };
  Fill fill = Fill::constant;
  double constant = 0;  ///< impute.

  bool operator==(const Transform&) const = default;
  bool learns() const;
};

std::string_view name_of(Transform::Kind kind);
std::optional<Transform::Kind> transform_of(std::string_view name);

struct Definition {
  std::optional<Aggregate> aggregate = {};  ///< Nothing: the latest value.
  std::string expression = {};              ///< SQL; empty for count().
  std::size_t offset = 0;                   ///< Of `expression` in the text, in bytes.
  std::int64_t window_us = 0;               ///< Of an aggregate; greater than 0.
  std::optional<Transform> transform = {};

  bool operator==(const Definition&) const = default;
};

/// What is wrong, and where in the text, in bytes.
struct Fault {
  std::size_t offset = 0;
  std::string message;  ///< As in Error: lower case, no full stop.
  std::string hint = {};

  bool operator==(const Fault&) const = default;
};

/// The text of one column.
std::variant<Definition, Fault> parse(std::string_view text);

/// "1h", "90m", "1d": whole microseconds, in the greatest unit that divides them (us ms s m h d).
std::string duration_text(std::int64_t us);

/// The other way: digits with _, a fraction, and one of us ms s m h d w. Nothing for any other text, for 0,
/// for what is no whole number of microseconds and for over 10,000 years.
std::optional<std::int64_t> duration_from(std::string_view text);

}  // namespace mlops::feature
