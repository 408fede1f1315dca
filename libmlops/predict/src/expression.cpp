#include <mlops/base/error.hpp>
#include <mlops/predict/expression.hpp>

#include <algorithm>
#include <array>

#include "src/expression_bind.hpp"

namespace mlops::predict {
namespace {

constexpr std::array<std::string_view, 11> type_names{"NULL",    "BOOLEAN", "TINYINT",  "SMALLINT",
                                                      "INTEGER", "BIGINT",  "DOUBLE",   "DECIMAL",
                                                      "VARCHAR", "DATE",    "TIMESTAMP"};

void collect(const Bound& node, std::vector<std::size_t>& out) {
  if (node.op == Bound::Op::column) out.push_back(node.which);
  for (const Bound& part : node.parts) collect(part, out);
}

std::vector<std::size_t> columns_in(const Bound& root) {
  std::vector<std::size_t> out;
  collect(root, out);
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

Bound bound_text(const std::string& text, const std::vector<TypedName>& columns) {
  try {
    return bind_expression(parse_rule(text, Dialect::sql), columns);
  } catch (const Error& e) {
    if (e.id() != "rule.invalid") throw;
    refuse_expression(0, e.detail());
  }
}

}  // namespace

std::optional<SqlType> sql_type_of(std::string_view name) {
  const auto found = std::find(type_names.begin(), type_names.end(), name);
  const auto type = static_cast<SqlType>(found - type_names.begin());
  if (found == type_names.end() || type == SqlType::null || type == SqlType::decimal) return std::nullopt;
  return type;
}

std::string_view name_of(SqlType type) { return type_names[static_cast<std::size_t>(type)]; }

struct Expression::Impl {
  std::string text;
  Bound root;
  std::vector<std::size_t> reads;
};

Expression::Expression(std::string_view text, std::vector<TypedName> columns) {
  auto impl = std::make_unique<Impl>();
  impl->text = text;
  impl->root = bound_text(impl->text, columns);
  if (impl->root.type == SqlType::decimal || impl->root.type == SqlType::null)
    refuse_expression(0, fmt::format("a value of type {}", name_of(impl->root.type)));
  impl->reads = columns_in(impl->root);
  impl_ = std::move(impl);
}
Expression::~Expression() = default;
Expression::Expression(Expression&&) noexcept = default;
Expression& Expression::operator=(Expression&&) noexcept = default;

const std::string& Expression::text() const { return impl_->text; }
SqlType Expression::type() const { return impl_->root.type; }
const std::vector<std::size_t>& Expression::reads() const { return impl_->reads; }

Scalar Expression::evaluate(std::span<const Scalar> row) const { return predict::evaluate(impl_->root, row); }

}  // namespace mlops::predict
