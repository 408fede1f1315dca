#pragma once
/// What the parts of the manifest share: the checks of values, the one table of keys, the writer of entries.

#include <mlops/manifest/assertions.hpp>
#include <mlops/manifest/keys.hpp>
#include <mlops/manifest/manifest.hpp>
#include <mlops/yaml/node.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace mlops::manifest {

class Reader;

/// A value that is of the right shape but not allowed.
struct Problem {
  std::string_view key;   ///< Empty: the name of the entry.
  std::size_t index = 0;  ///< Of a list's item.
  std::string message;
  std::string hint;
};

/// Every problem of the values, by the rules of the file.
std::vector<Problem> problems(const TableSpec& table);
std::vector<Problem> problems(const SourceSpec& source);
std::vector<Problem> problems(const DataSpec& table);
std::vector<Problem> problems(const FeatureSpec& view);
std::vector<Problem> problems(const ModelSpec& model);
std::vector<Problem> problems(const ReleaseSpec& release);
std::vector<Problem> problems(const ServeSpec& serve);
std::vector<Problem> problems(const MonitorSpec& monitor);
std::vector<Problem> problems(const ScheduleSpec& schedule);
std::vector<Problem> problems(const RemoteSpec& remote);

/// A problem unless `word` is one of `words`; names what is similar.
void check_word(std::vector<Problem>& out, std::string_view key, const std::string& word,
                const std::vector<std::string>& words);
void check_columns(std::vector<Problem>& out, std::string_view key, const std::vector<std::string>& columns);

/// "s3" of "s3://lake/x"; empty when `path` is no URL.
std::string_view scheme(std::string_view path);

/// Whether a key of a remote would hold a secret, and where those belong.
bool is_secret(std::string_view key);
inline constexpr std::string_view hint_of_keys =
    "keys do not belong into a project's file: they come from the environment or ~/.aws/credentials";

/// `data/training` is `training`.
std::string without_section(std::string name);

/// Spellings that mean the same become one.
void normalise(ReadOptions& options);
void normalise(ModelSpec& model);

/// The value of `pick:`; what is wrong with it.
std::variant<PickSpec, Problem> parse_pick(std::string_view text);

void check_slices(std::vector<Problem>& out, const std::vector<SliceSpec>& slices);
void read_slices(Reader& reader, const yaml::Node& node, ReleaseSpec& release);

/// `15%` or `0.15`: greater than 0 and less than 1.
std::optional<double> parse_share(std::string_view text);
/// That it is none.
Problem no_share(std::string_view key, std::string_view text);

/// `30d` as microseconds: a whole number and one of us ms s m h d w, more than nothing.
std::optional<std::int64_t> parse_duration(std::string_view text);
/// `30d`, in the greatest unit that takes it whole.
std::string duration_words(std::int64_t us);

/// The values of `test:` and `valid:` of a split: a share, or `last 30d` and `30d before test`.
void read_test(Reader& reader, const yaml::Node& node, SplitSpec& split);
void read_valid(Reader& reader, const yaml::Node& node, SplitSpec& split);

/// `log:` and `keep:` of an entry of `serve:`.
void read_log(Reader& reader, const yaml::Node& node, ServeSpec& serve);
void read_keep(Reader& reader, const yaml::Node& node, ServeSpec& serve);

/// "similar models exist: ...", or all that there are, for a name that is not there.
std::string near_or_all(const std::string& name, const std::vector<std::string>& known,
                        std::string_view what);

std::vector<std::string> names_of(const auto& specs) {
  std::vector<std::string> out;
  for (const auto& spec : specs) out.push_back(spec.name);
  return out;
}

/// Why `name` cannot be the name of an entry.
std::optional<Problem> problem_of_name(std::string_view name);

/// Reads nodes into values of the right shape, collecting what is wrong.
class Reader {
 public:
  explicit Reader(std::vector<yaml::Fault>& faults) : faults_(faults) {}

  /// What follows is about this key; places of values are remembered under it.
  void begin(std::string_view key, const yaml::Node& node);

  std::string_view key() const { return key_; }

