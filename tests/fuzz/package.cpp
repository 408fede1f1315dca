/// model.json: the description of a model, opened, and asked.
#include <mlops/predict/package.hpp>
#include <mlops/predict/predictor.hpp>

#include "fuzz.hpp"

namespace {

using namespace mlops;
using namespace mlops::predict;

/// A frame of rows as an encoder would make it: nulls, unseen codes, known ones.
Frame frame_of(const Signature& signature) {
  Frame frame{.rows = 4};
  for (const Feature& feature : features_of(signature)) {
    Values values;
    if (feature.is_category()) {
      values.codes = {code_null, code_unseen, 0, static_cast<std::int32_t>(feature.categories - 1)};
    } else {
      values.numbers = {std::numeric_limits<double>::quiet_NaN(), 0, -1e300, 12};
    }
    frame.features.push_back(std::move(values));
  }
  return frame;
}

void ask(const Package& package) {
  static Engines engines{{ENGINES_DIR}};
  const auto predictor = open(package, engines);
  const Frame frame = frame_of(package.signature);
  std::vector<double> out(frame.rows * package.signature.outputs());
  fuzz::taken({Code::usage}, [&] { predictor->predict(frame, out); });
  if (package.signature.task != Task::regression) {
    for (const std::uint32_t answer : decide(package.signature, out)) {
      fuzz::require(answer < package.signature.classes.size(), "an answer is a class");
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Input input(data, size);
  const auto no_file = [](const std::string&) -> std::string {
    throw error(Code::corrupt, "the model has no such file");
  };
  Package package;
  if (!fuzz::taken({Code::corrupt}, [&] { package = package_from(input.rest(), no_file); })) return 0;
  const std::string text = model_json(package);
  fuzz::require(model_json(package_from(text, no_file)) == text, "what is written reads back");
  fuzz::taken({Code::corrupt, Code::failed}, [&] { ask(package); });
  return 0;
}
