#pragma once
/// A view: one entry of `features:`, compiled. It says which SQL scalar expressions are read from each row
/// of its table (at definition and when events are made, with an SQL engine) and what is made of them for a
/// key and a moment (offline and online, without one). Plain values.
///
///     const auto compiled = compile(spec, table, *engine);   // definition -> plan
///     const Events events = read_events(view, table, *engine);  // the table's rows -> events
///     const History history(view, events.columns);              // sorted by key and time
///     join(rows, "date", {{.history = &history, .key = {"origin"}, .as = "airport"}});

#include <mlops/base/columns.hpp>
#include <mlops/feature/definition.hpp>
#include <mlops/manifest/features.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mlops::table {
class Engine;
}

namespace mlops::feature {

/// How keys of an entity are compared: those of one family are equal when their values are, whatever their
/// width.
enum class KeyKind { integer, text, boolean, date, timestamp };

struct Key {
  std::string entity;
  std::string column;  ///< Of the view's table; also what rows call it unless a use says otherwise.
  KeyKind kind = KeyKind::text;

  bool operator==(const Key&) const = default;
};

/// What is read from a row of the table.
struct Input {
  std::string sql;  ///< With the cast that its columns want, such as CAST((delay) AS BIGINT).
  std::string
      type;  ///< SQL type of the result: integers, FLOAT, DOUBLE, BOOLEAN, VARCHAR, DATE, TIME,
             ///< TIMESTAMP, ...; never DECIMAL, HUGEINT or nested: these are taken as DOUBLE, refused.

  bool operator==(const Input&) const = default;
};

struct ViewColumn {
  std::string name;
  std::string text;  ///< As written.
  Definition definition = {};
  std::optional<std::size_t> input = {};  ///< Position in View::inputs; nothing for count().
  /// SQL type of the value, before a transform: BIGINT (count, sum of integers), DOUBLE (mean, other sums),
  /// else that of the input.
  std::string type;

  bool operator==(const ViewColumn&) const = default;
};

struct View {
  std::string name;
  std::vector<Key> key = {};  ///< May be empty: one value for all.
  std::string from;           ///< The table's name in the project.
  std::string at;             ///< SQL; event time.
  std::string known = {};     ///< SQL; when a row became known. Empty: `at`.
  std::vector<Input> inputs = {};
  std::vector<ViewColumn> columns = {};
  std::optional<std::int64_t> ttl_us = {};  ///< Of latest values; nothing: they hold for ever.

  bool operator==(const View&) const = default;
  const ViewColumn* find(std::string_view column) const;
  /// The longest window; 0 without any.
  std::int64_t longest_window_us() const;
};

/// The table that a view is made from, as an SQL relation, and what the project says of it.
struct Table {
  std::string relation;  ///< What may stand behind FROM, such as read_parquet('...').
  std::string time = {};
  std::vector<std::string> outcome = {};  ///< Known only afterwards.
  std::string label = {};
};

/// Something wrong with a definition, and in which of its texts.
struct Misfit {
  std::string place;     ///< "key airport", "at", "known", "columns.delay_1h".
  std::string text;      ///< What stands there.
  Fault fault = {};      ///< The offset is into `text`.
  std::size_t line = 0;  ///< Of the text's first character in the file; 0: not known.
  std::size_t column = 0;

  bool operator==(const Misfit&) const = default;
};

struct Compiled {
  View view;
  std::vector<Misfit> misfits;  ///< Empty: the view can be used.
};

/// Checks every expression with the engine: one SQL scalar over the table's columns, without a subquery, the
/// clock, random numbers or files; a time for `at` and `known`; a type that the column can have. A column
/// that provably looks into the future is a misfit too, see leaks.hpp. All misfits are found in one run.
Compiled compile(const manifest::FeatureSpec& spec, const Table& table, table::Engine& engine);

/// The rows of a view's table as events: a column for each key, then "at", "known" (when the view has one),
/// and the inputs. In the order of the table's rows.
struct Events {
  Columns columns;
};
Events read_events(const View& view, const Table& table, table::Engine& engine);

}  // namespace mlops::feature
