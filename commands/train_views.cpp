#include "train_views.hpp"

#include "checking.hpp"
#include "cli/invocation.hpp"
#include "up_to_date.hpp"

#include <mlops/base/error.hpp>
#include <mlops/project/project.hpp>

#include <algorithm>

namespace mlops::commands {
namespace {

/// Uses of the models that are trained, each prefix once.
std::vector<manifest::FeatureUse> uses_of(const release::TrainRequest& request,
                                          const manifest::Manifest& manifest) {
  std::vector<manifest::FeatureUse> uses;
  for (const release::Candidate& candidate : request.candidates) {
    const manifest::ModelSpec* model =
        candidate.views.empty() ? nullptr : manifest.find_model(candidate.name);
    if (model == nullptr) continue;
    for (const manifest::FeatureUse& use : model->features) {
      const std::string prefix = score::prefix_of(use);
      const auto known = std::find_if(uses.begin(), uses.end(), [&](const manifest::FeatureUse& one) {
        return score::prefix_of(one) == prefix;
      });
      if (known == uses.end()) uses.push_back(use);
      else if (known->use != use.use || known->key != use.key)
        throw error(Code::usage, "two models call different features '{}'", prefix)
            .with_hint("give one of them another name: `as: NAME`");
    }
  }
  return uses;
}

Change change_of(const TrainArgs& args) { return args.plan ? Change::plan : Change::make; }

score::ViewUse view_of(const manifest::FeatureUse& use, const TrainArgs& args,
                       const release::TrainRequest& request, cli::Invocation& invocation) {
  const manifest::Manifest& manifest = invocation.project().manifest();
  const manifest::FeatureSpec& view = *manifest.find_feature(use.use);
  const manifest::TableSpec& table = *manifest.find_table(view.from);
  const std::string address = manifest.address_of(table);
  score::ViewUse out{.use = use, .view = view, .table = table, .version = request.data};
  if (address == request.data.address()) return out;
  out.version = current_version(address, args.parameters, invocation, change_of(args));
  if (!args.plan) mind_refusal(invocation, invocation.project(), out.version, Asked::by_name);
  return out;
}

}  // namespace

void require_known_keys(const score::ViewUse& view, const manifest::TableSpec& trained) {
  for (const auto& [entity, own] : view.view.key) {
    const auto other = view.use.key.find(entity);
    const std::string& column = other == view.use.key.end() ? own : other->second;
    if (std::find(trained.outcome.begin(), trained.outcome.end(), column) == trained.outcome.end()) continue;
    throw error(Code::usage, "'{}', the key of features/{}, is known only afterwards", column, view.use.use)
        .with_hint("it is an outcome of {}; take a column that is known when the answer is wanted",
                   trained.name);
  }
}

void add_views(const TrainArgs& args, cli::Invocation& invocation, release::TrainRequest& request) {
  const manifest::Manifest& manifest = invocation.project().manifest();
  const manifest::TableSpec* trained = manifest.find_table(request.data.address());
  for (const manifest::FeatureUse& use : uses_of(request, manifest)) {
    request.views.push_back(view_of(use, args, request, invocation));
    if (trained != nullptr) require_known_keys(request.views.back(), *trained);
    const bool again = std::any_of(request.views.begin(), request.views.end() - 1, [&](const auto& other) {
      return other.view.name == request.views.back().view.name;
    });
    if (!again && !args.plan) require_good_view(invocation, invocation.project(), request.views.back());
  }
  if (trained != nullptr) request.time = trained->time;
}

}  // namespace mlops::commands
