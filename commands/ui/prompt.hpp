#pragma once
/// A question with a list of answers, for a person at a terminal: asked on standard error, answered by a line
/// of standard input.

#include <mlops/base/cancel.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::ui {

struct Choice {
  std::string name;
  std::string doc = {};  ///< What stands beside it, such as a type.
};

struct Question {
  std::string text;  ///< Without its question mark: "which column is to be predicted".
  std::vector<Choice> choices;
};

/// The question and its answers, numbered from 1; those beyond the first twenty are not listed, but are
/// answers.
std::string text_of(const Question& question, std::size_t width);

/// Which one a line means: a name as it is written, else a number. Pure.
std::optional<std::size_t> meant(const Question& question, std::string_view line);

/// Asks until there is an answer: nothing when the line is empty or there is none (Ctrl-D). A line that means
/// nothing is answered with its near misses, and the question is asked again. Throws Error(interrupted).
std::optional<std::size_t> ask(const Question& question, std::size_t width, const Cancel& cancel);

}  // namespace mlops::ui
