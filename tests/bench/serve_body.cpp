/// serve_body ENGINES: reads bodies of 20 numbers a row, in each form and of 1 and 1,000 rows, and writes
/// answers, and prints lines of: what, microseconds a body, those of simdjson's bare document of the same
/// text (0: there is none).

#include <mlops/predict/package.hpp>
#include <mlops/serve/body.hpp>

#include <simdjson.h>

#include <algorithm>
#include <cstdio>
#include <random>

#include "cpu_seconds.hpp"

namespace {

constexpr std::size_t columns = 20;

/// Least CPU microseconds of one call: of windows of many calls, each long enough for the clock.
template <typename Work>
double least(std::size_t calls, Work work) {
  double best = 1e9;
  for (int window = 0; window < 60; ++window) {
    const double before = cpu_seconds();
    for (std::size_t i = 0; i < calls; ++i) work();
    best = std::min(best, (cpu_seconds() - before) / static_cast<double>(calls));
  }
  return best * 1e6;
}

mlops::score::Scorer scorer(mlops::Engines& engines) {
  mlops::predict::Package package{
      .algorithm = "prior", .loss = "logloss", .fitted = {{"shares", mlops::json::Array{0.5, 0.5}}}};
  for (std::size_t i = 0; i < columns; ++i)
    package.signature.inputs.push_back({.name = "feature_" + std::to_string(i), .type = "DOUBLE"});
  package.signature.classes = {"0", "1"};
  package.signature.label_type = "BIGINT";
  return {package, {}, engines};
}

/// Rows of values as texts, and everything that is made of them.
class Bodies {
 public:
  explicit Bodies(std::size_t rows) : rows_(rows) {
    std::mt19937 random(1);
    std::normal_distribution<float> normal;
    for (std::size_t i = 0; i < rows * columns; ++i) {
      floats_.push_back(normal(random));
      char text[32];
      std::snprintf(text, sizeof text, "%.6f", static_cast<double>(floats_.back()));
      texts_.emplace_back(text);
    }
  }

  std::string records() const {
    return "{\"dataframe_records\": [" +
           joined("{", "}", [&](std::size_t i) { return name(i) + ": " + texts_[i]; }) + "]}";
  }
  std::string lists() const {
    return "[" + joined("[", "]", [&](std::size_t i) { return texts_[i]; }) + "]";
  }
  std::string split() const {
    std::string names;
    for (std::size_t i = 0; i < columns; ++i) names += (i == 0 ? "" : ", ") + name(i);
    return "{\"dataframe_split\": {\"columns\": [" + names + "], \"data\": " + lists() + "}}";
  }
  std::string tensor() const { return tensor_with("\"data\": " + lists() + "}]}"); }
  std::string tensor_of_bytes(std::string& size) const {
    std::string out =
        tensor_with("\"parameters\": {\"binary_data_size\": " + std::to_string(4 * floats_.size()) + "}}]}");
    size = std::to_string(out.size());
    return out.append(reinterpret_cast<const char*>(floats_.data()), 4 * floats_.size());
  }
  std::string csv() const {
    std::string out;
    for (std::size_t i = 0; i < columns; ++i)
      out += (i == 0 ? "" : ",") + name(i).substr(1, name(i).size() - 2);
    for (std::size_t i = 0; i < texts_.size(); ++i) out += (i % columns == 0 ? "\n" : ",") + texts_[i];
    return out + "\n";
  }

 private:
  static std::string name(std::size_t i) { return "\"feature_" + std::to_string(i % columns) + "\""; }
  std::string tensor_with(const std::string& rest) const {
    return "{\"inputs\": [{\"name\": \"x\", \"datatype\": \"FP32\", \"shape\": [" + std::to_string(rows_) +
           ", 20], " + rest;
  }
  template <typename Item>
  std::string joined(const char* open, const char* close, Item item) const {
    std::string out;
    for (std::size_t i = 0; i < texts_.size(); ++i) {
      if (i % columns == 0) (out += i == 0 ? "" : ", ") += open;
      else out += ", ";
      out += item(i);
      if (i % columns == columns - 1) out += close;
    }
    return out;
  }

  std::size_t rows_;
  std::vector<float> floats_;
  std::vector<std::string> texts_;
};

class Bench {
 public:
  explicit Bench(const char* engines) : engines_({engines}) {}

  void run(std::size_t rows) {
    rows_ = rows;
    const Bodies bodies(rows);
    invocations("records", bodies.records());
    invocations("split", bodies.split());
    invocations("instances", "{\"instances\": " + bodies.lists() + "}");
    invocations("csv", bodies.csv(), "text/csv");
    const std::string tensor = bodies.tensor();
    print(
        "tensor", [&] { reader_.inference(tensor, std::nullopt, scorer_, rest_); }, bare(tensor));
    std::string size;
    const std::string bytes = bodies.tensor_of_bytes(size);
    print(
        "bytes", [&] { reader_.inference(bytes, size, scorer_, rest_); }, 0);
    scorer_.answer(reader_.invocations("", bodies.records(), scorer_), answers_);
    for (double& value : answers_.predictions)
      value = 0.1 + 1e-7 * static_cast<double>(&value - answers_.predictions.data());
    print(
        "answer", [&] { writer_.invocations(answers_, out_); }, 0);
  }

 private:
  std::size_t calls() const { return rows_ == 1 ? 5000 : 8; }

  double bare(const std::string& text) {
    return least(calls(), [&] {
      if (parser_.parse(text).error() != simdjson::SUCCESS) std::abort();
    });
  }
  void invocations(const char* form, const std::string& body, const char* type = "application/json") {
    print(
        form, [&] { reader_.invocations(type, body, scorer_); }, *type == 't' ? 0 : bare(body));
  }
  template <typename Work>
  void print(const char* what, Work work, double theirs) {
    std::printf("%s.%zu\t%.3f\t%.3f\n", what, rows_, least(calls(), work), theirs);
  }

  mlops::Engines engines_;
  mlops::score::Scorer scorer_ = scorer(engines_);
  mlops::serve::Reader reader_{engines_};
  mlops::serve::Writer writer_{scorer_, "churn", 3};
  mlops::serve::Inference rest_;
  mlops::score::Answered answers_;
  simdjson::dom::parser parser_;
  std::string out_;
  std::size_t rows_ = 1;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return std::fputs("serve_body ENGINES\n", stderr), 2;
  Bench bench(argv[1]);
  bench.run(1);
  bench.run(1000);
}
