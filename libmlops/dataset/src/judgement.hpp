#pragma once
/// Many assertions about one version, judged together.

#include <mlops/dataset/validate.hpp>
#include <mlops/table/engine.hpp>

#include <map>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "src/assertion_sql.hpp"
#include "src/relations.hpp"

namespace mlops::dataset {

/// A function of a table that has to be worked out, or a test of its rows.
struct Need {
  expect::Expr expr;
  std::string table = {};                       ///< As in expect::Scope.
  const expect::Signature* function = nullptr;  ///< Null: a test of rows.
  bool wanted = true;
  std::vector<std::string> inner = {};  ///< Keys of what stands inside and has to be known before.
  std::optional<expect::Value> value = {};
  expect::RowsSeen rows = {};
  std::string detail = {};  ///< What else is to be said of the value.

  bool known() const { return value.has_value(); }
  expect::About about() const { return function == nullptr ? expect::About::table : function->about; }
};

/// One judgement of many assertions: what they need is collected, worked out table by table, and then they
/// are evaluated.
class Judgement final : public expect::Values {
 public:
  /// All of it must outlive this.
  Judgement(const TablePlace& place, table::Engine& engine, Time now, const Subject& subject);

  std::vector<expect::Verdict> run(std::span<const expect::Assertion> assertions);

  expect::Value value(const expect::Expr& leaf) override;
  std::variant<expect::RowsSeen, expect::Missing> rows(const expect::Expr& test, bool wanted) override;
  std::string detail(const expect::Expr& leaf) override;

 private:
  Need& add(const expect::Expr& expr, bool wanted);
  void add_inner(const expect::Expr& expr, const std::string& table, Need& need);
  const expect::Scope& scope_at(const std::string& table);
  AssertionSql sql_at(const std::string& table);
  expect::Value known(const expect::Expr& expr, const std::string& table);
  bool is_ready(const Need& need) const;
  std::optional<expect::Value> without_looking(Need& need);
  std::optional<expect::Value> of_answered(const Need& need) const;
  std::vector<std::string> examples(const expect::Expr& test, const std::string& sql);
  bool work_out();
  void compare();
  void ask_training();
  void ask_serving();
  void ask_monitored();
  void scan(const std::string& table, const std::vector<Need*>& needs);
  expect::Value worked_out(const Need& need, const Columns& found, std::size_t& column);

  table::Engine& engine_;
  Time now_;
  const Subject& subject_;
  Relations relations_;
  expect::Scope scope_;
  std::map<std::string, expect::Scope> scopes_ = {};
  std::map<std::string, Need> needs_ = {};
  bool collecting_ = true;
};

}  // namespace mlops::dataset
