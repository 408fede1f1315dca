#pragma once
/// A registered version, opened to be asked about rows of tables.

#include <mlops/release/rescore.hpp>
#include <mlops/score/scorer.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace mlops::release {

class Asked {
 public:
  /// Throws as rescore().
  Asked(Workshop& shop, const model::Version& version);

  const predict::Signature& signature() const { return scorer_.signature(); }
  /// Names of the columns that rows may have for it.
  std::vector<std::string> columns() const;
  /// As rescore() has them. `unseen`: rows with categories that training never saw, by input.
  std::vector<double> answers(const Columns& rows, const HistoryOf& history,
                              std::vector<std::uint64_t>* unseen = nullptr) const;

 private:
  Workshop& shop_;
  score::Scorer scorer_;
};

}  // namespace mlops::release
