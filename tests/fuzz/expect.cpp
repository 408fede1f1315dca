/// Assertions of mlops.yaml.
#include <mlops/expect/check.hpp>
#include <mlops/expect/evaluate.hpp>
#include <mlops/expect/parse.hpp>

#include <variant>

#include "fuzz.hpp"

using namespace mlops;

namespace {

/// Half of everything.
class Halves final : public expect::Values {
 public:
  expect::Value value(const expect::Expr& leaf) override {
    fuzz::require(!leaf.path.empty(), "a value has a name");
    return 0.5;
  }
  expect::Value confidence(const expect::Expr& comparison) override {
    const auto number = [](const expect::Expr& /*leaf*/) { return 0.5; };
    fuzz::require(!expect::leaves_of(comparison).empty(), "a confidence is in metrics");
    return expect::holds(comparison, number).value_or(false) ? 1.0 : 0.0;
  }
  std::variant<expect::RowsSeen, expect::Missing> rows(const expect::Expr& /*test*/, bool wanted) override {
    return expect::RowsSeen{.tested = 2, .failing = wanted ? 1U : 0U};
  }
};

std::vector<expect::Scope> scopes() {
  const std::vector<expect::ColumnType> columns = {{"a", {expect::Sort::number}},
                                                   {"b", {expect::Sort::text}}};
  expect::Scope table{.columns = {{"", columns}, {"last", columns}}, .things = {"data/events"}};
  expect::Scope gates{.where = expect::Where::release, .models = {"base"}, .slices = {"a"}};
  expect::Scope traffic{.where = expect::Where::monitor, .columns = {{"", columns}, {"train", columns}}};
  return {std::move(table), std::move(gates), std::move(traffic), {.where = expect::Where::monitor}};
}

/// What has no fault can be judged; faults are in the text.
void judge(const expect::Assertion& assertion, std::string_view text) {
  for (const expect::Scope& scope : scopes()) {
    const auto faults = expect::check(assertion, scope);
    for (const expect::Fault& fault : faults)
      fuzz::require(fault.offset <= text.size(), "a fault is in the text");
    if (!faults.empty()) continue;
    Halves values;
    (void)expect::evaluate(assertion, scope, values);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Input input(data, size);
  const auto read = expect::parse(input.rest());
  if (const auto* fault = std::get_if<expect::Fault>(&read)) {
    fuzz::require(fault->offset <= input.rest().size(), "a fault is in the text");
    fuzz::require(!fault->message.empty(), "and says what it is");
    return 0;
  }
  const auto& assertion = std::get<expect::Assertion>(read);
  judge(assertion, input.rest());
  const std::string text = expect::print(assertion);
  const auto again = expect::parse(text);
  fuzz::require(std::holds_alternative<expect::Assertion>(again), "what is printed is read");
  fuzz::require(std::get<expect::Assertion>(again) == assertion, "as the same tree");
  fuzz::require(expect::print(std::get<expect::Assertion>(again)) == text, "and printed the same");
  return 0;
}
