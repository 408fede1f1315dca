#include <mlops/dataset/validate.hpp>

#include <fmt/format.h>
#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/table/engine.hpp>

#include <algorithm>
#include <functional>
#include <utility>

#include <mlops/dataset/cells.hpp>
#include "src/assertion_sql.hpp"
#include "src/engine.hpp"
#include "src/sql_types.hpp"

namespace mlops::dataset {
namespace {

using expect::Expr;
using expect::Value;

constexpr std::size_t most_examples = 3;
constexpr std::size_t longest_example = 40;  // characters of a text

expect::Type type_of(const std::string& type) {
  using expect::Sort;
  if (is_integer(type) || is_floating(type) || is_decimal(type) || type == "UHUGEINT") return {Sort::number};
  if (is_text(type)) return {Sort::text};
  if (type == "BOOLEAN") return {Sort::truth};
  if (type == "DATE" || type.starts_with("TIMESTAMP")) return {Sort::time};
  return {Sort::other};
}

/// A function of a table that has to be worked out, or a test of its rows.
struct Need {
  Expr expr;
  std::string table = {};                       ///< As in expect::Scope.
  const expect::Signature* function = nullptr;  ///< Null: a test of rows.
  bool wanted = true;
  std::vector<std::string> inner = {};  ///< Keys of what stands inside and has to be known before.
  std::optional<Value> value = {};
  expect::RowsSeen rows = {};

  bool known() const { return value.has_value(); }
};

std::string key_of(const Expr& expr, bool wanted = true) {
  return (wanted ? "" : "not ") + expect::print(expr);
}

std::string_view text_at(const Columns& table, std::size_t column) {
  return table.column(column).valid(0) ? table.column(column).text(0) : std::string_view();
}

std::optional<double> number_at(const Columns& table, std::size_t column) {
  const mlops::Column values = table.column(column);
  if (!values.valid(0)) return std::nullopt;
  return values.values<double>()[0];
}

/// One judgement of many assertions: what they need is collected, worked out table by table, and then they
/// are evaluated.
class Judgement final : public expect::Values {
 public:
  Judgement(store::Store& store, table::Engine& engine, Time now, const Subject& subject)
      : store_(store), engine_(engine), now_(now), subject_(subject), scope_(scope_of(subject)) {
    if (subject.last) scope_.columns["last"] = column_types(*subject.last);
  }

  std::vector<expect::Verdict> run(std::span<const expect::Assertion> assertions) {
    for (const expect::Assertion& one : assertions) expect::evaluate(one, scope_, *this);
    collecting_ = false;
    while (work_out()) {
    }
    std::vector<expect::Verdict> verdicts;
    for (const expect::Assertion& one : assertions) verdicts.push_back(expect::evaluate(one, scope_, *this));
    return verdicts;
  }

  Value value(const Expr& leaf) override;
  std::variant<expect::RowsSeen, expect::Missing> rows(const Expr& test, bool wanted) override;

 private:
  Need& add(const Expr& expr, bool wanted);
  void add_inner(const Expr& expr, const std::string& table, Need& need);
  const Version* table_of(const std::string& name) const;
  const expect::Scope& scope_at(const std::string& table);
  AssertionSql sql_at(const std::string& table);
  Value known(const Expr& expr, const std::string& table);
  std::optional<Value> without_looking(const Need& need, const Version* version);
  bool work_out();
  void scan(const std::string& table, const std::vector<Need*>& needs);
  std::string relation(const Version& version, std::string_view options = "") const;
  Value worked_out(const Need& need, const Columns& found, std::size_t& column);
  expect::Truth truth_of_unique(const Need& need, double given, double distinct);
  void find_examples(Need& need, const std::string& failing);

