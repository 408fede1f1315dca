#include <mlops/manifest/assertions.hpp>

#include "src/internal.hpp"

namespace mlops::manifest {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// The byte at which the assertion begins.
std::size_t begin_of(std::string_view text, const ExpectSpec& spec) {
  std::size_t at = 0;
  for (std::size_t line = 1; line < spec.line; ++line) {
    const std::size_t end = text.find('\n', at);
    if (end == std::string_view::npos) return at;
    at = end + 1;
  }
  for (std::size_t column = 1; column < spec.column && at < text.size(); ++column) {
    ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) ++at;
  }
  return at;
}

/// The byte of the file that became byte `offset` of the assertion: a quote is doubled inside of single
/// quotes, and a line break is a blank. Where that cannot be told, its beginning.
std::size_t place_in(std::string_view text, const ExpectSpec& spec, std::size_t offset) {
  const std::size_t begin = begin_of(text, spec);
  const bool single = begin > 0 && text[begin - 1] == '\'';
  std::size_t at = begin;
  for (std::size_t i = 0; i < std::min(offset, spec.text.size()); ++i) {
    if (at >= text.size()) return begin;
    if (spec.text[i] == text[at]) {
      at += single && text[at] == '\'' ? 2 : 1;
    } else if (spec.text[i] == ' ' && is_blank(text[at])) {
      while (at < text.size() && is_blank(text[at])) ++at;
    } else {
      return begin;
    }
  }
  return std::min(at, text.size());
}

}  // namespace

namespace {

void check_all(const std::vector<ExpectSpec>& specs, const expect::Scope& scope,
               std::vector<AssertionFault>& out) {
  for (const ExpectSpec& spec : specs) {
    const auto parsed = expect::parse(spec.text);
    const auto* assertion = std::get_if<expect::Assertion>(&parsed);
    if (assertion == nullptr) continue;
    for (expect::Fault& fault : expect::check(*assertion, scope)) out.push_back({spec, std::move(fault)});
  }
}

/// Releases and monitors; which metrics their task has is not known yet.
void check_models(const Manifest& manifest, std::vector<AssertionFault>& out) {
  for (const ReleaseSpec& release : manifest.releases) {
    expect::Scope scope{.where = expect::Where::release, .models = release.among};
    for (const SliceSpec& slice : release.slices) scope.slices.push_back(slice.column);
    check_all(release.expect, scope, out);
  }
  for (const MonitorSpec& monitor : manifest.monitors)
    check_all(monitor.expect, {.where = expect::Where::monitor, .truth = monitor.truth.has_value()}, out);
}

}  // namespace

expect::Scope scope_of_triggers(const Manifest& manifest) {
  expect::Scope scope{.where = expect::Where::schedule};
  for (const TableSpec* table : manifest.tables()) scope.things.push_back(manifest.address_of(*table));
  for (const ReleaseSpec& release : manifest.releases) scope.releases.push_back(release.name);
  for (const MonitorSpec& monitor : manifest.monitors) scope.monitors.push_back(monitor.name);
  return scope;
}

std::vector<AssertionFault> faults_of_assertions(const Manifest& manifest) {
  expect::Scope scope;
  for (const TableSpec* table : manifest.tables()) scope.things.push_back(manifest.address_of(*table));
  std::vector<AssertionFault> out;
  for (const TableSpec* table : manifest.tables()) {
    scope.parts = !table->label.empty();
    check_all(table->expect, scope, out);
  }
  scope.view = true;
  for (const FeatureSpec& view : manifest.features) {
    const TableSpec* table = manifest.find_table(view.from);
    scope.parts = table != nullptr && !table->label.empty();
    check_all(view.expect, scope, out);
  }
  check_models(manifest, out);
  const expect::Scope triggers = scope_of_triggers(manifest);
  for (const ScheduleSpec& schedule : manifest.schedules) check_all(schedule.when, triggers, out);
  return out;
}

yaml::Fault placed(std::string_view text, const AssertionFault& fault) {
  return {yaml::position_of(text, place_in(text, fault.spec, fault.fault.offset)), fault.fault.message,
          fault.fault.hint};
}

Error assertion_error(std::string_view text, std::string_view file,
                      const std::vector<AssertionFault>& faults) {
  std::vector<yaml::Fault> out;
  for (const AssertionFault& fault : faults) out.push_back(placed(text, fault));
  return yaml::to_error(text, file, std::move(out));
}

}  // namespace mlops::manifest
