/// YAML: any text as a document, and as a scalar that is written and read again.
#include <mlops/base/text.hpp>
#include <mlops/yaml/node.hpp>
#include <mlops/yaml/write.hpp>

#include "fuzz.hpp"

namespace {

using namespace mlops;

void reads_back(std::string_view text, const std::string& document, bool flow) {
  const yaml::Document read = yaml::parse(document, "f");
  fuzz::require(read.faults.empty(), "what is written is plain YAML");
  const yaml::Node* value = read.root.find("key");
  fuzz::require(value != nullptr && (!flow || value->items.size() == 2), "and has its shape");
  if (flow) value = &value->items[0];
  if (text.empty() && value->kind == yaml::Kind::null) return;
  fuzz::require(value->kind == yaml::Kind::scalar && value->text == text, "and its text");
}

void write(std::string_view text) {
  using yaml::Place;
  for (const bool flow : {false, true}) {
    const Place place = flow ? Place::flow : Place::block;
    const std::string before = flow ? "key: [" : "key: ";
    const std::string after = flow ? ", 1]\n" : "\n";
    reads_back(text, before + single_quoted(text, place) + after, flow);
    reads_back(text, before + double_quoted(text, place) + after, flow);
    if (is_plain(text, place)) reads_back(text, before + std::string(text) + after, flow);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Input input(data, size);
  fuzz::taken({Code::usage}, [&] { yaml::parse(input.rest(), "f"); });
  yaml::conflict_line(input.rest());
  if (input.rest().size() < 2000 && is_utf8(input.rest())) write(input.rest());
  return 0;
}
