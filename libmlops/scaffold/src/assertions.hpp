#pragma once
/// What holds of a table today and should tomorrow, as `expect:` says it.

#include <mlops/dataset/read.hpp>
#include <mlops/release/train.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::scaffold {

struct Assertion {
  std::string text;
  bool warn = false;    ///< A failure is told, and refuses nothing.
  std::string comment;  ///< May be empty.
};

/// Assertions of one kind, and how many more of them there could be.
struct AssertionGroup {
  std::string heading;  ///< A comment above them; may be empty.
  std::vector<Assertion> items = {};
  std::size_t more = 0;
};

struct Look {
  std::uint64_t rows = 0;
  const std::vector<dataset::Reader::ColumnProfile>& profile;
  const release::Prepared& prepared;

  const dataset::Reader::ColumnProfile* find(std::string_view column) const;
};

/// Those with at least one item.
std::vector<AssertionGroup> assertions_for(const Look& look);

/// The name of a column as it stands in an assertion: in backticks where it has to.
std::string column_word(const std::string& name);

}  // namespace mlops::scaffold
