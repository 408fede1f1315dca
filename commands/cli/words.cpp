#include "words.hpp"

#include <mlops/base/text.hpp>

#include <algorithm>

namespace mlops::cli {
namespace {

class Reader {
 public:
  Reader(const Command& root, const std::vector<Option>& globals, const Option& dry_run,
         const std::vector<std::string>& args)
      : globals_(globals), dry_run_(dry_run), args_(args) {
    words_.command = &root;
  }

  Words read() {
    const auto end = static_cast<std::size_t>(std::find(args_.begin(), args_.end(), "--") - args_.begin());
    while (at_ < end) {
      const std::string& word = args_[at_++];
      if (is_flag(word)) take_flag(word, end);
      else take_word(word);
    }
    if (end < args_.size()) take_rest(end + 1);
    return std::move(words_);
  }

 private:
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }
  /// "-" stands for standard input or output and "-5" is a number.
  static bool is_flag(const std::string& word) {
    return word.size() > 1 && word[0] == '-' && !is_digit(word[1]);
  }

  void fail(Error error) {
    if (!words_.fault) words_.fault = std::move(error);
  }

  const Option* find(std::string_view spelling) const {
    for (const Option* option : flags_of(*words_.command, globals_, dry_run_)) {
      const auto spellings = option->spellings();
      if (std::find(spellings.begin(), spellings.end(), spelling) != spellings.end()) return option;
    }
    return nullptr;
  }

  void take_flag(const std::string& word, std::size_t end) {
    if (word[1] == '-') take_long(word, end);
    else take_short(word, end);
  }

  void take_long(const std::string& word, std::size_t end) {
    const std::size_t equals = word.find('=');
    const std::string name = word.substr(0, equals);
    const Option* option = find(name);
    if (option == nullptr) return fail(unknown_flag(name));
    if (option->takes_value()) {
      if (equals == std::string::npos) take_value(*option, end);
      else words_.flags.push_back({option, word.substr(equals + 1)});
    } else if (equals != std::string::npos) {
      fail(error(Code::usage, "'{}' takes no value, but '{}' was given", name, word.substr(equals + 1)));
    } else {
      words_.flags.push_back({option, ""});
    }
  }

  /// "-q", "-qv", "-fFILE", "-f FILE".
  void take_short(const std::string& word, std::size_t end) {
    for (std::size_t i = 1; i < word.size(); ++i) {
      const std::string name = {'-', word[i]};
      const Option* option = find(name);
      if (option == nullptr) return fail(unknown_flag(word.size() == 2 || i > 1 ? name : word));
      if (!option->takes_value()) {
        words_.flags.push_back({option, ""});
      } else {
        if (i + 1 < word.size()) words_.flags.push_back({option, word.substr(i + 1)});
        else take_value(*option, end);
        return;
      }
    }
  }

  void take_value(const Option& option, std::size_t end) {
    if (at_ < end) {
      words_.flags.push_back({&option, args_[at_++]});
      return;
    }
    words_.wanting = &option;
    fail(error(Code::usage, "'{}' needs a value", option.spelling())
             .with_hint("it is written `{} {}`", option.spelling(), option.value));
  }

  void take_word(const std::string& word) {
    const Command& command = *words_.command;
    const Command* child = words_.arguments.empty() ? command.child(word) : nullptr;
    if (child != nullptr) {
      words_.path.push_back(child);
      words_.command = child;
      return;
    }
    // After an unknown word nothing is known about the words that follow it but the global flags.
    const bool takes_words = std::any_of(command.options.begin(), command.options.end(),
                                         [](const Option& o) { return o.positional(); });
    if (command.children.empty() || takes_words || words_.fault) words_.arguments.push_back(word);
    else fail(unknown_command(word));
  }

  void take_rest(std::size_t begin) {
    const auto& options = words_.command->options;
    const bool wanted = std::any_of(options.begin(), options.end(), [](const Option& o) { return o.rest(); });
    auto& into = wanted ? words_.rest : words_.arguments;
    into.insert(into.end(), args_.begin() + static_cast<std::ptrdiff_t>(begin), args_.end());
  }

  Error unknown_command(const std::string& word) {
    if (words_.path.empty()) words_.unknown = {at_ - 1, words_.flags.size()};
    std::vector<std::string> known;
    for (const Command& child : words_.command->children) {
      if (!child.hidden) known.push_back(child.name);
    }
    const std::string parent = spelled(words_.path);
    auto fault = error(Code::usage, "'{}' is not a command of `{}`", word, parent).with_id("command.unknown");
    std::vector<std::string> near = near_misses(word, known);
    for (std::string& name : near) name = fmt::format("{} {}", parent, name);
    for (const Command& group : words_.command->children) {  // Whoever leaves out the group: `mlops add`.
      for (const Command& child : group.children) {
        if (child.name == word && !group.hidden && !child.hidden)
          near.push_back(fmt::format("{} {} {}", parent, group.name, word));
      }
    }
    return near.empty() ? std::move(fault).with_hint("`{} -h` lists them", parent)
                        : std::move(fault).with_hint("{}", similar("command", near));
  }

  Error unknown_flag(const std::string& name) const {
    std::vector<std::string> known;
    for (const Option* option : flags_of(*words_.command, globals_, dry_run_)) {
      for (const std::string& spelling : option->spellings()) {
        if (spelling.size() > 2) known.push_back(spelling);
      }
    }
    const std::string command = spelled(words_.path);
    auto fault = error(Code::usage, "`{}` has no flag '{}'", command, name).with_id("flag.unknown");
    const std::vector<std::string> near =
        name.size() > 2 ? near_misses(name, known) : std::vector<std::string>{};
    return near.empty() ? std::move(fault).with_hint("`{} -h` lists them", command)
                        : std::move(fault).with_hint("{}", similar("flag", near));
  }

  static std::string similar(std::string_view what, const std::vector<std::string>& near) {
    return fmt::format("{} {}{}: {}", near.size() == 1 ? "a similar" : "similar", what,
                       near.size() == 1 ? " exists" : "s exist", one_of(near));
  }

  const std::vector<Option>& globals_;
  const Option& dry_run_;
  const std::vector<std::string>& args_;
  std::size_t at_ = 0;
  Words words_;
};

}  // namespace

std::vector<const Option*> flags_of(const Command& command, const std::vector<Option>& globals,
                                    const Option& dry_run) {
  std::vector<const Option*> out;
  for (const Option& option : command.options) {
    if (option.flag()) out.push_back(&option);
  }
  if (command.dry_run) out.push_back(&dry_run);
  for (const Option& option : globals) out.push_back(&option);
  return out;
}

Words read_words(const Command& root, const std::vector<Option>& globals, const Option& dry_run,
                 const std::vector<std::string>& args) {
  return Reader(root, globals, dry_run, args).read();
}

}  // namespace mlops::cli
