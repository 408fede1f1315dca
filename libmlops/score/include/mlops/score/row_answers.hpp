#pragma once
/// Rows of a table answered, with what they lack: columns that are made of others, and features of views as
/// of each row's time.

#include <mlops/base/cancel.hpp>
#include <mlops/base/columns.hpp>
#include <mlops/feature/join.hpp>
#include <mlops/score/scorer.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace mlops::score {

class RowAnswers {
 public:
  /// Looks at the columns that the rows have: the features of a view are all there, or none are and they are
  /// looked up. Throws Error(usage, "signature.mismatch") for some of them alone, and for columns that are
  /// wanted then and are not there. The scorer must outlive it.
  RowAnswers(const Scorer& scorer, const std::vector<Field>& fields, const feature::JoinOptions& joining);

  /// The views that are looked up; empty: none is.
  const std::vector<const ModelView*>& views() const { return views_; }
  /// Reads their events, once for each view. Throws what `history` does, and Error(usage,
  /// "signature.mismatch") where there is none.
  void read(const std::function<feature::History(const feature::View&)>& history);

  /// Joining has its price for each block of rows: with views(), give it 100,000 at once. Throws as
  /// Scorer::answer() and feature::join(). `first_row` is the number of the first row in messages.
  void answer(const Columns& rows, Answered& out, std::uint64_t first_row = 1) const;

 private:
  Columns beside(const Columns& rows) const;

  const Scorer& scorer_;
  feature::JoinOptions joining_;
  std::vector<const ModelView*> views_;
  std::map<std::string, feature::History> histories_;  ///< By the view's name.
};

}  // namespace mlops::score
