/// Requests for predictions: the four forms of JSON, CSV, tensors in JSON and in bytes. The first line of an
/// input says what it is: a media type, or "infer" with the length of the JSON in front of bytes.
#include <mlops/serve/body.hpp>

#include "fuzz.hpp"

namespace {

using namespace mlops;
using predict::Encoding;

predict::Signature customers() {
  return {
      .inputs = {{.name = "age", .type = "BIGINT"},
                 {.name = "income", .type = "DOUBLE"},
                 {.name = "city", .type = "VARCHAR", .encoding = Encoding::category, .categories = {"Rome"}},
                 {.name = "member", .type = "BOOLEAN", .encoding = Encoding::flag},
                 {.name = "day", .type = "DATE", .encoding = Encoding::date}},
      .label = "churned",
      .label_type = "BOOLEAN",
      .classes = {"false", "true"}};
}

struct Server {
  Engines engines{{ENGINES_DIR}};
  score::Scorer scorer{predict::Package{.signature = customers(),
                                        .algorithm = "prior",
                                        .loss = "logloss",
                                        .fitted = {{"shares", json::Array{0.25, 0.75}}}},
                       {},
                       engines};
  serve::Reader reader{engines};
  serve::Writer writer{scorer, "churn", 1};
  score::Answered answers;
  serve::Inference rest;
  std::string out;

  void ask(std::string_view kind, std::string_view body) {
    const bool infer = kind.starts_with("infer");
    std::optional<std::string_view> length;
    if (infer && kind.size() > 6) length = kind.substr(6);
    const Columns rows =
        infer ? reader.inference(body, length, scorer, rest) : reader.invocations(kind, body, scorer);
    scorer.answer(rows, answers);
    writer.invocations(answers, out);
    json::parse(out);
    if (!infer) return;
    const auto front = writer.inference(answers, rest, out);
    json::parse(std::string_view(out).substr(0, front.value_or(out.size())));
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Server server;
  fuzz::Input input(data, size);
  const std::string kind(input.line());
  fuzz::taken({Code::usage}, [&] { server.ask(kind, input.rest()); });
  return 0;
}
