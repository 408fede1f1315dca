/// What a file, a folder or the files of a run are taken for.
#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/fs/file.hpp>
#include <mlops/fs/walk.hpp>
#include <mlops/predict/predictor.hpp>

#include <algorithm>

#include "src/import.hpp"

namespace mlops::model {
namespace {

namespace stdfs = std::filesystem;

constexpr std::size_t head_size = 4096;
constexpr const char* main_file = "model.json";

class OnDisk final : public Files {
 public:
  OnDisk(stdfs::path folder, std::vector<std::string> paths)
      : folder_(std::move(folder)), paths_(std::move(paths)) {}

  std::vector<std::string> paths() const override { return paths_; }
  std::string read(const std::string& path) const override { return fs::read_file(folder_ / path); }
  std::string head(const std::string& path) const override {
    std::string bytes(head_size, '\0');
    bytes.resize(fs::File(folder_ / path).read_at(bytes.data(), bytes.size(), 0));
    return bytes;
  }
  void give(Registration& registration) const override {
    for (const std::string& path : paths_) registration.folder.emplace(path, folder_ / path);
  }

 private:
  stdfs::path folder_;
  std::vector<std::string> paths_;
};

class InStore final : public Files {
 public:
  InStore(const store::Objects& objects, store::Tree tree) : objects_(objects), tree_(std::move(tree)) {}

  std::vector<std::string> paths() const override {
    std::vector<std::string> out;
    for (const store::TreeFile& file : tree_.files) out.push_back(file.path);
    return out;
  }
  std::string read(const std::string& path) const override { return objects_.get(at(path).digest); }
  std::string head(const std::string& path) const override {
    std::string bytes(head_size, '\0');
    bytes.resize(fs::File(objects_.file(at(path).digest)).read_at(bytes.data(), bytes.size(), 0));
    return bytes;
  }
  void give(Registration& registration) const override { registration.tree = tree_; }

 private:
  const store::TreeFile& at(const std::string& path) const {
    return *std::find_if(tree_.files.begin(), tree_.files.end(),
                         [&](const auto& f) { return f.path == path; });
  }

