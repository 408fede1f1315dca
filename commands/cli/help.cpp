#include "help.hpp"

#include "globals.hpp"
#include "layout.hpp"
#include "page.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace mlops::cli {
namespace {

using Items = std::vector<std::pair<std::string, std::string>>;

constexpr std::size_t most_examples = 3;

std::string block(const ui::Stream& stream, std::string_view title, const Items& items) {
  if (items.empty()) return "";
  return fmt::format("\n{}\n{}", ui::paint(stream, ui::Colour::bold, title), definitions(items));
}

Items option_items(const std::vector<Option>& options) {
  Items items;
  for (const Option& option : options) {
    std::string help = option.help;
    if (option.flag() && option.required) help += " (required)";
    items.emplace_back(option_text(option), std::move(help));
  }
  return items;
}

Items child_items(const Command& command) {
  Items items;
  for (const Command& child : command.children) {
    if (!child.hidden) items.emplace_back(child.name, child.summary);
  }
  return items;
}

std::string examples(const Command& command, const ui::Stream& stream) {
  if (command.examples.empty()) return "";
  std::string out = fmt::format("\n{}\n", ui::paint(stream, ui::Colour::bold, "Examples"));
  for (std::size_t i = 0; i < std::min(most_examples, command.examples.size()); ++i) {
    out += fmt::format("  {}\n      {}\n", command.examples[i].command, command.examples[i].doc);
  }
  return out;
}

/// The word under which `command --help` is found: "data show".
std::string words_of(const Path& path) {
  std::string out;
  for (const Command* command : path) out += " " + command->name;
  return out;
}

}  // namespace

std::string overview(const Command& root, const ui::Stream& stream) {
  std::string out = sentence(root.summary) + "\n\nUsage: mlops COMMAND [OPTIONS]\n";
  std::vector<std::string> groups;
  for (const Command& child : root.children) {
    const bool seen = std::find(groups.begin(), groups.end(), child.group) != groups.end();
    if (!child.hidden && !seen) groups.push_back(child.group);
  }
  for (const std::string& group : groups) {
    Items items;
    for (const Command& child : root.children) {
      if (!child.hidden && child.group == group) items.emplace_back(child.name, child.summary);
    }
    out += block(stream, group, items);
  }
  return out + "\n`mlops COMMAND -h` explains one, `mlops help COMMAND` at length, `mlops help` lists all.\n";
}

std::string short_help(const Path& path, const Command& command, const ui::Stream& stream) {
  Globals globals;
  std::vector<Option> options = command.options;
  if (command.dry_run) options.push_back(dry_run_option(globals));
  std::string out =
      wrapped(sentence(command.summary), 0, 0, 80) + "\nUsage: " + usage_line(path, command) + "\n";
  out += examples(command, stream);
  out += block(stream, "Commands", child_items(command));
  out += block(stream, "Options", option_items(options));
  out += block(stream, "Global options", option_items(global_options(globals)));
  std::string see_also = fmt::format("`mlops help{}`", words_of(path));
  for (const std::string& page : command.see_also) see_also += ", " + page;
  return out + "\n" + wrapped("See also: " + see_also, 0, 10, 80);
}

std::string long_help(const Path& path, const Command& command, const ui::Stream& stream) {
  return page_text(command_page(path, command), stream);
}

}  // namespace mlops::cli
