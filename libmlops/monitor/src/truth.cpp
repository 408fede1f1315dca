#include "src/truth.hpp"

#include <fmt/format.h>
#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/dataset/kept.hpp>
#include <mlops/predict/spelling.hpp>

#include <charconv>
#include <functional>
#include <unordered_set>

#include "src/counting.hpp"

namespace mlops::monitor {
namespace {

/// A column of the truth's table, as it is read.
struct Told {
  std::string name;
  std::string type;
};

Told column_in(const dataset::Version& table, const std::string& name) {
  if (const dataset::Column* found = table.find(name)) return {table::identifier(found->name), found->type};
  std::vector<std::string> known;
  for (const dataset::Column& one : table.columns) known.push_back(one.name);
  const auto near = near_misses(name, known);
  throw error(Code::usage, "the truth in {} has no column '{}'", table.address(), name)
      .with_id("truth.column")
      .with_hint("{} {}",
                 near.empty() ? "it has" : "similar columns exist:", one_of(near.empty() ? known : near));
}

bool is_floating(const std::string& type) { return type == "DOUBLE" || type == "FLOAT"; }

/// An id as a text: a whole number has no fraction.
std::string id_text(const Told& id) {
  if (!is_floating(id.type)) return fmt::format("CAST({} AS VARCHAR)", id.name);
  return fmt::format(
      "CASE WHEN isfinite({0}) AND {0} = trunc({0}) THEN CAST(CAST({0} AS HUGEINT) AS VARCHAR) ELSE "
      "CAST({0} AS VARCHAR) END",
      id.name);
}

/// As SQL: the number of the row, which a text cannot be.
std::string row_of(const Truth& truth) {
  if (truth.row.empty()) return "NULL";
  const Told row = column_in(truth.table, truth.row);
  if (predict::is_whole(row.type) || is_floating(row.type) || row.type.starts_with("DECIMAL"))
    return fmt::format("TRY_CAST({} AS BIGINT)", row.name);
  throw error(Code::usage, "'{}' in {} is {}, the number of a row is wanted", truth.row,
              truth.table.address(), row.type)
      .with_id("truth.row")
      .with_hint("`row` of `truth` names a column that counts the rows of a request from 1");
}

/// As SQL: whether a row tells anything.
std::string known_of(const Told& label) {
  return is_floating(label.type) ? fmt::format("isfinite({})", label.name) : label.name + " IS NOT NULL";
}

/// Where no request of the log is one of the table: an id of both. Ids are compared by a hash.
std::string unmatched_text(table::Engine& engine, const std::string& file, const Truth& truth,
                           const Told& label, const LogIds& log) {
  const Told id = column_in(truth.table, truth.id);
  std::string told;
  std::unordered_set<std::size_t> ids;
  engine.stream(fmt::format("SELECT DISTINCT {} FROM read_parquet({}) WHERE {} AND {} IS NOT NULL",
                            id_text(id), table::literal(file), known_of(label), id.name),
                [&](const Columns& batch) {
                  for (std::size_t row = 0; row < batch.rows(); ++row) {
                    const std::string_view one = batch.column(0).text(row);
                    if (told.empty() || one < told) told = one;
                    ids.insert(std::hash<std::string_view>()(one));
                  }
                  return true;
                });
  if (ids.empty()) return {};
  std::string answered;
  bool found = false;
  log([&](std::string_view one) {
    if (answered.empty()) answered = one;
    found = ids.contains(std::hash<std::string>()(id.type == "UUID" ? lowered(one) : std::string(one)));
    return !found;
  });
  if (found || answered.empty()) return {};
  return fmt::format("no request of the log is in the truth: '{}' of {} has ids such as '{}', the log '{}'",
                     truth.id, truth.table.address(), told, answered);
}

void load_answers(table::Engine& engine, const Collected& collected, bool uuid) {
  engine.execute(fmt::format(
      "CREATE TEMP TABLE answered AS SELECT c0 AS n, {} AS request, c2 AS \"row\", c3 AS "
      "due FROM {}",
      uuid ? "lower(c1)" : "c1",
      csv_relation(collected.answers->path().string(), {"BIGINT", "VARCHAR", "BIGINT", "BOOLEAN"})));
}

/// Each truth of a row that was answered, once: how many different ones there are.
void load_truths(table::Engine& engine, const std::string& file, const Truth& truth, const Told& label,
                 const std::string& value) {
  const Told id = column_in(truth.table, truth.id);
  engine.execute(fmt::format(
      "CREATE TEMP TABLE truths AS SELECT request, \"row\", count(DISTINCT label) AS labels, min(label) AS "
      "label FROM (SELECT {} AS request, {} AS \"row\", {} AS label FROM read_parquet({}) WHERE {}) WHERE "
      "request IN (SELECT request FROM answered) GROUP BY ALL",
      id_text(id), row_of(truth), value, table::literal(file), known_of(label)));
}

/// An answer without a like, and one truth, are a match; of a request without rows in the table only one that
/// has one row.
void match(table::Engine& engine, bool by_row) {
  const std::string same = by_row ? "request, \"row\"" : "request";
  engine.execute(fmt::format(
      "CREATE TEMP TABLE matched AS SELECT a.n, a.due, t.label, k.times > 1 OR t.labels > 1 AS "
      "ambiguous FROM answered a JOIN (SELECT {0}, count(*) AS times FROM answered GROUP BY ALL) k "
      "USING ({0}) JOIN (SELECT {0}, label, labels FROM truths) t USING ({0})",
      same));
}

/// true and 1.0 are 1.
std::string plain(const std::string& text) {
  if (text == "true") return "1.0";
  if (text == "false") return "0.0";
  double number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc() || end != text.data() + text.size()) return text;
  std::string out;
  predict::spell(number, out);
  return out;
}

std::optional<std::size_t> class_of(const std::string& text, const std::vector<std::string>& classes) {
  for (std::size_t i = 0; i < classes.size(); ++i) {
    if (classes[i] == text) return i;
  }
  for (std::size_t i = 0; i < classes.size(); ++i) {
    if (plain(classes[i]) == plain(text)) return i;
  }
  return std::nullopt;
}

/// A table of each label that was told and its class.
void load_classes(table::Engine& engine, const Truth& truth, const std::string& label,
                  const WatchedVersion& version) {
  engine.execute("CREATE TEMP TABLE classes (label VARCHAR, class DOUBLE, name VARCHAR)");
  std::string values;
  const Columns found = engine.query("SELECT DISTINCT label FROM matched WHERE NOT ambiguous ORDER BY 1");
  for (std::size_t i = 0; i < found.rows(); ++i) {
    const std::string text(found.column(0).text(i));
    const auto number = class_of(text, version.signature.classes);
    if (!number) {
      throw error(Code::usage, "'{}' of '{}' in {} is no class of {}", text, label, truth.table.address(),
                  version.address)
          .with_id("truth.class")
          .with_hint("its classes are {}", one_of(version.signature.classes, "'"));
    }
    values += fmt::format("{}({}, {}, {})", values.empty() ? "" : ", ", table::literal(text), *number,
                          table::literal(version.signature.classes[*number]));
  }
  if (!values.empty()) engine.execute("INSERT INTO classes VALUES " + values);
}

bool is_plain_type(const std::string& type) {
  return predict::is_whole(type) || type == "BOOLEAN" || is_floating(type);
}

}  // namespace

