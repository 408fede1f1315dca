/// What commands add to a project file, and take out of it. Every edit is proved by reading the result again;
/// where that fails, the user gets the lines to add by hand.
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

/// What is said, wherever it stands.
Manifest without_lines(Manifest manifest) {
  for (config::Said& said : manifest.settings) said.origin.clear();
  return manifest;
}

bool says(const std::string& text, std::string_view file, const Manifest& wanted) {
  try {
    return without_lines(parse(text, file)) == without_lines(wanted);
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

std::string_view section_of(const Manifest& manifest, const TableSpec& table) {
  return manifest.find_data(table.name) == &table ? "data" : "sources";
}

/// Gives `table` what the edit says of it; throws where it says otherwise.
void label(TableSpec& table, const TrainingEdit& edit, std::string_view what, std::string_view file) {
  const auto take = [&](std::string& target, const std::string& value, std::string_view key) {
    if (!target.empty() && !value.empty() && target != value) {
      throw error(Code::conflict, "{} '{}' in '{}' has the {} '{}', not '{}'", what, table.name, file, key,
                  target, value)
          .with_hint("change `{}:` there", key);
    }
    if (!value.empty()) target = value;
  };
  take(table.label, edit.label, "label");
  take(table.task, edit.task, "task");
  take(table.time, edit.time, "time");
  if (table.split == SplitSpec{}) table.split = edit.split;
}

/// The fields of `after` that `before` does not have.
void add_fields(Additions& out, std::string_view section, const TableSpec& before, TableSpec after) {
  if (before == after) return;
  const TableSpec all = after;
  if (!before.label.empty()) after.label.clear();
  if (!before.task.empty()) after.task.clear();
  if (!before.time.empty()) after.time.clear();
  if (before.split == all.split) after.split = {};
  out.fields.push_back({section, after.name, training_fields_of(after, Layout::block),
                        training_fields_of(after, Layout::flow)});
}

TableSpec* find_table(Manifest& manifest, std::string_view name) {
  for (SourceSpec& source : manifest.sources) {
    if (source.name == name) return &source;
  }
  for (DataSpec& table : manifest.data) {
    if (table.name == name) return &table;
  }
  return nullptr;
}

void label(Additions& out, Manifest& manifest, const TrainingEdit& edit, std::string_view file) {
  TableSpec* const table = find_table(manifest, edit.table);
  if (table == nullptr) throw error(Code::not_found, "no table '{}' in '{}'", edit.table, file);
  const std::string_view section = section_of(manifest, *table);
  const TableSpec before = *table;
  label(*table, edit, section == "data" ? "table" : "source", file);
  require_good(*table);
  add_fields(out, section, before, *table);
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
    const TableSpec* data = before.data_of(*known);
    if (data == nullptr) continue;
    model.data = data->name;
    const Fields field = {{"data", model.data}};
    out.fields.push_back({"models", model.name, field, field});
  }
}

bool belongs(const Manifest& manifest, const ModelSpec& model, const TableSpec& table) {
  if (!model.data.empty()) return model.data == table.name;
  const TableSpec* data = manifest.data_of(model);
  return data == nullptr || data == &table;
}

/// Whether anything else is trained on, so that names have to tell.
bool has_others(const Manifest& manifest, const TableSpec& table) {
  const auto tables = manifest.tables();
  const bool labels = std::any_of(tables.begin(), tables.end(), [&](const TableSpec* other) {
    return !other->label.empty() && other->name != table.name;
  });
  const bool models = std::any_of(manifest.models.begin(), manifest.models.end(),
                                  [&](const ModelSpec& model) { return !belongs(manifest, model, table); });
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
  if (manifest.find_data(source.name) != nullptr) {
    throw error(Code::conflict, "'{}' has a table '{}' in 'data' already", file, source.name)
        .with_hint("sources and data share their names: take another one");
  }
  manifest.sources.push_back(source);
  Additions additions;
  additions.entries.push_back(new_entry(source));
  return added(text, file, additions, manifest, fmt::format("source '{}'", source.name));
}

std::string with_remote(std::string_view text, std::string_view file, const RemoteSpec& remote) {
  require_good(remote);
  Manifest manifest = parse(text, file);
  if (const RemoteSpec* known = manifest.find_remote(remote.name)) {
    if (*known == remote) return std::string(text);
    throw error(Code::conflict, "'{}' has a remote '{}' already, with other values", file, remote.name)
        .with_detail(by_hand({.entries = {new_entry(*known)}}))
        .with_hint("take another name, or change it there");
  }
  manifest.remotes.push_back(remote);
  return added(text, file, {.entries = {new_entry(remote)}}, manifest,
               fmt::format("remote '{}'", remote.name));
}

std::string without_remote(std::string_view text, std::string_view file, std::string_view name) {
  Manifest manifest = parse(text, file);
  const RemoteSpec* known = manifest.find_remote(name);
  if (known == nullptr) {
    throw error(Code::not_found, "no remote '{}' in '{}'", name, file)
        .with_id("remote.not_found")
        .with_hint("{}", near_or_all(std::string(name), names_of(manifest.remotes), "remote"));
  }
  manifest.remotes.erase(manifest.remotes.begin() + (known - manifest.remotes.data()));
  const yaml::Document document = yaml::parse(text, file);
  const auto body = without_entry(document.text, document.root, "remotes", name);
  if (body) {
    std::string out = std::string(text.substr(0, text.size() - document.text.size())) + *body;
    if (says(out, file, manifest)) return out;
  }
  throw error(Code::usage,
              "cannot remove remote '{}' from '{}': its layout is not one that can be edited safely", name,
              file)
      .with_hint("remove its lines by hand");
}

std::string with_training(std::string_view text, std::string_view file, const TrainingEdit& edit) {
  const Manifest before = parse(text, file);
  Manifest manifest = before;
  Additions additions;
  label(additions, manifest, edit, file);
  pin_data(additions, manifest, before);
  add_models(additions, manifest, edit.models);
  if (edit.release && manifest.find_release(edit.release->name) == nullptr) {
    require_good(*edit.release);
    manifest.releases.push_back(*edit.release);
    additions.entries.push_back(new_entry(*edit.release));
  }
  if (additions.empty()) return std::string(text);
  return added(text, file, additions, manifest, fmt::format("the training of '{}'", edit.table));
}

TrainingEdit training_edit(const Manifest& manifest, const std::string& table, const std::string& label,
                           const std::vector<std::string>& trainers, const std::optional<PickSpec>& pick) {
  TrainingEdit out{.table = table, .label = label};
  TableSpec unknown;
  unknown.name = table;
  const TableSpec* found = manifest.find_table(table);
  const TableSpec& data = found == nullptr ? unknown : *found;
  const bool others = has_others(manifest, data);
  ReleaseSpec release{.name = table, .pick = pick};
  for (const std::string& trainer : trainers) {
    const auto known = std::find_if(
        manifest.models.begin(), manifest.models.end(),
        [&](const ModelSpec& model) { return model.train == trainer && belongs(manifest, model, data); });
    if (known != manifest.models.end()) {
      release.among.push_back(known->name);
      continue;
    }
    const std::string wanted = others ? fmt::format("{}-{}", table, trainer) : trainer;
    out.models.push_back(
        {.name = free_name(manifest, wanted), .train = trainer, .data = others ? table : ""});
    release.among.push_back(out.models.back().name);
  }
  if (!release.among.empty()) out.release = std::move(release);
  return out;
}

}  // namespace mlops::manifest
