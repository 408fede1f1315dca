#pragma once
/// Faults of definitions as people see them: file:line:column, the line, a caret.

#include <mlops/base/error.hpp>
#include <mlops/feature/view.hpp>

#include <string>
#include <utility>
#include <vector>

namespace mlops::feature {

/// A view that cannot be used, and why.
struct Refused {
  std::string view;
  std::vector<Misfit> misfits;  ///< At least one.
};

/// Error(usage, "features.invalid") whose detail shows every misfit at its place in `file`. At least one
/// view.
Error refusal(const std::vector<Refused>& views, const std::string& file);

}  // namespace mlops::feature
