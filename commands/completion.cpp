/// `mlops completion`: the scripts that teach a shell our words. `mlops __complete`: what they ask.
#include "cli/complete.hpp"
#include "cli/embedded.hpp"
#include "cli/invocation.hpp"
#include "commands.hpp"

#include <fmt/core.h>

#include <memory>

namespace mlops::commands {
namespace {

struct CompletionArgs {
  std::string shell;
};

struct CompleteArgs {
  std::vector<std::string> words;
};

/// Never an error and never a note: the shell has nowhere to show them.
void answer(const CompleteArgs& args, cli::Invocation& invocation) {
  std::string lines;
  try {
    for (const cli::Candidate& candidate : cli::complete(invocation.application(), args.words)) {
      lines += fmt::format("{}\t{}\n", candidate.word, candidate.doc);
    }
  } catch (...) {
    return;
  }
  invocation.output().text(lines);
}

}  // namespace

cli::Command completion() {
  const auto args = std::make_shared<CompletionArgs>();
  return {
      .name = "completion",
      .summary = "print the script that completes mlops in a shell",
      .options = {{"shell",
                   "SHELL",
                   "bash, zsh or fish",
                   &args->shell,
                   cli::Offer::none,
                   true,
                   {"bash", "zsh", "fish"}}},
      .examples = {{"mlops completion bash > ~/.local/share/bash-completion/completions/mlops",
                    "Complete in bash from the next session on"},
                   {"mlops completion fish > ~/.config/fish/completions/mlops.fish", "The same in fish"},
                   {"mlops completion zsh > ~/.zfunc/_mlops", "The same in zsh, with ~/.zfunc in fpath"}},
      .run =
          [args](cli::Invocation& invocation) {
            invocation.output().text(cli::embedded_file("mlops." + args->shell));
          },
  };
}

cli::Command complete_words() {
  const auto args = std::make_shared<CompleteArgs>();
  return {
      .name = "__complete",
      .summary = "print what may stand where the last word stands",
      .options = {{"--", "WORD", "the words after mlops", &args->words}},
      .hidden = true,
      .run = [args](cli::Invocation& invocation) { answer(*args, invocation); },
  };
}

}  // namespace mlops::commands
