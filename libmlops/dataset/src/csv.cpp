/// Loading delimited text, with second thoughts where the sample was wrong.
#include "src/csv.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>

#include <algorithm>

#include <mlops/dataset/cells.hpp>
#include "src/csv_faults.hpp"
#include "src/sql_types.hpp"

namespace mlops::dataset {
namespace {

/// What else a column may be when values further on do not fit what the sample said.
std::vector<std::string> wider(const SniffedColumn& column) {
  if (column.open) return {"DOUBLE", "BOOLEAN", "DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "TIME"};
  if (column.type == "BIGINT") return {"DOUBLE"};
  if (column.type == "DATE") return {"TIMESTAMP", "TIMESTAMP WITH TIME ZONE"};
  if (column.type == "TIMESTAMP") return {"TIMESTAMP WITH TIME ZONE"};
  return {};
}

struct Doubt {
  std::size_t column = 0;
  std::string type;              ///< The type under test.
  std::uint64_t misfits = 0;     ///< Values that do not fit it.
  std::uint64_t null_texts = 0;  ///< Of those, customary null texts.
  std::uint64_t codes = 0;  ///< Of those, digits that a number would change: leading zeros, too many of them.
  std::uint64_t wide = 0;   ///< Integers that a DOUBLE would round.
  std::uint64_t values = 0;
};

/// An aggregate of every column: DuckDB 1.4 fails on a ragged row when the reader is asked for some columns
/// only.
std::string every_column(const Sniffed& sniffed) {
  std::string out;
  for (std::size_t i = 0; i < sniffed.columns.size(); ++i)
    out += fmt::format("{}count(c{})", i == 0 ? "" : ", ", i);
  return out;
}

/// Counts, in one pass over the data, how every inferred type and its wider ones fare.
std::vector<Doubt> examine(table::Engine& engine, const Staged& staged, const Sniffed& sniffed) {
  std::vector<Doubt> doubts;
  std::string sql;
  for (std::size_t i = 0; i < sniffed.columns.size(); ++i) {
    if (sniffed.columns[i].given || is_text(sniffed.columns[i].type)) continue;
    std::vector<std::string> types = wider(sniffed.columns[i]);
    types.insert(types.begin(), sniffed.columns[i].type);
    for (const std::string& type : types) {
      const ColumnPlan plan = plan_column(sniffed, i, type, aliases(i));
      const std::string misfit = plan_column(sniffed, i, type, {plan.source, plan.typed}).misfit;
      const std::string wide = type == "BIGINT"
                                   ? fmt::format(
                                         "TRY_CAST({} AS BIGINT) NOT BETWEEN -9007199254740992 AND "
                                         "9007199254740992",
                                         plan.source)
                                   : "false";
      sql += fmt::format(
          "{0}count(*) FILTER ({1}), count(*) FILTER ({1} AND trim({2}) IN ({3})), "
          "count(*) FILTER ({1} AND regexp_full_match(trim({2}), '[+-]?(0[0-9]+|[0-9]{{19,}})')), "
          "count(*) FILTER ({4}), count({2})",
          sql.empty() ? "SELECT " : ", ", misfit, plan.source, text_list(customary_nulls()), wide);
      doubts.push_back({.column = i, .type = type});
    }
  }
  if (doubts.empty()) return doubts;
  const Columns counts = engine.query(
      fmt::format("{}, {} FROM {}", sql, every_column(sniffed), plan_csv(staged, sniffed).relation));
  for (std::size_t d = 0; d < doubts.size(); ++d) {
    const auto count = [&](std::size_t i) {
      return static_cast<std::uint64_t>(integer_at(counts, 5 * d + i));
    };
    doubts[d].misfits = count(0);
    doubts[d].null_texts = count(1);
    doubts[d].codes = count(2);
    doubts[d].wide = count(3);
    doubts[d].values = count(4);
  }
  return doubts;
}

bool tolerable(std::uint64_t misfits, std::uint64_t values) {
  return static_cast<double>(misfits) <= tolerated_share * static_cast<double>(values);
}

/// The null texts that turn up among the misfits of a column.
void adopt_null_texts(table::Engine& engine, const Staged& staged, Sniffed& sniffed, std::size_t i) {
  const std::string source = plan_column(sniffed, i, sniffed.columns[i].type, aliases(i)).source;
  const Columns found = engine.query(fmt::format(
      "SELECT list_sort(list(DISTINCT trim({0})) FILTER (trim({0}) IN ({1}))), {2} FROM {3}", source,
      text_list(customary_nulls()), every_column(sniffed), plan_csv(staged, sniffed).relation));
  const json::Value texts = cell(found.column(0), 0);
  for (const std::string& text : texts_in(texts)) {
    const auto known = typed_nulls(sniffed);
    if (std::find(known.begin(), known.end(), text) == known.end()) sniffed.typed_nulls.push_back(text);
  }
}

/// Mends what the sample got wrong; true when anything changed. Small shares of misfits stay: they are bad
/// rows.
bool think_again(table::Engine& engine, const Staged& staged, Sniffed& sniffed) {
  bool changed = false;
  const std::vector<Doubt> doubts = examine(engine, staged, sniffed);
  for (std::size_t d = 0; d < doubts.size();) {
    const std::size_t i = doubts[d].column;
    std::size_t end = d;
    while (end < doubts.size() && doubts[end].column == i) ++end;
    const bool null_texts = doubts[d].null_texts > 0 && !sniffed.nulls_given;
    const auto left = [&](const Doubt& doubt) { return doubt.misfits - (null_texts ? doubt.null_texts : 0); };
    if (null_texts) {
      adopt_null_texts(engine, staged, sniffed, i);
      changed = true;
    }
    std::size_t best = d;
    for (std::size_t k = d; k < end; ++k) {
      if (left(doubts[k]) < left(doubts[best])) best = k;
    }
    SniffedColumn& column = sniffed.columns[i];
    const std::string before = column.type;
    const bool rounds = doubts[best].type == "DOUBLE" && doubts[d].wide > 0;
    const bool code = before == "BIGINT" && (doubts[d].codes > 0 || rounds);
    column.type = code || !tolerable(left(doubts[best]), doubts[best].values) ? "VARCHAR" : doubts[best].type;
    if (column.open || code) {
      changed = true;
      column.open = false;
      column.note = code ? "leading zeros or more digits than a number keeps: kept as text" : "";
    } else if (column.type != before) {
      column.note = fmt::format("{} of {} values are no {}", count_text(left(doubts[d])),
                                count_text(doubts[d].values), before);
      changed = true;
    }
    d = end;
  }
  return changed;
}

/// Columns without a value in the sample that have some further on are doubted: as integers, to begin with.
bool doubt_open_columns(table::Engine& engine, const std::filesystem::path& parquet, Sniffed& sniffed) {
  std::string sql;
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < sniffed.columns.size(); ++i) {
    if (!sniffed.columns[i].open) continue;
    sql += fmt::format("{}count({})", open.empty() ? "SELECT " : ", ",
                       table::identifier(sniffed.columns[i].name));
    open.push_back(i);
  }
  if (open.empty()) return false;
  const Columns counts = engine.query(sql + " FROM read_parquet(" + table::literal(parquet.string()) + ")");
  bool found = false;
  for (std::size_t k = 0; k < open.size(); ++k) {
    if (integer_at(counts, k) == 0) continue;
    sniffed.columns[open[k]].type = "BIGINT";
    found = true;
  }
  return found;
}

std::uint64_t count_rejects(table::Engine& engine) {
  return static_cast<std::uint64_t>(
      integer_at(engine.query("SELECT count(*) FROM (SELECT DISTINCT file_id, line FROM reject_errors)"), 0));
}

/// The engine's reader and the one that looked at the sample have to see the same records: where they do not,
/// nothing is kept.
void require_all_seen(const Staged& staged, const Sniffed& sniffed, std::uint64_t good, std::uint64_t bad) {
  const bool whole =
      sniffed.whole && staged.files.size() == 1 && sniffed.columns.size() > 1 && sniffed.ragged.empty();
  if (good + bad >= sniffed.rows && (!whole || bad > 0 || good == sniffed.rows)) return;
  throw error(Code::corrupt, "'{}' has at least {}, and {} could be read", staged.files.front().name,
              count_of(sniffed.rows, "row"), count_text(good + bad))
      .with_hint(
          "its quotes or line ends are ambiguous; say how to read it with `--quote` and `--delimiter`");
}

}  // namespace

LoadedTable load_csv(table::Engine& engine, store::Objects& objects, const Staged& staged, Sniffed sniffed,
                     const Limit& limit) {
  const auto attempt = [&] {
    engine.execute("DROP TABLE IF EXISTS reject_errors; DROP TABLE IF EXISTS reject_scans");
    return load(engine, objects, plan_csv(staged, sniffed));
  };
  Loaded loaded = attempt();
  const bool late_values = doubt_open_columns(engine, loaded.data.path(), sniffed);
  if ((loaded.misfits > 0 || late_values) && think_again(engine, staged, sniffed)) loaded = attempt();
  const std::uint64_t bad = loaded.misfits + count_rejects(engine);
  require_all_seen(staged, sniffed, count_rows(engine, loaded.data.path()), bad);
  LoadedTable result{
      .data = std::move(loaded.data), .plan = plan_csv(staged, sniffed), .bad = bad, .bad_rows = {}};
  if (bad == 0) return result;
  const std::size_t most = limit.allows(bad, bad + count_rows(engine, result.data.path())) ? bad : 100;
  result.bad_rows = find_bad_rows(engine, staged, sniffed, result.plan, most);
  return result;
}

}  // namespace mlops::dataset
