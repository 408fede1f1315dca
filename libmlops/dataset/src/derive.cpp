#include <mlops/dataset/derive.hpp>

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/dataset/kept.hpp>

#include <algorithm>

#include "src/derivation.hpp"

namespace mlops::dataset {
namespace {

constexpr std::string_view section = "data/";

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

std::optional<Version> version_with(const std::vector<Version>& versions, const Digest& key) {
  const auto found = std::find_if(versions.rbegin(), versions.rend(), [&](const Version& version) {
    return version.made && version.made->key == key;
  });
  return found == versions.rend() ? std::nullopt : std::optional(*found);
}

}  // namespace

struct Derivations::Impl {
  Impl(const Declared& given, Workshop& workshop) : declared(given), shop(workshop) {}

  table::Engine& parser() {
    if (!engine) engine = table::open(shop.engines, {.threads = 1}, shop.cancel);
    return *engine;
  }

  const Definition& definition(const std::string& name) {
    const auto known = definitions.find(name);
    if (known != definitions.end()) return known->second;
    const manifest::DataSpec* spec = declared.manifest.find_data(name);
    if (spec == nullptr) throw error(Code::not_found, "{} has no table 'data/{}'", declared.file, name);
    return definitions.emplace(name, define(parser(), declared, *spec)).first->second;
  }

  void visit(const std::string& address, std::vector<std::string>& path, std::vector<std::string>& out) {
    if (std::find(out.begin(), out.end(), address) != out.end()) return;
    if (address.starts_with(section)) {
      const Definition& table = definition(name_in(address));
      path.push_back(address);
      for (const std::string& input : table.inputs) {
        require_no_circle(table, input, path);
        visit(input, path, out);
      }
      path.pop_back();
    }
    out.push_back(address);
  }

  void require_no_circle(const Definition& table, const std::string& input,
                         const std::vector<std::string>& path) const {
    const auto again = std::find(path.begin(), path.end(), input);
    if (again == path.end()) return;
    std::string circle;
    for (auto step = again; step != path.end(); ++step) circle += name_in(*step) + " from ";
    const auto use = std::find_if(table.facts.tables.begin(), table.facts.tables.end(),
                                  [&](const table::TableUse& one) { return one.name == name_in(input); });
    const std::size_t offset = use == table.facts.tables.end() ? std::string::npos : use->offset;
    throw placed(table, error(Code::usage, "a table made from itself: {}{}", circle, name_in(input)),
                 offset == std::string::npos ? offset : table.sql.original(offset));
  }

  Declared declared;
  Workshop& shop;
  std::unique_ptr<table::Engine> engine;
  std::map<std::string, Definition> definitions;
};

Derivations::Derivations(const Declared& declared, Workshop& workshop)
    : impl_(std::make_unique<Impl>(declared, workshop)) {}

Derivations::~Derivations() = default;

std::vector<std::string> Derivations::order(const std::vector<std::string>& targets) {
  std::vector<std::string> out;
  std::vector<std::string> path;
  for (const std::string& target : targets) impl_->visit(target, path, out);
  return out;
}

std::vector<std::string> Derivations::inputs_of(const std::string& name) {
  return impl_->definition(name).inputs;
}

Derivations::State Derivations::state(store::Store& store, const std::string& name, const Inputs& inputs) {
  const Made made = made_of(impl_->definition(name), inputs, impl_->parser().version());
  State out{.key = made.key};
  const auto versions = history(store, {"data", name});
  if (versions.empty()) {
    out.why = "it was never made";
    return out;
  }
  out.newest = versions.back();
  out.why = out.newest->made ? difference(*out.newest->made, made) : "it was made in another way";
  if (!out.why.empty()) return out;
  out.why = loss_of(store.objects(), *out.newest);
  out.lost = !out.why.empty();
  return out;
}

Derivations::Report Derivations::derive(store::Store& store, const std::string& name, const Inputs& inputs,
                                        const std::string& who) {
  const Definition& definition = impl_->definition(name);
  State before = state(store, name, inputs);
  if (before.fresh()) return {.version = *std::move(before.newest), .unchanged = true};
  const store::ReferenceName reference{"data", name};
  const auto current = store.references().find(reference);
  Made made = made_of(definition, inputs, impl_->parser().version());
  Report out{.version = make_table(store, impl_->shop, definition, inputs, std::move(made)),
             .why = std::move(before.why)};
  if (before.lost && !before.newest->forgotten && out.version.data == before.newest->data) {
    out.version = *std::move(before.newest);  // Its objects are back.
    return out;
  }
  Version& version = out.version;
  version.time = impl_->shop.clock.now();
  version.origin.retrieved = version.time;
  if (current) version.previous = current->digest;
  const std::string why =
      fmt::format("made of {}: {}, {}", joined(definition.inputs), count_of(version.rows, "row"),
                  count_of(version.columns.size(), "column"));
  if (impl_->shop.cancel != nullptr) impl_->shop.cancel->check();
  try {
    const auto published = store.publish({.name = reference,
                                          .expected = current ? std::optional(current->digest) : std::nullopt,
                                          .record = to_record(version),
                                          .time = version.time,
                                          .who = who,
                                          .why = why,
                                          .summary = why});
    version.record = published.digest;
    version.number = published.version;
    out.unchanged = !published.moved;
  } catch (const Error& fault) {
    if (fault.code() != Code::conflict) throw;
    auto others = version_with(history(store, reference), version.made->key);
    if (!others) throw;  // somebody else made another version meanwhile
    return {.version = *std::move(others), .unchanged = true};
  }
  return out;
}

}  // namespace mlops::dataset
