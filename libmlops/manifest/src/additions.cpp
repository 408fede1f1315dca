/// What commands add to a project file. Every edit is proved by reading the result again; where that fails,
/// the user gets the lines to add by hand.
#include "src/internal.hpp"

#include <algorithm>

namespace mlops::manifest {
namespace {

constexpr std::size_t step = 2;

/// What is added, in the order of the file's sections.
struct Additions {
  std::vector<NewFields> fields = {};
  std::vector<NewEntry> entries = {};

  bool empty() const { return fields.empty() && entries.empty(); }
};

std::optional<std::string> edited(const std::string& text, std::string_view file, const auto& addition,
                                  auto edit) {
  try {
    const yaml::Document document = yaml::parse(text, file);
    auto body = edit(document.text, document.root, addition);
    if (!body) return std::nullopt;
    return text.substr(0, text.size() - document.text.size()) + *std::move(body);
  } catch (const Error&) {  // an edit before this one broke the layout
    return std::nullopt;
  }
}

std::optional<std::string> edited(std::string_view before, std::string_view file,
                                  const Additions& additions) {
  std::optional<std::string> text{std::string(before)};
  for (const NewFields& fields : additions.fields) {
    if (text) text = edited(*text, file, fields, with_fields);
  }
  for (const NewEntry& entry : additions.entries) {
    if (text) text = edited(*text, file, entry, with_entry);
  }
  return text;
}

bool says(const std::string& text, std::string_view file, const Manifest& wanted) {
  try {
    return parse(text, file) == wanted;
  } catch (const Error&) {
    return false;
  }
}

void append_lines(std::vector<std::string>& out, std::string_view& section, std::string_view next,
                  const std::vector<std::string>& lines) {
  if (section != next) out.push_back(fmt::format("{}:", next));
  section = next;
  out.insert(out.end(), lines.begin(), lines.end());
}

std::string by_hand(const Additions& additions) {
  std::vector<std::string> lines;
  std::string_view section;
  for (const NewFields& fields : additions.fields) {
    append_lines(lines, section, fields.section,
                 block_entry({fields.section, fields.name, fields.block, fields.flow}, step, step));
  }
  for (const NewEntry& entry : additions.entries) {
    append_lines(lines, section, entry.section, block_entry(entry, step, step));
  }
  std::string out;
  for (const std::string& line : lines) out += (out.empty() ? "" : "\n") + line;
  return out;
}

std::string added(std::string_view text, std::string_view file, const Additions& additions,
                  const Manifest& wanted, std::string_view what) {
  auto out = edited(text, file, additions);
  if (out && says(*out, file, wanted)) return *std::move(out);
  throw error(Code::usage, "cannot add {} to '{}': its layout is not one that can be edited safely", what,
              file)
      .with_detail(by_hand(additions))
      .with_hint("add these lines by hand");
}

template <typename Spec>
void require_good(const Spec& spec) {
  const std::vector<Problem> found = problems(spec);
  if (!found.empty()) throw error(Code::usage, "{}", found[0].message).with_hint("{}", found[0].hint);
}

/// The source with what the edit says of it; throws where it says otherwise.
SourceSpec labelled(const SourceSpec& source, const TrainingEdit& edit, std::string_view file) {
  SourceSpec out = source;
  const auto take = [&](std::string& target, const std::string& value, std::string_view key) {
    if (!target.empty() && !value.empty() && target != value) {
      throw error(Code::conflict, "source '{}' in '{}' has the {} '{}', not '{}'", source.name, file, key,
                  target, value)
          .with_hint("change `{}:` there", key);
    }
    if (!value.empty()) target = value;
  };
  take(out.label, edit.label, "label");
  take(out.task, edit.task, "task");
  take(out.time, edit.time, "time");
  if (out.split == SplitSpec{}) out.split = edit.split;
  require_good(out);
  return out;
}

/// The fields of `after` that `before` does not have.
void add_fields(Additions& out, const SourceSpec& before, SourceSpec after) {
  if (before == after) return;
  const SourceSpec all = after;
  if (!before.label.empty()) after.label.clear();
  if (!before.task.empty()) after.task.clear();
  if (!before.time.empty()) after.time.clear();
  if (before.split == all.split) after.split = {};
  out.fields.push_back({"sources", after.name, training_fields_of(after, Layout::block),
                        training_fields_of(after, Layout::flow)});
}

void add_models(Additions& out, Manifest& manifest, const std::vector<ModelSpec>& models) {
  for (ModelSpec model : models) {
    normalise(model);
    require_good(model);
    if (manifest.find_model(model.name) != nullptr) continue;
    out.entries.push_back(new_entry(model));
    manifest.models.push_back(std::move(model));
  }
}

/// Models that named no data keep the data they had when a second source gets a label.
void pin_data(Additions& out, Manifest& manifest, const Manifest& before) {
  for (ModelSpec& model : manifest.models) {
    const ModelSpec* known = before.find_model(model.name);
    if (known == nullptr || !known->data.empty() || manifest.data_of(model) != nullptr) continue;
    const SourceSpec* data = before.data_of(*known);
    if (data == nullptr) continue;
    model.data = data->name;
    const Fields field = {{"data", model.data}};
    out.fields.push_back({"models", model.name, field, field});
  }
}

bool belongs(const Manifest& manifest, const ModelSpec& model, const SourceSpec& source) {
  if (!model.data.empty()) return model.data == source.name;
  const SourceSpec* data = manifest.data_of(model);
  return data == nullptr || data == &source;
}

/// Whether anything else is trained on, so that names have to tell.
bool has_others(const Manifest& manifest, const SourceSpec& source) {
  const bool labels =
      std::any_of(manifest.sources.begin(), manifest.sources.end(),
                  [&](const SourceSpec& other) { return !other.label.empty() && other.name != source.name; });
  const bool models = std::any_of(manifest.models.begin(), manifest.models.end(),
                                  [&](const ModelSpec& model) { return !belongs(manifest, model, source); });
  return labels || models;
}

std::string free_name(const Manifest& manifest, const std::string& wanted) {
  std::string name = wanted;
  for (int i = 2; manifest.find_model(name) != nullptr; ++i) name = fmt::format("{}-{}", wanted, i);
  return name;
}

}  // namespace

std::string with_source(std::string_view text, std::string_view file, const SourceSpec& given) {
  const SourceSpec source = checked(given);
  Manifest manifest = parse(text, file);
  if (manifest.find_source(source.name) != nullptr) {
    throw error(Code::conflict, "'{}' has a source '{}' already", file, source.name);
  }
  manifest.sources.push_back(source);
  Additions additions;
  additions.entries.push_back(new_entry(source));
  return added(text, file, additions, manifest, fmt::format("source '{}'", source.name));
}

std::string with_training(std::string_view text, std::string_view file, const TrainingEdit& edit) {
  const Manifest before = parse(text, file);
  Manifest manifest = before;
  const auto source = std::find_if(manifest.sources.begin(), manifest.sources.end(),
                                   [&](const SourceSpec& each) { return each.name == edit.source; });
  if (source == manifest.sources.end()) {
    throw error(Code::not_found, "no source '{}' in '{}'", edit.source, file);
  }
  Additions additions;
  add_fields(additions, *source, labelled(*source, edit, file));
  *source = labelled(*source, edit, file);
  pin_data(additions, manifest, before);
  add_models(additions, manifest, edit.models);
  if (edit.release && manifest.find_release(edit.release->name) == nullptr) {
    require_good(*edit.release);
    manifest.releases.push_back(*edit.release);
    additions.entries.push_back(new_entry(*edit.release));
  }
  if (additions.empty()) return std::string(text);
  return added(text, file, additions, manifest, fmt::format("the training of '{}'", edit.source));
}

TrainingEdit training_edit(const Manifest& manifest, const std::string& source, const std::string& label,
                           const std::vector<std::string>& trainers, const std::optional<PickSpec>& pick) {
  TrainingEdit out{.source = source, .label = label};
  SourceSpec unknown;
  unknown.name = source;
  const SourceSpec* found = manifest.find_source(source);
  const SourceSpec& data = found == nullptr ? unknown : *found;
  const bool others = has_others(manifest, data);
  ReleaseSpec release{.name = source, .pick = pick};
  for (const std::string& trainer : trainers) {
    const auto known = std::find_if(
        manifest.models.begin(), manifest.models.end(),
        [&](const ModelSpec& model) { return model.train == trainer && belongs(manifest, model, data); });
    if (known != manifest.models.end()) {
      release.among.push_back(known->name);
      continue;
    }
    const std::string wanted = others ? fmt::format("{}-{}", source, trainer) : trainer;
    out.models.push_back(
        {.name = free_name(manifest, wanted), .train = trainer, .data = others ? source : ""});
    release.among.push_back(out.models.back().name);
  }
  if (!release.among.empty()) out.release = std::move(release);
  return out;
}

}  // namespace mlops::manifest
