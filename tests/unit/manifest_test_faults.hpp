#pragma once
/// Manifests that are refused, and what is said of them.

#include <gtest/gtest.h>
#include <mlops/manifest/manifest.hpp>

#include <string>
#include <vector>

#include "error_of.hpp"

namespace mlops::manifest {

struct Bad {
  std::string text;
  std::string message;  ///< The whole of it.
  std::string hint;     ///< A part of it.
};

inline void expect_faults(const std::vector<Bad>& all) {
  for (const Bad& bad : all) {
    const Error seen = test::error_of([&] { parse(bad.text, "f"); });
    EXPECT_EQ(seen.code(), Code::usage) << bad.text;
    EXPECT_EQ(seen.message(), bad.message) << bad.text << seen.detail();
    EXPECT_NE(seen.hint().find(bad.hint), std::string::npos) << bad.text << "\nhint: " << seen.hint();
    EXPECT_NE(seen.detail().find('^'), std::string::npos) << bad.text;
  }
}

}  // namespace mlops::manifest
