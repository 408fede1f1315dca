#include <mlops/predict/package.hpp>

#include <mlops/base/error.hpp>
#include <mlops/store/objects.hpp>
#include <mlops/store/tree.hpp>

#include "src/fields.hpp"

namespace mlops::predict {
namespace {

constexpr std::int64_t plain_format = 1;
constexpr std::int64_t format =
    2;  ///< With inputs before transforms: who does not know them answers wrongly.
constexpr std::string_view main_file = "model.json";

void add(store::Objects::Batch& batch, store::Tree& tree, const std::string& path, const std::string& bytes) {
  for (const store::TreeFile& file : tree.files) {
    if (file.path == path) throw error(Code::internal, "the model has two files '{}'", path);
  }
  tree.files.push_back({.path = path, .mode = 0644, .size = bytes.size(), .digest = batch.put(bytes)});
}

const store::TreeFile& file_in(const store::Tree& tree, std::string_view path) {
  for (const store::TreeFile& file : tree.files) {
    if (file.path == path) return file;
  }
  throw error(Code::corrupt, "the model has no file '{}'", path).with_id("model.damaged");
}

json::Object parsed(const std::string& text) {
  const json::Value value = json::parse(text);
  if (value.as_object() == nullptr)
    throw error(Code::corrupt, "model.json is no object").with_id("model.damaged");
  const std::int64_t seen = value["mlops_model"].int_or(0);
  if (seen == 0) throw error(Code::corrupt, "model.json does not tell its format").with_id("model.damaged");
  if (seen > format) {
    throw error(Code::corrupt, "the model is of format {}; this program reads up to {}", seen, format)
        .with_hint("a newer version of this program reads it");
  }
  return *value.as_object();
}

}  // namespace

Signature Package::asked() const {
  Signature out = signature;
  if (!given.empty()) out.inputs = given;
  return out;
}

std::string model_json(const Package& package) {
  json::Array files;
  for (const auto& [path, bytes] : package.files) files.emplace_back(path);
  json::Object out{{"mlops_model", package.given.empty() ? plain_format : format},
                   {"algorithm", package.algorithm},
                   {"loss", package.loss},
                   {"parameters", package.parameters},
                   {"signature", to_json(package.signature)},
                   {"fitted", package.fitted},
                   {"files", std::move(files)}};
  if (!package.given.empty()) out.set("given", to_json(package.given));
  return json::dump_pretty(out) + "\n";
}

Package package_from(std::string_view model_json,
                     const std::function<std::string(const std::string&)>& file) {
  const json::Object object = parsed(std::string(model_json));
  const Fields fields(object, "model.json");
  Package package{.signature = signature_from(fields.object("signature")),
                  .algorithm = fields.text("algorithm"),
                  .parameters = fields.object("parameters"),
                  .loss = fields.text("loss"),
                  .fitted = fields.object("fitted")};
  if (object.find("given") != nullptr) package.given = inputs_from(fields.array("given"), "given");
  for (const std::string& path : fields.texts("files")) package.files.emplace(path, file(path));
  return package;
}

Digest put(store::Objects& objects, const Package& package, const std::map<std::string, std::string>& more) {
  store::Objects::Batch batch(objects);
  store::Tree tree;
  add(batch, tree, std::string(main_file), model_json(package));
  for (const auto& [path, bytes] : package.files) add(batch, tree, path, bytes);
  for (const auto& [path, bytes] : more) add(batch, tree, path, bytes);
  batch.commit();
  return store::put_tree(objects, std::move(tree));
}

Package get(const store::Objects& objects, const Digest& digest) {
  const store::Tree tree = store::get_tree(objects, digest);
  const auto read = [&](const std::string& path) { return objects.get(file_in(tree, path).digest); };
  return package_from(read(std::string(main_file)), read);
}

}  // namespace mlops::predict
