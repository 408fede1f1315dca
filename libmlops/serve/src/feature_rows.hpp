#pragma once
/// Rows that are pushed, as the columns that a view's expressions read.

#include <mlops/base/columns.hpp>
#include <mlops/feature/online.hpp>

#include <string>

#include "src/feature_request.hpp"

namespace mlops::serve {

/// Whether rows_of() knows the types of `reads`.
bool has_plain_types(const feature::OnlineView& view);

/// A column for each of `view.reads`, in their order. A column may be sent under its own name; a key also
/// under its entity's; the event time, where it is a column as it is, as `event_timestamp`, and likewise
/// `known` as `created`; and what a latest value reads as that value's name: so Feast's client sends rows.
/// Throws FeatureFault for columns that are missing and values of another type, with what is wanted.
Columns rows_of(const feature::OnlineView& view, const NamedLists& sent);

/// The same rows, found in the same way, as they were sent: a JSON object a line, by the names of
/// `view.reads`.
std::string lines_of(const feature::OnlineView& view, const NamedLists& sent);

}  // namespace mlops::serve
