#include <gtest/gtest.h>
#include <mlops/train/target.hpp>

#include <limits>
#include <string>
#include <vector>

#include "columns.hpp"
#include "error_of.hpp"

namespace mlops::train {
namespace {

using predict::Task;
using test::ColumnsOf;
using test::error_of;
using Strings = std::vector<std::string>;

Columns table() {
  return ColumnsOf()
      .texts("churned", {"no", std::nullopt, "yes", "no"})
      .flags("late", {true, false, std::nullopt, true})
      .integers("stars", {5, 3, 5, std::nullopt})
      .numbers("spend", {1.5, std::nullopt, std::numeric_limits<double>::infinity(), -2})
      .dates("day", {1, 2, 3, 4})
      .nothing("gone", {.kind = Kind::null}, "NULL", 4)
      .build();
}

TEST(KnownTarget, ClassesAreThoseOfTheModelInItsOrder) {
  const Target churned = known_target(table(), "churned", Task::binary, {"yes", "no"});
  EXPECT_EQ(churned.rows, (std::vector<std::uint32_t>{0, 2, 3}));
  EXPECT_EQ(churned.labels, (std::vector<double>{1, 0, 1}));
  EXPECT_EQ(churned.classes, (Strings{"yes", "no"}));
  EXPECT_EQ(churned.left_out, 1u);
  EXPECT_EQ(known_target(table(), "late", Task::binary, {"false", "true"}).labels,
            (std::vector<double>{1, 0, 1}));
  EXPECT_EQ(known_target(table(), "stars", Task::multiclass, {"1", "3", "5"}).labels,
            (std::vector<double>{2, 1, 2}));
}

TEST(KnownTarget, NumbersThatAreFinite) {
  const Target spend = known_target(table(), "spend", Task::regression, {});
  EXPECT_EQ(spend.rows, (std::vector<std::uint32_t>{0, 3}));
  EXPECT_EQ(spend.labels, (std::vector<double>{1.5, -2}));
  EXPECT_EQ(spend.left_out, 2u);
  const Target gone = known_target(table(), "gone", Task::binary, {"no", "yes"});
  EXPECT_TRUE(gone.rows.empty());
  EXPECT_EQ(gone.left_out, 4u);
}

TEST(KnownTarget, AnotherValueIsAnotherQuestion) {
  const auto fault = [&](const std::string& column, Task task, const Strings& classes, bool masked = false) {
    return error_of([&] { known_target(table(), column, task, classes, masked); });
  };
  EXPECT_EQ(fault("churned", Task::binary, {"yes", "maybe"}).id(), "model.incomparable");
  EXPECT_EQ(fault("churned", Task::binary, {"yes", "maybe"}).message(),
            "label 'churned' has the value 'no' in row 1, and the classes are yes, maybe");
  EXPECT_EQ(fault("churned", Task::binary, {"yes", "maybe"}, true).message(),
            "label 'churned' has a value that is no class in row 1");
  EXPECT_EQ(fault("churnt", Task::binary, {"no", "yes"}).code(), Code::usage);
  EXPECT_EQ(fault("churned", Task::regression, {}).message(),
            "label 'churned' is VARCHAR, and numbers are wanted");
  EXPECT_EQ(fault("day", Task::binary, {"a", "b"}).code(), Code::usage);
}

}  // namespace
}  // namespace mlops::train
