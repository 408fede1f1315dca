/// `mlops help`: every command at a glance, or the page of one. `mlops __man`: the same page for man(1).
#include "cli/help.hpp"

#include "cli/invocation.hpp"
#include "cli/page.hpp"
#include "commands.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>

#include <memory>

namespace mlops::commands {
namespace {

struct HelpArgs {
  std::vector<std::string> words;
};

/// The command that the words name, without the ones that are left.
cli::Path find(const cli::Command& root, const std::vector<std::string>& words) {
  cli::Path path;
  const cli::Command* command = &root;
  for (const std::string& word : words) {
    const cli::Command* child = command->child(word);
    if (child == nullptr) break;
    path.push_back(child);
    command = child;
  }
  return path;
}

Error unknown(const cli::Command& parent, const cli::Path& path, const std::string& word) {
  std::vector<std::string> known;
  for (const cli::Command& child : parent.children) {
    if (!child.hidden) known.push_back(child.name);
  }
  auto fault =
      error(Code::not_found, "no help on '{}': it is not a command of `{}`", word, cli::spelled(path));
  const auto near = near_misses(word, known);
  return near.empty() ? std::move(fault).with_hint("`mlops help` lists all commands")
                      : std::move(fault).with_hint("similar: {}", one_of(near));
}

/// The page of a command, or one without a command, such as "output".
cli::Page page_of(const cli::Command& root, const std::vector<std::string>& words) {
  // "store.5" is the page about the store's files, "store" the command.
  const bool numbered = words.size() == 1 && (words[0].ends_with(".5") || words[0].ends_with(".7"));
  if (numbered) {
    if (auto page = cli::topic_page(words[0])) return *page;
  }
  const cli::Path path = find(root, words);
  const cli::Command& command = path.empty() ? root : *path.back();
  if (path.size() == words.size()) return cli::command_page(path, command);
  if (words.size() == 1) {
    if (auto page = cli::topic_page(words[0])) return *page;
    if (words[0] == "mlops") return cli::command_page({}, root);
  }
  throw unknown(command, path, words[path.size()]);
}

json::Value options_of(const cli::Command& command) {
  json::Array out;
  for (const cli::Option& option : command.options) {
    out.emplace_back(json::Object{{"option", cli::option_text(option)}, {"help", option.help}});
  }
  return out;
}

json::Value examples_of(const cli::Command& command) {
  json::Array out;
  for (const cli::Example& example : command.examples) {
    out.emplace_back(json::Object{{"command", example.command}, {"doc", example.doc}});
  }
  return out;
}

void list(cli::Invocation& invocation) {
  std::vector<ui::Row> rows;
  cli::each_command(invocation.application().root, [&](const cli::Path& path, const cli::Command& command) {
    rows.push_back({{"command", cli::spelled(path)},
                    {"summary", command.summary},
                    {"usage", cli::usage_line(path, command), ui::Show::hidden},
                    {"group", !command.run, ui::Show::hidden},
                    {"options", options_of(command), ui::Show::hidden},
                    {"examples", examples_of(command), ui::Show::hidden}});
  });
  invocation.rows("mlops.command/1", rows);
}

void show(const HelpArgs& args, cli::Invocation& invocation) {
  if (args.words.empty()) return list(invocation);
  const cli::Page page = page_of(invocation.application().root, args.words);
  if (invocation.format() == ui::Format::human) {
    invocation.output().long_text(cli::page_text(page, invocation.output().settings().terminal.out));
    return;
  }
  invocation.record("mlops.page/1", {{"page", page.name},
                                     {"section", page.number},
                                     {"summary", page.summary},
                                     {"text", cli::page_text(page, {})}});
}

}  // namespace

cli::Command help() {
  const auto args = std::make_shared<HelpArgs>();
  return {
      .name = "help",
      .summary = "list every command, or explain one at length",
      .options = {{"command", "COMMAND", "words of a command, or a subject such as output", &args->words,
                   cli::Offer::command}},
      .examples = {{"mlops help", "List every command"},
                   {"mlops help doctor", "Show the manual page of `mlops doctor`"},
                   {"mlops help output --no-pager", "Read what `--json` and `--porcelain` promise"}},
      .exits = {{Code::not_found, "there is no such command or subject"}},
      .run = [args](cli::Invocation& invocation) { show(*args, invocation); },
  };
}

cli::Command print_page() {
  const auto args = std::make_shared<HelpArgs>();
  return {
      .name = "__man",
      .summary = "print a manual page as roff",
      .options = {{"command", "COMMAND", "words of a command, or a subject", &args->words,
                   cli::Offer::command}},
      .hidden = true,
      .run =
          [args](cli::Invocation& invocation) {
            invocation.output().text(cli::roff(page_of(invocation.application().root, args->words)));
          },
  };
}

}  // namespace mlops::commands
