/// Adds lines to the text of a project file, or takes an entry out of it, and leaves the rest as it is. It
/// trusts the layout more than it knows: whoever calls reads the result again.
#include "src/internal.hpp"

#include <algorithm>

namespace mlops::manifest {
namespace {

constexpr std::size_t default_step = 2;

class Editor {
 public:
  Editor(std::string_view text, const yaml::Node& root) : text_(text), root_(root) {
    const std::size_t first = text.find('\n');
    if (first != std::string_view::npos && first > 0 && text[first - 1] == '\r') end_ = "\r\n";
  }

  /// The edited text; nothing where this does not know how.
  std::optional<std::string> with(const NewEntry& entry) const {
    if (root_.kind != yaml::Kind::map) return std::nullopt;
    const yaml::Entry* section = find(root_, entry.section);
    const std::string flow = flow_entry(entry);
    if (root_.flow && section == nullptr)
      return into_map(root_, fmt::format("{}: {{{}}}", entry.section, flow));
    if (root_.flow) return section->value.flow ? into_map(section->value, flow) : std::nullopt;
    if (section == nullptr) return with_section(entry);
    const yaml::Node& value = section->value;
    if (value.kind == yaml::Kind::null) return into_null(*section, entry);
    if (value.flow) return into_flow(value, entry);
    const std::size_t indent = value.at.column - 1;
    return insert(end_of_section(*section), block_entry(entry, indent, indent - margin()));
  }

  std::optional<std::string> with(const NewFields& fields) const {
    const yaml::Entry* section = root_.kind == yaml::Kind::map ? find(root_, fields.section) : nullptr;
    const yaml::Entry* entry = section == nullptr ? nullptr : find(section->value, fields.name);
    if (entry == nullptr || entry->value.kind != yaml::Kind::map) return std::nullopt;
    const yaml::Node& value = entry->value;
    if (value.flow) return into_map(value, joined_flow(fields.flow));
    std::vector<std::string> lines;
    for (const auto& [key, text] : fields.block) {
      lines.push_back(fmt::format("{}{}: {}", std::string(value.at.column - 1, ' '), key, text));
    }
    const std::size_t limit = end_of_section(*section);
    return insert(end_of(*entry, section->value, entry->key.at.column - 1, limit), lines);
  }

  std::optional<std::string> without(std::string_view section_name, std::string_view name) const {
    const yaml::Entry* section = root_.kind == yaml::Kind::map ? find(root_, section_name) : nullptr;
    const yaml::Entry* entry = section == nullptr ? nullptr : find(section->value, name);
    if (entry == nullptr) return std::nullopt;
    const yaml::Node& map = section->value;
    const bool last = map.entries.size() == 1;
    if (last && root_.flow) return out_of_flow(root_, *section);
    if (last && map.flow) return cut(lines_of(*section, root_, margin(), end_of_section(*section)));
    if (map.flow) return out_of_flow(map, *entry);
    const Range lines = lines_of(*entry, map, entry->key.at.column - 1, end_of_section(*section));
    if (!last) return cut(lines);
    // comments that stand beside the entry stay
    const std::size_t begin = line_of(section->key.at.offset);
    const std::size_t first = line_after(section->key.at.offset);
    if (is_blank(first, lines.begin)) return cut({begin, lines.end});
    return std::string(text_.substr(0, begin)) + std::string(text_.substr(first, lines.begin - first)) +
           std::string(text_.substr(lines.end));
  }

 private:
  struct Range {
    std::size_t begin;
    std::size_t end;
  };

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

  static const yaml::Entry* find(const yaml::Node& map, std::string_view key) {
    const auto found = std::find_if(map.entries.begin(), map.entries.end(),
                                    [&](const yaml::Entry& entry) { return entry.key.text == key; });
    return found == map.entries.end() ? nullptr : &*found;
  }

  static std::string joined_flow(const Fields& fields) {
    std::string out;
    for (const auto& [key, text] : fields) out += fmt::format("{}{}: {}", out.empty() ? "" : ", ", key, text);
    return out;
  }

  std::string with_section(const NewEntry& entry) const {
    std::vector<std::string> lines = new_lines(entry);
    lines.insert(lines.begin(), fmt::format("{}{}:", std::string(margin(), ' '), entry.section));
    return insert(document_end(root_.at.offset), lines);
  }

  /// `sources:`, `sources: ~`.
  std::string into_null(const yaml::Entry& section, const NewEntry& entry) const {
    const std::string_view spelled = section.value.text;
    if (!spelled.empty()) return instead(section.value.at.offset, spelled.size(), entry);
    return insert(end_of_section(section), new_lines(entry));
  }