  const store::Objects& objects_;
  store::Tree tree_;
};

// ---- what they are
// ----------------------------------------------------------------------------------------------

/// The text of our model.json, if there is one; a damaged one of ours is still ours.
std::optional<std::string> our_model(const Files& files) {
  const auto paths = files.paths();
  if (std::find(paths.begin(), paths.end(), main_file) == paths.end()) return std::nullopt;
  if (is_xgboost(files.head(main_file))) return std::nullopt;
  std::string text = files.read(main_file);
  if (text.find("\"mlops_model\"") == std::string::npos) return std::nullopt;
  return text;
}

/// Taken as it is, once it is known to hold together.
Imported import_package(Engines& engines, const Files& files, const std::string& text) {
  const auto paths = files.paths();
  Imported out = {.origin = Origin::package};
  out.registration.package = predict::package_from(text, [&](const std::string& path) {
    if (std::find(paths.begin(), paths.end(), path) == paths.end()) {
      throw error(Code::corrupt, "the model has no file '{}'", path).with_id("model.damaged");
    }
    return files.read(path);
  });
  predict::open(out.registration.package, engines);
  files.give(out.registration);
  return out;
}

Imported import_files(const Files& files) {
  Imported out = {.origin = Origin::files};
  out.registration.package.algorithm = Version::opaque;
  for (const std::string& path : files.paths()) {
    const std::string what = unsafe_format(path, files.head(path));
    if (what.empty()) continue;
    out.warnings.push_back(fmt::format(
        "'{}' is {}: loading it can run any code; it is kept, and never loaded here", path, what));
  }
  files.give(out.registration);
  return out;
}

Imported import_any(Engines& engines, const Files& files, const std::string& what) {
  try {
    if (const auto text = our_model(files)) return import_package(engines, files, *text);
    const auto paths = files.paths();
    if (paths.size() == 1 && is_xgboost(files.head(paths[0]))) {
      return import_xgboost(engines, files.read(paths[0]), what);
    }
    return import_files(files);
  } catch (Error& e) {
    e.add_context(fmt::format("while reading '{}'", what));
    throw;
  }
}

// ---- disk
// -------------------------------------------------------------------------------------------------------

void check_paths(const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    if (!is_utf8(path)) throw error(Code::usage, "a file of the model has a name that is not UTF-8");
  }
}

std::vector<std::string> files_of(const stdfs::path& folder) {
  const fs::Walked walked = fs::walk(folder);
  if (!walked.skipped.empty()) {
    throw error(Code::corrupt, "'{}' in '{}' is a link that leads out of it, or no file",
                walked.skipped.front(), folder.native())
        .with_id("model.unsafe")
        .with_hint("a model is taken whole: put the file itself there, or remove it");
  }
  if (walked.files.empty()) throw error(Code::usage, "the folder '{}' holds no file", folder.native());
  std::vector<std::string> paths;
  for (const fs::WalkedFile& file : walked.files) paths.push_back(file.path);
  return paths;
}

OnDisk open_path(const stdfs::path& path) {
  std::error_code fault;
  const auto status = stdfs::status(path, fault);
  if (!stdfs::exists(status)) {
    throw error(Code::not_found, "there is no file '{}'", path.native()).with_id("file.not_found");
  }
  if (stdfs::is_directory(status)) return {path, files_of(path)};
  if (!stdfs::is_regular_file(status)) {
    throw error(Code::usage, "'{}' is neither a file nor a folder", path.native());
  }
  return {path.parent_path(), {path.filename().string()}};
}

// ---- runs
// -------------------------------------------------------------------------------------------------------

/// An object of the store; a digest without its prefix names none.
std::optional<Digest> object_in(const json::Value& value) {
  const std::string text = value.text_or("");
  return text.starts_with("sha256:") ? Digest::parse(text) : std::nullopt;
}

/// The digest of the run's output in that role, if it has one.
std::optional<Digest> output_of(const json::Value& run, std::string_view role) {
  const json::Array* outputs = run["outputs"].as_array();
  if (outputs == nullptr) return std::nullopt;
  for (const json::Value& output : *outputs) {
    if (output["role"].text_or("") == role) return object_in(output["digest"]);
  }
  return std::nullopt;
}

/// What lies at `path` or below it, by paths relative to it.
store::Tree below(const store::Tree& tree, std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  store::Tree out;
  for (store::TreeFile file : tree.files) {
    const bool itself = file.path == path;
    if (!itself && !file.path.starts_with(std::string(path) + "/")) continue;
    file.path = itself ? file.path.substr(file.path.rfind('/') + 1) : file.path.substr(path.size() + 1);
    out.files.push_back(std::move(file));
  }
  return out;
}

std::string some_paths(const store::Tree& tree) {
  std::vector<std::string> paths;
  for (const store::TreeFile& file : tree.files) {
    if (paths.size() < 3) paths.push_back(file.path);
  }
  return one_of(paths) + (tree.files.size() > paths.size() ? " or another" : "");
}

/// What the run wrote to its folder and to that of its outputs.
store::Tree files_left_by(const store::Objects& objects, const json::Value& run) {
  store::Tree out;
  for (const auto& digest : {object_in(run["artifacts"]), output_of(run, "output")}) {
    if (!digest) continue;
    for (store::TreeFile& file : store::get_tree(objects, *digest).files) {
      const bool known = std::any_of(out.files.begin(), out.files.end(),
                                     [&](const auto& other) { return other.path == file.path; });
      if (!known) out.files.push_back(std::move(file));
    }
  }
  return out;
}

store::Tree chosen_from(const store::Tree& all, const std::string& id, std::string_view path) {
  if (all.files.empty()) {
    throw error(Code::not_found, "run/{} names no model as its output, and left no file", id)
        .with_id("model.not_found");
  }
  if (path.empty() && all.files.size() == 1) return all;
  if (path.empty()) {
    throw error(Code::usage, "run/{} left {}: which of them is the model", id,
                count_of(all.files.size(), "file"))
        .with_hint("give `--path`: {}", some_paths(all));
  }
  store::Tree found = below(all, path);
  if (!found.files.empty()) return found;
  throw error(Code::not_found, "run/{} left no file '{}'", id, path)
      .with_id("model.not_found")
      .with_hint("it left {}", some_paths(all));
}

store::Tree model_of(const store::Objects& objects, const json::Value& run, const std::string& id,
                     std::string_view path) {
  const auto output = path.empty() ? output_of(run, "model") : std::nullopt;
  return output ? store::get_tree(objects, *output) : chosen_from(files_left_by(objects, run), id, path);
}

/// The values that a run ended with, as a version has them.
json::Object metrics_of(const json::Value& run) {
  json::Object out;
  if (const json::Object* metrics = run["metrics"].as_object()) {
    for (const auto& [name, metric] : *metrics) {
      out.set(name, json::Object{{"value", metric["last"]}, {"low", nullptr}, {"high", nullptr}});
    }
  }
  return out;
}

void describe(Registration& registration, const json::Value& run, const Digest& record) {
  registration.run = run["id"].text_or("");
  registration.run_record = record;
  if (const json::Object* code = run["code"].as_object()) registration.code = *code;
  registration.environment = object_in(run["environment"]["listing"]);
  registration.metrics = metrics_of(run);
  const json::Array* inputs = run["inputs"].as_array();
  if (inputs == nullptr) return;
  for (const json::Value& input : *inputs) {
    if (!registration.data.empty() && input["role"].text_or("") != "training") continue;
    registration.data = input["address"].text_or("");
    registration.data_record = object_in(input["digest"]);
  }
}

}  // namespace

Imported import_model(Engines& engines, const stdfs::path& path) {
  const OnDisk files = open_path(path);
  check_paths(files.paths());
  return import_any(engines, files, path.native());
}

Imported import_run(Engines& engines, store::Store& store, const Digest& run_record, std::string_view path) {
  const json::Value run(store.record(run_record));
  const std::string id = run["id"].text_or("");
  const store::Objects& objects = store.objects();
  const InStore files(objects, model_of(objects, run, id, path));
  Imported out = import_any(engines, files, "run/" + id);
  describe(out.registration, run, run_record);
  return out;
}

}  // namespace mlops::model
