/// Answers of the Open Inference Protocol.
#include <mlops/json/value.hpp>
#include <mlops/serve/body.hpp>

#include "src/little_endian.hpp"
#include "src/numbers.hpp"

namespace mlops::serve {

void Writer::append_data(const score::Answered& answers, bool probabilities, std::string& out) const {
  if (!probabilities) return append_predictions(answers, &Class::tensor, out);
  out += '[';
  for (std::size_t row = 0; row < answers.rows; ++row) {
    if (row != 0) out += ", ";
    append_probabilities(answers, row, out);
  }
  out += ']';
}

void Writer::append_bytes(const score::Answered& answers, bool probabilities, std::string& out) const {
  for (std::size_t row = 0; row < answers.rows; ++row) {
    const double* const given = answers.predictions.data() + row * outputs_;
    if (!probabilities && !classes_.empty()) {
      out += classes_[answers.classes[row]].bytes;
      continue;
    }
    if (probabilities && binary_task_) append_little(1 - given[0], out);
    for (std::size_t i = 0; i < outputs_; ++i) append_little(given[i], out);
  }
}

std::size_t Writer::bytes_of(const score::Answered& answers, bool probabilities) const {
  if (probabilities) return answers.rows * classes_.size() * sizeof(double);
  if (classes_.empty()) return answers.rows * sizeof(double);
  std::size_t bytes = 0;
  for (const std::uint32_t one : answers.classes) bytes += classes_[one].bytes.size();
  return bytes;
}

void Writer::append_tensor(const score::Answered& answers, const Inference::Output& output, std::string& out,
                           std::size_t& binary) const {
  const bool probabilities = output.name == "probability";
  out += probabilities ? probability_head_ : prediction_head_;
  append_number(std::uint64_t{answers.rows}, out);
  if (probabilities) {
    out += ", ";
    append_number(std::uint64_t{classes_.size()}, out);
  }
  out += "], ";
  if (output.binary) {
    const std::size_t bytes = bytes_of(answers, probabilities);
    binary += bytes;
    out += "\"parameters\": {\"binary_data_size\": ";
    append_number(std::uint64_t{bytes}, out);
    out += "}}";
  } else {
    out += "\"data\": ";
    append_data(answers, probabilities, out);
    out += '}';
  }
}

std::optional<std::size_t> Writer::inference(const score::Answered& answers, const Inference& rest,
                                             std::string& out) const {
  out = head_;
  if (rest.id_given) out += ", \"id\": " + json::dump(rest.id);
  out += ", \"outputs\": [";
  const auto& all = rest.outputs.empty() ? known_outputs_ : rest.outputs;
  std::size_t binary = 0;
  bool any_binary = false;
  for (const Inference::Output& output : all) {
    if (&output != all.data()) out += ", ";
    append_tensor(answers, output, out, binary);
    any_binary = any_binary || output.binary;
  }
  out += "]}";
  if (!any_binary) return std::nullopt;
  const std::size_t json = out.size();
  out.reserve(json + binary);
  for (const Inference::Output& output : all) {
    if (output.binary) append_bytes(answers, output.name == "probability", out);
  }
  return json;
}

}  // namespace mlops::serve
