#pragma once
/// The features that rows of a file lack.

#include <mlops/base/cancel.hpp>
#include <mlops/base/columns.hpp>
#include <mlops/score/batch.hpp>
#include <mlops/score/scorer.hpp>

#include <map>
#include <string>
#include <vector>

namespace mlops::score {

class RowFeatures {
 public:
  /// Looks at the columns that a file has: the features of a view are all there, or none are and they are
  /// looked up. Throws Error(usage, "signature.mismatch") for some of them alone, and for columns that are
  /// wanted then and are not there. The scorer must outlive it.
  RowFeatures(const Scorer& scorer, const std::vector<Field>& fields);

  /// The views that are looked up; empty: none is.
  const std::vector<const ModelView*>& views() const { return views_; }
  /// Reads their events.
  void read(const std::function<feature::History(const feature::View&)>& history);
  /// `rows` with the features at their right.
  Columns beside(const Columns& rows, const feature::JoinOptions& options) const;

 private:
  const ModelFeatures& features_;
  std::vector<const ModelView*> views_;
  std::map<std::string, feature::History> histories_;  ///< By the view's name.
};

}  // namespace mlops::score
