#include "src/state.hpp"

namespace mlops::serve {

Series& State::series_of(const Loaded& loaded) {
  Series& found = series[{loaded.version.name, loaded.version.number}];
  if (found.version != 0) return found;
  found.model = loaded.version.name;
  found.version = loaded.version.number;
  found.looks_up = loaded.completer.has_value();
  for (const auto& input : loaded.scorer.signature().inputs) {
    found.inputs.push_back(input.name);
    found.encodings.push_back(input.encoding);
  }
  return found;
}

}  // namespace mlops::serve
