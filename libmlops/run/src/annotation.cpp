#include "annotation.hpp"

#include <mlops/base/error.hpp>

#include "journal.hpp"
#include "publish.hpp"
#include "record.hpp"

namespace mlops::run {
namespace {

constexpr std::string_view about = "about run ";

/// A metric without a step goes on from the last one that the run has.
json::Value with_step(json::Value fact, std::map<std::string, std::int64_t>& last, const Run& run) {
  const std::string metric = fact["metric"].text_or("");
  if (metric.empty()) return fact;
  const auto had = run.metrics.find(metric);
  const auto at = last.try_emplace(metric, had == run.metrics.end() ? -1 : had->second.step).first;
  at->second = fact["step"].int_or(at->second + 1);
  fact.as_object()->set("step", at->second);
  return fact;
}

json::Array lines_of(const Report& report, const Run& run) {
  json::Array out;
  std::map<std::string, std::int64_t> last;
  const std::string& text = report.text();
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    out.push_back(with_step(json::parse(text.substr(begin, end - begin)), last, run));
    begin = end + 1;
  }
  return out;
}

}  // namespace

std::string why_of_annotation(const std::string& run) { return std::string(about) + run; }

std::string annotated_run(std::string_view why) {
  return std::string(why.starts_with(about) ? why.substr(about.size()) : "");
}

void annotate(store::Store& store, const Run& run, const Report& report, std::string_view who) {
  json::Array facts = lines_of(report, run);
  if (facts.empty()) return;
  const std::size_t count = facts.size();
  json::Value record = storable(store.objects(), json::Object{{"kind", "run-annotation/1"},
                                                              {"run", run.id},
                                                              {"time", report.time().text()},
                                                              {"facts", std::move(facts)}});
  publish_next(store,
               {.name = {std::string(annotation_kind), run.experiment},
                .expected = {},
                .record = std::move(*record.as_object()),
                .time = report.time(),
                .who = std::string(who),
                .why = why_of_annotation(run.id),
                .summary = fmt::format("{} {} to run {}", count, count == 1 ? "fact" : "facts", run.id)});
}

Annotation annotation_from(const json::Object& record) {
  const json::Value value(record);
  Annotation out;
  out.run = value["run"].text_or("");
  const json::Array* facts = value["facts"].as_array();
  if (out.run.empty() || facts == nullptr) throw error(mlops::Code::corrupt, "an annotation names no run");
  for (const json::Value& fact : *facts) read_line(out.facts, json::dump(fact));
  return out;
}

}  // namespace mlops::run
