#pragma once
/// The lines of a window, and of the answers whose truth is due, read once: rows of each version as a CSV
/// file, what has to be joined with the truth as another, counts.

#include <mlops/base/cancel.hpp>
#include <mlops/base/engines.hpp>
#include <mlops/fs/file.hpp>
#include <mlops/json/document.hpp>
#include <mlops/monitor/watch.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "src/log_line.hpp"
#include "src/table_columns.hpp"
#include "src/watched_version.hpp"

namespace mlops::monitor {

/// A file that is written line by line.
class Lined {
 public:
  explicit Lined(std::filesystem::path path);
  std::string& buffer() { return buffer_; }
  /// At the end of each line.
  void written();
  void close();
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  fs::File file_;
  std::string buffer_ = {};
};

/// The rows of one version in the window, as CSV: number of the row among all that were read, request, row,
/// time, then `columns`.
struct VersionRows {
  WatchedVersion version = {};
  std::uint64_t rows = 0;  ///< In the window.
  Time last = {};          ///< Of the window.
  Time last_due = {};      ///< Of the answers whose truth is due.
  std::uint64_t due = 0;   ///< Of these.
  std::vector<TableColumn> columns = {};
  std::unique_ptr<Lined> csv = {};
};

/// An answer whose truth is due.
struct DueAnswer {
  std::uint64_t n = 0;  ///< Number of the row among all that were read.
  std::uint32_t version = 0;
};

struct Collected {
  std::uint64_t requests = 0;
  std::uint64_t rows = 0;
  std::uint64_t torn = 0;
  std::vector<VersionRows> versions = {};  ///< As they were met.
  /// Of all rows that were read, where a truth is asked for, as CSV: n, request, row, whether it is due.
  std::unique_ptr<Lined> answers = {};
  std::vector<DueAnswer> due = {};
  std::vector<double> outputs = {};  ///< Of these, Signature::outputs() of their version each.

  /// The version that answered last in the window; nothing: none did.
  const VersionRows* newest() const;
  const VersionRows* newest_due() const;
};

struct CollectPlace {
  store::Store& store;
  Engines& engines;
  const std::filesystem::path& scratch;
  const Cancel* cancel = nullptr;
};

/// `due` is the window of answers whose truth is due; nothing: no truth is declared.
Collected collect(const CollectPlace& place, const WatchRequest& request, const std::optional<Window>& due);

/// Gives the ids of requests, those of the newest files first, until `take` says false or much was read.
void each_id(const CollectPlace& place, const WatchRequest& request,
             const std::function<bool(std::string_view id)>& take);

/// The columns of a version's rows.
std::vector<TableColumn> columns_of(const WatchedVersion& version);

/// Makes the CSV file of a version in `scratch`.
void start(VersionRows& rows, const std::filesystem::path& scratch, std::size_t number);

}  // namespace mlops::monitor
