#include "src/loaded.hpp"

#include <mlops/base/error.hpp>

#include <algorithm>
#include <cmath>

#include "src/example.hpp"
#include "src/media_type.hpp"

namespace mlops::serve {
namespace {

/// Asks once, the whole way that a request goes.
void ask(const Loaded& loaded, Reader& reader, Time now) {
  score::Answered answers;
  reader.invocations(json_type, loaded.example(now), loaded.asked(now), answers);
  const auto& numbers = answers.predictions;
  if (!std::all_of(numbers.begin(), numbers.end(), [](double number) { return std::isfinite(number); })) {
    throw error(Code::corrupt, "{} answers an example with what is no number", loaded.address)
        .with_id("model.damaged");
  }
  std::string out;
  loaded.writer.invocations(answers, out);
}

/// A registered example is only as good as whoever made it: one that does not fit is left out.
bool is_of_use(const Loaded& loaded, Reader& reader, Time now) {
  try {
    ask(loaded, reader, now);
    return true;
  } catch (const Error& e) {
    if (e.code() != Code::usage) throw;
    return false;
  }
}

/// What a request is to have: of a model whose features are looked up, the columns by which they are; of a
/// column that is worked out, those that it is made from.
std::vector<predict::Input> natural_columns(const Loaded& loaded) {
  const score::Scorer& scorer = loaded.scorer;
  const std::size_t inputs = scorer.signature().inputs.size();
  const auto reads = scorer.derived().reads();
  const auto is_read = [&](const std::string& name) {
    return std::any_of(reads.begin(), reads.end(), [&](const auto& one) { return one.name == name; });
  };
  std::vector<predict::Input> out;
  for (std::size_t i = 0; i < scorer.columns().size(); ++i) {
    const predict::Input& column = scorer.columns()[i];
    const bool asked = i < inputs || loaded.completer || is_read(column.name);
    const bool looked_up = loaded.completer && scorer.features().has(column.name);
    if (asked && !looked_up && scorer.derived().find(column.name) == nullptr) out.push_back(column);
  }
  return out;
}

}  // namespace

std::string Loaded::example(Time now) const {
  json::Object row;
  for (const auto& [name, value] : example_row) {
    const bool may_be_forgotten = completer && name == scorer.features().time.name;
    if (!may_be_forgotten) row.append(name, value);
  }
  return example_body(natural_columns(*this), row, now);
}

std::shared_ptr<const Loaded> load(const LoadPlace& place, const model::Version& version, Reader& reader,
                                   Time now) {
  model::require_runnable(version);
  score::Scorer scorer =
      score::Scorer::load(place.store, version.package, version.data_record, place.engines);
  const bool looks_up = place.online.looks_up() && !scorer.features().empty();
  Writer writer(scorer, version.name, version.number, version.algorithm,
                looks_up ? Features::looked_up : Features::given);
  auto loaded =
      std::make_shared<Loaded>(Loaded{version, version.address(), std::move(scorer), std::move(writer)});
  if (looks_up)
    loaded->completer.emplace(loaded->scorer, place.online.views(version, loaded->scorer.features(), now));
  if (auto row = registered_row(place.store, version)) {
    loaded->example_row = std::move(*row);
    if (is_of_use(*loaded, reader, now)) return loaded;
    loaded->example_row = {};
  }
  is_of_use(*loaded, reader, now);
  return loaded;
}

}  // namespace mlops::serve
