#pragma once
/// Ingest: bytes from outside become an immutable dataset version. The bytes are kept as they came; beside
/// them lies a typed columnar table (Parquet). Rows that cannot be loaded go to a quarantine with line and
/// reason, up to a limit. The version exists once its record is published; a process killed before leaves
/// nothing behind but temporary files.

#include <mlops/base/cancel.hpp>
#include <mlops/base/clock.hpp>
#include <mlops/base/engines.hpp>
#include <mlops/base/progress.hpp>
#include <mlops/dataset/resources.hpp>
#include <mlops/dataset/version.hpp>
#include <mlops/manifest/manifest.hpp>
#include <mlops/store/store.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace mlops::dataset {

/// A row that could not be loaded.
struct BadRow {
  std::string file;
  std::uint64_t line = 0;   ///< Where it starts in the file, from 1; 0 when it cannot be told.
  std::string column = {};  ///< Empty when the row as a whole is at fault.
  std::string reason = {};  ///< "'abc' is no BIGINT", "5 fields where 4 are wanted"
  std::string raw = {};     ///< The text of the row.

  bool operator==(const BadRow&) const = default;
};

enum class By { data, wish, pin };

/// What was decided for one column, and why where somebody may wonder.
struct Decision {
  std::string column = {};
  std::string type;
  By by = By::data;  ///< Whether the data said so, a wish of this ingest, or mlops.lock.
  std::string note = {};
};

struct IngestRequest {
  manifest::SourceSpec source;
  std::filesystem::path base;  ///< Relative paths in source.from start here.
  std::optional<json::Object>
      pinned;                  ///< The lock's entry: the schema and reading that must fit. Nothing: find out.
  bool accept_schema = false;  ///< Find out in spite of the lock.
  std::string who;
  /// Reads standard input for "-".
  std::function<std::size_t(void* buffer, std::size_t size)> input;
};

struct IngestReport {
  Version version;
  bool unchanged = false;   ///< The same bytes, declared and read as the newest version: nothing was written.
  bool lock_moved = false;  ///< The lock had pinned bytes that are neither these nor the newest version's.
  std::vector<Decision> decisions;
  std::vector<BadRow> bad_rows;  ///< The first few, without values when the table holds personal data.
  std::vector<std::string> warnings;
};

/// Everything that one ingest works with; all of it must outlive the call.
struct Workshop {
  Engines& engines;
  Resources resources;
  const Clock& clock;
  Progress& progress;
  const Cancel* cancel = nullptr;
  /// How sources at http and https are reached: proxies, authorities, the file of passwords
  /// (http::network_of).
  std::map<std::string, std::string> environment = {};
};

/// Throws as ingest() does when a path of the source leads nowhere, or to what shows by its first bytes to be
/// no table or not to be read: to be asked before anything is made for it.
void require_inputs(const manifest::SourceSpec& source, const std::filesystem::path& base);

/// Makes the next version of `request.source`: from files and places that are fetched, or from a database, of
/// which a cursor tells what is new. What `transform` makes of the rows that fit is kept instead of them.
/// Throws Error: not_found (no such file, page or table), usage (wishes that cannot be), corrupt (not a
/// table), negative (more bad rows than allowed), conflict (the schema is not the pinned one; or somebody
/// else published a version meanwhile), busy (disk full, locked), interrupted.
IngestReport ingest(store::Store& store, Workshop& workshop, const IngestRequest& request);

/// What ingest() would decide, from a look at the beginning of the data: nothing is written.
IngestReport plan_ingest(Workshop& workshop, const IngestRequest& request);

/// The entry of `mlops.lock` that pins the bytes (`raw`, the digest of their tree), the reading and the
/// columns that came, before any transform; for a table of `data:` its logical digest and its key. The same
/// bytes read in the same way give the same entry, but for `seen`, which is what the place itself says of its
/// state (Origin::seen).
json::Object lock_entry(const Version& version);

}  // namespace mlops::dataset