  std::optional<std::string> into_flow(const yaml::Node& section, const NewEntry& entry) const {
    const std::size_t begin = section.at.offset;
    const auto end = find_flow_end(text_, begin);
    if (end && end->empty && !end->comment) return instead(begin, end->close + 1 - begin, entry);
    return into_map(section, flow_entry(entry));
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
  std::string instead(std::size_t offset, std::size_t size, const NewEntry& entry) const {
    const std::size_t line = line_after(offset + size);
    const std::string_view rest = text_.substr(offset + size, line - offset - size);
    std::string_view head = text_.substr(0, offset);
    const bool bare = rest.find_first_not_of(" \t\r\n") == std::string_view::npos;
    while (bare && head.ends_with(' ')) head.remove_suffix(1);
    std::string out = std::string(head) + std::string(rest);
    if (!out.ends_with('\n')) out += end_;
    return out + joined(new_lines(entry)) + std::string(text_.substr(line));
  }

  std::vector<std::string> new_lines(const NewEntry& entry) const {
    return block_entry(entry, margin() + default_step, default_step);
  }

  /// Where the line after the one with `offset` begins.
  std::size_t line_after(std::size_t offset) const {
    const std::size_t end = text_.find('\n', offset);
    return end == std::string_view::npos ? text_.size() : end + 1;
  }

  /// Where the line with `offset` begins.
  std::size_t line_of(std::size_t offset) const {
    const std::size_t end = offset == 0 ? std::string_view::npos : text_.rfind('\n', offset - 1);
    return end == std::string_view::npos ? 0 : end + 1;
  }

  bool is_blank(std::size_t begin, std::size_t end) const {
    return text_.substr(begin, end - begin).find_first_not_of(" \t\r\n") == std::string_view::npos;
  }

  std::size_t line_before(std::size_t begin) const {
    const std::size_t end = begin < 2 ? std::string_view::npos : text_.rfind('\n', begin - 2);
    return end == std::string_view::npos ? 0 : end + 1;
  }

  Range lines_of(const yaml::Entry& entry, const yaml::Node& map, std::size_t indent,
                 std::size_t limit) const {
    return {line_of(entry.key.at.offset), end_of(entry, map, indent, limit)};
  }

  /// Of two blank lines around what goes one stays, and none at the end.
  std::string cut(Range lines) const {
    const std::size_t before = line_before(lines.begin);
    const bool blank = before < lines.begin && is_blank(before, lines.begin);
    if (blank && is_blank(lines.end, line_after(lines.end))) lines.begin = before;
    return std::string(text_.substr(0, lines.begin)) + std::string(text_.substr(lines.end));
  }

  /// The text without `entry` of a flow map; where it has lines of its own, without these.
  std::optional<std::string> out_of_flow(const yaml::Node& map, const yaml::Entry& entry) const {
    const std::size_t begin = entry.key.at.offset;
    const auto end = find_flow_entry_end(text_, begin);
    if (!end) return std::nullopt;
    Range range = {begin, end->comma ? end->close + 1 : end->offset};
    const std::size_t rest = text_.find_first_not_of(" \t\r", range.end);
    const bool ends_line = rest != std::string_view::npos && (text_[rest] == '\n' || text_[rest] == '#');
    if (ends_line && is_blank(line_of(begin), begin)) return cut({line_of(begin), line_after(range.end)});
    if (end->comma) range.end = std::min(text_.find_first_not_of(" \t", range.end), text_.size());
    else range.begin = end_before(map, begin);
    return std::string(text_.substr(0, range.begin)) + std::string(text_.substr(range.end));
  }

  /// Where the comma before the entry at `begin` of a flow map stands; `begin` where there is none, or a
  /// comment behind it.
  std::size_t end_before(const yaml::Node& map, std::size_t begin) const {
    std::optional<FlowEnd> end;
    for (const yaml::Entry& other : map.entries) {
      if (other.key.at.offset < begin) end = find_flow_entry_end(text_, other.key.at.offset);
    }
    return end && end->comma && is_blank(end->close + 1, begin) ? end->close : begin;
  }

  std::size_t end_of_section(const yaml::Entry& section) const {
    return end_of(section, root_, margin(), document_end(section.key.at.offset));
  }

  /// The offset after the last line of `entry` of `map`, whose keys have `indent` columns before them. Blank
  /// lines at its end and comments that are indented no deeper than its key belong to what follows.
  std::size_t end_of(const yaml::Entry& entry, const yaml::Node& map, std::size_t indent,
                     std::size_t limit) const {
    std::size_t end = limit;
    for (const yaml::Entry& other : map.entries) {
      if (other.key.at.offset > entry.key.at.offset) end = std::min(end, other.key.at.offset - indent);
    }
    while (true) {
      const std::size_t begin = line_before(end);
      const std::string_view line = text_.substr(begin, end - begin);
      const std::size_t first = line.find_first_not_of(" \t\r\n");
      const bool outside = first == std::string_view::npos || (line[first] == '#' && first <= indent);
      if (!outside || begin <= entry.key.at.offset) return end;
      end = begin;
    }
  }

  /// Where the line `...` after `offset` begins, or the end of the text.
  std::size_t document_end(std::size_t offset) const {
    std::size_t begin = line_after(offset);
    while (begin < text_.size() && !text_.substr(begin).starts_with("...")) begin = line_after(begin);
    return begin;
  }

  std::string_view text_;
  const yaml::Node& root_;
  std::string_view end_ = "\n";
};

}  // namespace

std::optional<std::string> with_entry(std::string_view text, const yaml::Node& root, const NewEntry& entry) {
  return Editor(text, root).with(entry);
}

std::optional<std::string> without_entry(std::string_view text, const yaml::Node& root,
                                         std::string_view section, std::string_view name) {
  return Editor(text, root).without(section, name);
}

std::optional<std::string> with_fields(std::string_view text, const yaml::Node& root,
                                       const NewFields& fields) {
  return Editor(text, root).with(fields);
}

}  // namespace mlops::manifest
