#pragma once
/// Assertions about a dataset version, judged by one scan of its table (and one of each other table that they
/// name, such as `last`). A test of rows that compares with an aggregate of the same table (`amount < 3 *
/// mean(amount)`) takes a second one; what fails is looked up again for examples.
///
/// Regular expressions are those of RE2: no look-around, no back-references, found anywhere in the text
/// unless they say
/// `^` and `$`; `(?i)` ignores case. Arithmetic is in doubles; comparisons of a column with a number are
/// exact. Times without a zone are UTC. Values of masked columns are not shown.
///
/// What compares two tables (`psi`, `drift`, `ks`) counts the values of one column after the other in both,
/// by a scan of that column; mlops/stats/drift.hpp has the formulas. `overlap` is a join.

#include <mlops/dataset/ingest.hpp>
#include <mlops/dataset/version.hpp>
#include <mlops/expect/check.hpp>
#include <mlops/expect/evaluate.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::table {
class Engine;
}

namespace mlops::dataset {

/// Rows that train, validate and test: row numbers of the version, from 0, ascending.
struct Parts {
  std::vector<std::uint32_t> train = {};
  std::vector<std::uint32_t> valid = {};
  std::vector<std::uint32_t> test = {};
};

/// The input that alone tells most of a label.
struct Telltale {
  std::string column = {};
  double power = 0;  ///< 0: as good as guessing, 1: for certain.
};

/// What training makes of the subject's version; asked only where an assertion needs it. Throws
/// Error(negative): there is nothing to train on, or nothing to judge by.
class Training {
 public:
  virtual ~Training() = default;
  virtual Parts parts() = 0;
  virtual Telltale telltale(const std::string& label) = 0;
};

/// A value that somebody else knows.
struct Answer {
  expect::Value value = expect::Null{};  ///< Missing: nobody can know it yet.
  std::string detail = {};               ///< What else is to be said of it: examples, reasons.
};

/// What answers for a view while serving. Asked only where an assertion needs it.
class Serving {
 public:
  virtual ~Serving() = default;
  /// A share, with examples of what differs; Missing: nothing is online.
  virtual Answer skew() = 0;
};

/// What rows that a model answered are beside its training, and how good the answers were. Asked only where
/// an assertion needs it.
class Monitored {
 public:
  virtual ~Monitored() = default;
  /// Rows that were answered by anybody, of which the table may have only some. 0: what is asked of rows is
  /// skipped.
  virtual std::uint64_t answered() const = 0;
  /// Columns that name a row, for examples of what fails.
  virtual std::vector<std::string> ids() const = 0;
  /// Columns that can be compared with training.
  virtual std::vector<std::string> compared() const = 0;
  /// Metrics that the task has.
  virtual std::vector<std::string> metrics() const = 0;
  /// `psi`, `drift` or `ks` of a column against what the model was trained on.
  virtual Answer distance(std::string_view function, const std::string& column) = 0;
  /// Of the rows whose truth is known, or (`of` is "test") what the model had when it was released.
  virtual Answer metric(std::string_view of, std::string_view name) = 0;
};

/// What is judged, and what it may be compared with.
struct Subject {
  Version version;
  std::optional<Version> last = {};            ///< Nothing: assertions that need it are skipped.
  std::map<std::string, Version> others = {};  ///< By address; what assertions may name.
  std::vector<std::string> things = {};  ///< Addresses that may be named, whether they have a version or not.
  std::filesystem::path file = {};       ///< Parquet; empty: the version's object.
  Training* training = nullptr;          ///< Null: it has no label. Must outlive what takes the subject.
  Serving* serving = nullptr;            ///< Null: it is no view. Likewise.
  Monitored* monitored = nullptr;        ///< Null: its rows are not what a model answered. Likewise.
  std::vector<std::string> aside = {};   ///< Columns that differ between parts in any case: outcomes, groups.
};

/// The names and types of `version`'s columns as assertions see them.
std::vector<expect::ColumnType> column_types(const Version& version);

/// What assertions about the subject's version may name.
expect::Scope scope_of(const Subject& subject);

class Validator {
 public:
  /// Both must outlive it.
  Validator(store::Store& store, Workshop& workshop);
  ~Validator();

  /// What is wrong with the assertion itself, given these columns: names, types, regular expressions.
  std::vector<expect::Fault> check(const expect::Assertion& assertion, const Subject& subject);

  /// One verdict for each; they must be without faults. "Now" is the workshop's. Throws Error: corrupt,
  /// interrupted, failed (the engine cannot compute it).
  std::vector<expect::Verdict> judge(std::span<const expect::Assertion> assertions, const Subject& subject);

 private:
  table::Engine& engine();

  store::Store& store_;
  Workshop& workshop_;
  std::unique_ptr<table::Engine> engine_;
};

}  // namespace mlops::dataset
