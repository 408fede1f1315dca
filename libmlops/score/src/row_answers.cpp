#include <mlops/base/error.hpp>
#include <mlops/score/row_answers.hpp>

#include "src/lookup_faults.hpp"

namespace mlops::score {

RowAnswers::RowAnswers(const Scorer& scorer, const std::vector<Field>& fields,
                       const feature::JoinOptions& joining)
    : scorer_(scorer), joining_(joining) {
  std::vector<std::string> there;
  for (const Field& field : fields) there.push_back(field.name);
  for (const DerivedColumn* column : scorer.derived().made_of(there)) there.push_back(column->name);
  for (const ModelView& view : scorer.features().views) {
    if (lacks(view, there)) views_.push_back(&view);
  }
  require_lookups(scorer, views_, there, TimeColumn::required);
}

void RowAnswers::read(const std::function<feature::History(const feature::View&)>& history) {
  for (const ModelView* view : views_) {
    if (histories_.contains(view->view.name)) continue;
    if (!history)
      throw error(Code::usage, "the data lack the features of '{}', and there is nowhere to look them up",
                  view->as)
          .with_id("signature.mismatch");
    histories_.emplace(view->view.name, history(view->view));
  }
}

void RowAnswers::answer(const Columns& rows, Answered& out, std::uint64_t first_row) const {
  const Columns whole = scorer_.derived().complete(rows, first_row);
  scorer_.answer(views_.empty() ? whole : beside(whole), out, first_row);
}

Columns RowAnswers::beside(const Columns& rows) const {
  std::vector<feature::Use> uses;
  for (const ModelView* view : views_) {
    feature::Use use{.history = &histories_.at(view->view.name), .as = view->as, .columns = view->columns};
    for (const LookupColumn& key : view->key) use.key.push_back(key.name);
    uses.push_back(std::move(use));
  }
  return feature::beside(rows, feature::join(rows, scorer_.features().time.name, uses, joining_).columns);
}

}  // namespace mlops::score
