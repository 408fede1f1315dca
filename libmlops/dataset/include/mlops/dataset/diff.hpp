#pragma once
/// What differs between two tables: columns, and rows, by a key or as they are. Counts are exact; of the rows
/// themselves a limited number is told. NULL equals NULL and NaN equals NaN; the order of the rows is no
/// difference. What does not fit into memory is spilled beside the store.

#include <mlops/base/cancel.hpp>
#include <mlops/base/digest.hpp>
#include <mlops/base/engines.hpp>
#include <mlops/dataset/kept.hpp>
#include <mlops/dataset/open_file.hpp>
#include <mlops/dataset/resources.hpp>
#include <mlops/dataset/version.hpp>
#include <mlops/json/value.hpp>
#include <mlops/store/store.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::dataset {

/// One of the two tables.
struct TableSide {
  std::string name;                                     ///< For messages: "sources/churn@v2".
  std::function<std::filesystem::path()> parquet = {};  ///< Its rows, asked when they have to be read.
  std::vector<Column> columns = {};
  std::uint64_t rows = 0;
  std::optional<Digest> table = {};  ///< Logical digest, where it is known.
  std::optional<Digest> blobs = {};  ///< The tree of the files that rows name.
};

/// What `place` names must outlive it. Where its rows are not there diff() throws as table_file() does.
TableSide side_of(const TablePlace& place, const Version& version);
/// As long as `file` lives.
TableSide side_of(const OpenFile& file, std::string name);

struct TableDiffRequest {
  std::vector<std::string> key = {};  ///< Columns that name a row; none: rows are compared as they are.
  std::uint64_t rows = 10;            ///< So many are told that were added, removed and changed, each.
};

struct TableDiff {
  enum class ColumnState {
    added,
    removed,
    retyped,  ///< Its place may be another one, too.
    moved,    ///< To another place among the columns that both have.
  };
  struct ColumnDiff {
    std::string column;
    ColumnState state = ColumnState::added;
    std::optional<std::string> type_before = {};
    std::optional<std::string> type_after = {};
    std::optional<std::size_t> place_before = {};  ///< From 1.
    std::optional<std::size_t> place_after = {};
  };
  struct ColumnCount {
    std::string column;
    std::uint64_t rows = 0;  ///< In which it has another value.
  };
  enum class RowState { added, removed, changed };
  struct RowDiff {
    RowState state = RowState::added;
    std::uint64_t count = 1;  ///< How many such rows; more than 1 without a key alone.
    json::Object key = {};    ///< Empty without one.
    /// Of a changed row the columns that changed; else the row of the one table that has it. Personal data is
    /// masked.
    json::Object before = {};
    json::Object after = {};
  };

  bool identical = false;  ///< The same columns and rows, in the same order: known without a look at them.
  bool blobs_changed = false;  ///< The files that rows of both name are not the same.
  std::uint64_t rows_before = 0;
  std::uint64_t rows_after = 0;
  std::vector<ColumnDiff> schema = {};  ///< In the order of the columns: of the new table, then the old one.
  /// Rows are compared by the columns that both have.
  bool comparable = true;  ///< They have one in common.
  std::uint64_t added = 0;
  std::uint64_t removed = 0;
  std::uint64_t changed = 0;              ///< 0 without a key.
  std::vector<ColumnCount> columns = {};  ///< Those that changed, most rows first.
  std::vector<RowDiff> rows = {};         ///< Changed, removed, added; each by key, or by their values.

  bool any() const { return blobs_changed || !schema.empty() || added + removed + changed > 0; }
  std::uint64_t same() const { return rows_after - added - changed; }
};
std::string_view name_of(TableDiff::ColumnState state);
std::string_view name_of(TableDiff::RowState state);

/// Throws Error: usage (a column of the key that is not in both, with near misses, or named twice), corrupt
/// ("diff.key": the key is null, or names several rows: the first such value and the table are told), busy
/// (disk full), interrupted.
TableDiff diff(store::Objects& objects, Engines& engines, const Resources& resources, const TableSide& before,
               const TableSide& after, const TableDiffRequest& request, const Cancel* cancel = nullptr);

}  // namespace mlops::dataset
