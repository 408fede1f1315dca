#include <mlops/project/project.hpp>

#include "src/internal.hpp"

#include <mlops/base/error.hpp>
#include <mlops/fs/atomic.hpp>
#include <mlops/fs/file.hpp>
#include <mlops/fs/lock.hpp>

namespace mlops::project {
namespace {

constexpr int patience_ms = 10'000;
constexpr const char* manifest_name = "mlops.yaml";
constexpr const char* lock_name = "mlops.lock";

}  // namespace

struct Project::Impl {
  std::filesystem::path root;
  Mode mode = Mode::open;
  std::unique_ptr<store::Store> store;
  std::optional<manifest::Manifest> manifest;
  std::string manifest_text = {};
  std::optional<manifest::Lock> lock;

  std::filesystem::path store_folder() const { return root / ".mlops"; }

  manifest::Manifest read_manifest(const std::optional<std::string>& text) {
    manifest::Manifest out;
    manifest_text = text.value_or("");
    if (text) out = manifest::parse(*text, manifest_name);
    if (out.project.empty()) out.project = name_of(root);
    return out;
  }

  manifest::Lock read_lock() const {
    const auto text = fs::find_file(root / lock_name);
    return text ? manifest::Lock::parse(*text, lock_name) : manifest::Lock{};
  }
};

std::vector<config::Said> find_settings(const std::filesystem::path& start) {
  const auto root = find_root(start);
  const auto text = root ? fs::find_file(*root / manifest_name) : std::nullopt;
  return text ? manifest::parse_settings(*text, manifest_name) : std::vector<config::Said>{};
}

Project::Project(const std::filesystem::path& start, Mode mode) : impl_(std::make_unique<Impl>()) {
  impl_->mode = mode;
  const auto found = mode == Mode::begin ? std::nullopt : find_root(start);
  if (!found && mode == Mode::open) {
    throw error(Code::not_found, "no project in '{}' or above it", real_folder(start).native())
        .with_id("project.not_found")
        .with_hint("`mlops ingest FILE` begins one here");
  }
  impl_->root = found ? *found : real_folder(start);
}

Project::~Project() = default;

const std::filesystem::path& Project::root() const { return impl_->root; }

store::Store& Project::store() {
  if (impl_->store) return *impl_->store;
  const auto folder = impl_->store_folder();
  std::error_code ignored;
  if (std::filesystem::exists(folder, ignored) && !std::filesystem::is_directory(folder, ignored)) {
    throw error(Code::usage, "'{}' is not a folder", folder.native())
        .with_hint("move it away: the store of the project takes this name");
  }
  const auto mode = impl_->mode == Mode::open ? store::Store::Mode::open : store::Store::Mode::create;
  impl_->store = std::make_unique<store::Store>(folder, mode);
  return *impl_->store;
}

bool Project::has_store() const {
  std::error_code ignored;
  return std::filesystem::is_directory(impl_->store_folder(), ignored);
}

std::filesystem::path Project::online_file() const { return impl_->store_folder() / "online.db"; }

const manifest::Manifest& Project::manifest() {
  if (!impl_->manifest) impl_->manifest = impl_->read_manifest(fs::find_file(impl_->root / manifest_name));
  return *impl_->manifest;
}

const std::string& Project::manifest_text() {
  (void)manifest();
  return impl_->manifest_text;
}

std::vector<manifest::ServeSpec> Project::serve() const {
  const auto text = fs::find_file(impl_->root / manifest_name);
  return text ? manifest::parse_serve(*text, manifest_name) : std::vector<manifest::ServeSpec>{};
}

std::filesystem::path Project::predictions() const { return impl_->store_folder() / "predictions"; }

std::filesystem::path Project::schedules() const { return impl_->store_folder() / "schedules"; }

Error Project::error_of(const std::vector<manifest::AssertionFault>& faults) {
  const auto text = fs::find_file(impl_->root / manifest_name);
  return manifest::assertion_error(text.value_or(""), manifest_name, faults);
}

const manifest::Lock& Project::lock() {
  if (!impl_->lock) impl_->lock = impl_->read_lock();
  return *impl_->lock;
}

void Project::update_lock(const std::function<void(manifest::Lock& lock)>& change) {
  const fs::Lock held(lock_file(), patience_ms);
  const manifest::Lock before = impl_->read_lock();
  manifest::Lock after = before;
  change(after);
  if (after != before) fs::write_atomic(impl_->root / lock_name, after.text());
  impl_->lock = std::move(after);
}

bool Project::has_manifest() const {
  std::error_code ignored;
  return std::filesystem::exists(std::filesystem::symlink_status(impl_->root / manifest_name, ignored));
}

void Project::write_manifest(const std::string& text) {
  const fs::Lock held(lock_file(), patience_ms);
  if (has_manifest()) throw error(Code::conflict, "there is a '{}' already", manifest_name);
  impl_->manifest = impl_->read_manifest(text);
  fs::write_atomic(impl_->root / manifest_name, text);
}

std::map<std::string, std::string> Project::files() const {
  std::map<std::string, std::string> out;
  for (const char* name : {manifest_name, lock_name}) {
    if (auto text = fs::find_file(impl_->root / name)) out.emplace(name, std::move(*text));
  }
  return out;
}

void Project::put_file(const std::string& name, const std::string& text) {
  if (name != manifest_name && name != lock_name)
    throw error(Code::internal, "'{}' is no file of a project", name);
  const fs::Lock held(lock_file(), patience_ms);
  fs::write_atomic(impl_->root / name, text);
  impl_->manifest.reset();
  impl_->lock.reset();
}

bool Project::add_source(const manifest::SourceSpec& source) {
  return update_manifest([&](const manifest::Manifest& manifest, std::string text) {
    if (manifest.find_source(source.name) != nullptr) return text;
    return manifest::with_source(text, manifest_name, source);
  });
}

bool Project::add_training(const manifest::TrainingEdit& edit) {
  return update_manifest([&](const manifest::Manifest&, const std::string& text) {
    return manifest::with_training(text, manifest_name, edit);
  });
}

bool Project::add_remote(const manifest::RemoteSpec& remote) {
  return update_manifest([&](const manifest::Manifest&, const std::string& text) {
    return manifest::with_remote(text, manifest_name, remote);
  });
}

void Project::remove_remote(std::string_view name) {
  update_manifest([&](const manifest::Manifest&, const std::string& text) {
    return manifest::without_remote(text, manifest_name, name);
  });
}

bool Project::update_manifest(
    const std::function<std::string(const manifest::Manifest& manifest, std::string text)>& change) {
  const fs::Lock held(lock_file(), patience_ms);
  const auto path = impl_->root / manifest_name;
  const auto text = fs::find_file(path);
  impl_->manifest = impl_->read_manifest(text);
  const std::string before = text ? *text : manifest::new_file(impl_->manifest->project);
  const std::string after = change(*impl_->manifest, before);
  if (after == before) return false;
  fs::write_atomic(path, after);
  impl_->manifest = impl_->read_manifest(after);
  return true;
}

std::string Project::relative(const std::filesystem::path& path) const {
  return relative_to(impl_->root, path);
}

std::filesystem::path Project::lock_file() {
  store();
  const auto folder = impl_->store_folder() / "locks";
  fs::make_folders(folder);
  return folder / "project";
}

}  // namespace mlops::project
