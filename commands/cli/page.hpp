#pragma once
/// A manual page as a value: what the Command says and the prose of man/<page>.md, put together once and
/// written as roff for man(1) or as text for a terminal. Text in it may hold `code`, **bold** and *emphasis*.

#include "command.hpp"
#include "ui/terminal.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::cli {

struct Block {
  enum class Kind { paragraph, bullet, term, code };
  Kind kind = Kind::paragraph;
  std::string text;
  std::string term = {};  ///< Kind::term: what `text` explains.
};

struct Section {
  std::string title;  ///< "EXIT STATUS"
  std::vector<Block> blocks;
};

struct Page {
  std::string name;  ///< "mlops-data-show"
  int number = 1;    ///< Section of the manual.
  std::string summary;
  std::vector<Section> sections;
};

/// "mlops-data-show".
std::string page_name(const Path& path);

/// The page of a command.
Page command_page(const Path& path, const Command& command);

/// A page that is prose only, such as "mlops-output" from man/mlops-output.5.md; nothing when there is none.
std::optional<Page> topic_page(std::string_view name);

/// The sections of a page's prose: `# TITLE`, paragraphs, `- ` bullets, "term" lines followed by ": text",
/// and code indented by four blanks.
std::vector<Section> read_prose(std::string_view markdown);

std::string roff(const Page& page);
std::string page_text(const Page& page, const ui::Stream& stream);

}  // namespace mlops::cli
