#pragma once
/// What an assertion can ask for: the one table of functions, which type check, evaluation and
/// `mlops.yaml(5)` read. A function is in it when somebody evaluates it.

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::expect {

enum class Sort {
  unknown,  ///< Of a column whose table was not seen yet; fits everywhere.
  number,
  text,
  truth,
  time,
  schema,  ///< Names and types of columns.
  other,   ///< Lists, structures, bytes, times of day: nothing but nulls and counts is asked of them.
};

/// What a number counts. Shares are kept as 0..1, durations in microseconds, sizes in bytes.
enum class Measure { plain, count, share, duration, size };

struct Type {
  Sort sort = Sort::unknown;
  Measure measure = Measure::plain;

  bool operator==(const Type&) const = default;
};

/// "a number", "a share", "a duration", "text": for messages.
std::string_view name_of(const Type& type);

enum class ArgumentKind {
  column,    ///< The name of a column.
  value,     ///< A number or time of each row: a column, or arithmetic with columns.
  test,      ///< An assertion about each row.
  regex,     ///< /.../
  fraction,  ///< A number from 0 to 1 as it stands.
  table,     ///< `train`, `last`, another thing of the file with a table.
  word,  ///< A bare word that is no name; of what is served the argument's own, as in skew(offline, online).
  metric,   ///< The name of a metric.
  slice,    ///< A column of `slices:`.
  count,    ///< A whole number from 1 as it stands.
  release,  ///< An entry of `release:`.
  monitor,  ///< An entry of `monitor:`.
  length,   ///< A duration as it stands.
};

struct Argument {
  std::string_view name;
  ArgumentKind kind = ArgumentKind::column;
  bool repeats = false;          ///< Once or more; of the last argument.
  std::vector<Sort> sorts = {};  ///< Of the column or value; empty: any.
  bool optional = false;

  bool operator==(const Argument&) const = default;
};

enum class Where : unsigned { data = 1, release = 2, monitor = 4, serve = 8, schedule = 16 };

/// What a function is asked of.
enum class About {
  table,  ///< One table, that before the dot or this one.
  pair,  ///< Two tables, its first two arguments; where it may, a column alone compares `last` with this one,
         ///< in a monitor what the model was trained on with the window.
  training,  ///< What training makes of this table.
  serving,   ///< What answers for this view while serving.
  model,    ///< The model that is judged, or that before the dot: `champion`, another of the release, `test`.
  trigger,  ///< The things of the file that are its arguments.
};

struct Signature {
  std::string_view name;
  About about = About::table;
  std::vector<Argument> arguments = {};
  Type type = {};               ///< Of its value; of unknown sort: that of its first argument.
  bool metric = false;          ///< Of a model: may be compared with a confidence.
  bool fraction = false;        ///< From 0 to 1, and no share: of a metric.
  bool star = false;            ///< `*` may stand for its first column.
  bool shows = false;           ///< Its value is made of values of the column, and hidden where they are.
  unsigned where = 0;           ///< A set of Where.
  std::string_view nulls = {};  ///< What becomes of nulls, for people.
  std::string_view doc = {};    ///< One sentence without full stop.

  /// Whether it stands without brackets too.
  bool bare() const { return arguments.empty(); }
  bool allowed(Where place) const { return (where & static_cast<unsigned>(place)) != 0; }
};

/// Sorted as the documentation has them.
std::span<const Signature> signatures();

/// "unique(column, ...)"; of a pair in a monitor "psi(column)".
std::string usage_of(const Signature& function, Where where = Where::data);

/// The table of functions in `mlops.yaml(5)`, in Markdown; a test compares it with the page.
std::string signatures_markdown();

}  // namespace mlops::expect
