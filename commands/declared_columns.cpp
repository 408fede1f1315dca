#include "declared_columns.hpp"

#include <fmt/format.h>
#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/manifest/place.hpp>
#include <mlops/project/project.hpp>
#include <mlops/train/trainer.hpp>

#include <algorithm>

namespace mlops::commands {
namespace {

using Path = std::vector<std::string>;

class Declared {
 public:
  Declared(const Subject& subject, const release::TrainRequest& request, project::Project& project)
      : subject_(subject), request_(request), project_(project) {}

  void require_column(const std::string& name, const Path& path, std::string_view what) const {
    if (name.empty() || subject_.data.find(name) != nullptr || may_be_joined(name)) return;
    std::vector<std::string> known;
    for (const dataset::Column& column : subject_.data.columns) known.push_back(column.name);
    const auto near = near_misses(name, known);
    if (known.size() > 12) known.resize(12);
    throw placed(fmt::format("no column '{}' to be {}", name, what),
                 near.empty() ? fmt::format("columns of the table: {}", fmt::join(known, ", "))
                              : fmt::format("similar columns exist: {}", one_of(near)),
                 path, name)
        .with_id("train.no_column");
  }

  /// Each by itself, of whatever task: which one it is shows when the label is read.
  void require_parameters(const release::Candidate& candidate) const {
    if (candidate.trainer == "rule") return;
    const predict::Signature any{.task = train::trainer(candidate.trainer).tasks.front()};
    for (const auto& [name, value] : candidate.parameters) {
      if (is_given(candidate.trainer, name)) continue;
      try {
        train::check(candidate.trainer, {{name, value}}, any);
      } catch (const Error& fault) {
        throw placed(fault.message(), fault.hint(), {"models", candidate.name, "params"}, name)
            .with_id(fault.id());
      }
    }
  }

 private:
  /// Of a view; those are named when it is joined.
  bool may_be_joined(const std::string& name) const {
    return std::any_of(request_.views.begin(), request_.views.end(), [&](const score::ViewUse& view) {
      return name.starts_with(score::prefix_of(view.use) + "__");
    });
  }

  /// By `--param`, whatever the file says.
  bool is_given(const std::string& trainer, const std::string& name) const {
    return request_.parameters.find(name) != nullptr ||
           request_.parameters.find(trainer + "." + name) != nullptr;
  }

  Error placed(const std::string& message, const std::string& hint, const Path& path,
               const std::string& word) const {
    const auto place = manifest::find_place(project_.manifest_text(), path, word);
    if (!place) return error(Code::usage, "{}: {}", fmt::join(path, "."), message).with_hint("{}", hint);
    const manifest::ExpectSpec spec{.text = word, .line = place->line, .column = place->column};
    return project_.error_of({{spec, {.message = message, .hint = hint}}});
  }

  const Subject& subject_;
  const release::TrainRequest& request_;
  project::Project& project_;
};

void require_table(const TrainArgs& args, const Subject& subject, const Declared& declared,
                   const std::string& address) {
  const manifest::TableSpec& table = *subject.table;
  const std::size_t slash = address.find('/');
  const Path path = {address.substr(0, slash), address.substr(slash + 1)};
  const auto under = [&](std::initializer_list<std::string> keys) {
    Path out = path;
    out.insert(out.end(), keys);
    return out;
  };
  if (!args.label) declared.require_column(table.label, under({"label"}), "the label");
  for (const std::string& name : table.outcome)
    declared.require_column(name, under({"outcome"}), "an outcome");
  if (!subject.is_declared() || args.time || args.group || args.part) return;
  declared.require_column(table.time, under({"time"}), "the time of the split");
  declared.require_column(table.split.group, under({"split", "group"}), "the group of the split");
  declared.require_column(table.split.part, under({"split", "part"}), "the part of the split");
}

void require_columns_of(const TrainArgs& args, const manifest::ModelSpec& model, const Declared& declared) {
  for (const std::string& name : model.columns) {
    if (args.only.empty()) declared.require_column(name, {"models", model.name, "columns"}, "a feature");
  }
  for (const std::string& name : model.without)
    declared.require_column(name, {"models", model.name, "without"}, "left out");
}

}  // namespace

void require_declared(const TrainArgs& args, const Subject& subject, const release::TrainRequest& request,
                      const manifest::ReleaseSpec* release, project::Project& project) {
  const manifest::Manifest& manifest = project.manifest();
  const Declared declared(subject, request, project);
  if (subject.table != nullptr) require_table(args, subject, declared, manifest.address_of(*subject.table));
  for (const release::Candidate& candidate : request.candidates) {
    const manifest::ModelSpec* model = manifest.find_model(candidate.name);
    if (!args.trainers.empty() || model == nullptr) continue;
    require_columns_of(args, *model, declared);
    declared.require_parameters(candidate);
  }
  if (release == nullptr) return;
  for (const manifest::SliceSpec& slice : release->slices)
    declared.require_column(slice.column, {"release", release->name, "slices"}, "sliced by");
}

}  // namespace mlops::commands
