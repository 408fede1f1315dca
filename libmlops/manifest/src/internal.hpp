#pragma once
/// What the parts of the manifest share: the checks of values, the one table of keys, the writer of entries.

#include <mlops/manifest/keys.hpp>
#include <mlops/manifest/manifest.hpp>
#include <mlops/yaml/node.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
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
std::vector<Problem> problems(const SourceSpec& source);

/// Spellings that mean the same become one.
void normalise(ReadOptions& options);

/// Why `name` cannot be the name of an entry.
std::optional<Problem> problem_of_name(std::string_view name);

/// Reads nodes into values of the right shape, collecting what is wrong.
class Reader {
 public:
  explicit Reader(std::vector<yaml::Fault>& faults) : faults_(faults) {}

  /// What follows is about this key; places of values are remembered under it.
  void begin(std::string_view key, const yaml::Node& node);

  std::optional<std::string> text(const yaml::Node& node);
  /// A text that is not empty, into `target`.
  void text(const yaml::Node& node, std::string& target);
  std::optional<bool> flag(const yaml::Node& node);
  /// A list of texts, or one. keep: a null in it is taken as it was spelled.
  enum class Nulls { refuse, keep };
  std::vector<std::string> texts(const yaml::Node& node, Nulls nulls = Nulls::refuse);
  std::map<std::string, std::string> text_map(const yaml::Node& node);

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

/// A key of a source: what it is and how it is read.
struct SourceKey {
  Key key;
  void (*read)(Reader& reader, const yaml::Node& node, SourceSpec& source);
};

const SourceKey* find_source_key(std::string_view name);

/// The keys and values of an entry as YAML text, in the order of the table; in a flow place for {}.
enum class Layout { block, flow };
std::vector<std::pair<std::string, std::string>> entry_fields(const SourceSpec& source, Layout layout);

/// `name: {from: ...}` on one line.
std::string flow_entry(const SourceSpec& source);

/// The lines of a block entry, the name indented by `indent` spaces and its keys by `step` more.
std::vector<std::string> block_entry(const SourceSpec& source, std::size_t indent, std::size_t step);

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
