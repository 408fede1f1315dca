#include <mlops/release/judging.hpp>

#include <mlops/dataset/read.hpp>

#include "src/facts.hpp"

#include <algorithm>
#include <cmath>

namespace mlops::release {
namespace {

/// From 0, as good as guessing, to 1.
double power_of(double strength, predict::Task task) {
  if (std::isnan(strength)) return 0;
  return std::clamp(task == predict::Task::regression ? strength : 2 * strength - 1, 0.0, 1.0);
}

}  // namespace

std::vector<train::ColumnFacts> facts_of(const dataset::Version& version) {
  std::vector<train::ColumnFacts> facts;
  for (const dataset::Column& column : version.columns)
    facts.push_back({.name = column.name, .type = column.type, .pii = column.pii, .blob = column.blob});
  return facts;
}

std::vector<std::string> TableTraining::columns_of_split() const {
  std::vector<std::string> names = {about_.label};
  for (const std::string& name : {about_.plan.split.time, about_.plan.split.group, about_.plan.split.part}) {
    if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  return names;
}

dataset::Parts TableTraining::parts() {
  dataset::Reader reader(dataset::table_place(store_, workshop_));
  const Columns table = reader.columns(about_.data, columns_of_split());
  const train::Target target = train::read_target(table, about_.label, about_.task);
  train::Split split = train::split(table, target, about_.plan.split);
  return {std::move(split.train), std::move(split.valid), std::move(split.test)};
}

dataset::Telltale TableTraining::telltale(const std::string& label) {
  dataset::Reader reader(dataset::table_place(store_, workshop_));
  const Columns table = reader.columns(about_.data);
  const auto task = label == about_.label ? about_.task : std::nullopt;
  const train::Target target = train::read_target(table, label, task);
  const train::Split split = train::split(table, target, about_.plan.split);
  const train::Plan plan = train::plan(table, facts_of(about_.data), target, split, about_.plan);
  dataset::Telltale best;
  for (const train::Strength& one : train::strengths(table, target, split, plan)) {
    const double power = power_of(one.value, target.task);
    if (best.column.empty() || power > best.power) best = {one.column, power};
  }
  return best;
}

}  // namespace mlops::release
