#include "which_model.hpp"

#include "cli/invocation.hpp"

#include <fmt/core.h>
#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/model/registry.hpp>

#include <vector>

namespace mlops::commands {

std::string which_model(cli::Invocation& invocation, const store::References& references,
                        const std::string& verb, const std::string& hint) {
  std::vector<std::string> names;
  ui::Question question{.text = fmt::format("which model is to be {}", verb), .choices = {}};
  for (const model::Offer& offer : model::offers(references)) {
    names.push_back(offer.name);
    question.choices.push_back({offer.name, fmt::format("v{}", offer.newest)});
  }
  if (names.size() == 1) return names.front();
  if (names.empty()) {
    throw error(Code::not_found, "there is no model yet")
        .with_id("model.not_found")
        .with_hint("`mlops train run --label COLUMN` makes the first one");
  }
  std::string name = invocation.choose(
      question, "",
      error(Code::usage, "which of {} models is to be {}: {}", names.size(), verb, one_of(names))
          .with_hint("name it{} {}`", hint, names.front()));
  invocation.tell_answers();
  return name;
}

}  // namespace mlops::commands
