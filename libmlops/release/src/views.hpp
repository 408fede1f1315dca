#pragma once
/// Views of the request beside the table that is trained on.

#include <mlops/release/train.hpp>

namespace mlops::release {

/// Joins the views of the request to the table, as of each row's time; each candidate is left the columns of
/// those that it names. Throws Error as prepare() does.
void join_views(Workshop& shop, const TrainRequest& request, Prepared& prepared);

}  // namespace mlops::release
