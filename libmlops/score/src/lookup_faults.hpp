#pragma once
/// What is wrong with the columns of rows whose features may have to be looked up: one rule and its messages
/// for files and for requests.

#include <mlops/score/scorer.hpp>

#include <string>
#include <vector>

namespace mlops::score {

/// Whether the features of the view are to be looked up: none of what the model takes of it is among the
/// columns `there`. Throws Error(usage, "signature.mismatch") where some are and some are not.
bool lacks(const ModelView& view, const std::vector<std::string>& there);

/// Whether rows without a time are of now.
enum class TimeColumn { required, optional };

/// Throws Error(usage, "signature.mismatch") where columns are missing by which `views` are looked up, or
/// others that the model takes, all of them named.
void require_lookups(const Scorer& scorer, const std::vector<const ModelView*>& views,
                     const std::vector<std::string>& there, TimeColumn time);

}  // namespace mlops::score
