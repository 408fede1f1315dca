/// `mlops config`: what the program is told beside its flags, and by whom.
#include "cli/invocation.hpp"
#include "commands.hpp"

#include <mlops/base/error.hpp>
#include <mlops/config/settings.hpp>

#include <algorithm>
#include <memory>

#include "row_values.hpp"

namespace mlops::commands {
namespace {

/// Who may say it, the first that speaks wins.
json::Array sources_of(const config::Setting& setting) {
  json::Array out;
  if (!setting.flag.empty()) out.emplace_back("flag");
  out.emplace_back("environment");
  if (setting.not_by_project.empty()) out.emplace_back("project");
  out.emplace_back("user");
  out.emplace_back("default");
  return out;
}

enum class Origins { shown, hidden };

ui::Row row(const config::Setting& setting, const config::Said& said, Origins origins) {
  const auto origin = origins == Origins::shown ? ui::Show::plain : ui::Show::hidden;
  const auto hidden = ui::Show::hidden;
  return {{"key", std::string(setting.key)},
          {"value", said.value},
          {"origin", said.origin, origin},
          {"type", std::string(setting.type), hidden},
          {"environment", std::string(setting.environment), hidden},
          {"flag", or_null(setting.flag), hidden},
          {"default", std::string(setting.fallback), hidden},
          {"sources", sources_of(setting), hidden},
          {"doc", std::string(setting.doc), hidden}};
}

void list_settings(Origins origins, cli::Invocation& invocation) {
  std::vector<ui::Row> rows;
  for (const config::Said& said : invocation.settings().origins) {
    rows.push_back(row(config::get_setting(said.key), said, origins));
  }
  invocation.rows("mlops.setting/1", rows);
}

/// People and scripts get the bare value: `$(mlops config get threads)`.
void get(const std::string& key, cli::Invocation& invocation) {
  const config::Setting setting = config::get_setting(key);
  const auto& all = invocation.settings().origins;
  const auto said =
      std::find_if(all.begin(), all.end(), [&](const config::Said& one) { return one.key == key; });
  if (invocation.format() == ui::Format::human) return invocation.output().text(said->value + "\n");
  invocation.record("mlops.setting/1", row(setting, *said, Origins::shown));
}

struct SetArgs {
  std::string key;
  std::string value;
};

std::filesystem::path user_file(cli::Invocation& invocation) {
  auto file = config::user_file(invocation.environment());
  if (!file.empty()) return file;
  throw error(Code::usage, "there is no place for settings: neither XDG_CONFIG_HOME nor HOME is set")
      .with_hint("name a folder: `XDG_CONFIG_HOME=/etc mlops config set ...`");
}

/// Somebody who speaks before the user's file is named: else the new value would seem to do nothing.
void tell_who_wins(const std::string& key, const std::filesystem::path& file, cli::Invocation& invocation) {
  for (const config::Said& said : invocation.settings().origins) {
    if (said.key != key || said.origin == "default" || said.origin.starts_with(file.string() + ":")) continue;
    invocation.warning(fmt::format("'{}' stays '{}' here: {} says so", key, said.value, said.origin));
  }
}

void set(const SetArgs& args, cli::Invocation& invocation) {
  config::get_setting(args.key);
  const auto file = user_file(invocation);
  const bool dry = invocation.dry_run();
  const config::Change change = config::set_in_file(file, args.key, args.value, !dry);
  const char* state = !change.changed ? "unchanged" : dry ? "would be set" : "set";
  if (invocation.format() == ui::Format::human) {
    invocation.output().text(fmt::format("{} {} in {}: '{}'\n", args.key, state, file.string(), args.value));
  } else {
    invocation.record("mlops.setting-change/1", {{"key", args.key},
                                                 {"value", args.value},
                                                 {"before", or_null(change.before)},
                                                 {"file", file.string()},
                                                 {"state", state}});
  }
  if (!dry) tell_who_wins(args.key, file, invocation);
}

cli::Command list_settings_spec() {
  const auto origin = std::make_shared<bool>(false);
  return {
      .name = "list",
      .summary = "show every setting and its value",
      .options = {{"--origin", "", "show who said it: flag, variable, file and line, or default",
                   origin.get()}},
      .examples = {{"mlops config list --origin", "Show which file, variable or default a value comes from"},
                   {"mlops config list --json", "The same with types, defaults and what each is for"}},
      .see_also = {"mlops.yaml(5)"},
      .run =
          [origin](cli::Invocation& invocation) {
            list_settings(*origin ? Origins::shown : Origins::hidden, invocation);
          },
  };
}

cli::Command get_spec() {
  const auto key = std::make_shared<std::string>();
  return {
      .name = "get",
      .summary = "print the value of a setting",
      .options = {{"key", "KEY", "name of the setting", key.get(), cli::Offer::setting, true}},
      .examples = {{"mlops config get memory", "Print how much memory reading and writing tables may take"}},
      .exits = {{Code::not_found, "there is no such setting"}},
      .run = [key](cli::Invocation& invocation) { get(*key, invocation); },
  };
}

cli::Command set_spec() {
  const auto args = std::make_shared<SetArgs>();
  return {
      .name = "set",
      .summary = "write a setting into the user's file",
      .options = {{"key", "KEY", "name of the setting", &args->key, cli::Offer::setting, true},
                  {"value", "VALUE", "what it shall be", &args->value, cli::Offer::none, true}},
      .examples = {{"mlops config set threads 4", "Use four threads from now on"},
                   {"mlops config set memory auto", "Give a setting its default again"}},
      .exits = {{Code::not_found, "there is no such setting"}},
      .see_also = {"mlops.yaml(5)"},
      .dry_run = true,
      .run = [args](cli::Invocation& invocation) { set(*args, invocation); },
  };
}

}  // namespace

cli::Command config() {
  return {.name = "config",
          .summary = "show and change settings, and who said what they are",
          .children = {list_settings_spec(), get_spec(), set_spec()}};
}

}  // namespace mlops::commands
