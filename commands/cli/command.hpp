#pragma once
/// A command as a plain value. The parser, the help, the man pages, the completion and the tests all read it,
/// so that they cannot disagree. Options point into the Args struct that the command's `run` holds.

#include <mlops/base/error.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace mlops::cli {

class Invocation;

/// What completion may offer for a value; `target` is a dataset or a release, `address` any of dataset, model
/// and run.
enum class Offer {
  none,
  file,
  folder,
  dataset,
  target,
  view,
  model,
  view_or_model,
  schedule,
  run,
  address,
  command,
  setting
};

/// Where a value goes. A bool is set by the flag's presence, an int counts how often it stands; a vector
/// takes every occurrence of a flag, or all the words that are left when it is positional.
using Target =
    std::variant<bool*, int*, std::string*, std::optional<std::string>*, std::filesystem::path*,
                 std::optional<std::filesystem::path>*, std::int64_t*, std::optional<std::int64_t>*,
                 std::vector<std::string>*, std::vector<std::filesystem::path>*>;

struct Option {
  /// "-f,--file" or "--file" for a flag; "file" for a word in its place; "--" for all the words after `--`.
  std::string names;
  std::string value;  ///< What stands for the value in help, such as "FILE"; empty for a flag without one.
  std::string help;   ///< Lower case, no full stop.
  Target target;
  Offer offer = Offer::none;
  bool required = false;
  std::vector<std::string> choices = {};  ///< The only values allowed, if there are any.
  bool often_bare = false;  ///< A flag whose value people type without it: told where a word is too many.

  bool positional() const { return names[0] != '-'; }
  bool rest() const { return names == "--"; }
  bool flag() const { return !positional() && !rest(); }
  bool takes_value() const { return !value.empty(); }
  bool repeats() const;
  /// "-f" and "--file" of "-f,--file".
  std::vector<std::string> spellings() const;
  /// The spelling that messages use: the long one where there is one.
  std::string spelling() const;
};

struct Example {
  std::string command;  ///< A whole line, as typed.
  std::string doc;      ///< What it does, as a sentence without its full stop.
};

/// An exit code beyond those that every command has.
struct Exit {
  Code code;
  std::string meaning = {};  ///< Empty: the general meaning.
};

struct Command {
  std::string name;
  std::string summary;     ///< Lower case, no full stop.
  std::string group = {};  ///< Heading in the overview; for children of the root.
  std::vector<Option> options = {};
  std::vector<Example> examples = {};
  std::vector<Exit> exits = {};
  std::vector<std::string> see_also = {};  ///< Pages, such as "mlops-output(5)".
  bool dry_run = false;                    ///< Takes -n, --dry-run; asks invocation.dry_run().
  /// After Ctrl-C it ends in its own time (it waits for a child, for open requests), not within a second.
  bool patient = false;
  bool hidden = false;
  std::function<void(Invocation& invocation)> run = {};  ///< Nothing for a mere group.
  std::vector<Command> children = {};

  const Command* child(std::string_view name) const;
};

/// From the root (not included) to a command.
using Path = std::vector<const Command*>;

/// "mlops data show".
std::string spelled(const Path& path);

/// "mlops data show [OPTIONS] NAME".
std::string usage_line(const Path& path, const Command& command);

/// "-f, --file FILE", "NAME...", "-- COMMAND...".
std::string option_text(const Option& option);

/// Visits every command below `root` that is not hidden, parents first.
void each_command(const Command& root,
                  const std::function<void(const Path& path, const Command& command)>& visit);

}  // namespace mlops::cli
