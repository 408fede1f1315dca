#include "src/s3/date.hpp"

#include <fmt/format.h>

namespace mlops::remote::s3 {

std::optional<Time> http_date(std::string_view text) {
  constexpr std::string_view months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec ";
  if (text.size() != 29 || text.substr(3, 2) != ", " || !text.ends_with(" GMT")) return std::nullopt;
  const std::size_t month = months.find(text.substr(8, 4));
  if (month == std::string_view::npos) return std::nullopt;
  return Time::parse(fmt::format("{}-{:02}-{}T{}Z", text.substr(12, 4), month / 4 + 1, text.substr(5, 2),
                                 text.substr(17, 8)));
}

}  // namespace mlops::remote::s3
