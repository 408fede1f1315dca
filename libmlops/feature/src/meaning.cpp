#include "src/meaning.hpp"

#include <mlops/base/error.hpp>

namespace mlops::feature {

Result result_of(const ViewColumn& column, bool whole) {
  if (!column.definition.aggregate) return Result::pick;
  switch (*column.definition.aggregate) {
    case Aggregate::count:
      return Result::count;
    case Aggregate::sum:
      return whole ? Result::whole : Result::real;
    case Aggregate::mean:
      return Result::real;
    default:
      return Result::pick;
  }
}

void fail_too_great(const View& view, const ViewColumn& column) {
  throw error(Code::usage, "view '{}': {} of '{}' is beyond the integers of 64 bits", view.name,
              name_of(*column.definition.aggregate), column.name)
      .with_hint("sum doubles: `sum(CAST({} AS DOUBLE)) over {}`", column.definition.expression,
                 duration_text(column.definition.window_us));
}

}  // namespace mlops::feature
