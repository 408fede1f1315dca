#pragma once
/// What a command is given: its way to answer, the project around it, engines, settings, time and
/// cancellation. Passed, never global; nothing in libmlops sees it. Used by one thread.

#include "application.hpp"
#include "globals.hpp"
#include "ui/output.hpp"
#include "ui/prompt.hpp"

#include <mlops/base/cancel.hpp>
#include <mlops/base/clock.hpp>
#include <mlops/base/engines.hpp>
#include <mlops/base/error.hpp>
#include <mlops/config/settings.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::project {
class Project;
}

namespace mlops::cli {

class Invocation {
 public:
  /// `args` are the words after the program's name.
  Invocation(const Application& application, const std::vector<std::string>& args, const Globals& globals,
             Cancel& cancel);
  ~Invocation();
  Invocation(const Invocation&) = delete;
  Invocation& operator=(const Invocation&) = delete;

  // The answer, on standard output; see ui::Output.
  void rows(std::string_view schema, const std::vector<ui::Row>& rows);
  void record(std::string_view schema, const ui::Row& row);
  ui::Output& output();

  // The conversation, on standard error.
  void note(std::string_view text);
  /// The same, unless it was said before.
  void note_once(const std::string& text);
  void warning(std::string_view text);
  /// A command that is a likely next step, without backticks.
  void next(std::string_view command);
  Progress& progress();

  /// The project around the current folder. Throws Error(not_found) with a hint when there is none.
  project::Project& project();
  /// The same, or a new one begun in the current folder; nothing is written before the first thing is.
  project::Project& project_or_create();

  Engines& engines();
  /// Flags, environment, the project around the current folder, the user's file. Throws Error(usage) for what
  /// is wrong in any of them: asked by commands that do what a setting says.
  const config::Settings& settings();
  const config::Environment& environment() const;
  /// What "now" is: the system's time, or that of --as-of.
  const Clock& clock() const;
  /// From now on "now" is what `clock` says; the clock of before is returned.
  std::unique_ptr<Clock> exchange_clock(std::unique_ptr<Clock> clock);
  const Cancel& cancel() const;
  /// The same, for who limits the time of some work.
  Cancel& limit();
  bool dry_run() const;
  int verbosity() const;
  ui::Format format() const;

  /// The name of one of the choices, as a person picked it, to be given by `flag` ("--label"; empty: a word
  /// in its place). Thrown is `unasked` when there is nobody to ask (standard input or error is no terminal,
  /// or
  /// --no-input, --json, --porcelain) and when there is no answer.
  std::string choose(const ui::Question& question, std::string_view flag, const Error& unasked);
  /// Notes the command that would have needed no question, once all of them are answered.
  void tell_answers();

  /// Bytes of standard input, for a command that was given "-"; 0 at its end. Says so, once, when a person
  /// would have to type. Throws Error: failed, interrupted.
  std::size_t read_input(void* buffer, std::size_t size);

  const Application& application() const;
  /// What was typed, beginning with "mlops", and what was answered: for the records of what was done.
  std::vector<std::string> command_line() const;

  /// The exit code of the process when the command returns: for one that hands on that of another program.
  void set_exit_status(int status);
  int exit_status() const;

 private:
  /// For how things are shown: help is wanted most when a file has a fault.
  config::Settings settings_or_defaults();

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mlops::cli
