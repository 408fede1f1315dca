#include "page.hpp"

#include "embedded.hpp"
#include "exit_codes.hpp"
#include "globals.hpp"
#include "layout.hpp"

#include <algorithm>

namespace mlops::cli {
namespace {

Block term(std::string name, std::string text) {
  return {Block::Kind::term, std::move(text), std::move(name)};
}

std::string option_help(const Option& option) {
  std::string text = option.help;
  if (option.required && option.flag()) text += " (required)";
  if (option.repeats() && option.flag()) text += "; may stand several times";
  return text;
}

Section options_section(std::string title, const std::vector<Option>& options) {
  Section section = {std::move(title), {}};
  for (const Option& option : options)
    section.blocks.push_back(term(option_text(option), option_help(option)));
  return section;
}

Section commands_section(const Path& path, const Command& command) {
  Section section = {"COMMANDS", {}};
  for (const Command& child : command.children) {
    if (child.hidden) continue;
    Path to_child = path;
    to_child.push_back(&child);
    section.blocks.push_back(term("**" + spelled(to_child) + "**", child.summary));
  }
  return section;
}

Section examples_section(const Command& command) {
  Section section = {"EXAMPLES", {}};
  for (const Example& example : command.examples) {
    section.blocks.push_back({Block::Kind::paragraph, example.doc + ":"});
    section.blocks.push_back({Block::Kind::code, example.command});
  }
  return section;
}

Section exit_section(const Command* command) {
  Section section = {"EXIT STATUS", {}};
  for (const auto& [status, meaning] : statuses_of(command)) {
    section.blocks.push_back(term(std::to_string(status), meaning));
  }
  return section;
}

Section environment_section() {
  return {
      "ENVIRONMENT",
      {term("`NO_COLOR`", "when not empty, no colour unless `--color` asks for it"),
       term("`MLOPS_NO_PROGRESS`", "when not empty, no progress"),
       term("`MLOPS_PAGER`, `PAGER`", "the command that shows long help; `less -FRX` when neither is set"),
       term("`MLOPS_MEMORY`, `MLOPS_THREADS`", "what reading and writing tables may take, such as 4GB and 2"),
       term("`MLOPS_USER`", "who did it, in histories; the name of the login when it is not set"),
       term("`MLOPS_ENGINES`", "a folder of engines to look into first"),
       term("`XDG_CONFIG_HOME`, `XDG_CACHE_HOME`", "where `mlops/config.yaml` and the cache are kept")}};
}

Section see_also_section(const Path& path, const Command& command) {
  std::string text;
  const auto add = [&](const std::string& page) {
    text += (text.empty() ? "" : ", ") + ("**" + page + "**");
  };
  if (!path.empty()) {
    Path parent(path.begin(), path.end() - 1);
    add(page_name(parent) + "(1)");
  }
  for (const Command& child : command.children) {
    Path to_child = path;
    to_child.push_back(&child);
    if (!child.hidden) add(page_name(to_child) + "(1)");
  }
  for (const std::string& page : command.see_also) add(page);
  if (path.empty()) add("mlops-output(5)");
  return {"SEE ALSO", {{Block::Kind::paragraph, text}}};
}

/// The sections that the prose has, by title; taken out when used.
Section take(std::vector<Section>& prose, std::string_view title) {
  const auto found = std::find_if(prose.begin(), prose.end(),
                                  [&](const Section& section) { return section.title == title; });
  if (found == prose.end()) return {std::string(title), {}};
  Section section = std::move(*found);
  prose.erase(found);
  return section;
}

/// What may be asked for as "mlops-output.5": the file's name without ".md".
std::string_view stem(std::string_view file) { return file.substr(0, file.size() - 3); }

/// "output", "mlops-output", "output.5", "yaml" and "mlops.yaml.5" find their files.
bool is_called(std::string_view file, std::string_view name) {
  const std::string_view numbered = stem(file);
  const std::string_view plain = numbered.substr(0, numbered.size() - 2);
  for (const std::string_view title : {numbered, plain}) {
    if (name == title || (title.starts_with("mlops") && title.size() > 6 && name == title.substr(6)))
      return true;
  }
  return false;
}

}  // namespace

std::string page_name(const Path& path) {
  std::string name = spelled(path);
  std::replace(name.begin(), name.end(), ' ', '-');
  return name;
}

Page command_page(const Path& path, const Command& command) {
  Globals globals;
  std::vector<Option> options = command.options;
  if (command.dry_run) options.push_back(dry_run_option(globals));
  std::vector<Section> prose = read_prose(embedded_file(page_name(path) + ".md"));
  Section description = take(prose, "DESCRIPTION");
  if (description.blocks.empty()) description.blocks = {{Block::Kind::paragraph, sentence(command.summary)}};

  Page page = {page_name(path), 1, command.summary, {}};
  const auto add = [&](Section section) {
    if (!section.blocks.empty()) page.sections.push_back(std::move(section));
  };
  add({"SYNOPSIS", {{Block::Kind::code, usage_line(path, command)}}});
  add(std::move(description));
  add(commands_section(path, command));
  add(options_section("OPTIONS", options));
  add(options_section("GLOBAL OPTIONS", global_options(globals)));
  add(examples_section(command));
  Section see_also = see_also_section(path, command);
  for (Block& block : take(prose, "SEE ALSO").blocks) see_also.blocks.push_back(std::move(block));
  for (Section& section : prose) add(std::move(section));
  add(exit_section(path.empty() ? nullptr : &command));
  add(environment_section());
  add(std::move(see_also));
  return page;
}

std::optional<Page> topic_page(std::string_view name) {
  for (const EmbeddedFile& file : embedded_files()) {
    const bool numbered = file.name.ends_with(".5.md") || file.name.ends_with(".7.md");
    if (!numbered || !is_called(file.name, name)) continue;
    std::vector<Section> prose = read_prose(file.text);
    const Section summary = take(prose, "NAME");
    const int number = file.name[file.name.size() - 4] - '0';
    const std::string_view title = stem(file.name);
    return Page{std::string(title.substr(0, title.size() - 2)), number,
                summary.blocks.empty() ? "" : summary.blocks[0].text, std::move(prose)};
  }
  return std::nullopt;
}

}  // namespace mlops::cli
