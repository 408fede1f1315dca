#pragma once
/// The first look at a command line: which command it means, which words are flags, values and arguments. It
/// works without the parser library, so that unknown words get our own messages, and it goes on after a
/// fault, so that the fault can be printed in the format that a later word asks for.

#include "command.hpp"

#include <mlops/base/error.hpp>

#include <optional>
#include <string>
#include <vector>

namespace mlops::cli {

struct Flag {
  const Option* option = nullptr;
  std::string value;  ///< Empty for a flag that takes none.
};

/// A plug-in may answer such a word; only the flags before it are ours then.
struct Unknown {
  std::size_t at = 0;     ///< Its place in the command line.
  std::size_t flags = 0;  ///< Flags that stand before it.
};

struct Words {
  const Command* command = nullptr;
  Path path;
  std::vector<Flag> flags;             ///< In their order.
  std::vector<std::string> arguments;  ///< Words that are neither command nor flag.
  std::vector<std::string> rest;       ///< Words after `--`, for a command that declares them.
  std::optional<Error> fault;          ///< The first.
  const Option* wanting = nullptr;     ///< The last word is this flag, and its value is missing.
  std::optional<Unknown> unknown;      ///< A first word that is no command of ours.
};

/// The result points into all that is given.
Words read_words(const Command& root, const std::vector<Option>& globals, const Option& dry_run,
                 const std::vector<std::string>& args);

/// Flags that may stand with `command`: its own, -n if it declares that, the global ones.
std::vector<const Option*> flags_of(const Command& command, const std::vector<Option>& globals,
                                    const Option& dry_run);

}  // namespace mlops::cli
