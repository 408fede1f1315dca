#pragma once
/// A dataset version: one immutable ingest of a source, or a table of `data:` that SQL made, as its record
/// has it. Plain values; the record's kind is "dataset-version/1" and mlops-store(5) lists its fields.

#include <mlops/base/clock.hpp>
#include <mlops/base/digest.hpp>
#include <mlops/json/value.hpp>
#include <mlops/store/store.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::dataset {

/// What stands in place of a masked value.
inline constexpr std::string_view mask = "***";
/// What stands in place of a reason that would quote one.
inline constexpr std::string_view masked_reason = "a value that does not fit";

struct Column {
  std::string name = {};
  std::string original;  ///< As the source spells it.
  std::string type;      ///< SQL type, such as BIGINT or STRUCT(city VARCHAR).
  bool open = false;     ///< No value was seen: the type is not decided, and not pinned.
  bool pii = false;      ///< Values are masked wherever they are shown.
  bool blob = false;     ///< Values are paths of files that are kept with the version.

  bool operator==(const Column&) const = default;
};

/// Where the bytes came from and under which terms.
struct Origin {
  std::vector<std::string> from;
  std::string kind;  ///< user-input, system, behaviour, internal, third-party, or empty.
  std::string party;
  std::string licence;
  std::string price;
  std::string url;
  Time retrieved = {};
  /// By place, what tells whether there is something new: of a URL {"etag", "modified"}, of a table with a
  /// cursor the greatest value that was read.
  json::Object seen = {};

  bool operator==(const Origin&) const = default;
};

/// Rows that could not be loaded, kept with their line and reason.
struct Quarantine {
  std::uint64_t rows = 0;
  std::optional<Digest>
      data;           ///< A Parquet object: file, line, column_name, reason, raw. Nothing when rows is 0.
  std::string limit;  ///< What was allowed, such as "1%".

  bool operator==(const Quarantine&) const = default;
};

/// What a table of `data:` was made from.
struct MadeInput {
  std::string address;
  Digest record = {};
  Digest table = {};             ///< Its logical digest.
  std::vector<std::string> pii;  ///< Columns that are personal data.

  bool operator==(const MadeInput&) const = default;
};

/// How a table of `data:` was made; see mlops/dataset/derive.hpp.
struct Made {
  std::string sql;  ///< In the engine's spelling, parameters put in.
  std::vector<MadeInput> inputs = {};
  json::Object params = {};  ///< Those it reads.
  std::string engine = {};   ///< "DuckDB v1.4.4".
  Digest key = {};           ///< Of all of this: equal keys mean equal tables.

  bool operator==(const Made&) const = default;
};

struct Version {
  std::string section = "sources";
  std::string name = {};
  std::int64_t number = 0;
  Digest record = {};
  std::optional<Digest> previous = {};
  Time time = {};
  Origin origin = {};
  Digest raw = {};       ///< The tree of the bytes as they came.
  bool raw_kept = true;  ///< The store has it: `raw: drop` keeps its name only.
  std::uint64_t raw_files = 0;
  std::uint64_t raw_bytes = 0;
  json::Object read = {};  ///< How they were read; see read_fields in mlops-store(5).
  std::vector<Column> columns = {};
  std::uint64_t rows = 0;
  Digest table = {};  ///< Logical digest: schema and values in row order, whatever the file format.
  Digest data = {};   ///< The Parquet object.
  std::uint64_t data_bytes = 0;
  bool cache = false;  ///< The bytes as they came are kept, and give the table again.
  Quarantine quarantine = {};
  std::optional<Digest> blobs = {};  ///< The tree of the files that blob columns point at.
  std::optional<Made> made = {};     ///< Of a table of `data:`.
  std::uint64_t rows_forgotten = 0;  ///< Taken out of it since it was made.
  /// Its contents are gone on purpose (mlops/dataset/forget.hpp); what it was is all that is left.
  bool forgotten = false;
  std::optional<Digest> instead = {};  ///< The record that stands for `record` since rows were forgotten.

  bool operator==(const Version&) const = default;

  std::string address() const { return section + "/" + name; }
  /// Whether `data` may be missing: it is made again then (mlops/dataset/kept.hpp).
  bool is_cache() const { return cache && !forgotten; }
  /// The record of its contents as they are now.
  const Digest& standing() const { return instead ? *instead : record; }
  const Column* find(std::string_view column) const;
  bool has_pii() const;
};

json::Object to_record(const Version& version);

/// Throws Error(corrupt) for a record of another kind or with a field missing.
Version from_record(const json::Object& record, const Digest& digest, std::int64_t number);

/// The version of an entry of the reference, as it is now: what was rewritten or dropped since
/// (mlops/store/forgotten.hpp) is so here; `record` is the entry's own all the same. Throws Error(corrupt).
Version load(store::Store& store, const store::ReferenceName& name, const store::ReferenceEntry& entry);

/// The newest version of every dataset, by address.
std::vector<Version> latest(store::Store& store);

/// Every version of one dataset, oldest first.
std::vector<Version> history(store::Store& store, const store::ReferenceName& name);

/// What an address stands for: `churn`, `sources/churn`, `churn@v2`, `churn@{1}` (one version back),
/// `churn@2026-11-01` (as of then) or a record's digest, which may be shortened to 6 digits. Throws Error:
/// not_found (with near misses), usage (not an address, ambiguous).
Version resolve(store::Store& store, std::string_view address);

}  // namespace mlops::dataset
