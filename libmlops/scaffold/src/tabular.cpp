#include <fmt/format.h>
#include <mlops/base/error.hpp>
#include <mlops/evaluate/evaluation.hpp>
#include <mlops/scaffold/tabular.hpp>
#include <mlops/train/trainer.hpp>
#include <mlops/yaml/write.hpp>

#include <algorithm>
#include <numeric>

#include "src/assertions.hpp"
#include "src/numbers.hpp"
#include "src/split_offer.hpp"
#include "src/text.hpp"

namespace mlops::scaffold {
namespace {

using yaml::Place;

std::string block(std::string_view text) { return yaml::single_quoted(text, Place::block); }

std::string flow_list(const std::vector<std::string>& texts) {
  std::vector<std::string> out;
  for (const std::string& text : texts) out.push_back(yaml::single_quoted(text, Place::flow));
  return fmt::format("[{}]", fmt::join(out, ", "));
}

/// "Adelie 44%, Gentoo 36% and 1 more"
std::string described_classes(const train::Target& target) {
  std::vector<std::size_t> counts(target.classes.size());
  for (const double label : target.labels) ++counts[static_cast<std::size_t>(label)];
  std::vector<std::size_t> order(counts.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return counts[a] > counts[b]; });
  std::vector<std::string> out;
  for (const std::size_t i : order) {
    const double share = 100.0 * static_cast<double>(counts[i]) / static_cast<double>(target.labels.size());
    out.push_back(fmt::format("{} {:.2g}%", for_comment(target.classes[i]), share));
  }
  return some_of(out, 4);
}

std::string described_label(const TabularRequest& request) {
  const train::Target& target = request.prepared.target;
  if (!target.classes.empty()) return described_classes(target);
  const auto [low, high] = std::minmax_element(target.labels.begin(), target.labels.end());
  const double sum = std::accumulate(target.labels.begin(), target.labels.end(), 0.0);
  const double mean = sum / static_cast<double>(target.labels.size());
  return fmt::format("{} to {}, {} on average", about(*low), about(*high), about(mean));
}

void add_read(Lines& out, const manifest::SourceSpec& source) {
  const bool one = source.from.size() == 1;
  out.add(fmt::format("    from: {}", one ? block(source.from[0]) : flow_list(source.from)));
  if (!source.kind.empty()) return out.add(fmt::format("    kind: {}", source.kind));
  out.add("    # kind: internal", "user-input, system, behaviour, internal or third-party");
  out.add("    # licence: CC BY 4.0", "terms of use");
}

/// Texts with one @ between others and a point behind it, in most of the first rows that have one.
bool holds_addresses(const Column& column) {
  constexpr std::size_t enough = 1000;
  std::size_t seen = 0;
  std::size_t addresses = 0;
  for (std::size_t row = 0; row < column.size() && seen < enough; ++row) {
    if (!column.valid(row)) continue;
    const std::string_view text = column.text(row);
    const std::size_t at = text.find('@');
    const bool one =
        at != std::string_view::npos && at > 0 && text.find('@', at + 1) == std::string_view::npos;
    addresses +=
        one && text.find('.', at + 2) != std::string_view::npos && text.find(' ') == std::string_view::npos;
    ++seen;
  }
  return seen > 0 && 10 * addresses > 9 * seen;
}

void add_personal(Lines& out, const TabularRequest& request) {
  std::vector<std::string> columns;
  const Columns& table = request.prepared.table;
  for (std::size_t i = 0; i < table.width(); ++i) {
    if (table.fields()[i].type.kind == Kind::text && holds_addresses(table.column(i)))
      columns.push_back(table.fields()[i].name);
  }
  if (!columns.empty())
    out.add("    # pii: " + flow_list(columns), "addresses of people: to be masked wherever shown");
}

void add_time(Lines& out, const TabularRequest& request) {
  const auto offer = offer_split(request.prepared, request.source.time);
  if (!offer) return;
  const std::string margin = request.source.time.empty() ? "    # " : "    ";
  if (request.source.time.empty())
    out.add("    # for what is asked about the future, take the '#' away: the latest rows judge then");
  out.add(margin + "time: " + block(offer->time));
  if (!offer->split.empty()) out.add(margin + "split: " + offer->split);
}

void add_leaks(Lines& out, const TabularRequest& request) {
  std::vector<std::string> columns;
  for (const train::Leak& leak : request.prepared.leaks) {
    if (leak.kind == train::Leak::Kind::single_feature) columns.push_back(leak.column);
  }
  if (columns.empty()) return;
  out.add(fmt::format("    # {} alone nearly tells the label: name what is known only afterwards",
                      columns.size() == 1 ? "this column" : "each of these columns"));
  out.add("    # outcome: " + flow_list(columns));
}

void add_left_out(Lines& out, const TabularRequest& request) {
  constexpr std::size_t most = 12;
  std::vector<std::string> lines;
  for (const train::ColumnPlan& column : request.prepared.plan.columns) {
    if (column.role == train::Role::left_out)
      lines.push_back(fmt::format("    #   {}: {}", for_comment(column.name), for_comment(column.reason)));
  }
  if (lines.empty()) return;
  out.add("    # models do not get:");
  for (std::size_t i = 0; i < std::min(lines.size(), most); ++i) out.add(lines[i]);
  if (lines.size() > most) out.add(fmt::format("    #   and {} more", lines.size() - most));
}

void add_expect(Lines& out, const TabularRequest& request) {
  const Look look{.rows = request.rows, .profile = request.profile, .prepared = request.prepared};
  out.add("    expect:", "judged at each ingest; what fails is not trained on");
  for (const AssertionGroup& group : assertions_for(look)) {
    if (!group.heading.empty()) out.add("      # " + group.heading);
    for (const Assertion& item : group.items) {
      const std::string line = fmt::format("      - {}{}", block(item.text), item.warn ? ": warn" : "");
      if (item.comment.empty()) out.add(line);
      else out.add(line, item.comment);
    }
    if (group.more > 0) out.add(fmt::format("      # and so on for {} more columns", group.more));
  }
}

void add_source(Lines& out, const TabularRequest& request) {
  const manifest::SourceSpec& source = request.source;
  out.add("sources:");
  out.add(fmt::format("  {}:", block(source.name)),
          fmt::format("{} rows, {} columns", grouped(request.rows), request.profile.size()));
  add_read(out, source);
  out.add("    label: " + block(source.label), "what is to be predicted: " + described_label(request));
  const auto task = request.prepared.target.task;
  out.add(fmt::format("    task: {}", predict::name_of(task)));
  add_personal(out, request);
  add_time(out, request);
  add_leaks(out, request);
  add_left_out(out, request);
  add_expect(out, request);
}

void add_models(Lines& out, const TabularRequest& request) {
  const auto task = request.prepared.target.task;
  std::vector<std::string> names;
  out.add("models:", "the simplest first: each has to earn its place");
  for (const std::string& name : train::default_trainers(task)) {
    names.push_back(name);
    out.add(fmt::format("  {0}: {{train: {0}}}", name), train::trainer(name).doc);
  }
  const std::string metric(evaluate::main_metric(task));
  const manifest::PickSpec pick{
      .metric = metric, .maximize = evaluate::greater_is_better(task, metric), .within = 1.0};
  out.add("");
  out.add("release:");
  out.add(fmt::format("  {}:", block(request.source.name)));
  out.add(fmt::format("    among: {}", flow_list(names)),
          "all are judged on the same rows, which none has seen");
  out.add(fmt::format("    pick: {}", pick.text()),
          "the simplest that is not measurably worse than the best");
}

void require_readable(const std::string& text) {
  try {
    (void)manifest::parse(text, "mlops.yaml");
  } catch (const Error& e) {
    throw error(Code::internal, "the project file that was written has a fault: {}", e.message())
        .with_detail(text);
  }
}

}  // namespace

std::string tabular_project(const TabularRequest& request) {
  Lines out;
  out.add("# What this project is made of, written after a look at the data: change what you know better.");
  out.add(
      "# `mlops train run` does what stands here; mlops.yaml(5) explains every key (`mlops help "
      "mlops.yaml`).");
  out.add("mlops: 1");
  out.add("project: " + block(request.project));
  out.add("");
  add_source(out, request);
  out.add("");
  add_models(out, request);
  std::string text = out.take();
  require_readable(text);
  return text;
}

}  // namespace mlops::scaffold