std::string type_of_truth(const WatchedVersion& version) {
  if (version.signature.task == predict::Task::regression) return "DOUBLE";
  return is_plain_type(version.signature.label_type) ? version.signature.label_type : "VARCHAR";
}

JoinedTruth join_truth(table::Engine& engine, const dataset::TablePlace& place, const Truth& truth,
                       const Collected& collected, const WatchedVersion& version, const LogIds& log) {
  const std::string name = truth.label.empty() ? version.signature.label : truth.label;
  const Told label = column_in(truth.table, name);
  const bool numbers = version.signature.task == predict::Task::regression;
  if (numbers && !(is_counted_as_number(label.type) && !is_moment(label.type))) {
    throw error(Code::usage, "'{}' in {} is {}, where {} answers numbers", name, truth.table.address(),
                label.type, version.address)
        .with_id("truth.type");
  }
  load_answers(engine, collected, column_in(truth.table, truth.id).type == "UUID");
  const std::string file = dataset::table_file(place, truth.table).string();
  load_truths(engine, file, truth, label,
              fmt::format("CAST({} AS {})", label.name, numbers ? "DOUBLE" : "VARCHAR"));
  match(engine, !truth.row.empty());
  JoinedTruth out;
  if (engine.query("SELECT 1 FROM truths LIMIT 1").rows() == 0 && !collected.due.empty())
    out.unmatched = unmatched_text(engine, file, truth, label, log);
  out.column.type = type_of_truth(version);
  if (!numbers) load_classes(engine, truth, name, version);
  const std::string known =
      numbers ? "(SELECT n, due, label AS name, label AS class FROM matched WHERE NOT ambiguous)"
              : "(SELECT m.n, m.due, c.name, c.class FROM matched m JOIN classes c USING "
                "(label) WHERE NOT m.ambiguous)";
  out.column.relation = fmt::format("(SELECT n, CAST(name AS {}) AS truth FROM {})", out.column.type, known);
  engine.stream(fmt::format("SELECT n, class FROM {} WHERE due ORDER BY n", known),
                [&](const Columns& batch) {
                  const auto n = batch.column(0).values<std::int64_t>();
                  const Column labels = batch.column(1);
                  for (std::size_t row = 0; row < batch.rows(); ++row)
                    out.due.push_back({static_cast<std::uint64_t>(n[row]), labels.values<double>()[row]});
                  return true;
                });
  const Columns ambiguous = engine.query("SELECT count(*) FROM matched WHERE due AND ambiguous");
  out.ambiguous = static_cast<std::uint64_t>(ambiguous.column(0).values<std::int64_t>()[0]);
  return out;
}

}  // namespace mlops::monitor
