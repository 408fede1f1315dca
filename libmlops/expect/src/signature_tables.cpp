/// What is asked of tables.
#include "src/signatures.hpp"

namespace mlops::expect {
namespace {

constexpr unsigned in_tables = set_of(Where::data);
constexpr unsigned in_monitor = set_of(Where::data, Where::monitor);
constexpr unsigned everywhere = set_of(Where::data, Where::release, Where::monitor);

constexpr Type as_argument{Sort::unknown, Measure::plain};

const Argument a_column{"column", ArgumentKind::column};
const Argument a_text{"column", ArgumentKind::column, false, {Sort::text}};
const Argument a_time{"column", ArgumentKind::column, false, {Sort::time}};
const Argument a_number{"value", ArgumentKind::value, false, {Sort::number}};
const Argument ordered{"value", ArgumentKind::value, false, {Sort::number, Sort::time}};
const Argument reference{"reference", ArgumentKind::table};
const Argument current{"current", ArgumentKind::table};
const Argument of_any{
    "column", ArgumentKind::column, false, {Sort::number, Sort::text, Sort::truth, Sort::time}, true};
const Argument of_ordered{"column", ArgumentKind::column, false, {Sort::number, Sort::time}, true};

}  // namespace

std::vector<Signature> functions_of_tables() {
  return {
      {.name = "rows", .type = counted, .where = everywhere, .nulls = "counted", .doc = "Number of rows"},
      {.name = "columns",
       .type = {Sort::schema},
       .where = in_tables,
       .nulls = "none",
       .doc = "Names and types of the columns, in order; compared with those of another table"},
      {.name = "null",
       .arguments = {a_column},
       .type = share,
       .star = true,
       .where = in_monitor,
       .nulls = "counted",
       .doc = "Share of the rows without a value"},
      {.name = "count",
       .arguments = {a_column},
       .type = counted,
       .star = true,
       .where = in_monitor,
       .nulls = "left out",
       .doc = "Number of values"},
      {.name = "distinct",
       .arguments = {a_column},
       .type = counted,
       .star = true,
       .where = in_monitor,
       .nulls = "left out",
       .doc = "Number of different values, exactly"},
      {.name = "unique",
       .arguments = {{"column", ArgumentKind::column, true}},
       .type = {Sort::truth},
       .where = in_monitor,
       .nulls = "rows with one are left out",
       .doc = "Whether no two rows have the same values in these columns, exactly"},
      {.name = "match",
       .arguments = {a_text, {"regex", ArgumentKind::regex}},
       .type = share,
       .where = in_monitor,
       .nulls = "left out",
       .doc = "Share of the texts in which the regular expression is found"},
      {.name = "share",
       .arguments = {{"test", ArgumentKind::test}},
       .type = share,
       .where = in_monitor,
       .nulls = "rows where the test is null are left out",
       .doc = "Share of the rows for which the test holds, as in `share(delay > 15) in 10%..30%`"},
      {.name = "age",
       .arguments = {a_time},
       .type = duration,
       .shows = true,
       .where = in_monitor,
       .nulls = "left out",
       .doc = "Time from the latest value of a column of times until now"},
      {.name = "min",
       .arguments = {ordered},
       .type = as_argument,
       .shows = true,
       .where = in_monitor,
       .nulls = "left out",
       .doc = "The least value"},
      {.name = "max",
       .arguments = {ordered},
       .type = as_argument,
       .shows = true,
       .where = in_monitor,
       .nulls = "left out",
       .doc = "The greatest value"},
      {.name = "mean",
       .arguments = {a_number},
       .type = number,
       .shows = true,
       .where = in_monitor,
       .nulls = "left out",
       .doc = "The arithmetic mean"},
      {.name = "sum",
       .arguments = {a_number},
       .type = number,
       .shows = true,
       .where = in_monitor,
       .nulls = "left out",
       .doc = "The sum"},
      {.name = "std",
       .arguments = {a_number},
       .type = number,
       .shows = true,
       .where = in_monitor,
       .nulls = "left out",
       .doc = "The standard deviation of the sample"},
      {.name = "median",
       .arguments = {a_number},
       .type = number,
       .shows = true,
       .where = in_monitor,
       .nulls = "left out",
       .doc = "The median, exactly"},
      {.name = "quantile",
       .arguments = {a_number, {"at", ArgumentKind::fraction}},
       .type = number,
       .shows = true,
       .where = in_monitor,
       .nulls = "left out",
       .doc =
           "The value below which this share of the values is, exactly, as in `quantile(delay, 99%) < 180`"},
      {.name = "psi",
       .about = About::pair,
       .arguments = {reference, current, of_any},
       .type = number,
       .star = true,
       .where = in_monitor,
       .nulls = "a bin of their own",
       .doc = "Population stability index of a column, of every one where none is named: from 0.1 on a shift "
              "is worth a look, from 0.2 on it is large"},
      {.name = "drift",
       .about = About::pair,
       .arguments = {reference, current, of_any},
       .type = number,
       .star = true,
       .where = in_monitor,
       .nulls = "a bin of their own",
       .doc = "Jensen-Shannon distance over the same bins, to base 2: 0 is the same, 1 nothing in common"},
      {.name = "ks",
       .about = About::pair,
       .arguments = {reference, current, of_ordered},
       .type = number,
       .star = true,
       .where = in_monitor,
       .nulls = "left out",
       .doc =
           "Statistic of Kolmogorov and Smirnov, the greatest difference of the cumulative shares, exactly: "
           "0 is the same, 1 nothing in common"},
      {.name = "overlap",
       .about = About::pair,
       .arguments = {reference, current, {"by", ArgumentKind::column, true, {}, true}},
       .type = share,
       .where = in_tables,
       .nulls = "rows with one are left out",
       .doc = "Share of the rows of `current` whose values in these columns, in all where none is named, are "
              "found in `reference`, as in `overlap(train, test, by=customer_id) = 0`"},
      {.name = "leakage",
       .about = About::training,
       .arguments = {{"label", ArgumentKind::column}},
       .type = number,
       .where = in_tables,
       .nulls = "a value of their own",
       .doc = "How well the best single input alone tells the label of rows that it was not fitted to: 0 is "
              "guessing, 1 is for certain; 2 AUC - 1 of classes, R2 of numbers"},
      {.name = "skew",
       .about = About::serving,
       .arguments = {{"offline", ArgumentKind::word}, {"online", ArgumentKind::word}},
       .type = share,
       .where = in_tables,
       .nulls = "values like others",
       .doc = "Of a view: share of its values that the online store answers otherwise than the join with the "
              "table, bit for bit, for the keys and moments of events that the table has; skipped while the "
              "view is not online"},
  };
}

}  // namespace mlops::expect
