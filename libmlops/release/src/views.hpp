#pragma once
/// Views of the request beside the table that is trained on.

#include <mlops/predict/package.hpp>
#include <mlops/release/train.hpp>

namespace mlops::release {

/// Joins the views of the request to the table, as of each row's time, and fits their transforms to the
/// training rows; each candidate is left the columns of those that it names. Throws Error as prepare() does.
void join_views(Workshop& shop, const TrainRequest& request, Prepared& prepared);

/// With names of columns that have a transform replaced by those of what it makes of them.
std::vector<std::string> after_transforms(const Prepared& prepared, const std::vector<std::string>& names);

/// Puts into the package what it takes of the views: definitions, fits, and the inputs before transforms; and
/// how inputs, keys and times are made of other columns of their row.
void keep_features(const TrainRequest& request, const Prepared& prepared, predict::Package& package);

}  // namespace mlops::release