  std::optional<std::string> text(const yaml::Node& node);
  /// A text that is not empty, into `target`.
  void text(const yaml::Node& node, std::string& target);
  std::optional<bool> flag(const yaml::Node& node);
  /// A list of texts, or one. keep: a null in it is taken as it was spelled.
  enum class Nulls { refuse, keep };
  std::vector<std::string> texts(const yaml::Node& node, Nulls nulls = Nulls::refuse);
  std::map<std::string, std::string> text_map(const yaml::Node& node);
  /// A whole number from 0.
  std::optional<std::uint64_t> count(const yaml::Node& node);
  std::optional<std::uint64_t> count_in(const yaml::Node& node, std::uint64_t least, std::uint64_t most);
  /// A map of texts, numbers and flags: what stands without quotes is a number or a flag where it reads like
  /// one.
  json::Object values(const yaml::Node& node);
  /// `2h`, in microseconds.
  std::optional<std::int64_t> duration(const yaml::Node& node);
  /// A map of texts in the order of the file; the place of each value is that of its index.
  std::vector<std::pair<std::string, std::string>> pairs(const yaml::Node& node, std::string_view example);
  /// The items of `expect:`.
  std::vector<ExpectSpec> assertions(const yaml::Node& node);
  /// Every key of the map `node` goes to its row of one of the tables; the keys that were there.
  template <typename Spec, typename... Tables>
  std::vector<std::string_view> fields(const yaml::Node& node, Spec& spec, const Tables&... tables) {
    std::vector<std::string_view> seen;
    for (const yaml::Entry& field : node.entries) {
      if ((take(field, tables, spec, seen) || ...)) continue;
      unknown_key(field.key, {tables.front().key.where...});
    }
    return seen;
  }

  /// A fault of what stands there; not kept where one is known already, as it would be its echo.
  void fault(const yaml::Position& at, std::string message, std::string hint = {});
  /// A fault of what does not stand there, shown beside others.
  void missing(const yaml::Position& at, std::string message, std::string hint = {});
  /// `wheres`: of the rows that have the keys which may stand there.
  void unknown_key(const yaml::Node& key, std::initializer_list<std::string_view> wheres);
  /// Faults for problems of the values read; `name` is where the entry's name stands.
  void add(const std::vector<Problem>& problems, const yaml::Position& name);

 private:
  template <typename Table, typename Spec>
  bool take(const yaml::Entry& field, const Table& table, Spec& spec, std::vector<std::string_view>& seen) {
    const auto row = std::find_if(table.begin(), table.end(),
                                  [&](const auto& known) { return known.key.name == field.key.text; });
    if (row == table.end()) return false;
    seen.push_back(row->key.name);
    begin(row->key.name, field.value);
    row->read(*this, field.value, spec);
    return true;
  }
  std::optional<ExpectSpec> assertion(const yaml::Node& item);
  void check(const ExpectSpec& spec, const yaml::Node& text);

  std::vector<yaml::Fault>& faults_;
  std::string_view key_;
  std::map<std::pair<std::string_view, std::size_t>, yaml::Position> places_;
};

/// A key of an entry: what it is and how it is read.
template <typename Spec>
struct KeyOf {
  Key key;
  void (*read)(Reader& reader, const yaml::Node& node, Spec& spec);
};

std::span<const KeyOf<SourceSpec>> source_keys();
/// Of a source and of an entry of `data:`.
std::span<const KeyOf<TableSpec>> table_keys();
std::span<const KeyOf<SplitSpec>> split_keys();
std::span<const KeyOf<DataSpec>> data_keys();
std::span<const KeyOf<FeatureSpec>> feature_keys();
/// Of `online:` of a view.
std::span<const KeyOf<FeatureSpec>> online_keys();
/// Of an item of a model's `features:`.
std::span<const KeyOf<FeatureUse>> use_keys();
std::span<const KeyOf<ModelSpec>> model_keys();
std::span<const KeyOf<ReleaseSpec>> release_keys();
std::span<const KeyOf<ServeSpec>> serve_keys();
std::span<const KeyOf<MonitorSpec>> monitor_keys();
/// Of `truth:` of a monitor.
std::span<const KeyOf<TruthSpec>> truth_keys();
std::span<const KeyOf<ScheduleSpec>> schedule_keys();
/// Of `retry:` of a schedule.
std::span<const KeyOf<RetrySpec>> retry_keys();
std::span<const KeyOf<RemoteSpec>> remote_keys();

/// `data:` and `features:`; where the lines of SQL stand.
void read_data(Reader& reader, const yaml::Node& node, Manifest& manifest, std::vector<yaml::Fault>& out);
void read_features(Reader& reader, const yaml::Node& node, Manifest& manifest, std::vector<yaml::Fault>& out);
void place_sql(const yaml::Document& document, Manifest& manifest);

std::vector<FeatureUse> read_uses(Reader& reader, const yaml::Node& node);

/// Letters of ASCII, digits and '_', no digit first.
bool is_parameter_name(std::string_view text);

/// Where the value of `node` begins: behind the quote.
Place place_of(const yaml::Node& node);

