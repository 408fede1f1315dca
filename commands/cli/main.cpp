#include "main.hpp"

#include "help.hpp"
#include "invocation.hpp"
#include "parse.hpp"
#include "plugin.hpp"
#include "report.hpp"
#include "signals.hpp"

#include <algorithm>

namespace mlops::cli {
namespace {

/// Global options as far as the first look at the line can tell: enough to print a fault in the asked format.
Globals peek(const Words& words) {
  Globals seen;
  for (const Flag& flag : words.flags) {
    const std::string name = flag.option->spelling();
    if (name == "--json") seen.json = true;
    else if (name == "--porcelain") seen.porcelain = true;
    else if (name == "--quiet") seen.quiet = true;
    else if (name == "--verbose") ++seen.verbose;
    else if (name == "--color") seen.color = flag.value;
    else if (name == "--directory") seen.directory = seen.directory / flag.value;
    else if (name == "-h") seen.help = true;
    else if (name == "--help") seen.help_page = true;
    else if (name == "--version") seen.version = true;
  }
  return seen;
}

void enter(const std::filesystem::path& directory) {
  if (directory.empty()) return;
  std::error_code fault;
  std::filesystem::current_path(directory, fault);
  if (fault) throw system_error(fault.value(), fmt::format("cannot enter '{}'", directory.string()));
}

void refuse_both_formats(const Globals& globals) {
  if (!globals.json || !globals.porcelain) return;
  throw error(Code::usage, "'--json' and '--porcelain' exclude each other").with_hint("keep one of them");
}

/// Only what stands before the unknown word is ours; the rest belongs to the plug-in.
void try_plugin(const Application& application, const std::vector<std::string>& args, Words words) {
  if (!words.unknown) return;
  const auto at = args.begin() + static_cast<std::ptrdiff_t>(words.unknown->at);
  const auto program = find_plugin(application.environment, *at);
  if (!program) return;
  words.flags.resize(words.unknown->flags);
  enter(peek(words).directory);
  run_plugin(*program, {at + 1, args.end()});
}

/// A group was named without a verb.
void show_group(const Words& words, Invocation& invocation) {
  const ui::Stream& err = invocation.output().settings().terminal.err;
  if (invocation.format() == ui::Format::json) {
    throw error(Code::usage, "`{}` needs a command", spelled(words.path))
        .with_hint("`{} -h` lists them", spelled(words.path));
  }
  invocation.output().error_text(short_help(words.path, *words.command, err));
}

int run(const Words& words, const Globals& globals, Invocation& invocation) {
  const Command& root = invocation.application().root;
  if (globals.version) {
    root.child("version")->run(invocation);
  } else if (globals.help_page) {
    invocation.output().long_text(
        long_help(words.path, *words.command, invocation.output().settings().terminal.out));
  } else if (globals.help) {
    invocation.output().text(
        short_help(words.path, *words.command, invocation.output().settings().terminal.out));
  } else if (words.command->run) {
    if (!words.command->patient) set_patience(Patience::short_time);
    words.command->run(invocation);
    return invocation.exit_status();
  } else if (words.path.empty()) {
    invocation.output().text(overview(root, invocation.output().settings().terminal.out));
  } else {
    show_group(words, invocation);
    return static_cast<int>(Code::usage);
  }
  return 0;
}

class Session {
 public:
  Session(const Application& application, const std::vector<std::string>& args, Cancel& cancel)
      : application_(application),
        args_(args),
        cancel_(cancel),
        options_(global_options(globals_)),
        dry_run_(dry_run_option(globals_)) {}

  int run() {
    try {
      return attempt();
    } catch (...) {
      return fail(as_error(std::current_exception()));
    }
  }

 private:
  int attempt() {
    const Words words = read_words(application_.root, options_, dry_run_, args_);
    seen_ = peek(words);
    try_plugin(application_, args_, words);
    const bool asks_for_help = seen_.help || seen_.help_page || seen_.version;
    if (words.fault && !(seen_.version && words.path.empty())) throw *words.fault;
    refuse_both_formats(seen_);
    if (asks_for_help) globals_ = seen_;
    else set_targets(words, options_, dry_run_);
    globals_.directory = seen_.directory;  // each -C counts from the one before
    enter(globals_.directory);
    invocation_.emplace(application_, args_, globals_, cancel_);
    prepare_last_words(last_words());
    const int status = cli::run(words, globals_, *invocation_);
    invocation_->output().finish();
    return status;
  }

  /// On a terminal there may be a line of progress in the way.
  std::string last_words() const {
    const auto err = ui::look_at_terminal(application_.environment, seen_.colour()).err;
    return (err.tty && !seen_.json ? "\r\033[K" : "") +
           report(Error(Code::interrupted, "interrupted"), seen_, err);
  }

  int fail(const Error& error) {
    const auto terminal = ui::look_at_terminal(application_.environment, seen_.colour());
    try {
      // What was answered before the fault stays answered, unless that is what failed.
      if (invocation_) invocation_->output().finish();
    } catch (...) {
    }
    const bool stopped = error.code() == Code::interrupted && signal_status() != 0;
    if (!stopped || say_interrupted()) ui::write_error(report(error, seen_, terminal.err));
    return stopped ? signal_status() : static_cast<int>(error.code());
  }

  const Application& application_;
  const std::vector<std::string>& args_;
  Cancel& cancel_;
  Globals globals_;
  Globals seen_;
  std::vector<Option> options_;
  Option dry_run_;
  std::optional<Invocation> invocation_;
};

}  // namespace

int main(const Application& application, const std::vector<std::string>& args, Cancel& cancel) {
  return Session(application, args, cancel).run();
}

}  // namespace mlops::cli
