#include <fmt/core.h>
#include <mlops/expect/signature.hpp>

namespace mlops::expect {
namespace {

constexpr unsigned tables = static_cast<unsigned>(Where::data);

constexpr Type number{Sort::number, Measure::plain};
constexpr Type counted{Sort::number, Measure::count};
constexpr Type share{Sort::number, Measure::share};
constexpr Type duration{Sort::number, Measure::duration};
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

const std::vector<Signature>& table() {
  static const std::vector<Signature> rows = {
      {.name = "rows", .type = counted, .where = tables, .nulls = "counted", .doc = "Number of rows"},
      {.name = "columns",
       .type = {Sort::schema},
       .where = tables,
       .nulls = "none",
       .doc = "Names and types of the columns, in order; compared with those of another table"},
      {.name = "null",
       .arguments = {a_column},
       .type = share,
       .star = true,
       .where = tables,
       .nulls = "counted",
       .doc = "Share of the rows without a value"},
      {.name = "count",
       .arguments = {a_column},
       .type = counted,
       .star = true,
       .where = tables,
       .nulls = "left out",
       .doc = "Number of values"},
      {.name = "distinct",
       .arguments = {a_column},
       .type = counted,
       .star = true,
       .where = tables,
       .nulls = "left out",
       .doc = "Number of different values, exactly"},
      {.name = "unique",
       .arguments = {{"column", ArgumentKind::column, true}},
       .type = {Sort::truth},
       .where = tables,
       .nulls = "rows with one are left out",
       .doc = "Whether no two rows have the same values in these columns, exactly"},
      {.name = "match",
       .arguments = {a_text, {"regex", ArgumentKind::regex}},
       .type = share,
       .where = tables,
       .nulls = "left out",
       .doc = "Share of the texts in which the regular expression is found"},
      {.name = "share",
       .arguments = {{"test", ArgumentKind::test}},
       .type = share,
       .where = tables,
       .nulls = "rows where the test is null are left out",
       .doc = "Share of the rows for which the test holds, as in `share(delay > 15) in 10%..30%`"},
      {.name = "age",
       .arguments = {a_time},
       .type = duration,
       .shows = true,
       .where = tables,
       .nulls = "left out",
       .doc = "Time from the latest value of a column of times until now"},
      {.name = "min",
       .arguments = {ordered},
       .type = as_argument,
       .shows = true,
       .where = tables,
       .nulls = "left out",
       .doc = "The least value"},
      {.name = "max",
       .arguments = {ordered},
       .type = as_argument,
       .shows = true,
       .where = tables,
       .nulls = "left out",
       .doc = "The greatest value"},
      {.name = "mean",
       .arguments = {a_number},
       .type = number,
       .shows = true,
       .where = tables,
       .nulls = "left out",
       .doc = "The arithmetic mean"},
      {.name = "sum",
       .arguments = {a_number},
       .type = number,
       .shows = true,
       .where = tables,
       .nulls = "left out",
       .doc = "The sum"},
      {.name = "std",
       .arguments = {a_number},
       .type = number,
       .shows = true,
       .where = tables,
       .nulls = "left out",
       .doc = "The standard deviation of the sample"},
      {.name = "median",
       .arguments = {a_number},
       .type = number,
       .shows = true,
       .where = tables,
       .nulls = "left out",
       .doc = "The median, exactly"},
      {.name = "quantile",
       .arguments = {a_number, {"at", ArgumentKind::fraction}},
       .type = number,
       .shows = true,
       .where = tables,
       .nulls = "left out",
       .doc =
           "The value below which this share of the values is, exactly, as in `quantile(delay, 99%) < 180`"},
      {.name = "psi",
       .about = About::pair,
       .arguments = {reference, current, of_any},
       .type = number,
       .star = true,
       .where = tables,
       .nulls = "a bin of their own",
       .doc = "Population stability index of a column, of every one where none is named: from 0.1 on a shift "
              "is worth a look, from 0.2 on it is large"},
      {.name = "drift",
       .about = About::pair,
       .arguments = {reference, current, of_any},
       .type = number,
       .star = true,
       .where = tables,
       .nulls = "a bin of their own",
       .doc = "Jensen-Shannon distance over the same bins, to base 2: 0 is the same, 1 nothing in common"},
      {.name = "ks",
       .about = About::pair,
       .arguments = {reference, current, of_ordered},
       .type = number,
       .star = true,
       .where = tables,
       .nulls = "left out",
       .doc =
           "Statistic of Kolmogorov and Smirnov, the greatest difference of the cumulative shares, exactly: "
           "0 is the same, 1 nothing in common"},
      {.name = "overlap",
       .about = About::pair,
       .arguments = {reference, current, {"by", ArgumentKind::column, true, {}, true}},
       .type = share,
       .where = tables,
       .nulls = "rows with one are left out",
       .doc = "Share of the rows of `current` whose values in these columns, in all where none is named, are "
              "found in `reference`, as in `overlap(train, test, by=customer_id) = 0`"},
      {.name = "leakage",
       .about = About::training,
       .arguments = {{"label", ArgumentKind::column}},
       .type = number,
       .where = tables,
       .nulls = "a value of their own",
       .doc = "How well the best single input alone tells the label of rows that it was not fitted to: 0 is "
              "guessing, 1 is for certain; 2 AUC - 1 of classes, R2 of numbers"},
      {.name = "skew",
       .about = About::serving,
       .arguments = {{"offline", ArgumentKind::word}, {"online", ArgumentKind::word}},
       .type = share,
       .where = tables,
       .nulls = "values like others",
       .doc = "Of a view: share of its values that the online store answers otherwise than the join with the "
              "table, bit for bit, for the keys and moments of events that the table has; skipped while the "
              "view is not online"},
  };
  return rows;
}

std::string_view sort_name(Sort sort) {
  switch (sort) {
    case Sort::text:
      return "a text";
    case Sort::truth:
      return "true or false";
    case Sort::time:
      return "a time";
    case Sort::schema:
      return "a list of columns";
    case Sort::number:
      return "a number";
    case Sort::other:
      return "a nested value";
    default:
      return "a value";
  }
}

}  // namespace

std::string_view name_of(const Type& type) {
  if (type.sort != Sort::number) return sort_name(type.sort);
  switch (type.measure) {
    case Measure::count:
      return "a count";
    case Measure::share:
      return "a share";
    case Measure::duration:
      return "a duration";
    case Measure::size:
      return "a size in bytes";
    default:
      return "a number";
  }
}

std::span<const Signature> signatures() { return table(); }

std::string usage_of(const Signature& function) {
  if (function.bare()) return std::string(function.name);
  std::string out(function.name);
  for (const Argument& argument : function.arguments) {
    const bool first = out.size() == function.name.size();
    out += first ? "(" : argument.optional ? "[, " : ", ";
    if (argument.kind == ArgumentKind::regex) out += "/regex/";
    else out += argument.name;
    if (argument.repeats) out += ", ...";
    if (argument.optional) out += "]";
  }
  return out + ")";
}

std::string signatures_markdown() {
  std::string out;
  for (const Signature& function : signatures()) {
    const std::string_view type =
        function.type.sort == Sort::unknown ? "as its argument" : name_of(function.type);
    out += fmt::format("`{}` *{}*\n: {}. Nulls: {}.\n\n", usage_of(function), type, function.doc,
                       function.nulls);
  }
  return out;
}

}  // namespace mlops::expect
