#pragma once
/// YAML as a tree of nodes that know where they stand. Only the plain part of YAML is read: tags, anchors,
/// aliases, merge keys (`<<`), directives, several documents and duplicate keys are faults. Values stay text:
/// what `yes` or `012` means is decided by the reader who knows what is wanted.

#include <mlops/yaml/fault.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::yaml {

enum class Kind { null, scalar, sequence, map };

struct Entry;

struct Node {
  Kind kind = Kind::null;
  Position at = {};            ///< Of an empty value: where the entry or list begins that misses it.
  std::string text;            ///< Of a scalar; of a null how it was spelled: "", "~", "null".
  bool plain = false;          ///< A scalar without quotes.
  bool flow = false;           ///< A sequence or map in [] or {}.
  std::vector<Node> items;     ///< Of a sequence.
  std::vector<Entry> entries;  ///< Of a map, in the order of the text.

  /// The value of the entry `key` of a map; null for every other node.
  const Node* find(std::string_view key) const;
};

/// The key is always a scalar; `null` and `~` as keys are their text.
struct Entry {
  Node key;
  Node value;
};

struct Document {
  std::string_view text;      ///< What offsets count in: the given text after its byte order mark.
  Node root;                  ///< Null when the text holds nothing but comments.
  std::vector<Fault> faults;  ///< What is YAML but refused here; the tree is usable nevertheless.
};

struct Limits {
  std::size_t bytes = 1 << 20;
  std::size_t depth = 64;
};

/// Reads one document; `text` must outlive the result. Throws Error(usage) for
/// text that is not YAML, showing the place and what to do.
Document parse(std::string_view text, std::string_view file, const Limits& limits = {});

/// The line of the first merge conflict marker (`<<<<<<<`, `=======`, `>>>>>>>`), 0 when there is none.
std::size_t conflict_line(std::string_view text);

}  // namespace mlops::yaml
