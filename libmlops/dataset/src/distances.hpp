#pragma once
/// Two tables compared: how far the values of a column are apart, and which rows they share.

#include <mlops/expect/check.hpp>
#include <mlops/expect/evaluate.hpp>
#include <mlops/table/engine.hpp>

#include <optional>

#include <string>
#include <string_view>
#include <vector>

#include "src/relations.hpp"

namespace mlops::dataset {

/// One call of a function of a pair, for one column or for keys.
struct Asked {
  std::string_view function;
  expect::Comparison of;
};

struct Answered {
  expect::Value value = expect::Null{};
  std::string detail = {};  ///< Why it is null, or an example.
};

class Distances {
 public:
  /// Both must outlive it.
  Distances(table::Engine& engine, Relations& relations) : engine_(engine), relations_(relations) {}

  /// In the same order. A column is counted once for all that is asked of it in the same two tables.
  std::vector<Answered> answer(const std::vector<Asked>& asked);

 private:
  std::optional<Answered> without_looking(const Asked& asked);
  void answer_column(const std::vector<Asked>& asked, const std::vector<std::size_t>& which,
                     std::vector<Answered>& answers);
  Answered overlap(const Asked& asked);
  std::vector<std::string> keys_of(const expect::Comparison& of) const;
  std::string shared_key(const std::string& from, const std::vector<std::string>& keys,
                         const Version& version);

  table::Engine& engine_;
  Relations& relations_;
};

}  // namespace mlops::dataset
