#pragma once
/// Facts about a run from outside of the process that runs it: `mlops log`. To a living run they are lines of
/// its journal, to a sealed one an annotation: a record "run-annotation/1", the next entry of the reference
/// run-annotations/<experiment>, never an edit.

#include <mlops/run/list.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace mlops::run {

/// Facts, in their order, not yet reported to anybody.
class Report {
 public:
  explicit Report(Time time) : time_(time) {}

  // Throw Error(usage) for what cannot be a name.
  void metric(std::string_view name, double value, std::optional<std::int64_t> step = {});
  void metric(std::string_view name, const Point& point);
  void param(std::string_view name, const json::Value& value);
  void tag(std::string_view name, std::string_view value);
  /// Takes the tag away; of a run that has ended, only one that was added since.
  void no_tag(std::string_view name);
  void input(const DataReference& data);
  /// A file, or a folder with all its files but those in .mlops and .git, kept in the store of `objects`
  /// under `name`. Throws Error: not_found, usage.
  void artifact(store::Objects& objects, const std::filesystem::path& path, const std::string& name);
  /// Lines that are meant for a journal, or `name=value...`, `::metric name=value...`; the number of lines
  /// that were not understood.
  std::size_t lines(std::string_view text);

  bool empty() const { return text_.empty(); }
  const std::string& text() const { return text_; }
  Time time() const { return time_; }

 private:
  Time time_;
  std::string text_;
};

/// Appends to the journal in one write. False when there is no such journal any more: the run has ended.
/// Opens nothing else.
enum class Durable { no, yes };
bool report_to(const std::filesystem::path& journal, const Report& report, Durable durable);

/// The store of a journal that is where living runs have theirs.
std::filesystem::path store_of(const std::filesystem::path& journal);

/// To a run by its address, wherever it stands. What it was reported to.
Run report(store::Store& store, std::string_view address, const Report& report, std::string_view who);

/// "0.1", "3" and "true" as numbers and flags, anything else as text.
json::Value value_of(std::string_view text);
/// A number, "nan", "inf"; nothing for anything else.
std::optional<double> number_in(std::string_view text);

struct Assignment {
  std::string name;
  std::string value;
};
/// "name=value". Throws Error(usage).
Assignment assignment(std::string_view text);

}  // namespace mlops::run
