#include <mlops/dataset/validate.hpp>

#include <fmt/format.h>
#include <mlops/base/error.hpp>
#include <mlops/table/engine.hpp>

#include <algorithm>
#include <functional>

#include "src/engine.hpp"
#include "src/judgement.hpp"
#include "src/sql_types.hpp"

namespace mlops::dataset {
namespace {

using expect::Expr;

void each_regex(const Expr& expr, const std::function<void(const Expr& regex)>& visit) {
  if (expr.kind == expect::Kind::regex) visit(expr);
  for (const Expr& part : expr.operands) each_regex(part, visit);
}

/// What `train` has is what can be compared with it.
void add_monitored(const Monitored& monitored, expect::Scope& scope) {
  scope.where = expect::Where::monitor;
  scope.metrics = monitored.metrics();
  const auto compared = monitored.compared();
  auto& trained = scope.columns["train"];
  for (const expect::ColumnType& column : scope.columns[""]) {
    if (std::find(compared.begin(), compared.end(), column.name) != compared.end()) trained.push_back(column);
  }
}

}  // namespace

std::vector<expect::ColumnType> column_types(const Version& version) {
  std::vector<expect::ColumnType> out;
  for (const Column& column : version.columns) {
    out.push_back({.name = column.name,
                   .type = assertion_type(column.type),
                   .floating = is_floating(column.type),
                   .masked = column.pii});
  }
  return out;
}

expect::Scope scope_of(const Subject& subject) {
  expect::Scope scope;
  scope.columns[""] = column_types(subject.version);
  for (const auto& [address, version] : subject.others) scope.columns[address] = column_types(version);
  scope.things = subject.things;
  scope.parts = subject.training != nullptr;
  scope.view = subject.serving != nullptr;
  for (expect::ColumnType& column : scope.columns[""])
    column.aside = std::find(subject.aside.begin(), subject.aside.end(), column.name) != subject.aside.end();
  for (const char* part : {"train", "valid", "test"}) {
    if (scope.parts) scope.columns[part] = scope.columns[""];
  }
  if (subject.monitored != nullptr) add_monitored(*subject.monitored, scope);
  return scope;
}

Validator::Validator(store::Store& store, Workshop& workshop) : store_(store), workshop_(workshop) {}

Validator::~Validator() = default;

table::Engine& Validator::engine() {
  if (!engine_)
    engine_ = open_engine(store_.objects(), workshop_.engines, workshop_.resources, workshop_.cancel);
  return *engine_;
}

std::vector<expect::Fault> Validator::check(const expect::Assertion& assertion, const Subject& subject) {
  std::vector<expect::Fault> faults = expect::check(assertion, scope_of(subject));
  each_regex(assertion.root, [&](const Expr& regex) {
    try {
      engine().query(fmt::format("SELECT regexp_matches('', {})", table::literal(regex.text)));
    } catch (const Error& e) {
      if (e.code() == Code::interrupted) throw;
      faults.push_back({regex.at.begin, "the regular expression cannot be read: " + e.message(),
                        "RE2 reads it: no look-around, no back-references"});
    }
  });
  return faults;
}

std::vector<expect::Verdict> Validator::judge(std::span<const expect::Assertion> assertions,
                                              const Subject& subject) {
  return Judgement(table_place(store_, workshop_), engine(), workshop_.clock.now(), subject).run(assertions);
}

}  // namespace mlops::dataset
