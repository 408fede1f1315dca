/// The files of a model as one tree.
#include <mlops/base/error.hpp>
#include <mlops/crypto/sha256.hpp>
#include <mlops/fs/file.hpp>

#include <algorithm>
#include <vector>

#include "src/internal.hpp"

namespace mlops::model {
namespace {

constexpr std::string_view mlmodel_name = "MLmodel";
constexpr std::string_view example_name = "input_example.json";

/// Gives contents their digests.
class Keeper {
 public:
  virtual ~Keeper() = default;
  virtual Digest bytes(const std::string& content) = 0;
  virtual Digest file(const std::filesystem::path& path) = 0;
};

class Storing final : public Keeper {
 public:
  explicit Storing(store::Objects& objects) : batch_(objects) {}
  Digest bytes(const std::string& content) override { return batch_.put(content); }
  Digest file(const std::filesystem::path& path) override { return batch_.put_file(path); }
  void commit() { batch_.commit(); }

 private:
  store::Objects::Batch batch_;
};

class Hashing final : public Keeper {
 public:
  Digest bytes(const std::string& content) override { return crypto::sha256(content); }
  Digest file(const std::filesystem::path& path) override {
    fs::File file(path);
    std::vector<char> buffer(1 << 20);
    crypto::Sha256 hash;
    while (const std::size_t got = file.read(buffer.data(), buffer.size())) hash.update(buffer.data(), got);
    return hash.finish();
  }
};

class Folder {
 public:
  Folder(store::Tree tree, Keeper& keeper) : tree_(std::move(tree)), keeper_(keeper) {}

  void add(std::string_view path, const std::string& content) {
    if (has(path)) throw error(Code::internal, "the folder of a model holds '{}' twice", path);
    append(path, content.size(), keeper_.bytes(content));
  }
  void add(std::string_view path, const std::filesystem::path& file) {
    append(path, fs::File(file).stamp().size, keeper_.file(file));
  }
  bool has(std::string_view path) const {
    return std::any_of(tree_.files.begin(), tree_.files.end(), [&](const auto& f) { return f.path == path; });
  }
  store::Tree take() { return std::move(tree_); }

 private:
  /// The mode is always the same, so that the digest depends on contents alone.
  void append(std::string_view path, std::uint64_t size, const Digest& digest) {
    tree_.files.push_back({.path = std::string(path), .mode = 0644, .size = size, .digest = digest});
  }

  store::Tree tree_;
  Keeper& keeper_;
};

void add_package(Folder& folder, const predict::Package& package) {
  folder.add("model.json", predict::model_json(package));
  for (const auto& [path, content] : package.files) folder.add(path, content);
}

/// What is described beside the model; an opaque one stays as it came.
void add_descriptions(Folder& folder, const Registration& registration) {
  if (registration.package.algorithm == Version::opaque) return;
  if (registration.input_example && !folder.has(example_name)) {
    folder.add(example_name, input_example_text(*registration.input_example));
  }
  if (folder.has(mlmodel_name)) return;
  folder.add(mlmodel_name, mlmodel_text(registration.package, folder.has(example_name)));
}

store::Tree make_folder(const Registration& registration, Keeper& keeper) {
  Folder folder(registration.tree.value_or(store::Tree{}), keeper);
  for (const auto& [path, file] : registration.folder) folder.add(path, file);
  if (!registration.tree && registration.folder.empty()) add_package(folder, registration.package);
  for (const auto& [path, content] : registration.files) folder.add(path, content);
  add_descriptions(folder, registration);
  return folder.take();
}

}  // namespace

store::Tree stored_folder(store::Objects& objects, const Registration& registration) {
  Storing keeper(objects);
  store::Tree tree = make_folder(registration, keeper);
  keeper.commit();
  return tree;
}

store::Tree planned_folder(const Registration& registration) {
  Hashing keeper;
  return make_folder(registration, keeper);
}

}  // namespace mlops::model