void read_serve(Reader& reader, const yaml::Node& node, Manifest& manifest, std::vector<yaml::Fault>& out);
void read_monitors(Reader& reader, const yaml::Node& node, Manifest& manifest, std::vector<yaml::Fault>& out);
void read_truth(Reader& reader, const yaml::Node& node, MonitorSpec& monitor);

void read_schedules(Reader& reader, const yaml::Node& node, Manifest& manifest,
                    std::vector<yaml::Fault>& out);
void read_retry(Reader& reader, const yaml::Node& node, ScheduleSpec& schedule);
void read_when(Reader& reader, const yaml::Node& node, ScheduleSpec& schedule);
void read_missed(Reader& reader, const yaml::Node& node, ScheduleSpec& schedule);
void read_busy(Reader& reader, const yaml::Node& node, ScheduleSpec& schedule);
void read_backoff(Reader& reader, const yaml::Node& node, RetrySpec& retry);
void read_remotes(Reader& reader, const yaml::Node& node, Manifest& manifest, std::vector<yaml::Fault>& out);

/// What `run:` of schedules names.
void check_targets(const yaml::Node& root, const Manifest& manifest, std::vector<yaml::Fault>& out);

/// `models:` and `release:`; then whatever names something in the file.
void read_models(Reader& reader, const yaml::Node& node, Manifest& manifest, std::vector<yaml::Fault>& out);
void read_releases(Reader& reader, const yaml::Node& node, Manifest& manifest, std::vector<yaml::Fault>& out);
void check_names(const yaml::Node& root, const Manifest& manifest, std::vector<yaml::Fault>& out);

/// Where a fault of an assertion stands in the text of the file.
yaml::Fault placed(std::string_view text, const AssertionFault& fault);

/// True when `node` is a map of names or nothing; else there is a fault that shows `example`.
bool is_section(Reader& reader, const yaml::Node& node, std::string_view example);
/// True when the value of an entry is a map or nothing; else there is a fault that shows `example`.
bool is_entry(Reader& reader, const yaml::Entry& entry, std::string_view what, std::string_view example);

/// Keys and values as YAML text, in the order of the table; in a flow place for {}.
enum class Layout { block, flow };
using Fields = std::vector<std::pair<std::string, std::string>>;
Fields fields_of(const SourceSpec& source, Layout layout);
Fields fields_of(const ModelSpec& model, Layout layout);
Fields fields_of(const ReleaseSpec& release, Layout layout);
/// A URL alone is the value of the entry: one field without a key.
Fields fields_of(const RemoteSpec& remote, Layout layout);
/// Of label, task, time and split alone.
Fields training_fields_of(const TableSpec& table, Layout layout);

/// An entry to be written.
struct NewEntry {
  std::string_view section;
  std::string name;
  Fields block;  ///< Empty: it is written on one line everywhere; one field without a key: the value alone.
  Fields flow;
};
NewEntry new_entry(const SourceSpec& source);
NewEntry new_entry(const ModelSpec& model);
NewEntry new_entry(const ReleaseSpec& release);
NewEntry new_entry(const RemoteSpec& remote);

/// `name: {from: ...}` on one line.
std::string flow_entry(const NewEntry& entry);

/// The lines of a block entry, the name indented by `indent` spaces and its keys by `step` more.
std::vector<std::string> block_entry(const NewEntry& entry, std::size_t indent, std::size_t step);

/// `text` with `entry` at the end of its section, which is made if need be; nothing where this does not know
/// how. The callers prove the result by reading it.
std::optional<std::string> with_entry(std::string_view text, const yaml::Node& root, const NewEntry& entry);

/// Lines for an entry that is there.
struct NewFields {
  std::string_view section;
  std::string name;
  Fields block;
  Fields flow;
};

/// `text` with fields at the end of an entry that is there.
std::optional<std::string> with_fields(std::string_view text, const yaml::Node& root,
                                       const NewFields& fields);

/// `text` without an entry that is there; the last one of a section takes the section's line with it.
std::optional<std::string> without_entry(std::string_view text, const yaml::Node& root,
                                         std::string_view section, std::string_view name);

/// Where text can be added to the end of the flow map that begins at `begin`, and what stands there.
struct FlowEnd {
  std::size_t offset = 0;  ///< After the last entry.
  std::size_t close = 0;   ///< Of the '}'.
  bool empty = false;
  bool comma = false;    ///< The last entry has one already.
  bool comment = false;  ///< There is one inside.
};
std::optional<FlowEnd> find_flow_end(std::string_view text, std::size_t begin);
/// The same of an entry of one: `close` is of the ',' behind it, or of the '}' of the map.
std::optional<FlowEnd> find_flow_entry_end(std::string_view text, std::size_t begin);

}  // namespace mlops::manifest
