/// What `when:` of a schedule asks for.
#include "src/signatures.hpp"

namespace mlops::expect {
namespace {

constexpr Type so_or_not{Sort::truth, Measure::plain};

Signature trigger(std::string_view name, std::vector<Argument> arguments, std::string_view doc) {
  return {.name = name,
          .about = About::trigger,
          .arguments = std::move(arguments),
          .type = so_or_not,
          .where = set_of(Where::schedule),
          .nulls = "none",
          .doc = doc};
}

}  // namespace

std::vector<Signature> functions_of_triggers() {
  return {
      trigger(
          "changed", {{"table", ArgumentKind::table}},
          "Whether a source or a table of `data:` may be another one than when the schedule last went well: "
          "its files, its text in `mlops.yaml`, or those of what it is made from"),
      trigger("older", {{"release", ArgumentKind::release}, {"age", ArgumentKind::length}},
              "Whether the version that answers for a release was made longer ago, `older(delay, 14d)`; also "
              "where none ever was"),
      trigger("alert", {{"monitor", ArgumentKind::monitor}},
              "Whether the newest judgement of a monitor has an assertion that fails and is no warning, and "
              "was made since the schedule last went well"),
  };
}

}  // namespace mlops::expect
