#include "src/views.hpp"

#include <mlops/base/error.hpp>
#include <mlops/feature/fit.hpp>

#include <algorithm>

namespace mlops::release {
namespace {

/// What a transform learns is not kept with the model, so that rows to be answered could not go through it.
void refuse_transforms(const feature::JoinResult& join) {
  for (const feature::Joined& one : join.joined) {
    if (!one.transform) continue;
    throw error(Code::usage, "features/{}: column '{}' has a transform, and models take plain values",
                one.view, one.column)
        .with_hint("take the value as it is: models encode categories and fill nulls themselves");
  }
}

std::vector<std::string> columns_of(const score::ViewUse& view, const feature::JoinResult& join) {
  const std::string prefix = score::prefix_of(view.use) + "__";
  std::vector<std::string> names;
  for (const feature::Joined& one : join.joined) {
    if (one.name == prefix + one.column) names.push_back(one.name);
  }
  return names;
}

void append(std::vector<std::string>& to, const std::vector<std::string>& names) {
  to.insert(to.end(), names.begin(), names.end());
}

bool takes(const Candidate& candidate, const score::ViewUse& view) {
  return std::find(candidate.views.begin(), candidate.views.end(), score::prefix_of(view.use)) !=
         candidate.views.end();
}

}  // namespace

void join_views(Workshop& shop, const TrainRequest& request, Prepared& prepared) {
  const score::EnrichPlace place = {
      .store = shop.store, .engines = shop.engines, .resources = shop.resources, .cancel = shop.cancel};
  const score::Enriched joined = score::enrich(place, prepared.table, request.time, request.views);
  refuse_transforms(joined.join);
  prepared.table = score::with_features(prepared.table, joined, {});
  for (const score::ViewUse& view : request.views) {
    const std::vector<std::string> columns = columns_of(view, joined.join);
    for (Candidate& candidate : prepared.candidates) {
      if (!takes(candidate, view)) append(candidate.without, columns);
      else if (!candidate.only.empty()) append(candidate.only, columns);
    }
  }
}

}  // namespace mlops::release
