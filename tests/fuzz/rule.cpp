/// A model that is an SQL expression.
#include <mlops/predict/rule.hpp>

#include <limits>

#include "fuzz.hpp"

namespace {

using namespace mlops;
using namespace mlops::predict;

Signature inputs(Task task) {
  return {
      .task = task,
      .inputs = {{.name = "age", .type = "BIGINT"},
                 {.name = "income", .type = "DOUBLE"},
                 {.name = "city", .type = "VARCHAR", .encoding = Encoding::category, .categories = {"Rome"}},
                 {.name = "member", .type = "BOOLEAN", .encoding = Encoding::flag},
                 {.name = "day", .type = "DATE", .encoding = Encoding::date},
                 {.name = "at", .type = "TIMESTAMP", .encoding = Encoding::timestamp}},
      .classes = task == Task::regression ? std::vector<std::string>{}
                                          : std::vector<std::string>{"no", "yes", "maybe"}};
}

Frame rows(const Signature& signature) {
  Frame frame{.rows = 3};
  for (const Feature& feature : features_of(signature)) {
    Values values;
    if (feature.is_category()) values.codes = {code_null, code_unseen, 0};
    else values.numbers = {std::numeric_limits<double>::quiet_NaN(), 1, -3e9};
    frame.features.push_back(std::move(values));
  }
  return frame;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const Task tasks[] = {Task::binary, Task::multiclass, Task::regression};
  const Signature signature = inputs(tasks[input.byte() % 3]);
  fuzz::taken({Code::usage}, [&] {
    const Rule rule(input.rest(), signature);
    const std::vector<double> values = rule.evaluate(rows(rule.signature()));
    fuzz::require(values.size() == 3, "a value for each row");
  });
  return 0;
}
