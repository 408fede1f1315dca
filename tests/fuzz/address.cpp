/// Addresses of data, models and runs, asked of a small store.
#include <mlops/base/clock.hpp>
#include <mlops/dataset/version.hpp>
#include <mlops/model/registry.hpp>
#include <mlops/run/list.hpp>
#include <mlops/run/run.hpp>

#include <filesystem>
#include <memory>

#include "fuzz.hpp"

namespace {

using namespace mlops;

predict::Package package(double share) {
  return {
      .signature = {.inputs = {{.name = "age", .type = "BIGINT"}}, .label = "y", .classes = {"no", "yes"}},
      .algorithm = "prior",
      .loss = "logloss",
      .fitted = {{"shares", json::Array{1 - share, share}}}};
}

void fill(store::Store& store) {
  model::Registry registry(store);
  for (const double share : {0.25, 0.5}) {
    const auto added =
        registry.add({.name = "churn", .package = package(share), .time = {1'000'000}, .who = "ana"});
    registry.promote(added.version, "champion", "", "ana", {2'000'000});
  }
  registry.promote(registry.get("churn@v1"), "challenger", "", "ana", {3'000'000});
  run::Live live(store, {.experiment = "churn", .name = "a", .time = {1'000'000}});
  live.end(run::Status::done, 0, {}, {2'000'000});
}

store::Store& small_store() {
  static const std::unique_ptr<store::Store> store = [] {
    auto made = std::make_unique<store::Store>(fuzz::scratch_folder(), store::Store::Mode::create);
    fill(*made);
    return made;
  }();
  return *store;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Input input(data, size);
  const std::string_view address = input.rest();
  const auto refusals = {Code::not_found, Code::usage};
  fuzz::taken(refusals, [&] { dataset::resolve(small_store(), address); });
  fuzz::taken(refusals, [&] {
    const model::Version version = model::Registry(small_store()).get(address);
    fuzz::require(model::Registry(small_store()).get(version.address()) == version,
                  "a version has its own address");
  });
  fuzz::taken(refusals, [&] { run::get(small_store(), address); });
  Time::parse(address);
  Digest::parse(address);
  return 0;
}