  store::Store& store_;
  table::Engine& engine_;
  Time now_;
  const Subject& subject_;
  expect::Scope scope_;
  std::map<std::string, expect::Scope> scopes_ = {};
  std::map<std::string, Need> needs_ = {};
  bool collecting_ = true;
};

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

const Version* Judgement::table_of(const std::string& name) const {
  if (name.empty()) return &subject_.version;
  if (name == "last") return subject_.last ? &*subject_.last : nullptr;
  const auto found = subject_.others.find(name);
  return found == subject_.others.end() ? nullptr : &found->second;
}

/// The names inside of a function are those of its table.
const expect::Scope& Judgement::scope_at(const std::string& table) {
  if (table.empty()) return scope_;
  const auto [at, fresh] = scopes_.try_emplace(table);
  if (fresh) at->second.columns[""] = column_types(*table_of(table));
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

std::string Judgement::relation(const Version& version, std::string_view options) const {
  return fmt::format("read_parquet({}{})", table::literal(store_.objects().file(version.data).string()),
                     options);
}

/// What is known of a record, and what nobody can know.
std::optional<Value> Judgement::without_looking(const Need& need, const Version* version) {
  if (version == nullptr) {
    return need.table == "last" ? expect::Missing{"there is no last accepted version"}
                                : expect::Missing{fmt::format("{} has no version yet", need.table)};
  }
  for (const std::string& key : need.inner) {
    if (const auto* missing = std::get_if<expect::Missing>(&*needs_.at(key).value)) return *missing;
  }
  if (need.function == nullptr) return std::nullopt;
  if (need.function->name == "rows") return static_cast<double>(version->rows);
  if (need.function->name == "columns") {
    expect::Schema schema;
    for (const Column& column : version->columns) schema.emplace_back(column.name, column.type);
    return schema;
  }
  for (const Expr& part : need.expr.operands) {
    const bool gone = !need.table.empty() && part.kind == expect::Kind::name &&
                      version->find(part.path.front().text) == nullptr;
    if (gone)
      return expect::Missing{fmt::format("{} has no column '{}'", need.table, part.path.front().text)};
  }
  return std::nullopt;
}

/// One round: everything whose inner values are known, one scan for each table. False when nothing was left.
bool Judgement::work_out() {
  std::map<std::string, std::vector<Need*>> ready;
  for (auto& [key, need] : needs_) {
    const bool waits = std::any_of(need.inner.begin(), need.inner.end(),
                                   [this](const std::string& inner) { return !needs_.at(inner).known(); });
    if (need.known() || waits) continue;
    ready[need.table].push_back(&need);
  }
  for (auto& [table, needs] : ready) {
    const Version* version = table_of(table);
    std::vector<Need*> open;
    for (Need* need : needs) {
      need->value = without_looking(*need, version);
      if (!need->known()) open.push_back(need);
    }
    if (!open.empty()) scan(table, open);
  }
  return !ready.empty();
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
  const Columns found = engine_.query(fmt::format("SELECT {} FROM {}", list, relation(*table_of(table))));
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
    if (need->rows.failing > 0) find_examples(*need, *test);
    need->value = expect::Null{};
    ++test;
  }
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
    return truth_of_unique(need, *first, distinct);
  }
  if (!first) return expect::Null{};
  return name == "age" ? static_cast<double>(now_.us) - *first : *first;
}

std::string shown(std::string_view text, const Column& column) {
  if (column.pii) return std::string(mask);
  std::string out(text.substr(0, longest_example));
  if (text.size() > longest_example) {
    while (!out.empty() && !is_utf8(out)) out.pop_back();
    out += "...";
  }
  return is_text(column.type) ? "'" + out + "'" : out;
}

/// "customer_id = 5, day = 2026-11-01 twice"
expect::Truth Judgement::truth_of_unique(const Need& need, double given, double distinct) {
  if (given == distinct)
    return {true, fmt::format("{} different", count_text(static_cast<std::uint64_t>(distinct)))};
  const Version& version = *table_of(need.table);
  std::string columns;
  std::string order;
  std::string where;
  for (const Expr& part : need.expr.operands) {
    const std::string name = table::identifier(part.path.front().text);
    columns += fmt::format("CAST({} AS VARCHAR), ", name);
    order += fmt::format("{}CAST({} AS VARCHAR)", order.empty() ? "" : ", ", name);
    where += fmt::format("{}{} IS NOT NULL", where.empty() ? "" : " AND ", name);
  }
  const Columns found =
      engine_.query(fmt::format("SELECT {}CAST(count(*) AS VARCHAR) FROM {} WHERE {} GROUP BY ALL HAVING "
                                "count(*) > 1 ORDER BY count(*) DESC, {} LIMIT 1",
                                columns, relation(version), where, order));
  std::string seen =
      fmt::format("{} repeat{} another", count_of(static_cast<std::uint64_t>(given - distinct), "row"),
                  given - distinct == 1 ? "s" : "");
  for (std::size_t i = 0; found.rows() > 0 && i + 1 < found.width(); ++i) {
    const Column& column = *version.find(need.expr.operands[i].path.front().text);
    seen += fmt::format("{} {} = {}", i == 0 ? ":" : ",", column.name, shown(text_at(found, i), column));
  }
  if (found.rows() > 0) seen += fmt::format(", {} times", text_at(found, found.width() - 1));
  return {false, std::move(seen)};
}

/// The first rows that fail, with the values that are tested.
void Judgement::find_examples(Need& need, const std::string& test) {
  const Version& version = subject_.version;
  const std::vector<std::string> columns = sql_at("").columns_in(need.expr);
  std::string list = "CAST(file_row_number + 1 AS VARCHAR)";
  for (const std::string& name : columns)
    list += fmt::format(", CAST({} AS VARCHAR)", table::identifier(name));
  const Columns found =
      engine_.query(fmt::format("SELECT {} FROM {} WHERE NOT {} LIMIT {}", list,
                                relation(version, ", file_row_number = true"), test, most_examples));
  for (std::size_t row = 0; row < found.rows(); ++row) {
    std::string example = fmt::format("row {}:", found.column(0).text(row));
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const mlops::Column values = found.column(i + 1);
      const std::string value =
          values.valid(row) ? shown(values.text(row), *version.find(columns[i])) : "null";
      example += fmt::format("{} {} = {}", i == 0 ? "" : ",", columns[i], value);
    }
    need.rows.examples.push_back(std::move(example));
  }
}

void each_regex(const Expr& expr, const std::function<void(const Expr& regex)>& visit) {
  if (expr.kind == expect::Kind::regex) visit(expr);
  for (const Expr& part : expr.operands) each_regex(part, visit);
}

}  // namespace

std::vector<expect::ColumnType> column_types(const Version& version) {
  std::vector<expect::ColumnType> out;
  for (const Column& column : version.columns) {
    out.push_back({.name = column.name,
                   .type = type_of(column.type),
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
  return Judgement(store_, engine(), workshop_.clock.now(), subject).run(assertions);
}

}  // namespace mlops::dataset
