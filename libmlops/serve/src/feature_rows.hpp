#pragma once
/// Rows that are pushed, as the columns that a view's expressions read.

#include <mlops/base/columns.hpp>
#include <mlops/feature/online.hpp>

#include "src/feature_request.hpp"

namespace mlops::serve {

/// A column for each of `view.reads`, in their order. A column may be sent under its own name; a key also
/// under its entity's; the event time, where it is a column as it is, as `event_timestamp`, and likewise
/// `known` as `created`; and what a latest value reads as that value's name: so Feast's client sends rows.
/// Types that have no JSON of their own are texts as they were sent. Throws FeatureFault for columns that are
/// missing and values of another type, with what is wanted.
Columns rows_of(const feature::OnlineView& view, const NamedLists& sent);

}  // namespace mlops::serve
