/// Reads the small part of Markdown that manual pages need.
#include "page.hpp"

namespace mlops::cli {
namespace {

std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

class ProseReader {
 public:
  std::vector<Section> read(std::string_view text) {
    while (!text.empty()) take(take_line(text));
    return std::move(sections_);
  }

 private:
  void take(std::string_view line) {
    if (line.starts_with("# ")) {
      sections_.push_back({std::string(trimmed(line.substr(2))), {}});
      open_ = false;
    } else if (!sections_.empty()) {
      take_in_section(line);
    }
  }

  void take_in_section(std::string_view line) {
    auto& blocks = sections_.back().blocks;
    const bool in_code = open_ && blocks.back().kind == Block::Kind::code;
    if (trimmed(line).empty()) {
      open_ = false;
    } else if (line.starts_with("    ") && (!open_ || in_code)) {
      if (in_code) blocks.back().text += "\n" + std::string(line.substr(4));
      else start({Block::Kind::code, std::string(line.substr(4))});
    } else if (line.starts_with("- ")) {
      start({Block::Kind::bullet, std::string(trimmed(line.substr(2)))});
    } else if (line.starts_with(": ") && open_ && blocks.back().kind == Block::Kind::paragraph) {
      blocks.back() = {Block::Kind::term, std::string(trimmed(line.substr(2))), blocks.back().text};
    } else if (open_) {
      blocks.back().text += " " + std::string(trimmed(line));
    } else {
      start({Block::Kind::paragraph, std::string(trimmed(line))});
    }
  }

  void start(Block block) {
    sections_.back().blocks.push_back(std::move(block));
    open_ = true;
  }

  std::vector<Section> sections_;
  bool open_ = false;  ///< The next line goes on with the last block.
};

}  // namespace

std::vector<Section> read_prose(std::string_view markdown) { return ProseReader().read(markdown); }

}  // namespace mlops::cli
