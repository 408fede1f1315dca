#include <mlops/expect/signature.hpp>

#include <fmt/format.h>

#include <array>

#include "src/signatures.hpp"

namespace mlops::expect {
namespace {

std::string_view sort_name(Sort sort) {
  switch (sort) {
    case Sort::text:
      return "a text";
    case Sort::truth:
      return "true or false";
    case Sort::time:
      return "a time";
    case Sort::schema:
      return "a list of columns";
    case Sort::number:
      return "a number";
    case Sort::other:
      return "a nested value";
    default:
      return "a value";
  }
}

struct Stand {
  Where where;
  std::string_view name;
};

constexpr std::array stands = {Stand{Where::data, "tables"}, Stand{Where::release, "release"},
                               Stand{Where::monitor, "monitor"}, Stand{Where::schedule, "schedule"}};

std::string where_of(const Signature& function) {
  std::vector<std::string_view> names;
  for (const Stand& stand : stands) {
    if (function.allowed(stand.where)) names.push_back(stand.name);
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

std::vector<Signature> all_functions() {
  std::vector<Signature> out = functions_of_tables();
  for (Signature& one : functions_of_models()) out.push_back(std::move(one));
  for (Signature& one : functions_of_triggers()) out.push_back(std::move(one));
  return out;
}

}  // namespace

std::string_view name_of(const Type& type) {
  if (type.sort != Sort::number) return sort_name(type.sort);
  switch (type.measure) {
    case Measure::count:
      return "a count";
    case Measure::share:
      return "a share";
    case Measure::duration:
      return "a duration";
    case Measure::size:
      return "a size in bytes";
    default:
      return "a number";
  }
}

std::span<const Signature> signatures() {
  static const std::vector<Signature> table = all_functions();
  return table;
}

std::string usage_of(const Signature& function, Where where) {
  if (function.bare()) return std::string(function.name);
  if (where == Where::monitor && function.about == About::pair)
    return fmt::format("{}(column)", function.name);
  std::string out(function.name);
  for (const Argument& argument : function.arguments) {
    const bool first = out.size() == function.name.size();
    out += first ? "(" : argument.optional ? "[, " : ", ";
    if (argument.kind == ArgumentKind::regex) out += "/regex/";
    else out += argument.name;
    if (argument.repeats) out += ", ...";
    if (argument.optional) out += "]";
  }
  return out + ")";
}

std::string signatures_markdown() {
  std::string out;
  for (const Signature& function : signatures()) {
    const std::string_view type =
        function.type.sort == Sort::unknown ? "as its argument" : name_of(function.type);
    out += fmt::format("`{}` *{}*\n: {}. Nulls: {}. Where: {}.\n\n", usage_of(function), type, function.doc,
                       function.nulls, where_of(function));
  }
  return out;
}

}  // namespace mlops::expect
