#include "src/internal.hpp"

#include <mlops/yaml/node.hpp>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <sstream>
#include <unordered_map>
#include <utility>

namespace mlops::yaml {
namespace {

/// Ends the reading at once; thrown through yaml-cpp.
struct Refusal {
  Fault fault;
};

/// Builds the tree from yaml-cpp's events, which know of anchors and tags what its own nodes have forgotten.
class Builder final : public YAML::EventHandler {
 public:
  Builder(std::string_view text, const Limits& limits) : text_(text), limits_(limits) {}

  Document take() && { return {text_, std::move(root_), std::move(faults_)}; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ > 0) {
      throw Refusal{{place(mark), "a second document begins here", "write one document in a file"}};
    }
  }
  void OnDocumentEnd() override {}
  void OnAnchor(const YAML::Mark&, const std::string&) override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Node node = begin(Kind::null, mark, anchor, "?");
    if (is_spelled(node.at)) node.text = null_text(node.at.offset);
    if (node.text.empty() && !open_.empty()) node.at = missing_place();
    if (is_key()) return add_null_key(std::move(node));
    add(std::move(node));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    Node node;
    node.at = place(mark);
    fault(node.at, "aliases are not read", "write the value here, or quote it with single quotes");
    node.kind = Kind::scalar;
    add(std::move(node));
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    Node node = begin(Kind::scalar, mark, anchor, tag == "!" ? "?" : tag);
    node.text = value;
    node.plain = tag == "?";
    auto found = node.plain ? check_plain(text_, node) : check_quoted(text_, node.at);
    // A value that a comma cut in two has two halves without partners; the first tells it all.
    if (found && node.at.line != std::exchange(last_bad_line_, node.at.line))
      faults_.push_back(*std::move(found));
    add(std::move(node));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override {
    open(begin(Kind::sequence, mark, anchor, tag), style);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override {
    open(begin(Kind::map, mark, anchor, tag), style);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Level {
    Node node;
    bool key_due = true;                                 // of a map
    std::unordered_map<std::string, std::size_t> lines;  // of a map: where each key stands
  };

  /// Marks come in the order of the text, nearly always, so that columns are counted once.
  Position place(const YAML::Mark& mark) {
    const auto offset = static_cast<std::size_t>(mark.pos);
    const auto line = static_cast<std::size_t>(mark.line) + 1;
    if (line != last_.line || offset < last_.offset) {
      last_ = {offset - static_cast<std::size_t>(mark.column), line, 1};
    }
    for (; last_.offset < offset; ++last_.offset) {
      if ((static_cast<unsigned char>(text_[last_.offset]) & 0xC0) != 0x80) ++last_.column;
    }
    return last_;
  }

  Node begin(Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor, const std::string& tag) {
    Node node;
    node.kind = kind;
    node.at = place(mark);
    const char first = node.at.offset < text_.size() ? text_[node.at.offset] : '\0';
    if (anchor != YAML::NullAnchor || (first == '&' && kind != Kind::null)) {
      fault(node.at, "anchors are not read", "write the value without '&', or quote it with single quotes");
    } else if (tag != "?" || (first == '!' && kind != Kind::map)) {
      fault(node.at, "tags are not read", "write the value without '!', or quote it with single quotes");
    }
    return node;
  }

  void fault(const Position& at, std::string message, std::string hint) {
    faults_.push_back({at, std::move(message), std::move(hint)});
  }

  /// The mark of an empty value is that of the next token: in a block it stands no deeper than the parent.
  bool is_spelled(const Position& at) const {
    return open_.empty() || open_.back().node.flow || is_key() || at.column > open_.back().node.at.column;
  }

  std::string null_text(std::size_t offset) const {
    for (const std::string_view spelling : {"null", "Null", "NULL", "~"}) {
      if (text_.substr(offset).starts_with(spelling)) return std::string(spelling);
    }
    return "";
  }

  Position missing_place() const {
    const Level& top = open_.back();
    return top.node.kind == Kind::map && !top.key_due ? top.node.entries.back().key.at : top.node.at;
  }

  bool is_key() const {
    return !open_.empty() && open_.back().node.kind == Kind::map && open_.back().key_due;
  }

  void add_null_key(Node node) {
    if (node.text.empty()) fault(node.at, "an entry without a key", "write it as `key: value`");
    node.kind = Kind::scalar;
    node.plain = true;
    add(std::move(node));
  }

  void open(Node node, YAML::EmitterStyle::value style) {
    node.flow = style == YAML::EmitterStyle::Flow;
    if (is_key()) throw Refusal{{node.at, "a key cannot be a list or a map", std::string(quote_it)}};
    if (open_.size() >= limits_.depth) {
      throw Refusal{{node.at, fmt::format("more than {} levels", limits_.depth), ""}};
    }
    open_.push_back({std::move(node), true, {}});
  }

  void close() {
    Node node = std::move(open_.back().node);
    open_.pop_back();
    add(std::move(node));
  }

  void add(Node node) {
    if (open_.empty()) {
      root_ = std::move(node);
    } else if (open_.back().node.kind == Kind::sequence) {
      open_.back().node.items.push_back(std::move(node));
    } else if (open_.back().key_due) {
      add_key(open_.back(), std::move(node));
    } else {
      add_value(open_.back(), std::move(node));
    }
  }

  void add_key(Level& level, Node key) {
    if (key.plain && key.text == "<<") fault(key.at, "merge keys are not read", "write the entries here");
    const auto [first, is_new] = level.lines.emplace(key.text, key.at.line);
    if (!is_new) {
      fault(key.at, fmt::format("the key '{}' stands here a second time", key.text),
            fmt::format("the first is on line {}", first->second));
    }
    level.node.entries.push_back({std::move(key), {}});
    level.key_due = false;
  }

  void add_value(Level& level, Node value) {
    level.key_due = true;
    Entry& entry = level.node.entries.back();
    const bool empty = level.node.flow && value.kind == Kind::null && value.text.empty();
    if (!empty || !is_cut(entry.key)) {
      entry.value = std::move(value);
      return;
    }
    if (entry.key.at.line != last_bad_line_) {
      fault(entry.key.at, fmt::format("'{}' has no value", entry.key.text),
            "quote a value that holds a comma with single quotes, or write a list in []");
    }
    level.node.entries.pop_back();
  }

  /// `{from: a, b.csv}` is a map with a key `b.csv`, which is never what was meant.
  bool is_cut(const Node& key) const {
    const std::string_view rest = text_.substr(key.at.offset);
    if (!key.plain || !rest.starts_with(key.text)) return false;
    const std::size_t next = rest.find_first_not_of(" \t\r\n", key.text.size());
    return next == std::string_view::npos || rest[next] != ':';
  }

  std::string_view text_;
  const Limits& limits_;
  Position last_ = {};
  std::size_t documents_ = 0;
  std::size_t last_bad_line_ = 0;
  std::vector<Level> open_;
  Node root_;
  std::vector<Fault> faults_;
};

}  // namespace

const Node* Node::find(std::string_view key) const {
  for (const Entry& entry : entries) {
    if (entry.key.text == key) return &entry.value;
  }
  return nullptr;
}

Document parse(std::string_view text, std::string_view file, const Limits& limits) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (auto fault = check_text(text, limits)) throw to_error(text, file, {*std::move(fault)});
  Builder builder(text, limits);
  try {
    std::istringstream in{std::string(text)};
    YAML::Parser parser(in);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Refusal& refusal) {
    throw to_error(text, file, {refusal.fault});
  } catch (const YAML::Exception& e) {
    const std::size_t offset = e.mark.is_null() ? text.size() : static_cast<std::size_t>(e.mark.pos);
    throw to_error(text, file, {explain(text, offset, e.msg)});
  }
  return std::move(builder).take();
}

}  // namespace mlops::yaml
