#include "src/row_features.hpp"

#include <mlops/base/error.hpp>

#include "src/lookup_faults.hpp"

namespace mlops::score {

RowFeatures::RowFeatures(const Scorer& scorer, const std::vector<Field>& fields)
    : features_(scorer.features()) {
  std::vector<std::string> there;
  for (const Field& field : fields) there.push_back(field.name);
  for (const DerivedColumn* column : scorer.derived().made_of(there)) there.push_back(column->name);
  for (const ModelView& view : features_.views) {
    if (lacks(view, there)) views_.push_back(&view);
  }
  require_lookups(scorer, views_, there, TimeColumn::required);
}

void RowFeatures::read(const std::function<feature::History(const feature::View&)>& history) {
  for (const ModelView* view : views_) {
    if (histories_.contains(view->view.name)) continue;
    if (!history)
      throw error(Code::usage, "the data lack the features of '{}', and there is nowhere to look them up",
                  view->as)
          .with_id("signature.mismatch");
    histories_.emplace(view->view.name, history(view->view));
  }
}

Columns RowFeatures::beside(const Columns& rows, const feature::JoinOptions& options) const {
  std::vector<feature::Use> uses;
  for (const ModelView* view : views_) {
    feature::Use use{.history = &histories_.at(view->view.name), .as = view->as, .columns = view->columns};
    for (const LookupColumn& key : view->key) use.key.push_back(key.name);
    uses.push_back(std::move(use));
  }
  return feature::beside(rows, feature::join(rows, features_.time.name, uses, options).columns);
}

}  // namespace mlops::score
