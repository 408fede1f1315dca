/// mlops.yaml.
#include <mlops/manifest/manifest.hpp>

#include "fuzz.hpp"

namespace {

using namespace mlops;

/// What the program itself adds keeps the text, and reads back.
void add_source(std::string_view text, const manifest::Manifest& before) {
  manifest::SourceSpec source;
  source.name = "added";
  source.from = {"a b.csv"};
  source.kind = "system";
  source.pii = {"é", "-"};
  std::string after;
  if (!fuzz::taken({Code::usage, Code::conflict}, [&] { after = with_source(text, "f", source); })) return;
  const manifest::Manifest read = manifest::parse(after, "f");
  fuzz::require(read.sources.size() == before.sources.size() + 1, "one source more");
  fuzz::require(read.find_source("added") != nullptr, "the source is there");
  fuzz::require(read.models == before.models && read.releases == before.releases, "the rest is as it was");
}

void add_training(std::string_view text, const manifest::Manifest& before) {
  if (before.sources.empty()) return;
  std::string after;
  const bool taken = fuzz::taken({Code::usage, Code::conflict}, [&] {
    after = manifest::with_training(
        text, "f",
        manifest::training_edit(before, before.sources[0].name, "y", {"prior", "linear"},
                                manifest::PickSpec{.metric = "auc", .within = 1.0}));
  });
  if (!taken) return;
  const manifest::Manifest read = manifest::parse(after, "f");
  fuzz::require(read.sources[0].label == "y", "the label is there");
  fuzz::require(manifest::with_training(after, "f", {.table = read.sources[0].name, .label = "y"}) == after,
                "what is there already is not added");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Input input(data, size);
  manifest::Manifest read;
  if (!fuzz::taken({Code::usage}, [&] { read = manifest::parse(input.rest(), "mlops.yaml"); })) return 0;
  add_source(input.rest(), read);
  add_training(input.rest(), read);
  return 0;
}
