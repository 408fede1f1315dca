#include <fmt/format.h>
#include <mlops/base/error.hpp>
#include <mlops/base/select.hpp>
#include <mlops/release/rescore.hpp>
#include <mlops/score/row_answers.hpp>

#include "src/asked.hpp"

#include <algorithm>
#include <numeric>

namespace mlops::release {
namespace {

constexpr std::size_t block_rows = std::size_t{1} << 17;

std::vector<Field> fields_of(const Columns& rows, const std::vector<std::size_t>& columns) {
  std::vector<Field> out;
  for (const std::size_t column : columns) out.push_back(rows.fields()[column]);
  return out;
}

std::vector<std::uint32_t> block(std::size_t begin, std::size_t rows) {
  std::vector<std::uint32_t> numbers(std::min(block_rows, rows - begin));
  std::iota(numbers.begin(), numbers.end(), static_cast<std::uint32_t>(begin));
  return numbers;
}

void add(std::vector<std::uint64_t>& sum, const std::vector<std::uint64_t>& more) {
  sum.resize(std::max(sum.size(), more.size()));
  for (std::size_t i = 0; i < more.size(); ++i) sum[i] += more[i];
}

std::string said(const std::vector<std::string>& classes) {
  constexpr std::size_t told = 5;
  const std::vector<std::string> first(
      classes.begin(), classes.begin() + static_cast<std::ptrdiff_t>(std::min(told, classes.size())));
  return fmt::format("{}", fmt::join(first, ", ")) + (classes.size() > told ? ", ..." : "");
}

Error incomparable(const model::Version& version, const std::string& why) {
  return error(Code::failed, "{} answers another question: {}", version.address(), why)
      .with_id("model.incomparable");
}

}  // namespace

Asked::Asked(Workshop& shop, const model::Version& version)
    : shop_(shop), scorer_([&] {
        model::require_runnable(version);
        return score::Scorer::load(shop.store, version.package, version.data_record, shop.engines);
      }()) {}

std::vector<std::string> Asked::columns() const {
  std::vector<std::string> out;
  for (const predict::Input& input : scorer_.columns()) out.push_back(input.name);
  return out;
}

std::vector<double> Asked::answers(const Columns& rows, const HistoryOf& history,
                                   std::vector<std::uint64_t>* unseen) const {
  std::vector<std::size_t> taken;
  for (const std::string& name : columns()) {
    if (const auto at = rows.find(name)) taken.push_back(*at);
  }
  score::RowAnswers answers(scorer_, fields_of(rows, taken),
                            {.threads = shop_.resources.threads, .cancel = shop_.cancel});
  answers.read(history);
  std::vector<double> out;
  out.reserve(rows.rows() * signature().outputs());
  score::Answered answered;
  for (std::size_t begin = 0; begin < rows.rows(); begin += block_rows) {
    if (shop_.cancel != nullptr) shop_.cancel->check();
    answers.answer(select(rows, taken, block(begin, rows.rows())), answered, begin + 1);
    out.insert(out.end(), answered.predictions.begin(), answered.predictions.end());
    if (unseen != nullptr) add(*unseen, answered.met.unseen);
  }
  return out;
}

Rescored rescore(Workshop& shop, const model::Version& version, const Columns& rows,
                 const HistoryOf& history) {
  const Asked asked(shop, version);
  return {.signature = asked.signature(), .predictions = asked.answers(rows, history)};
}

void require_comparable(const model::Version& version, const predict::Signature& signature,
                        const train::Target& target) {
  if (signature.task != target.task)
    throw incomparable(version,
                       fmt::format("its task is {}, and that of '{}' is {}", predict::name_of(signature.task),
                                   target.column, predict::name_of(target.task)));
  if (!signature.label.empty() && signature.label != target.column)
    throw incomparable(version, fmt::format("its label is '{}', and what is judged is '{}'", signature.label,
                                            target.column));
  if (signature.classes != target.classes)
    throw incomparable(version, fmt::format("its classes are {}, and those of '{}' are {}",
                                            said(signature.classes), target.column, said(target.classes)));
}

}  // namespace mlops::release
