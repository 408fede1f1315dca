#pragma once
/// Tables of `mlops.yaml`: what sources and `data:` entries share, and how a `data:` table is made. Plain
/// values; mlops/manifest/manifest.hpp reads them.

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::manifest {

/// A place in a file, for messages. It says nothing about the meaning: any two are equal.
struct Place {
  std::size_t line = 0;    ///< From 1; 0 where nothing stands in a file.
  std::size_t column = 0;  ///< Characters, from 1.

  bool operator==(const Place&) const { return true; }
};

/// Places by what stands there, such as "from" or "columns.delay_1h".
struct Places {
  std::map<std::string, Place, std::less<>> all = {};

  bool operator==(const Places&) const { return true; }
  /// Place{} where it is not known.
  Place at(std::string_view key) const;
};

/// One assertion of `expect:`, not parsed. Equal where text and warn are, wherever they stand.
struct ExpectSpec {
  std::string text;
  bool warn = false;     ///< A failure is told, and fails nothing.
  std::size_t line = 0;  ///< Of the text's first character in the file, from 1.
  std::size_t column = 0;

  bool operator==(const ExpectSpec& other) const { return text == other.text && warn == other.warn; }
};

/// `split:` of data with a label; what is not set is the default of `train run`.
struct SplitSpec {
  std::optional<double> test = {};   ///< Share of the rows, greater than 0 and less than 1.
  std::optional<double> valid = {};  ///< Likewise; both together are less than 1.
  std::optional<std::uint64_t> seed = {};
  std::string group = {};  ///< Column: rows with the same value stay together.
  std::string part = {};   ///< Column that says it: train, valid or test; excludes the others.
  /// `last 30d`, microseconds before the newest moment of `time`; excludes `test`.
  std::optional<std::int64_t> test_last_us = {};
  /// `30d before test`, microseconds; excludes `valid`.
  std::optional<std::int64_t> valid_before_us = {};

  bool operator==(const SplitSpec&) const = default;
};

/// Which rows test, or validate: one of the two is set.
struct SplitPart {
  std::optional<double> share = {};
  std::optional<std::int64_t> length_us = {};

  bool operator==(const SplitPart&) const = default;
};

/// `15%`, `0.15` or `last 30d`, as `test:` takes them; `15%` or `30d before test`, as `valid:` does. Throws
/// Error(usage) for another text; `key` is what people gave it to, such as "--test".
SplitPart test_part(const std::string& text, std::string_view key);
SplitPart valid_part(const std::string& text, std::string_view key);

/// Which versions keep their contents: so many of the newest, or those that are younger; at most one is set.
struct Retention {
  std::optional<std::uint64_t> versions = {};
  std::optional<std::int64_t> us = {};

  bool operator==(const Retention&) const = default;
  bool empty() const { return !versions && !us; }
  /// As the file has it: "5", "400d"; empty where nothing is said.
  std::string text() const;
};

/// What a source and a `data:` entry share: a name, and what is learnt from it.
struct TableSpec {
  std::string name = {};
  std::string doc = {};
  std::string label = {};  ///< Column that models learn to predict; empty: nothing is trained on it.
  std::string task = {};   ///< binary, multiclass, regression; empty: as the label's values look.
  std::string time = {};   ///< Column: when a row happened. With it the latest rows test.
  std::vector<std::string> outcome = {};  ///< Columns known only afterwards: never inputs of a model.
  SplitSpec split = {};
  std::vector<ExpectSpec> expect = {};
  Retention keep = {};

  bool operator==(const TableSpec&) const = default;
};

/// One entry of `data:`, a table made by SQL from others.
struct DataSpec : TableSpec {
  std::string sql = {};       ///< The query as it stands in the file; empty with `sql_file`.
  std::string sql_file = {};  ///< Path relative to the project that ends in `.sql`.
  /// Where each line of `sql` begins in the file; for a scalar of one line, its first character.
  std::vector<Place> sql_lines = {};
  Places places = {};

  bool operator==(const DataSpec&) const = default;
};

}  // namespace mlops::manifest
