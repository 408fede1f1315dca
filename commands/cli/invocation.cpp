#include "invocation_impl.hpp"

#include <unistd.h>
#include <mlops/base/error.hpp>

#include <cerrno>
#include <utility>

namespace mlops::cli {
namespace {

std::unique_ptr<Clock> clock_for(const std::optional<std::string>& as_of) {
  if (!as_of) return std::make_unique<SystemClock>();
  const auto time = Time::parse(*as_of);
  if (!time) {
    throw error(Code::usage, "'{}' is not a time, which '--as-of' wants", *as_of)
        .with_hint("write it like `2026-11-01` or `2026-11-01T09:30:00Z`");
  }
  return std::make_unique<FixedClock>(*time);
}

/// As a shell reads it back.
std::string quoted(const std::string& word) {
  constexpr std::string_view harmless =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=@,+%";
  if (!word.empty() && word.find_first_not_of(harmless) == std::string::npos) return word;
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::string shell_line(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + quoted(word);
  return out;
}

}  // namespace

Invocation::Invocation(const Application& application, const std::vector<std::string>& args,
                       const Globals& globals, Cancel& cancel)
    : impl_(new Impl{application, args, globals, cancel, clock_for(globals.as_of)}) {}

Invocation::~Invocation() = default;

ui::Output& Invocation::output() {
  if (impl_->output) return *impl_->output;
  const Globals& globals = impl_->globals;
  impl_->output.emplace(ui::OutputSettings{
      .format = globals.format(),
      .terminal = ui::look_at_terminal(impl_->application.environment, globals.colour()),
      .quiet = globals.quiet,
      .progress = [this] { return settings_or_defaults().progress; },
      .cancel = &impl_->cancel,
      .pager = [this] { return settings_or_defaults().pager; },
  });
  return *impl_->output;
}

void Invocation::rows(std::string_view schema, const std::vector<ui::Row>& rows) {
  output().rows(schema, rows);
}

void Invocation::record(std::string_view schema, const ui::Row& row) { output().record(schema, row); }

void Invocation::note(std::string_view text) { output().note(text); }

void Invocation::note_once(const std::string& text) {
  if (impl_->noted.insert(text).second) note(text);
}

void Invocation::warning(std::string_view text) { output().warning(text); }

void Invocation::next(std::string_view command) { output().next(command); }

Progress& Invocation::progress() { return output().progress(); }

Engines& Invocation::engines() {
  if (!impl_->engines)
    impl_->engines =
        std::make_unique<Engines>(impl_->application.engine_folders, impl_->application.carried_engines);
  return *impl_->engines;
}

const config::Environment& Invocation::environment() const { return impl_->application.environment; }

const Clock& Invocation::clock() const { return *impl_->clock; }

std::unique_ptr<Clock> Invocation::exchange_clock(std::unique_ptr<Clock> clock) {
  return std::exchange(impl_->clock, std::move(clock));
}

const Cancel& Invocation::cancel() const { return impl_->cancel; }

Cancel& Invocation::limit() { return impl_->cancel; }

bool Invocation::dry_run() const { return impl_->globals.dry_run; }

int Invocation::verbosity() const { return impl_->globals.verbose; }

ui::Format Invocation::format() const { return impl_->globals.format(); }

std::string Invocation::choose(const ui::Question& question, std::string_view flag, const Error& unasked) {
  const bool asks = format() == ui::Format::human && !impl_->globals.no_input && isatty(STDIN_FILENO) == 1 &&
                    isatty(STDERR_FILENO) == 1;
  if (!asks) throw unasked;
  output().error_text("");  // clears what is in the way
  const auto found = ui::ask(question, output().settings().terminal.err.width, impl_->cancel);
  if (!found) throw unasked;
  const std::string& name = question.choices[*found].name;
  std::vector<std::string>& answers = impl_->answers;
  if (flag.empty()) {
    answers.push_back(name);
  } else if (name.starts_with('-')) {
    answers.push_back(fmt::format("{}={}", flag, name));
  } else {
    answers.insert(answers.end(), {std::string(flag), name});
  }
  return name;
}

void Invocation::tell_answers() {
  if (!impl_->answers.empty()) note(fmt::format("without a question: {}", shell_line(command_line())));
}

std::size_t Invocation::read_input(void* buffer, std::size_t size) {
  if (!impl_->reads_input && isatty(STDIN_FILENO) == 1) note("reading from the terminal; Ctrl-D ends it");
  impl_->reads_input = true;
  for (;;) {
    impl_->cancel.check();
    const ssize_t got = ::read(STDIN_FILENO, buffer, size);
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) throw system_error(errno, "cannot read standard input");
  }
}

std::vector<std::string> Invocation::command_line() const {
  std::vector<std::string> words = {"mlops"};
  words.insert(words.end(), impl_->args.begin(), impl_->args.end());
  words.insert(words.end(), impl_->answers.begin(), impl_->answers.end());
  return words;
}

const Application& Invocation::application() const { return impl_->application; }

void Invocation::set_exit_status(int status) { impl_->exit_status = status; }

int Invocation::exit_status() const { return impl_->exit_status; }

}  // namespace mlops::cli
