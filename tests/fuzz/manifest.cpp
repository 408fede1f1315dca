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
  source.transform = "SELECT a FROM added -- 'b': c";
  source.raw = "drop";
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

/// What is added can be taken back, and takes nothing else with it.
void add_remote(std::string_view text, const manifest::Manifest& before) {
  const manifest::RemoteSpec remote = {.name = "added", .url = "../a, b", .one_writer = text.size() % 2 == 0};
  std::string after;
  if (!fuzz::taken({Code::usage, Code::conflict}, [&] { after = with_remote(text, "f", remote); })) return;
  const manifest::Manifest read = manifest::parse(after, "f");
  fuzz::require(*read.find_remote("added") == remote, "the remote is there");
  fuzz::require(with_remote(after, "f", remote) == after, "what is there already is not added");
  std::string back;
  if (!fuzz::taken({Code::usage}, [&] { back = manifest::without_remote(after, "f", "added"); })) return;
  const manifest::Manifest left = manifest::parse(back, "f");
  fuzz::require(left.remotes.size() + 1 == read.remotes.size(), "one remote less");
  fuzz::require(left.sources == before.sources && left.models == before.models, "the rest is as it was");
}

void remove_remotes(std::string text, const manifest::Manifest& before) {
  for (const manifest::RemoteSpec& remote : before.remotes) {
    fuzz::taken({Code::usage, Code::not_found},
                [&] { text = manifest::without_remote(text, "f", remote.name); });
  }
  fuzz::require(manifest::parse(text, "f").sources == before.sources, "the rest is as it was");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Input input(data, size);
  manifest::Manifest read;
  if (!fuzz::taken({Code::usage}, [&] { read = manifest::parse(input.rest(), "mlops.yaml"); })) return 0;
  add_source(input.rest(), read);
  add_training(input.rest(), read);
  add_remote(input.rest(), read);
  remove_remotes(std::string(input.rest()), read);
  return 0;
}
