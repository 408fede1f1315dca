#include "src/origin.hpp"

#include <mlops/base/error.hpp>
#include <mlops/fs/folder.hpp>
#include <mlops/remote/address.hpp>

#include "src/cache.hpp"

namespace mlops::dvc {
namespace {

using Path = std::filesystem::path;

constexpr std::size_t read_size = 256 * 1024;

[[noreturn]] void cannot_read(const Remote& remote, std::string_view why) {
  throw error(Code::usage, "the DVC remote '{}' cannot be read from here: {}", remote.name, why)
      .with_id("dvc.remote")
      .with_hint("`dvc fetch` brings its objects into DVC's cache, from where `mlops import dvc` takes them");
}

void set(Environment& environment, const char* name, const std::string& value) {
  if (!value.empty()) environment[name] = value;
}

/// The environment in which a remote's own options have the say.
Environment environment_of(const Remote& remote, Environment environment) {
  const bool keys = !remote.option("access_key_id").empty();
  if (keys || !remote.option("profile").empty() || !remote.option("credentialpath").empty()) {
    for (const char* name : {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"})
      environment.erase(name);
  }
  set(environment, "AWS_ACCESS_KEY_ID", remote.option("access_key_id"));
  set(environment, "AWS_SECRET_ACCESS_KEY", remote.option("secret_access_key"));
  set(environment, "AWS_SESSION_TOKEN", remote.option("session_token"));
  set(environment, "AWS_PROFILE", remote.option("profile"));
  set(environment, "AWS_SHARED_CREDENTIALS_FILE", remote.option("credentialpath"));
  set(environment, "AWS_CONFIG_FILE", remote.option("configpath"));
  return environment;
}

}  // namespace

std::string hash_file(const Path& path, bool dos, const Cancel* cancel) {
  fs::File file(path);
  Hasher hasher(dos);
  std::string block(read_size, '\0');
  while (const std::size_t count = file.read(block.data(), block.size())) {
    if (cancel != nullptr) cancel->check();
    hasher.update({block.data(), count});
  }
  return hasher.finish();
}

Error damaged(const Name& name, const std::string& seen, const std::string& where, const Out& out,
              const std::string& below) {
  const std::string of =
      below.empty() ? fmt::format("'{}'", out.path) : fmt::format("'{}/{}'", out.path, below);
  return error(Code::corrupt, "the object {} of {}, in '{}', is damaged: its content is {}", name.hex, of,
               where, seen)
      .with_id("dvc.corrupt")
      .with_hint("remove it from there; `dvc fetch {}` brings a whole one, where a remote has it", out.path);
}

std::optional<remote::Item> find_item(remote::Space& space, const Name& name) {
  for (const std::string& key : keys_of(name)) {
    std::optional<remote::Item> found;
    space.list(key, "", [&](const remote::Item& item) {
      if (item.key == key) found = item;  // That of a file; its name may begin the name of a folder's object.
    });
    if (found) return found;
  }
  return std::nullopt;
}

Origin::Origin(const Source& source, const Cancel* cancel)
    : source_(source), cancel_(cancel), cache_(source.config.cache(source.root)) {}

std::optional<Kept> Origin::in_cache(const Name& name) const { return find_object(cache_, name); }

std::optional<Path> Origin::in_work_tree(const Out& out, const std::string& below, const Name& name) const {
  Path file = source_.root / out.path;
  if (!below.empty()) file /= below;
  if (file.lexically_normal() != file) return std::nullopt;  // A list that leads elsewhere.
  const auto look = fs::find_look(file);
  if (!look || look->type != fs::Type::file) return std::nullopt;
  if (below.empty() && out.bytes && *out.bytes != look->stamp.size) return std::nullopt;
  return hash_file(file, name.dos, cancel_) == name.hex ? std::optional(file) : std::nullopt;
}

std::optional<Remote> Origin::named_for(const Out& out) const {
  if (source_.remote) return source_.remote;
  if (!out.remote.empty()) return source_.config.remote(out.remote, source_.root);
  const auto usual = source_.config.usual_remote();
  return usual ? std::optional(source_.config.remote(*usual, source_.root)) : std::nullopt;
}

bool Origin::has_remote(const Out& out) const { return named_for(out).has_value(); }

const OpenRemote* Origin::remote_of(const Out& out) {
  auto remote = named_for(out);
  if (!remote) return nullptr;
  auto found = open_.find(remote->name);
  if (found == open_.end()) {
    const std::string name = remote->name;
    found = open_.emplace(name, open(std::move(*remote))).first;
  }
  return &found->second;
}

OpenRemote Origin::open(Remote remote) const {
  if (remote.is_on("version_aware") || remote.is_on("worktree"))
    cannot_read(remote, "a cloud keeps its versions");
  if (auto folder = remote.folder()) return {.remote = std::move(remote), .folder = std::move(folder)};
  if (!remote.is_s3()) {
    const std::string scheme = remote.url.substr(0, remote.url.find("://") + 3);
    cannot_read(remote, fmt::format("it is at {}, and mlops reads folders and s3://", scheme));
  }
  auto space = mlops::remote::open_space(
      {.url = remote.url, .endpoint = remote.option("endpointurl"), .region = remote.option("region")},
      {.folder = source_.root,
       .environment = environment_of(remote, source_.environment),
       .engines = source_.engines,
       .cancel = cancel_});
  return {.remote = std::move(remote), .folder = {}, .space = std::move(space)};
}

}  // namespace mlops::dvc
