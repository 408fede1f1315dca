#pragma once
/// The only reader of `mlops.yaml`: text in, plain structs out. Every fault of the file is reported in one
/// Error(usage) whose detail shows file:line:column, the line and a caret for each. Pure: reads no file and
/// knows no store.

#include <mlops/config/settings.hpp>
#include <mlops/manifest/monitoring.hpp>
#include <mlops/manifest/remotes.hpp>
#include <mlops/manifest/scheduling.hpp>
#include <mlops/manifest/serving.hpp>
#include <mlops/manifest/training.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::manifest {

/// How the bytes of a source are read. What is not set is found out by looking at the data (and then pinned
/// in `mlops.lock`). The same names serve as keys in `mlops.yaml` and, with `--`, as flags of `mlops ingest`.
struct ReadOptions {
  std::optional<std::string> format;     ///< csv, json, jsonl, parquet ("tsv" is csv with a tab).
  std::optional<std::string> delimiter;  ///< One byte; "tab" and "\t" mean a tab, which is what is kept here.
  std::optional<std::string> quote;      ///< One byte, or empty for none.
  std::optional<bool> header;
  std::optional<std::string> encoding;  ///< utf-8, utf-16le, utf-16be, latin-1 (read as Windows-1252).
  std::optional<std::string> decimal;   ///< "." or ",".
  std::optional<std::vector<std::string>> null;  ///< Texts that mean "no value", beside the empty one.
  std::map<std::string, std::string> types;      ///< Column to SQL type; the rest is inferred.
  /// Bad rows that may go to quarantine before the ingest fails: a count ("100") or a share ("1%").
  std::optional<std::string> quarantine;

  bool operator==(const ReadOptions&) const = default;
};

/// One entry of `sources:`.
struct SourceSpec : TableSpec {
  /// Paths, globs or folders relative to the project, URLs of http and https, "sqlite://FILE/TABLE" alone;
  /// "-" is standard input.
  std::vector<std::string> from = {};
  std::string kind = {};   ///< user-input, system, behaviour, internal, third-party; may be empty.
  std::string party = {};  ///< Who it comes from; free text.
  std::string licence = {};
  std::string price = {};
  std::string url = {};                 ///< Where it was got from, for files that were downloaded by hand.
  std::vector<std::string> pii = {};    ///< Columns masked wherever values are shown.
  std::vector<std::string> blobs = {};  ///< Columns that hold paths of files beside the table.
  ReadOptions read = {};
  std::string query = {};   ///< Of sqlite://: the SELECT that is read, in SQLite's SQL, instead of a table.
  std::string cursor = {};  ///< Of sqlite://: the column whose greater values are what is new.
  std::string transform = {};  ///< A SELECT over the incoming table, by the source's own name: what is kept.
  std::string raw = {};        ///< keep (what empty means) or drop: whether the bytes that came are kept.

  bool operator==(const SourceSpec&) const = default;
};

struct Manifest {
  std::string project = {};
  json::Object params = {};  ///< `params:`: what `$name` stands for where nothing else is asked for.
  std::vector<SourceSpec> sources = {};  ///< In the order of the file, as the others.
  std::vector<DataSpec> data = {};       ///< No name is in `sources` too.
  std::vector<FeatureSpec> features = {};
  std::vector<ModelSpec> models = {};
  std::vector<ReleaseSpec> releases = {};
  std::vector<ServeSpec> serve = {};
  std::vector<MonitorSpec> monitors = {};
  std::vector<ScheduleSpec> schedules = {};
  std::vector<RemoteSpec> remotes = {};
  std::vector<config::Said> settings = {};

  bool operator==(const Manifest&) const = default;

  const SourceSpec* find_source(std::string_view name) const;
  const DataSpec* find_data(std::string_view name) const;
  /// The source or `data:` entry of that name; `sources/churn` and `data/training` are understood too.
  const TableSpec* find_table(std::string_view name) const;
  const FeatureSpec* find_feature(std::string_view name) const;
  const ModelSpec* find_model(std::string_view name) const;
  const ReleaseSpec* find_release(std::string_view name) const;
  const ServeSpec* find_serve(std::string_view name) const;
  const MonitorSpec* find_monitor(std::string_view name) const;
  const ScheduleSpec* find_schedule(std::string_view name) const;
  const RemoteSpec* find_remote(std::string_view name) const;
  /// Every source and `data:` entry, in this order.
  std::vector<const TableSpec*> tables() const;
  /// `sources/churn` or `data/training`; of a table of this manifest.
  std::string address_of(const TableSpec& table) const;
  /// The table that `model` is trained on: the one it names, or the only one with a label; null when there is
  /// none.
  const TableSpec* data_of(const ModelSpec& model) const;
};

/// Whether the word has a meaning of its own in the file, such as `train`, and can be no name.
bool is_reserved(std::string_view word);

/// `source` with its values checked by the rules of the file and written in one way (`delimiter: tab` is a
/// tab byte): what sources and options from a command line go through. Throws Error(usage) for the first
/// fault.
SourceSpec checked(SourceSpec source);

/// Reads the text of `mlops.yaml`; `file` is its name in messages. Throws Error(usage).
Manifest parse(std::string_view text, std::string_view file);

/// `settings:` alone: what else stands there is not looked at, so that a fault in a source stops nobody who
/// reads no source. Throws Error(usage) for text that is not YAML, and for faults of that section, naming all
/// of the file then.
std::vector<config::Said> parse_settings(std::string_view text, std::string_view file);

/// `serve:` alone, likewise.
std::vector<ServeSpec> parse_serve(std::string_view text, std::string_view file);

/// The text of a new `mlops.yaml` for `project` without any entry.
std::string new_file(std::string_view project);

/// `text` with an entry for `source` added at the end of its `sources:` section (the section is made if need
/// be); comments and layout of the rest stay byte for byte. The result is parsed again before it is returned.
/// Throws Error: usage (the text or the source has faults, or is laid out in a way that cannot be edited
/// safely; detail then holds the lines to add by hand), conflict (an entry of that name is there).
std::string with_source(std::string_view text, std::string_view file, const SourceSpec& source);

}  // namespace mlops::manifest
