#pragma once
/// What the parts of the manifest share: the checks of values, the one table of keys, the writer of entries.

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
std::vector<Problem> problems(const ModelSpec& model);
std::vector<Problem> problems(const ReleaseSpec& release);

/// A problem unless `word` is one of `words`; names what is similar.
void check_word(std::vector<Problem>& out, std::string_view key, const std::string& word,
                const std::vector<std::string>& words);
void check_columns(std::vector<Problem>& out, std::string_view key, const std::vector<std::string>& columns);

/// Spellings that mean the same become one.
void normalise(ReadOptions& options);
void normalise(ModelSpec& model);

/// The value of `pick:`; what is wrong with it.
std::variant<PickSpec, Problem> parse_pick(std::string_view text);

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
  /// `15%` or `0.15`: greater than 0 and less than 1.
  std::optional<double> share(const yaml::Node& node);
  /// A map of texts, numbers and flags: what stands without quotes is a number or a flag where it reads like
  /// one.
  json::Object values(const yaml::Node& node);
  /// Every key of the map `node` goes to its row of the table; the keys that were there.
  template <typename Table, typename Spec>
  std::vector<std::string_view> fields(const yaml::Node& node, const Table& table, Spec& spec) {
    std::vector<std::string_view> seen;
    for (const yaml::Entry& field : node.entries) {
      const auto row = std::find_if(table.begin(), table.end(),
                                    [&](const auto& known) { return known.key.name == field.key.text; });
      if (row == table.end()) {
        unknown_key(field.key, table.front().key.where);
        continue;
      }
      seen.push_back(row->key.name);
      begin(row->key.name, field.value);
      row->read(*this, field.value, spec);
    }
    return seen;
  }

  /// A fault of what stands there; not kept where one is known already, as it would be its echo.
  void fault(const yaml::Position& at, std::string message, std::string hint = {});
  /// A fault of what does not stand there, shown beside others.
  void missing(const yaml::Position& at, std::string message, std::string hint = {});
  void unknown_key(const yaml::Node& key, std::string_view where);
  /// Faults for problems of the values read; `name` is where the entry's name stands.
  void add(const std::vector<Problem>& problems, const yaml::Position& name);

 private:
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
std::span<const KeyOf<ModelSpec>> model_keys();
std::span<const KeyOf<ReleaseSpec>> release_keys();

/// `models:` and `release:`; then whatever names something in the file.
void read_models(Reader& reader, const yaml::Node& node, Manifest& manifest, std::vector<yaml::Fault>& out);
void read_releases(Reader& reader, const yaml::Node& node, Manifest& manifest, std::vector<yaml::Fault>& out);
void check_names(const yaml::Node& root, const Manifest& manifest, std::vector<yaml::Fault>& out);

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
/// Of label, task, time and split alone.
Fields training_fields_of(const TableSpec& table, Layout layout);

/// An entry to be written.
struct NewEntry {
  std::string_view section;
  std::string name;
  Fields block;  ///< Empty: it is written on one line everywhere.
  Fields flow;
};
NewEntry new_entry(const SourceSpec& source);
NewEntry new_entry(const ModelSpec& model);
NewEntry new_entry(const ReleaseSpec& release);

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

/// Where text can be added to the end of the flow map that begins at `begin`, and what stands there.
struct FlowEnd {
  std::size_t offset = 0;  ///< After the last entry.
  std::size_t close = 0;   ///< Of the '}'.
  bool empty = false;
  bool comma = false;    ///< The last entry has one already.
  bool comment = false;  ///< There is one inside.
};
std::optional<FlowEnd> find_flow_end(std::string_view text, std::size_t begin);

}  // namespace mlops::manifest
