#pragma once
/// Slices of a model's rows, written in other places than mlops.yaml.

#include <mlops/manifest/training.hpp>

#include <string_view>

namespace mlops::manifest {

/// One item of `slices:` from a text such as a flag's: "origin", "distance by 500". Throws Error(usage), with
/// `where` in front of its message.
SliceSpec slice_of(std::string_view text, std::string_view where);

}  // namespace mlops::manifest
