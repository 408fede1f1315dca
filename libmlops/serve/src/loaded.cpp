#include "src/loaded.hpp"

#include <mlops/base/error.hpp>

#include <algorithm>
#include <cmath>

#include "src/example.hpp"
#include "src/media_type.hpp"

namespace mlops::serve {
namespace {

/// Asks once, the whole way that a request goes.
void ask(const Loaded& loaded, Reader& reader, const std::string& body) {
  score::Answered answers;
  reader.invocations(json_type, body, loaded.scorer, answers);
  const auto& numbers = answers.predictions;
  if (!std::all_of(numbers.begin(), numbers.end(), [](double number) { return std::isfinite(number); })) {
    throw error(Code::corrupt, "{} answers an example with what is no number", loaded.address)
        .with_id("model.damaged");
  }
  std::string out;
  loaded.writer.invocations(answers, out);
}

/// A registered example is only as good as whoever made it: one that does not fit is left out.
bool is_of_use(const Loaded& loaded, Reader& reader, const std::string& body) {
  try {
    ask(loaded, reader, body);
    return true;
  } catch (const Error& e) {
    if (e.code() != Code::usage) throw;
    return false;
  }
}

}  // namespace

std::shared_ptr<const Loaded> load(Engines& engines, store::Store& store, const model::Version& version,
                                   Reader& reader, Time now) {
  model::require_runnable(version);
  score::Scorer scorer = score::Scorer::load(store, version.package, version.data_record, engines);
  Writer writer(scorer, version.name, version.number, version.algorithm);
  auto loaded =
      std::make_shared<Loaded>(Loaded{version, version.address(), std::move(scorer), std::move(writer)});
  const predict::Signature& signature = loaded->scorer.signature();
  if (const auto row = registered_row(store, version)) {
    loaded->example = example_body(signature, *row, now);
    if (is_of_use(*loaded, reader, loaded->example)) return loaded;
  }
  loaded->example = example_body(signature, {}, now);
  is_of_use(*loaded, reader, loaded->example);
  return loaded;
}

}  // namespace mlops::serve
