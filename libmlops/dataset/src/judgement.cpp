#include "src/judgement.hpp"

#include <fmt/format.h>
#include <mlops/base/error.hpp>

#include <algorithm>
#include <utility>

#include "src/distances.hpp"
#include "src/examples.hpp"

namespace mlops::dataset {
namespace {

using expect::Expr;
using expect::Value;

std::string key_of(const Expr& expr, bool wanted = true) {
  return (wanted ? "" : "not ") + expect::print(expr);
}

std::optional<double> number_at(const Columns& table, std::size_t column) {
  const mlops::Column values = table.column(column);
  if (!values.valid(0)) return std::nullopt;
  return values.values<double>()[0];
}

expect::Schema schema_of(const Version& version) {
  expect::Schema schema;
  for (const Column& column : version.columns) schema.emplace_back(column.name, column.type);
  return schema;
}

}  // namespace

Judgement::Judgement(const TablePlace& place, table::Engine& engine, Time now, const Subject& subject)
    : engine_(engine),
      now_(now),
      subject_(subject),
      relations_(place, engine, subject),
      scope_(scope_of(subject)) {
  if (subject.last) scope_.columns["last"] = column_types(*subject.last);
}

std::vector<expect::Verdict> Judgement::run(std::span<const expect::Assertion> assertions) {
  for (const expect::Assertion& one : assertions) expect::evaluate(one, scope_, *this);
  collecting_ = false;
  if (subject_.monitored == nullptr) compare();
  else ask_monitored();
  ask_training();
  ask_serving();
  while (work_out()) {
  }
  std::vector<expect::Verdict> verdicts;
  for (const expect::Assertion& one : assertions) verdicts.push_back(expect::evaluate(one, scope_, *this));
  return verdicts;
}

Value Judgement::value(const Expr& leaf) {
  if (collecting_) {
    add(leaf, true);
    return expect::Missing{};
  }
  return *needs_.at(key_of(leaf)).value;
}

std::variant<expect::RowsSeen, expect::Missing> Judgement::rows(const Expr& test, bool wanted) {
  if (collecting_) {
    add(test, wanted);
    return expect::Missing{};
  }
  const Need& need = needs_.at(key_of(test, wanted));
  if (const auto* missing = std::get_if<expect::Missing>(&*need.value)) return *missing;
  return need.rows;
}

std::string Judgement::detail(const Expr& leaf) {
  const auto found = needs_.find(key_of(leaf));
  return found == needs_.end() ? "" : found->second.detail;
}

Need& Judgement::add(const Expr& expr, bool wanted) {
  const std::string key = key_of(expr, wanted);
  if (const auto found = needs_.find(key); found != needs_.end()) return found->second;
  Need need{.expr = expr, .wanted = wanted};
  const bool named = expr.kind == expect::Kind::name || expr.kind == expect::Kind::call;
  if (named) {
    const auto found = expect::resolve(expr, scope_);
    if (const auto* leaf = std::get_if<expect::Leaf>(&found)) {
      need.table = leaf->table;
      need.function = leaf->function;
    }
  }
  if (need.about() == expect::About::table)
    for (const Expr& part : expr.operands) add_inner(part, need.table, need);
  return needs_.emplace(key, std::move(need)).first->second;
}

/// What stands inside of a test, or of the arguments of a function, and is no column.
void Judgement::add_inner(const Expr& expr, const std::string& table, Need& need) {
  const bool named = expr.kind == expect::Kind::name || expr.kind == expect::Kind::call;
  if (!named) {
    for (const Expr& part : expr.operands) add_inner(part, table, need);
    return;
  }
  const bool column_argument =
      need.function != nullptr && need.function->arguments.front().kind == expect::ArgumentKind::column;
  if (column_argument || (!table.empty() && expr.kind == expect::Kind::name)) return;
  const auto found = expect::resolve(expr, scope_);
  const auto* leaf = std::get_if<expect::Leaf>(&found);
  if (leaf == nullptr || leaf->is_column()) return;
  add(expr, true);
  need.inner.push_back(key_of(expr));
}

/// The names inside of a function are those of its table.
const expect::Scope& Judgement::scope_at(const std::string& table) {
  if (table.empty()) return scope_;
  const auto [at, fresh] = scopes_.try_emplace(table);
  if (fresh) at->second.columns[""] = column_types(*relations_.version(table));
  return at->second;
}

AssertionSql Judgement::sql_at(const std::string& table) {
  return {scope_at(table), now_, [this, table](const Expr& expr) { return known(expr, table); }};
}

/// A value inside of a test of rows: of a function, or the truth of a part without columns.
Value Judgement::known(const Expr& expr, const std::string& table) {
  const auto found = needs_.find(key_of(expr));
  if (found != needs_.end() && found->second.known()) return *found->second.value;
  const expect::Verdict verdict = expect::evaluate({expr}, scope_at(table), *this);
  if (verdict.outcome == expect::Outcome::skip) return expect::Missing{verdict.seen};
  return expect::Truth{verdict.outcome == expect::Outcome::pass};
}

/// What is known of a record, and what nobody can know.
std::optional<Value> Judgement::without_looking(Need& need) {
  const Version* version = relations_.version(need.table);
  if (version == nullptr) return expect::Missing{Relations::missing(need.table)};
  need.detail = relations_.unparted(need.table);
  if (!need.detail.empty()) return expect::Null{};
  for (const std::string& key : need.inner) {
    if (const auto* missing = std::get_if<expect::Missing>(&*needs_.at(key).value)) return *missing;
  }
  if (auto known = of_answered(need)) return known;
  if (need.function == nullptr) return std::nullopt;
  if (need.function->name == "rows") return static_cast<double>(relations_.rows(need.table));
  if (need.function->name == "columns") return schema_of(*version);
  for (const Expr& part : need.expr.operands) {
    const bool gone = !need.table.empty() && part.kind == expect::Kind::name &&
                      version->find(part.path.front().text) == nullptr;
    if (gone)
      return expect::Missing{fmt::format("{} has no column '{}'", need.table, part.path.front().text)};
  }
  return std::nullopt;
}

/// Rows that a model answered are more than those of the table; where there are none, nothing is known of
/// them.
std::optional<Value> Judgement::of_answered(const Need& need) const {
  if (subject_.monitored == nullptr || !need.table.empty()) return std::nullopt;
  const std::uint64_t answered = subject_.monitored->answered();
  if (need.function != nullptr && need.function->name == "rows") return static_cast<double>(answered);
  if (answered > 0 || (need.function != nullptr && need.function->name == "columns")) return std::nullopt;
  return expect::Missing{"nothing was answered"};
}

bool Judgement::is_ready(const Need& need) const {
  return std::all_of(need.inner.begin(), need.inner.end(),
                     [this](const std::string& inner) { return needs_.at(inner).known(); });
}

/// One round: everything whose inner values are known, one scan for each table. False when nothing was left.
bool Judgement::work_out() {
  std::map<std::string, std::vector<Need*>> ready;
  for (auto& [key, need] : needs_) {
    if (!need.known() && is_ready(need)) ready[need.table].push_back(&need);
  }
  for (auto& [table, needs] : ready) {
    std::vector<Need*> open;
    for (Need* need : needs) {
      need->value = without_looking(*need);
      if (!need->known()) open.push_back(need);
    }
    if (!open.empty()) scan(table, open);
  }
  return !ready.empty();
}

/// What compares two tables.
void Judgement::compare() {
  std::vector<Asked> asked;
  std::vector<Need*> needs;
  for (auto& [key, need] : needs_) {
    if (need.about() != expect::About::pair) continue;
    const auto compared = expect::comparison_of(need.expr, *need.function, scope_);
    asked.push_back({need.function->name, std::get<expect::Comparison>(compared)});
    needs.push_back(&need);
  }
  const std::vector<Answered> answers = Distances(engine_, relations_).answer(asked);
  for (std::size_t i = 0; i < needs.size(); ++i) {
    needs[i]->value = answers[i].value;
    needs[i]->detail = answers[i].detail;
  }
}

void Judgement::ask_training() {
  for (auto& [key, need] : needs_) {
    if (need.about() != expect::About::training) continue;
    try {
      const Telltale found = subject_.training->telltale(need.expr.operands.front().path.front().text);
      need.value = found.power;
      need.detail = fmt::format("{} tells most", found.column);
    } catch (const Error& fault) {
      if (fault.code() != Code::negative) throw;
      need.value = expect::Null{};
      need.detail = fault.message();
    }
  }
}

void Judgement::ask_serving() {
  for (auto& [key, need] : needs_) {
    if (need.about() != expect::About::serving) continue;
    Answer answer = subject_.serving->skew();
    need.value = std::move(answer.value);
    need.detail = std::move(answer.detail);
  }
}

/// Columns beside training, and metrics of the model.
void Judgement::ask_monitored() {
  for (auto& [key, need] : needs_) {
    Answer answer;
    if (need.about() == expect::About::pair) {
      const auto of = std::get<expect::Comparison>(expect::comparison_of(need.expr, *need.function, scope_));
      answer = subject_.monitored->distance(need.function->name, of.columns.front()->path.front().text);
    } else if (need.about() == expect::About::model) {
      answer = subject_.monitored->metric(need.table, need.function->name);
    } else {
      continue;
    }
    need.value = std::move(answer.value);
    need.detail = std::move(answer.detail);
  }
}

void Judgement::scan(const std::string& table, const std::vector<Need*>& needs) {
  const AssertionSql sql = sql_at(table);
  std::vector<std::string> tests;
  std::string list;
  const auto select = [&list](const std::string& aggregate) {
    list += fmt::format("{}CAST({} AS DOUBLE)", list.empty() ? "" : ", ", aggregate);
  };
  for (const Need* need : needs) {
    if (need->function != nullptr) {
      for (const std::string& aggregate : sql.aggregates(need->expr, *need->function)) select(aggregate);
    } else {
      tests.push_back(sql.test(need->expr, need->wanted));
      select(fmt::format("count({})", tests.back()));
      select(fmt::format("count_if({})", tests.back()));
    }
  }
  const Columns found = engine_.query(fmt::format("SELECT {} FROM {}", list, relations_.sql(table)));
  std::size_t column = 0;
  auto test = tests.begin();
  for (Need* need : needs) {
    if (need->function != nullptr) {
      need->value = worked_out(*need, found, column);
      continue;
    }
    const double tested = number_at(found, column++).value_or(0);
    const double holding = number_at(found, column++).value_or(0);
    need->rows = {.tested = static_cast<std::uint64_t>(tested),
                  .failing = static_cast<std::uint64_t>(tested - holding)};
    if (need->rows.failing > 0) {
      need->rows.examples = examples(need->expr, *test);
    }
    need->value = expect::Null{};
    ++test;
  }
}

std::vector<std::string> Judgement::examples(const Expr& test, const std::string& sql) {
  const auto ids = subject_.monitored == nullptr ? std::vector<std::string>() : subject_.monitored->ids();
  return failing_rows(engine_, relations_.sql("", ", file_row_number = true"), subject_.version, ids,
                      sql_at("").columns_in(test), sql);
}

Value Judgement::worked_out(const Need& need, const Columns& found, std::size_t& column) {
  const auto first = number_at(found, column++);
  const std::string_view name = need.function->name;
  if (name == "null" || name == "match" || name == "share") {
    const double of = number_at(found, column++).value_or(0);
    if (of == 0) return expect::Null{};
    return first.value_or(0) / of;
  }
  if (name == "unique") {
    const double distinct = number_at(found, column++).value_or(0);
    if (first.value_or(0) == 0) return expect::Null{};
    return truth_of_unique(engine_, relations_.sql(need.table), *relations_.version(need.table), need.expr,
                           *first, distinct);
  }
  if (!first) return expect::Null{};
  return name == "age" ? static_cast<double>(now_.us) - *first : *first;
}

}  // namespace mlops::dataset
