#include "parse.hpp"

#include "value.hpp"

#include <mlops/base/text.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>

namespace mlops::cli {
namespace {

/// Tells the library about one option; its value goes through assign(), so that messages and types are ours.
void declare(CLI::App& app, const Option& option, std::size_t words_left = 1) {
  if (option.flag() && !option.takes_value()) {
    app.add_flag_function(option.names, [&option](std::int64_t count) { assign_count(option, count); });
    return;
  }
  const CLI::callback_t take = [&option](const CLI::results_t& values) {
    assign(option, values);
    return true;
  };
  CLI::Option* added = app.add_option(option.positional() ? option.value : option.names, take);
  if (option.repeats() && option.positional()) added->expected(static_cast<int>(words_left));
  else if (option.repeats()) added->take_all();
  else if (option.flag()) added->take_last();
  // With extra arguments allowed a value such as "[a,b]" would be taken apart; so a positional that repeats
  // is told how many words there are for it.
  added->allow_extra_args(false);
  added->required(option.required);
}

/// The words again, in the one spelling that leaves the library nothing to guess: last word first, as it
/// wants them.
std::vector<std::string> respelled(const Words& words) {
  std::vector<std::string> out;
  for (const Flag& flag : words.flags) {
    const std::string spelling = flag.option->spelling();
    const bool long_one = spelling[1] == '-';
    if (!flag.option->takes_value()) {
      out.push_back(spelling);
    } else if (flag.value.empty()) {
      out.insert(out.end(), {spelling, ""});
    } else {
      out.push_back(spelling + (long_one ? "=" : "") + flag.value);
    }
  }
  out.emplace_back("--");
  out.insert(out.end(), words.arguments.begin(), words.arguments.end());
  std::reverse(out.begin(), out.end());
  return out;
}

bool given(const CLI::App& app, const Option& option) {
  return app.get_option(option.positional() ? option.value : option.spelling())->count() > 0;
}

Error missing(const CLI::App& app, const Words& words) {
  std::vector<std::string> names;
  for (const Option& option : words.command->options) {
    if (option.rest() || !option.required || given(app, option)) continue;
    names.push_back(option.positional() ? option.value : option.spelling() + " " + option.value);
  }
  const auto all = [](const std::vector<std::string>& list) {
    std::string out;
    for (std::size_t i = 0; i < list.size(); ++i) {
      out += (i == 0 ? "" : i + 1 == list.size() ? " and " : ", ") + ("'" + list[i] + "'");
    }
    return out;
  };
  return error(Code::usage, "`{}` needs {}", spelled(words.path), all(names));
}

Error too_many(const Words& words) {
  const auto& options = words.command->options;
  const auto most =
      std::count_if(options.begin(), options.end(), [](const Option& o) { return o.positional(); });
  const std::string& word = words.arguments.at(static_cast<std::size_t>(most));
  Error out = error(Code::usage, "`{}` takes no {}argument '{}'", spelled(words.path),
                    most > 0 ? "further " : "", word);
  const auto meant =
      std::find_if(options.begin(), options.end(), [](const Option& o) { return o.often_bare; });
  if (meant == options.end()) return out;
  return std::move(out).with_hint("was `{} {}` meant", meant->spelling(), word);
}

void bind_rest(const Words& words) {
  for (const Option& option : words.command->options) {
    if (!option.rest()) continue;
    if (words.rest.empty() && option.required) {
      throw error(Code::usage, "`{}` needs '{}' after `--`", spelled(words.path), option.value);
    }
    assign(option, words.rest);
  }
}

void parse(CLI::App& app, const Words& words) {
  try {
    app.parse(respelled(words));
  } catch (const CLI::RequiredError&) {
    throw missing(app, words);
  } catch (const CLI::ExtrasError&) {
    throw too_many(words);
  } catch (const CLI::ParseError& e) {
    throw error(Code::usage, "the command line cannot be read: {}", e.what());
  }
}

}  // namespace

void set_targets(const Words& words, const std::vector<Option>& globals, const Option& dry_run) {
  CLI::App app;
  app.set_help_flag();
  std::size_t words_left = words.arguments.size();
  for (const Option& option : words.command->options) {
    if (!option.positional()) continue;
    declare(app, option, std::max<std::size_t>(1, words_left));
    words_left -= std::min<std::size_t>(1, words_left);
  }
  for (const Option* option : flags_of(*words.command, globals, dry_run)) declare(app, *option);
  try {
    parse(app, words);
    bind_rest(words);
  } catch (Error& e) {
    if (!e.hint().empty() || e.code() != Code::usage) throw;
    throw std::move(e).with_hint("the usage is `{}`", usage_line(words.path, *words.command));
  }
}

}  // namespace mlops::cli
