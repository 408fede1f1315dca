/// Records and trees: objects of a store, read as whatever they say they are.
#include <mlops/dataset/checks.hpp>
#include <mlops/dataset/version.hpp>
#include <mlops/predict/signature.hpp>
#include <mlops/store/store.hpp>
#include <mlops/store/tree.hpp>

#include "fuzz.hpp"

// The modules' private headers have the same names; this one is model's.
#include <mlops/model/registry.hpp>

namespace mlops::model {
json::Object to_record(const Version& version);
Version from_record(const json::Object& record, const Digest& digest);
}  // namespace mlops::model

namespace {

using namespace mlops;

/// Once read, a record is written the same way again and again.
template <typename Read, typename Write>
void steady(Read read, Write write) {
  json::Object first;
  if (!fuzz::taken({Code::corrupt}, [&] { first = write(read()); })) return;
  fuzz::taken({}, [&] { json::canonical(json::Value(first)); });
}

void read_records(const json::Object& record) {
  steady([&] { return dataset::from_record(record, {}, 1); },
         [](const dataset::Version& version) { return dataset::to_record(version); });
  steady([&] { return dataset::check_from_record(record, {}); },
         [](const dataset::Check& check) { return dataset::to_record(check); });
  steady([&] { return model::from_record(record, {}); },
         [](const model::Version& version) { return model::to_record(version); });
  steady([&] { return predict::signature_from(record); },
         [](const predict::Signature& signature) { return predict::to_json(signature); });
}

void read_object(store::Store& store, const Digest& digest) {
  fuzz::taken({Code::corrupt}, [&] { read_records(store.record(digest)); });
  fuzz::taken({Code::corrupt}, [&] {
    const store::Tree tree = get_tree(store.objects(), digest);
    fuzz::require(
        get_tree(store.objects(), put_tree(store.objects(), tree)).files.size() == tree.files.size(),
        "a tree can be stored again");
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Input input(data, size);
  const std::string root = fuzz::scratch_folder();
  store::Store store(root, store::Store::Mode::create);
  read_object(store, store.objects().put(input.rest()));
  return 0;
}
