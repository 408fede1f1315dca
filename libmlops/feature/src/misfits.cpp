#include <mlops/feature/misfits.hpp>

#include <mlops/base/text.hpp>

#include <fmt/core.h>

#include <algorithm>

namespace mlops::feature {
namespace {

/// The text with a caret below the fault.
std::string shown(const Misfit& misfit, const std::string& place_name, const std::string& file) {
  const std::size_t offset = std::min(misfit.fault.offset, misfit.text.size());
  const auto line_begin = offset == 0 ? std::string::npos : misfit.text.rfind('\n', offset - 1);
  const std::size_t begin = line_begin == std::string::npos ? 0 : line_begin + 1;
  const std::string line = misfit.text.substr(begin, misfit.text.find('\n', begin) - begin);
  const std::size_t before = display_width(misfit.text.substr(begin, offset - begin));
  const std::string place = misfit.line == 0 ? file
                                             : fmt::format("{}:{}:{}", file, misfit.line,
                                                           misfit.column + (begin == 0 ? before : 0));
  return fmt::format("{}: {}: {}\n  {}\n  {}^\n", place, place_name, misfit.fault.message, line,
                     std::string(before, ' '));
}

std::string detail_of(const std::vector<Refused>& views, const std::string& file) {
  std::string detail;
  for (const Refused& refused : views) {
    const std::string view = views.size() == 1 ? "" : refused.view + ".";
    for (const Misfit& misfit : refused.misfits) detail += shown(misfit, view + misfit.place, file);
  }
  return detail;
}

}  // namespace

Error refusal(const std::vector<Refused>& views, const std::string& file) {
  const Misfit& first = views.front().misfits.front();
  const std::string more =
      views.size() == 1 ? "" : fmt::format(" (and {} more)", count_of(views.size() - 1, "view"));
  return error(Code::usage, "features/{} cannot be used: {}: {}{}", views.front().view, first.place,
               first.fault.message, more)
      .with_id("features.invalid")
      .with_detail(detail_of(views, file))
      .with_hint("{}", first.fault.hint);
}

}  // namespace mlops::feature
