/// `mlops show`: anything in the store, by address.
#include "address.hpp"
#include "cli/invocation.hpp"
#include "commands.hpp"
#include "dataset_rows.hpp"
#include "features.hpp"
#include "model_rows.hpp"
#include "runs.hpp"

#include <mlops/base/error.hpp>
#include <mlops/dataset/version.hpp>
#include <mlops/model/registry.hpp>
#include <mlops/project/project.hpp>
#include <mlops/store/tree.hpp>

#include <filesystem>
#include <fstream>
#include <optional>

namespace mlops::commands {
namespace {

struct ShowArgs {
  std::string address;
  bool content = false;
};

/// Objects of this size or more are contents, not records or trees.
constexpr std::uint64_t largest_document = 64 << 20;

void show_tree(const store::Tree& tree, cli::Invocation& invocation) {
  std::vector<ui::Row> rows;
  for (const store::TreeFile& file : tree.files) {
    rows.push_back({{"path", file.path},
                    {"bytes", file.size, ui::Show::bytes},
                    {"mode", fmt::format("{:04o}", file.mode)},
                    {"digest", file.digest.text()}});
  }
  invocation.rows("mlops.tree/1", rows);
}

void show_record(const json::Object& record, cli::Invocation& invocation) {
  if (invocation.format() == ui::Format::human)
    return invocation.output().text(json::dump_pretty(record) + "\n");
  ui::Row row;
  for (const auto& [name, value] : record) row.push_back({name, value});
  invocation.record("mlops.record/1", row);
}

/// The document in an object, or nothing when it holds something else.
std::optional<json::Object> document(const store::Objects& objects, const Digest& digest) {
  if (objects.size(digest).value_or(largest_document) >= largest_document) return std::nullopt;
  const std::string bytes = objects.get(digest);
  if (!bytes.starts_with('{')) return std::nullopt;
  try {
    const json::Value value = json::parse(bytes);
    return *value.as_object();
  } catch (const Error&) {
    return std::nullopt;  // text that only begins like JSON
  }
}

void show_object(const Digest& digest, cli::Invocation& invocation) {
  const store::Objects& objects = invocation.project().store().objects();
  const auto size = objects.size(digest);
  if (!size) throw error(Code::not_found, "there is no object {}", digest.text()).with_id("object.not_found");
  const auto found = document(objects, digest);
  if (found && found->find("tree") != nullptr) return show_tree(store::get_tree(objects, digest), invocation);
  if (found && found->find("kind") != nullptr) return show_record(*found, invocation);
  invocation.record("mlops.object/1", {{"digest", digest.text()}, {"bytes", *size, ui::Show::bytes}});
}

/// What lies in a pack would become a file for nothing.
constexpr std::uint64_t in_memory = 1 << 20;

/// Nothing where it would have to be made, and nothing may be written.
std::optional<std::filesystem::path> find_file(const store::Objects& objects, const Digest& digest) {
  try {
    return objects.file(digest);
  } catch (const Error& e) {
    if (e.code() != Code::failed && e.code() != Code::busy) throw;
    return std::nullopt;
  }
}

/// The bytes themselves, for whatever reads them next.
void write_content(const Digest& digest, cli::Invocation& invocation) {
  const store::Objects& objects = invocation.project().store().objects();
  const auto size = objects.size(digest);
  if (!size) throw error(Code::not_found, "there is no object {}", digest.text()).with_id("object.not_found");
  const auto path = *size <= in_memory ? std::nullopt : find_file(objects, digest);
  if (!path) return invocation.output().text(objects.get(digest));
  std::ifstream file(*path, std::ios::binary);
  std::string block(1 << 20, '\0');
  while (file.read(block.data(), static_cast<std::streamsize>(block.size())) || file.gcount() > 0)
    invocation.output().text(std::string_view(block.data(), static_cast<std::size_t>(file.gcount())));
}

/// What the command of its own shows of each.
void show_named(const Named& named, cli::Invocation& invocation) {
  store::Store& store = invocation.project().store();
  switch (named.thing) {
    case Thing::dataset:
      return invocation.record("mlops.dataset/1", version_record(dataset::resolve(store, named.address)));
    case Thing::view:
      return show_view(named.address, invocation);
    case Thing::model:
      return invocation.record("mlops.model/1",
                               model_record(store, model::Registry(store).get(named.address)));
    case Thing::run:
      return show_run(named.address, invocation);
    case Thing::other:
      return show_object(*Digest::parse(named.address), invocation);
  }
}

void show(const ShowArgs& args, cli::Invocation& invocation) {
  if (args.content) {
    const auto digest = Digest::parse(args.address);
    if (!digest) throw error(Code::usage, "'{}' is no digest, which '--content' wants", args.address);
    return write_content(*digest, invocation);
  }
  if (const auto digest = Digest::parse(args.address)) return show_object(*digest, invocation);
  show_named(named(invocation.project().store(), args.address), invocation);
}

}  // namespace

cli::Command show() {
  const auto args = std::make_shared<ShowArgs>();
  return {.name = "show",
          .summary = "show anything by its address or digest",
          .options = {{"address", "ADDRESS",
                       "a dataset such as churn@v2, a view such as features/airport, a model such as "
                       "models/churn@champion, a run, or the "
                       "digest of a record, tree or object",
                       &args->address, cli::Offer::address, true},
                      {"--content", "", "write the bytes of the object with this digest, as they are",
                       &args->content}},
          .examples = {{"mlops show churn", "Show the newest version of churn"},
                       {"mlops show churn@{1}", "Show the version before it"}},
          .exits = {{Code::usage, "the name is that of several things"},
                    {Code::not_found, "there is no such thing"}},
          .see_also = {"mlops-data-show(1)", "mlops-features-show(1)", "mlops-model-show(1)"},
          .run = [args](cli::Invocation& invocation) { show(*args, invocation); }};
}

}  // namespace mlops::commands
