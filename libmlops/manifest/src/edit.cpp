/// Adds an entry to the text of a project file and leaves the rest as it is. Every edit is proved by reading
/// the result again; where that fails, the user gets the lines to add by hand.
#include "src/internal.hpp"

#include <algorithm>

namespace mlops::manifest {
namespace {

constexpr std::size_t default_step = 2;

class Editor {
 public:
  Editor(std::string_view text, const yaml::Document& document, const SourceSpec& source)
      : text_(text), root_(document.root), source_(source) {
    const std::size_t first = text.find('\n');
    if (first != std::string_view::npos && first > 0 && text[first - 1] == '\r') end_ = "\r\n";
  }

  /// The edited text; nothing where this does not know how.
  std::optional<std::string> edited() const {
    if (root_.kind != yaml::Kind::map) return std::nullopt;
    const auto section = std::find_if(root_.entries.begin(), root_.entries.end(),
                                      [](const yaml::Entry& entry) { return entry.key.text == "sources"; });
    const bool found = section != root_.entries.end();
    if (root_.flow && !found) return into_map(root_, "sources: {" + flow_entry(source_) + "}");
    if (root_.flow) return section->value.flow ? into_map(section->value, flow_entry(source_)) : std::nullopt;
    if (!found) return with_section();
    const yaml::Node& value = section->value;
    if (value.kind == yaml::Kind::null) return into_null(*section);
    if (value.flow) return into_flow(value);
    const std::size_t indent = value.at.column - 1;
    return insert(section_end(*section), block_entry(source_, indent, indent - margin()));
  }

 private:
  /// Columns left of the top-level keys.
  std::size_t margin() const { return root_.at.column - 1; }

  std::string joined(const std::vector<std::string>& lines) const {
    std::string out;
    for (const std::string& line : lines) out.append(line).append(end_);
    return out;
  }

  /// `lines` before the line that begins at `offset`, which may be the end of a text without a last line
  /// break.
  std::string insert(std::size_t offset, const std::vector<std::string>& lines) const {
    std::string out(text_.substr(0, offset));
    if (!out.empty() && out.back() != '\n') out += end_;
    return out + joined(lines) + std::string(text_.substr(offset));
  }

  std::string with_section() const {
    std::vector<std::string> lines = block_entry(source_, margin() + default_step, default_step);
    lines.insert(lines.begin(), std::string(margin(), ' ') + "sources:");
    return insert(document_end(root_.at.offset), lines);
  }

  /// `sources:`, `sources: ~`.
  std::string into_null(const yaml::Entry& section) const {
    const std::string_view spelled = section.value.text;
    if (!spelled.empty()) return without(section.value.at.offset, spelled.size());
    return insert(section_end(section), new_entry());
  }

  std::optional<std::string> into_flow(const yaml::Node& section) const {
    const std::size_t begin = section.at.offset;
    const auto end = find_flow_end(text_, begin);
    if (end && end->empty && !end->comment) return without(begin, end->close + 1 - begin);
    return into_map(section, flow_entry(source_));
  }

  /// `entry` at the end of a flow map.
  std::optional<std::string> into_map(const yaml::Node& map, const std::string& entry) const {
    const auto end = find_flow_end(text_, map.at.offset);
    if (!end) return std::nullopt;
    std::string out(text_.substr(0, end->offset));
    if (!end->empty) out += end->comma ? " " : ", ";
    return out + entry + std::string(text_.substr(end->offset));
  }

  /// The value that stands there goes, a comment behind it stays, and a block entry comes below its line.
  std::string without(std::size_t offset, std::size_t size) const {
    const std::size_t line = line_after(offset + size);
    const std::string_view rest = text_.substr(offset + size, line - offset - size);
    std::string_view head = text_.substr(0, offset);
    const bool bare = rest.find_first_not_of(" \t\r\n") == std::string_view::npos;
    while (bare && head.ends_with(' ')) head.remove_suffix(1);
    std::string out = std::string(head) + std::string(rest);
    if (!out.ends_with('\n')) out += end_;
    return out + joined(new_entry()) + std::string(text_.substr(line));
  }

  std::vector<std::string> new_entry() const {
    return block_entry(source_, margin() + default_step, default_step);
  }

  /// Where the line after the one with `offset` begins.
  std::size_t line_after(std::size_t offset) const {
    const std::size_t end = text_.find('\n', offset);
    return end == std::string_view::npos ? text_.size() : end + 1;
  }

  std::size_t line_before(std::size_t begin) const {
    const std::size_t end = begin < 2 ? std::string_view::npos : text_.rfind('\n', begin - 2);
    return end == std::string_view::npos ? 0 : end + 1;
  }

  /// The offset after the last line of the section. Blank lines at its end and comments that are indented no
  /// deeper than its key belong to what follows.
  std::size_t section_end(const yaml::Entry& section) const {
    std::size_t end = next_section(section);
    while (true) {
      const std::size_t begin = line_before(end);
      const std::string_view line = text_.substr(begin, end - begin);
      const std::size_t first = line.find_first_not_of(" \t\r\n");
      const bool outside = first == std::string_view::npos || (line[first] == '#' && first <= margin());
      if (!outside || begin <= section.key.at.offset) return end;
      end = begin;
    }
  }

  std::size_t next_section(const yaml::Entry& section) const {
    std::size_t next = text_.size();
    for (const yaml::Entry& entry : root_.entries) {
      if (entry.key.at.offset > section.key.at.offset) next = std::min(next, entry.key.at.offset - margin());
    }
    return std::min(next, document_end(section.key.at.offset));
  }

  /// Where the line `...` after `offset` begins, or the end of the text.
  std::size_t document_end(std::size_t offset) const {
    std::size_t begin = line_after(offset);
    while (begin < text_.size() && !text_.substr(begin).starts_with("...")) begin = line_after(begin);
    return begin;
  }

  std::string_view text_;
  const yaml::Node& root_;
  const SourceSpec& source_;
  std::string_view end_ = "\n";
};

/// True when `text` says what `before` says, and `source` at the end of its sources.
bool proves(std::string_view text, std::string_view file, Manifest before, const SourceSpec& source) {
  before.sources.push_back(source);
  try {
    const Manifest after = parse(text, file);
    return after.project == before.project && after.sources == before.sources;
  } catch (const Error&) {
    return false;
  }
}

std::string by_hand(const SourceSpec& source) {
  std::string out;
  for (const std::string& line : block_entry(source, default_step, default_step)) out += "\n" + line;
  return "sources:" + out;
}

}  // namespace

std::string with_source(std::string_view text, std::string_view file, const SourceSpec& given) {
  const SourceSpec source = checked(given);
  const Manifest before = parse(text, file);
  if (before.find_source(source.name) != nullptr) {
    throw error(Code::conflict, "'{}' has a source '{}' already", file, source.name);
  }
  const yaml::Document document = yaml::parse(text, file);
  const auto edited = Editor(document.text, document, source).edited();
  if (!edited || !proves(*edited, file, before, source)) {
    throw error(Code::usage,
                "cannot add source '{}' to '{}': its layout is not one that can be edited safely",
                source.name, file)
        .with_detail(by_hand(source))
        .with_hint("add these lines by hand");
  }
  return std::string(text.substr(0, text.size() - document.text.size())) + *edited;
}

}  // namespace mlops::manifest
