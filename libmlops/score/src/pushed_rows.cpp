/// Rows that somebody pushes, as events.
#include <mlops/score/online.hpp>

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/dataset/cells.hpp>
#include <mlops/fs/temporary.hpp>
#include <mlops/table/engine.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>

namespace mlops::score {
namespace {

using feature::OnlineStore;
using feature::OnlineView;
using feature::RowColumn;

constexpr std::size_t most_shown = 5;

template <std::size_t n>
bool is_one_of(const std::array<std::string_view, n>& types, std::string_view type) {
  return std::find(types.begin(), types.end(), type) != types.end();
}

bool is_whole_number(std::string_view type) {
  constexpr std::array<std::string_view, 10> whole = {"TINYINT", "SMALLINT", "INTEGER",   "BIGINT",
                                                      "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER",
                                                      "UBIGINT", "UHUGEINT"};
  return is_one_of(whole, type);
}

/// What a file is read as. Whole numbers are not among them: read so, a fraction would be rounded unheard.
/// Nested types are what the file says, and cast.
bool is_read_as(std::string_view type) {
  constexpr std::array<std::string_view, 7> read = {
      "VARCHAR", "DOUBLE", "FLOAT", "BOOLEAN", "DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE"};
  return is_one_of(read, type) || type.starts_with("DECIMAL");
}

/// Those of the newest definition win where an older one was made from a table of other types.
std::map<std::string, std::string> types_of(const std::vector<OnlineView>& views) {
  std::map<std::string, std::string> types;
  for (const OnlineView& one : views) {
    for (const RowColumn& column : one.reads) types.emplace(column.name, column.type);
  }
  return types;
}

class PushedRows {
 public:
  PushedRows(const dataset::OpenPlace& place, const std::vector<OnlineView>& views, dataset::OpenRequest rows)
      : pii_(rows.pii),
        source_(rows.file == "-" ? "stdin" : rows.file.filename().string()),
        types_(types_of(views)),
        file_(place, with_types(std::move(rows), types_)),
        spill_(place.scratch),
        engine_(table::open(place.engines,
                            {.threads = place.resources.threads,
                             .memory_bytes = place.resources.memory_bytes,
                             .spill_dir = spill_.path()},
                            place.cancel)) {
    for (const OnlineView& view : views) {
      for (const RowColumn& column : view.reads) require_column(column, view, views);
    }
    for (const auto& [name, type] : types_) {
      if (is_whole_number(type)) require_whole(name, type);
    }
  }

  OnlineStore::Push push(const OnlineView& view) {
    try {
      return {.view = view.id, .events = feature::read_events(view.view, rows_of(view), *engine_).columns};
    } catch (const Error& e) {
      if (e.code() != Code::failed && e.code() != Code::usage) throw;
      throw error(Code::corrupt, "the rows are no events of features/{}: {}", view.view.name, e.message())
          .with_id("features.bad_rows")
          .with_detail(e.detail())
          .with_hint("nothing was pushed; `mlops features show {}` has the expressions", view.view.name);
    }
  }

 private:
  static dataset::OpenRequest with_types(dataset::OpenRequest rows,
                                         const std::map<std::string, std::string>& types) {
    for (const auto& [name, type] : types) {
      if (is_read_as(type)) rows.types.emplace(name, type);
    }
    return rows;
  }

  std::string relation() const { return "read_parquet(" + table::literal(file_.parquet().string()) + ")"; }

  const Field* find(const std::string& name) const {
    const auto found = std::find_if(file_.fields().begin(), file_.fields().end(),
                                    [&](const Field& field) { return field.name == name; });
    return found == file_.fields().end() ? nullptr : &*found;
  }

  /// A column that only some definitions read may be of one that nobody has any more.
  void require_column(const RowColumn& column, const OnlineView& view,
                      const std::vector<OnlineView>& views) const {
    if (find(column.name) != nullptr) return;
    std::vector<std::string> known;
    for (const Field& field : file_.fields()) known.push_back(field.name);
    const auto near = near_misses(column.name, known);
    const bool by_all = std::all_of(views.begin(), views.end(), [&](const OnlineView& one) {
      return std::any_of(one.reads.begin(), one.reads.end(),
                         [&](const RowColumn& read) { return read.name == column.name; });
    });
    throw error(Code::usage, "the rows have no column '{}' ({}), which {}features/{} reads", column.name,
                column.type, by_all ? "" : "a definition of ", view.view.name)
        .with_id("features.no_column")
        .with_hint("{} {}{}",
                   near.empty() ? "they have" : "a similar one exists:", one_of(near.empty() ? known : near),
                   by_all ? ""
                          : "; not all definitions that are online read it: `mlops features materialize "
                            "--prune` drops those that neither mlops.yaml nor a model has");
  }

  /// Texts that are none, fractions and numbers that are too great.
  void require_whole(const std::string& name, const std::string& type) {
    if (is_whole_number(find(name)->sql) && find(name)->sql == type) return;
    const std::string value = table::identifier(name);
    const std::string as = fmt::format("TRY_CAST({} AS {})", value, type);
    const Columns bad =
        engine_->query(fmt::format("SELECT row, value, count(*) OVER () FROM (SELECT row_number() OVER () AS "
                                   "row, CAST({0} AS VARCHAR) AS "
                                   "value, {1} IS NULL OR CAST({1} AS DOUBLE) <> TRY_CAST({0} AS DOUBLE) AS "
                                   "bad, {0} IS NULL AS none FROM "
                                   "{2}) WHERE bad AND NOT none ORDER BY row LIMIT {3}",
                                   value, as, relation(), most_shown));
    if (bad.rows() == 0) return;
    const bool masked = std::find(pii_.begin(), pii_.end(), name) != pii_.end();
    std::string detail;
    for (std::size_t i = 0; i < bad.rows(); ++i) {
      detail +=
          fmt::format("  {}: row {}: {}: {} is no {}\n", source_, bad.column(0).values<std::int64_t>()[i],
                      name, masked ? "***" : bad.column(1).text(i), type);
    }
    throw error(Code::corrupt, "{} of {} cannot be read, and none may be left out",
                count_text(static_cast<std::uint64_t>(bad.column(2).values<std::int64_t>()[0])),
                count_of(file_.rows(), "row"))
        .with_id("data.bad_rows")
        .with_detail(detail)
        .with_hint("mend these rows, or take them out");
  }

  /// The columns that the view reads, as they are in its table.
  feature::Table rows_of(const OnlineView& view) const {
    std::string list;
    for (const RowColumn& column : view.reads) {
      const std::string name = table::identifier(column.name);
      list += (list.empty() ? "" : ", ") + (find(column.name)->sql == column.type
                                                ? name
                                                : fmt::format("CAST({0} AS {1}) AS {0}", name, column.type));
    }
    return {.relation = fmt::format("(SELECT {} FROM {})", list.empty() ? "1" : list, relation())};
  }

  const std::vector<std::string> pii_;
  const std::string source_;
  const std::map<std::string, std::string> types_;
  dataset::OpenFile file_;
  const fs::TemporaryFolder spill_;
  std::unique_ptr<table::Engine> engine_;
};

}  // namespace

std::vector<OnlineStore::Push> pushed_events(const dataset::OpenPlace& place,
                                             const std::vector<OnlineView>& views,
                                             dataset::OpenRequest rows) {
  PushedRows pushed(place, views, std::move(rows));
  std::vector<OnlineStore::Push> out;
  for (const OnlineView& view : views) out.push_back(pushed.push(view));
  return out;
}

}  // namespace mlops::score
