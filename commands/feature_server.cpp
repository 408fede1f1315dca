#include "feature_server.hpp"

#include "cli/invocation.hpp"
#include "dataset_rows.hpp"
#include "model_features.hpp"
#include "online_views.hpp"

#include <mlops/base/progress.hpp>
#include <mlops/model/registry.hpp>
#include <mlops/project/project.hpp>
#include <mlops/score/online.hpp>

#include <algorithm>
#include <cstring>
#include <filesystem>

namespace mlops::commands {
namespace {

/// What tables call the time of their rows.
std::map<std::string, std::string> times_of(const manifest::Manifest& manifest) {
  std::map<std::string, std::string> out;
  const auto add = [&](const manifest::TableSpec& table) {
    if (!table.time.empty()) out.emplace(table.name, table.time);
  };
  std::for_each(manifest.sources.begin(), manifest.sources.end(), add);
  std::for_each(manifest.data.begin(), manifest.data.end(), add);
  return out;
}

/// Models that take views, as they answer now; a record is opened once.
class Services {
 public:
  explicit Services(store::Store& store) : store_(store) {}

  std::map<std::string, score::ModelFeatures> operator()() {
    std::map<std::string, score::ModelFeatures> out;
    const model::Registry registry(store_);
    for (const model::Offer& offer : model::offers(store_.references())) {
      const score::ModelFeatures& features = features_of(registry.get(offer.name));
      if (!features.empty()) out.emplace(offer.name, features);
    }
    return out;
  }

 private:
  const score::ModelFeatures& features_of(const model::Version& version) {
    const auto known = known_.find(version.package.text());
    if (known != known_.end()) return known->second;
    auto features = features_in(store_, store::get_tree(store_.objects(), version.package));
    return known_.emplace(version.package.text(), std::move(features)).first->second;
  }

  store::Store& store_;
  std::map<std::string, score::ModelFeatures> known_ = {};
};

/// Rows that only SQL can read: by a table engine that is opened when one is pushed.
class Evaluator {
 public:
  explicit Evaluator(cli::Invocation& invocation)
      : engines_(invocation.engines()),
        store_(invocation.project().store()),
        resources_(resources_of(invocation)),
        cancel_(invocation.cancel()) {}

  Columns operator()(const feature::OnlineView& view, const std::string& rows) const {
    NoProgress progress;
    dataset::OpenRequest request{.file = "-", .format = "jsonl"};
    request.input = [rest = std::string_view(rows)](void* buffer, std::size_t size) mutable {
      const std::size_t taken = std::min(size, rest.size());
      std::memcpy(buffer, rest.data(), taken);
      rest.remove_prefix(taken);
      return taken;
    };
    const dataset::OpenPlace place{.engines = engines_,
                                   .resources = resources_,
                                   .scratch = dataset::scratch_beside(store_.objects()),
                                   .progress = progress,
                                   .cancel = &cancel_};
    return score::pushed_events(place, {view}, std::move(request)).front().events;
  }

 private:
  Engines& engines_;
  store::Store& store_;
  dataset::Resources resources_;
  const Cancel& cancel_;
};

}  // namespace

std::unique_ptr<serve::FeatureServer> feature_server(cli::Invocation& invocation,
                                                     const std::vector<std::string>& views) {
  project::Project& project = invocation.project();
  serve::FeatureOptions options{.file = project.online_file(), .times = times_of(project.manifest())};
  for (const std::string& view : views) options.views.push_back(view_name(view));
  options.services = Services(project.store());
  options.evaluate = Evaluator(invocation);
  return std::make_unique<serve::FeatureServer>(invocation.clock(), std::move(options));
}

std::unique_ptr<serve::FeatureServer> feature_server_if_online(cli::Invocation& invocation) {
  std::error_code ignored;
  if (!std::filesystem::exists(invocation.project().online_file(), ignored)) return nullptr;
  return feature_server(invocation);
}

}  // namespace mlops::commands
