#include "src/lookup_faults.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>

#include <algorithm>

namespace mlops::score {
namespace {

using Names = std::vector<std::string>;

bool is_one_of(const Names& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// What is to be there for the views to be looked up, and the rest of what the model takes.
std::vector<std::pair<predict::Input, std::string>> wanted_columns(const Scorer& scorer,
                                                                   const std::vector<const ModelView*>& views,
                                                                   TimeColumn time) {
  std::vector<std::pair<predict::Input, std::string>> out;
  const auto add = [&](const LookupColumn& column, const std::string& why) {
    const DerivedColumn* made = scorer.derived().find(column.name);
    out.push_back({{.name = column.name, .type = column.type}, why});
    if (made == nullptr) return;
    for (const DerivedRead& read : made->reads) out.back().first.made_from.push_back(read.name);
  };
  if (time == TimeColumn::required) add(scorer.features().time, ", as of which features are looked up,");
  for (const ModelView* view : views) {
    for (const LookupColumn& key : view->key)
      add(key, fmt::format(", by which the features of '{}' are looked up,", view->as));
  }
  for (const predict::Input& input : scorer.signature().inputs) {
    const bool known =
        std::any_of(out.begin(), out.end(), [&](const auto& one) { return one.first.name == input.name; });
    const bool is_now = time == TimeColumn::optional && input.name == scorer.features().time.name;
    if (!known && !is_now && !scorer.features().has(input.name)) out.emplace_back(input, "");
  }
  return out;
}

Names faults_of(const std::vector<std::pair<predict::Input, std::string>>& wanted, const Names& there) {
  Names faults;
  Names told;
  for (const auto& [column, why] : wanted) {
    if (is_one_of(there, column.name) || is_one_of(told, column.name)) continue;
    told.push_back(column.name);
    std::string fault = predict::missing_column(column, there);
    fault.insert(fault.find(')', column.name.size()) + 1, why);
    faults.push_back(std::move(fault));
  }
  return faults;
}

}  // namespace

bool lacks(const ModelView& view, const Names& there) {
  const Names wanted = view.names();
  const auto has = [&](const std::string& name) { return is_one_of(there, name); };
  const auto absent = std::find_if_not(wanted.begin(), wanted.end(), has);
  const auto present = std::find_if(wanted.begin(), wanted.end(), has);
  if (absent == wanted.end()) return false;
  if (present == wanted.end()) return true;
  throw error(Code::usage, "the data have the feature '{}' and not '{}'", *present, *absent)
      .with_id("signature.mismatch")
      .with_hint(
          "features of '{}' are taken as they are when all of them are there, and looked up when "
          "none is",
          view.as);
}

void require_lookups(const Scorer& scorer, const std::vector<const ModelView*>& views, const Names& there,
                     TimeColumn time) {
  if (views.empty()) return;
  const Names faults = faults_of(wanted_columns(scorer, views, time), there);
  if (faults.empty()) return;
  const bool one = faults.size() == 1;
  std::string detail;
  for (const std::string& fault : faults) detail += "  " + fault + "\n";
  throw error(
      Code::usage, "{}",
      one ? faults[0]
          : fmt::format("the data do not have the model's inputs: {}", count_of(faults.size(), "fault")))
      .with_id("signature.mismatch")
      .with_detail(one ? "" : detail)
      .with_hint("`mlops model show MODEL` lists the inputs that it takes");
}

}  // namespace mlops::score
