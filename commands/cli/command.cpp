#include "command.hpp"

#include <algorithm>

namespace mlops::cli {
namespace {

void visit_children(const Command& command, Path& path,
                    const std::function<void(const Path&, const Command&)>& visit) {
  for (const Command& child : command.children) {
    if (child.hidden) continue;
    path.push_back(&child);
    visit(path, child);
    visit_children(child, path, visit);
    path.pop_back();
  }
}

std::string positional_text(const Option& option) {
  const std::string text = option.value + (option.repeats() ? "..." : "");
  return option.required ? text : "[" + text + "]";
}

}  // namespace

bool Option::repeats() const {
  return std::holds_alternative<std::vector<std::string>*>(target) ||
         std::holds_alternative<std::vector<std::filesystem::path>*>(target);
}

std::vector<std::string> Option::spellings() const {
  std::vector<std::string> out;
  for (std::size_t begin = 0; begin <= names.size();) {
    const std::size_t end = std::min(names.find(',', begin), names.size());
    out.push_back(names.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

std::string Option::spelling() const { return positional() ? value : spellings().back(); }

const Command* Command::child(std::string_view wanted) const {
  const auto found = std::find_if(children.begin(), children.end(),
                                  [&](const Command& command) { return command.name == wanted; });
  return found == children.end() ? nullptr : &*found;
}

std::string spelled(const Path& path) {
  std::string out = "mlops";
  for (const Command* command : path) out += " " + command->name;
  return out;
}

std::string usage_line(const Path& path, const Command& command) {
  std::string line = spelled(path);
  if (!command.children.empty()) line += command.run ? " [COMMAND]" : " COMMAND";
  const auto is_flag = [](const Option& option) { return option.flag(); };
  line += std::any_of(command.options.begin(), command.options.end(), is_flag) || command.dry_run
              ? " [OPTIONS]"
              : "";
  for (const Option& option : command.options) {
    if (option.flag() && option.required) line += " " + option.spelling() + " " + option.value;
  }
  for (const Option& option : command.options) {
    if (option.positional()) line += " " + positional_text(option);
  }
  for (const Option& option : command.options) {
    const std::string rest = "-- " + option.value + "...";
    if (option.rest()) line += option.required ? " " + rest : " [" + rest + "]";
  }
  return line;
}

std::string option_text(const Option& option) {
  if (option.positional()) return option.value + (option.repeats() ? "..." : "");
  if (option.rest()) return "-- " + option.value + "...";
  std::string out;
  for (const std::string& spelling : option.spellings()) out += (out.empty() ? "" : ", ") + spelling;
  return option.takes_value() ? out + " " + option.value : out;
}

void each_command(const Command& root, const std::function<void(const Path&, const Command&)>& visit) {
  Path path;
  visit_children(root, path, visit);
}

}  // namespace mlops::cli
