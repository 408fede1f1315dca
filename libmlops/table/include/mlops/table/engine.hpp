#pragma once
/// SQL over files, columns in and out. One Engine is one in-memory database of the columnar engine (DuckDB),
/// opened from the shared module `table` when first needed. It knows no domain word: callers compose the SQL.
///
/// SQL has two functions more, for a first look at texts that costs next to nothing:
/// is_plain_integer(VARCHAR), true for an integer of at most 18 digits as we write it ('-12', not '+12',
/// '012', '1e2'), and is_plain_number(VARCHAR), true where every character is one of "0123456789.+-eE".
///
/// An Engine is used by one thread at a time (it uses many inside). Results are in row order. Errors of the
/// engine arrive as Error: failed (a query that cannot run), usage (SQL that does not parse or bind), busy
/// (out of disk), interrupted (cancelled), corrupt (a file that cannot be read), not_found (no such file);
/// the message is the engine's first line, without its "Invalid Input Error:" prefixes, the hint the names it
/// suggests, the detail the place in the SQL text.

#include <mlops/base/cancel.hpp>
#include <mlops/base/columns.hpp>
#include <mlops/base/engines.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mlops::table {

struct Settings {
  unsigned threads = 0;            ///< 0: as many as the machine has.
  std::uint64_t memory_bytes = 0;  ///< 0: the engine's default.
  std::filesystem::path spill_dir =
      {};  ///< Where it may spill what does not fit into memory; empty: nowhere.
};

/// What orders the rows of a SELECT.
enum class RowOrder {
  table,   ///< They are rows of one table, one each at most, in its order.
  stated,  ///< ORDER BY of the whole statement.
  none,    ///< Nothing: they come as threads finish.
};

/// A table that a SELECT reads, and where it is first named in the text, in bytes.
struct TableUse {
  std::string name;
  std::size_t offset = 0;

  bool operator==(const TableUse&) const = default;
};

/// What one SELECT statement says of itself.
struct SelectFacts {
  std::vector<TableUse> tables;  ///< As tables_of(): sorted by name, unique.
  RowOrder order = RowOrder::none;
  std::string text;  ///< The statement in the engine's spelling: no comments, one way of writing it.
  /// Names that the statement gives to values, each with the columns that the value is made from.
  std::vector<std::pair<std::string, std::vector<std::string>>> made_from;
  /// Columns get other names by their place: in a set operation, or by a list of names for a whole table.
  bool renames_by_place = false;
};

/// A column that a SELECT gives for each row of a table.
struct Output {
  std::string column = {};  ///< That column of the table as it is; empty: a value made from it.
  /// How the value is made from the table's columns: an SQL scalar expression that stands for itself, with
  /// what the statement called by other names put in. Nothing for what has parts of another kind.
  std::optional<std::string> expression = {};
  std::vector<std::string> reads = {};  ///< Columns of the table, sorted.

  bool operator==(const Output&) const = default;
};

class Engine {
 public:
  virtual ~Engine() = default;

  /// Runs one or more statements separated by ';' and throws the results away.
  virtual void execute(const std::string& sql) = 0;

  /// The whole result of one statement.
  virtual Columns query(const std::string& sql) = 0;

  /// The result of one statement in batches of a few thousand rows, in order, without holding it all. `take`
  /// returns false to stop early. An empty result calls `take` once with a batch of no rows, so that the
  /// schema is seen.
  virtual void stream(const std::string& sql, const std::function<bool(const Columns& batch)>& take) = 0;

  /// Only the files and folders named may be read from now on, none written, no setting changed: for SQL that
  /// a user or a project wrote. Nothing but SELECT statements runs afterwards, so tables and views are
  /// defined before; others are Error(usage). Cannot be undone.
  virtual void confine(const std::vector<std::filesystem::path>& readable) = 0;

  /// Names of the tables that one SELECT statement reads (not its own WITH names), sorted, unique, unquoted.
  /// Throws Error(usage) for text that is not exactly one SELECT, and when it calls a function that reads
  /// files, the clock or random numbers.
  virtual std::vector<std::string> tables_of(const std::string& select) = 0;

  /// The same, with more of what it says. Throws as tables_of() does; the detail of a fault shows its place
  /// where it is known.
  virtual SelectFacts facts_of(const std::string& select) = 0;

  /// What a SELECT over one table with these columns (no join, group, DISTINCT, WITH) makes its own columns
  /// from, in order. Empty for every other statement. The expressions are in the engine's text, with each
  /// operator inside of another in brackets; that functions exist and what they are is not looked at.
  virtual std::vector<Output> outputs_of(const std::string& select,
                                         const std::vector<std::string>& columns) = 0;

  /// Writes the rows of one SELECT statement (without a ';' at its end) that tables_of() takes, in their
  /// order, into `file` as Parquet with `options` (what stands inside the brackets behind COPY ... TO). Once
  /// confined, `file` must be among the paths named.
  virtual void write_parquet(const std::string& select, const std::filesystem::path& file,
                             const std::string& options) = 0;

  /// While it runs, 0..1 of the current statement as the engine estimates it, about once a second; -1 when
  /// unknown. From any thread.
  virtual double progress() const = 0;

  /// "DuckDB v1.4.4".
  virtual std::string version() const = 0;
};

/// Opens a new database. `cancel`, if given, interrupts running statements; it must outlive the engine.
/// Throws Error(failed) when the table engine is not installed.
std::unique_ptr<Engine> open(Engines& engines, const Settings& settings, const Cancel* cancel = nullptr);

/// "name" with quotes doubled; any text can be a column's name.
std::string identifier(std::string_view name);

/// 'text' with quotes doubled.
std::string literal(std::string_view text);

/// ['a', 'b'] of literals.
std::string literal_list(const std::vector<std::string>& texts);

}  // namespace mlops::table
