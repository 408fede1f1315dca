#include "remotes.hpp"

#include "address.hpp"
#include "cli/invocation.hpp"
#include "pinned_files.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/dataset/version.hpp>
#include <mlops/feature/sets.hpp>
#include <mlops/model/registry.hpp>
#include <mlops/run/list.hpp>

#include <algorithm>
#include <array>

namespace mlops::commands {
namespace {

constexpr const char* usual = "origin";

std::vector<std::string> names_of(const std::vector<manifest::RemoteSpec>& remotes) {
  std::vector<std::string> out;
  for (const manifest::RemoteSpec& remote : remotes) out.push_back(remote.name);
  return out;
}

[[noreturn]] void no_remote(const std::string& name, const std::vector<std::string>& known) {
  Error fault = error(Code::not_found, "there is no remote '{}'", name).with_id("remote.not_found");
  const auto near = near_misses(name, known);
  if (!near.empty()) throw std::move(fault).with_hint("a similar name exists: {}", one_of(near));
  throw std::move(fault).with_hint("`mlops remote add {} URL` adds it to mlops.yaml", name);
}

/// The entry of mlops.yaml.
manifest::RemoteSpec said(project::Project& project, const std::optional<std::string>& name) {
  const auto& remotes = project.manifest().remotes;
  const auto known = names_of(remotes);
  if (name) {
    const manifest::RemoteSpec* found = project.manifest().find_remote(*name);
    if (found == nullptr) no_remote(*name, known);
    return *found;
  }
  if (const auto* found = usual_remote(project)) return *found;
  if (remotes.empty()) {
    throw error(Code::not_found, "there is no remote")
        .with_id("remote.not_found")
        .with_hint("`mlops remote add origin URL` adds one: a folder, or s3://BUCKET/PREFIX");
  }
  throw error(Code::usage, "there are several remotes, and none is called '{}'", usual)
      .with_hint("say which one: {}", one_of(known));
}

}  // namespace

manifest::RemoteSpec remote_named(project::Project& project, const std::optional<std::string>& name) {
  manifest::RemoteSpec spec = said(project, name);
  if (!project.has_store()) return spec;
  if (auto place = remote::find_place(project.store(), spec.name)) {
    return {.name = spec.name,
            .url = place->url,
            .endpoint = place->endpoint,
            .region = place->region,
            .style = place->style,
            .one_writer = place->one_writer};
  }
  return spec;
}

remote::Address remote_address(const manifest::RemoteSpec& spec) {
  return {.url = spec.url,
          .endpoint = spec.endpoint,
          .region = spec.region,
          .style = spec.style,
          .one_writer = spec.one_writer};
}

const manifest::RemoteSpec* usual_remote(project::Project& project) {
  const auto& remotes = project.manifest().remotes;
  const auto* origin = project.manifest().find_remote(usual);
  return origin == nullptr && remotes.size() == 1 ? &remotes.front() : origin;
}

void add_place_options(std::vector<cli::Option>& options, manifest::RemoteSpec& spec) {
  options.push_back({"--endpoint", "URL", "where the object store is, unless it is AWS", &spec.endpoint});
  options.push_back({"--region", "REGION", "of the bucket", &spec.region});
  options.push_back({"--style",
                     "STYLE",
                     "how the bucket is named in requests: in the path, or as a virtual host",
                     &spec.style,
                     cli::Offer::none,
                     false,
                     {"path", "virtual"}});
}

std::unique_ptr<remote::Space> space_of(cli::Invocation& invocation, const manifest::RemoteSpec& spec,
                                        const std::filesystem::path& folder) {
  return remote::open_space(remote_address(spec), {.folder = folder,
                                                   .environment = invocation.environment(),
                                                   .engines = &invocation.engines(),
                                                   .cancel = &invocation.cancel()});
}

std::unique_ptr<remote::Remote> open_remote(cli::Invocation& invocation, project::Project& project,
                                            const manifest::RemoteSpec& spec, bool rehearsal) {
  return std::make_unique<remote::Remote>(
      project.store(), spec.name, space_of(invocation, spec, project.root()),
      remote::Options{.cancel = &invocation.cancel(), .rehearsal = rehearsal});
}

ui::Row standing_row(const remote::Standing& standing, const std::string& state) {
  const auto version = [](std::int64_t number) { return number == 0 ? json::Value() : json::Value(number); };
  return {{"name", standing.name.kind + "/" + standing.name.name},
          {"here", version(standing.here)},
          {"there", version(standing.there)},
          {"state", state}};
}

std::vector<Digest> needed(project::Project& project) {
  std::vector<Digest> out;
  const auto& references = project.store().references();
  static constexpr std::array<std::string_view, 5> kinds = {"sources", "data", "features", "models",
                                                            "model-aliases"};
  for (const store::ReferenceName& name : references.list()) {
    if (std::find(kinds.begin(), kinds.end(), name.kind) == kinds.end()) continue;
    if (const auto entry = references.find(name)) out.push_back(entry->digest);
  }
  for (const Pinned& one : pinned_files(project, {})) out.push_back(one.pin.digest);
  return out;
}

std::vector<Digest> roots_of(project::Project& project, const std::string& address) {
  store::Store& store = project.store();
  if (const auto digest = Digest::parse(address)) return {*digest};
  const bool pinned = project.lock().entries.contains("files/" + address.substr(0, address.rfind('@')));
  if (pinned || project.lock().entries.contains("files/" + address)) {
    std::vector<Digest> out;
    for (const Pinned& one : pinned_files(project, {address})) out.push_back(one.pin.digest);
    return out;
  }
  const Named thing = named(store, address);
  switch (thing.thing) {
    case Thing::dataset:
      return {dataset::resolve(store, thing.address).record};
    case Thing::view:
      return {feature::resolve(store, thing.address).record};
    case Thing::model:
      return {model::Registry(store).get(thing.address).record};
    case Thing::run: {
      const run::Run found = run::get(store, thing.address);
      if (found.record) return {*found.record};
      throw error(Code::not_found, "the run '{}' has no record yet", address);
    }
    case Thing::other:
      return {*Digest::parse(thing.address)};
  }
  return {};
}

bool in_git(const std::filesystem::path& folder) {
  std::error_code ignored;
  std::filesystem::path at = std::filesystem::weakly_canonical(folder, ignored);
  for (;; at = at.parent_path()) {
    if (std::filesystem::exists(at / ".git", ignored)) return true;
    if (at == at.parent_path()) return false;
  }
}

}  // namespace mlops::commands
