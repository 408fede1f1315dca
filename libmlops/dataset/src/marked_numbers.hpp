#pragma once
/// Numbers as people write them for people: "1.234,50", "$5", "12 %". They are kept as text, and told.

#include <string_view>

namespace mlops::dataset {

enum class Mark { no_number, plain, thousands, currency, percent };

/// What `value`, which has no blanks around it, carries beyond the number.
Mark mark_of(std::string_view value);

/// "a percent sign"; empty for what is plain or no number.
std::string_view mark_name(Mark mark);

}  // namespace mlops::dataset
