/// Requests are answered from their values, or from columns where that does not do: both ways must say the
/// same of every body, to the last byte, refusals too.
#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "serve_test_body.hpp"

namespace mlops::serve::test {
namespace {

using predict::Encoding;
using predict::Policy;

std::string listed(const std::vector<std::uint64_t>& counts) {
  return fmt::format("{}", fmt::join(counts, " "));
}

std::string told(const score::Answered& answers) {
  std::string out =
      fmt::format("{} rows, {} unanswered, {} | {}; met {} / {} / {}", answers.rows, answers.unanswered,
                  fmt::join(answers.predictions, " "), fmt::join(answers.classes, " "),
                  listed(answers.met.nulls), listed(answers.met.unseen), listed(answers.met.out_of_range));
  for (const predict::Values& values : answers.frame.features)
    out += fmt::format("; {} {}", fmt::join(values.numbers, " "), fmt::join(values.codes, " "));
  return out;
}

predict::Signature everything() {
  return {
      .inputs =
          {{.name = "n", .type = "DOUBLE", .min = -5, .max = 100},
           {.name = "m", .type = "BIGINT", .nulls = Policy::refuse, .min = 0, .max = 1},
           {.name = "f", .type = "BOOLEAN", .encoding = Encoding::flag},
           {.name = "c", .type = "VARCHAR", .encoding = Encoding::category, .categories = {"Rome", "7", ""}},
           {.name = "i", .type = "BIGINT", .encoding = Encoding::category, .categories = {"7", "-1", "100"}},
           {.name = "d",
            .type = "DOUBLE",
            .encoding = Encoding::category,
            .categories = {"1.5", "7.0"},
            .unseen = Policy::refuse,
            .pii = true}},
      .label = "y",
      .label_type = "BIGINT",
      .classes = {"0", "1"}};
}

predict::Signature numbers(std::size_t count) {
  predict::Signature out = {.classes = {"0", "1"}};
  for (std::size_t i = 0; i < count; ++i)
    out.inputs.push_back({.name = "x" + std::to_string(i), .type = "DOUBLE", .min = -5, .max = 100});
  return out;
}

class WaysTest : public BodyTest {
 protected:
  std::size_t below(std::size_t n) { return random_() % n; }
  bool often() { return below(40) != 0; }

  std::string strange() {
    static const std::vector<std::string> values{"null",       "true",
                                                 "false",      "0",
                                                 "1",          "-0.0",
                                                 "7",          "7.0",
                                                 "1e2",        "1e999",
                                                 "\"7\"",      "\"\"",
                                                 "\"x\"",      "[]",
                                                 "{}",         "[1]",
                                                 "NaN",        "1.5",
                                                 "100",        "18446744073709551615",
                                                 "\" 7\"",     "\"1e2\"",
                                                 "-1",         "\"yes\"",
                                                 "\"Rome\"",   "9007199254740993",
                                                 "-Infinity",  "5e-324",
                                                 "\"\\u0000\""};
    return values[below(values.size())];
  }
  /// Mostly what the input takes.
  std::string value(const predict::Input& input) {
    if (below(15) == 0) return strange();
    if (input.encoding == Encoding::flag) return below(2) == 0 ? "true" : "0";
    if (input.name == "c") return below(3) == 0 ? "\"Oslo\"" : "\"Rome\"";
    if (input.name == "i") return std::to_string(static_cast<int>(below(3)) * 8 - 1);
    if (input.name == "d") return below(2) == 0 ? "1.5" : "7.0";
    return below(2) == 0 ? fmt::format("{}", static_cast<double>(below(1000)) / 8 - 10)
                         : std::to_string(below(9));
  }

  template <typename Item>
  static std::string joined(std::size_t count, Item item) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) out += (i == 0 ? "" : ", ") + item(i);
    return out;
  }

  /// The inputs in some order, seldom one too few, too many or twice.
  std::vector<predict::Input> chosen() {
    auto inputs = scorer_.signature().inputs;
    if (below(3) == 0) std::shuffle(inputs.begin(), inputs.end(), random_);
    if (!often()) inputs.pop_back();
    if (!often()) inputs.push_back({.name = "other", .type = "DOUBLE"});
    if (!often()) inputs.push_back(inputs[below(inputs.size())]);
    return inputs;
  }

  std::string lists(const std::vector<predict::Input>& inputs, std::size_t rows) {
    return "[" +
           joined(rows,
                  [&](std::size_t) {
                    return "[" +
                           joined(inputs.size() - (often() ? 0 : 1),
                                  [&](std::size_t i) { return value(inputs[i]); }) +
                           "]";
                  }) +
           "]";
  }
  std::string records(std::size_t rows) {
    auto inputs = chosen();
    return "[" +
           joined(rows,
                  [&](std::size_t) {
                    if (!often()) inputs = chosen();
                    return "{" +
                           joined(inputs.size(),
                                  [&](std::size_t i) {
                                    return "\"" + inputs[i].name + "\": " + value(inputs[i]);
                                  }) +
                           "}";
                  }) +
           "]";
  }
  std::string columns(std::size_t rows) {
    const auto inputs = chosen();
    return "{" +
           joined(inputs.size(),
                  [&](std::size_t i) {
                    return "\"" + inputs[i].name + "\": [" +
                           joined(rows, [&](std::size_t) { return value(inputs[i]); }) + "]";
                  }) +
           "}";
  }
  std::string split(std::size_t rows) {
    const auto inputs = chosen();
    return "{\"columns\": [" +
           joined(inputs.size(), [&](std::size_t i) { return "\"" + inputs[i].name + "\""; }) +
           "], \"data\": " + lists(inputs, rows) + "}";
  }
  std::string invocation() {
    const std::size_t rows = below(5);
    switch (below(5)) {
      case 0:
        return "{\"dataframe_split\": " + split(rows) + "}";
      case 1:
        return "{\"dataframe_records\": " + records(rows) + "}";
      case 2:
        return "{\"instances\": " + lists(scorer_.signature().inputs, rows) + "}";
      case 3:
        return "{\"inputs\": " + records(rows) + "}";
      default:
        return "{\"inputs\": " + columns(rows) + "}";
    }
  }

  std::string type_of(const predict::Input& input) {
    static const std::vector<std::string> types{"FP32",   "FP64", "INT64", "INT8",
                                                "UINT64", "BOOL", "BYTES", "FP16"};
    if (!often()) return types[below(types.size())];
    if (input.encoding == Encoding::flag) return "BOOL";
    if (input.name == "i") return "INT64";
    return input.name == "c" ? "BYTES" : "FP64";
  }
  std::string tensor(const std::string& name, const std::string& type, const std::string& shape,
                     const std::string& data) {
    return "{\"name\": \"" + name + "\", \"datatype\": \"" + type + "\", \"shape\": " + shape +
           ", \"data\": " + data + "}";
  }
  std::string inference() {
    const std::size_t rows = below(4);
    const auto inputs = chosen();
    std::string body = "{\"inputs\": [";
    if (below(3) == 0) {
      body += tensor("all", type_of(inputs[0]), fmt::format("[{}, {}]", rows, inputs.size()),
                     lists(inputs, rows));
    } else {
      body += joined(inputs.size(), [&](std::size_t i) {
        const std::size_t said = often() ? rows : rows + 1;
        return tensor(inputs[i].name, type_of(inputs[i]),
                      (below(2) == 0 ? fmt::format("[{}]", said) : fmt::format("[{}, 1]", said)),
                      "[" + joined(rows, [&](std::size_t) { return value(inputs[i]); }) + "]");
      });
    }
    return body + "]" + (below(4) == 0 ? ", \"id\": \"7\"}" : "}");
  }

  template <typename Work>
  std::string outcome(score::Answered& answers, Work work) {
    try {
      work();
    } catch (const Error& e) {
      ++refused_;
      return BodyTest::text_of(e) + e.detail();
    }
    ++answered_all_;
    const Writer writer(scorer_, "m", 1);
    std::string body;
    std::string out = told(answers);
    writer.invocations(answers, body);
    out += body;
    writer.inference(answers, rest_, body);
    return out + body;
  }
  std::string by_columns(bool infers, std::string_view body) {
    return outcome(columns_, [&] {
      const Columns rows = infers ? reader_.inference(body, std::nullopt, scorer_, rest_)
                                  : reader_.invocations("application/json", body, scorer_);
      scorer_.answer(rows, columns_);
    });
  }
  std::string by_values(bool infers, std::string_view body) {
    return outcome(values_, [&] {
      if (infers) reader_.inference(body, std::nullopt, scorer_, rest_, values_);
      else reader_.invocations("application/json", body, scorer_, values_);
    });
  }
  void damage(std::string& body) {
    static const std::string bytes = "{}[]\",:019.-e \\n\xC3\xFF";
    const std::size_t at = below(body.size());
    if (below(2) == 0) body[at] = bytes[below(bytes.size())];
    else body.erase(at, 1 + below(4));
  }

  /// Every fourth model is another one: a frame must hold nothing of the one before.
  void compare(int bodies) {
    for (int i = 0; i < bodies; ++i) {
      if (i % 4 == 0) scorer_ = scorer_of(below(2) == 0 ? everything() : numbers(1 + below(24)), engines_);
      const bool infers = below(2) == 0;
      std::string body = infers ? inference() : invocation();
      if (below(5) == 0) damage(body);
      ASSERT_EQ(by_values(infers, body), by_columns(infers, body)) << body;
    }
  }

  std::mt19937_64 random_{2026};
  Inference rest_;
  score::Answered columns_;
  score::Answered values_;
  int answered_all_ = 0;
  int refused_ = 0;
};

TEST_F(WaysTest, SayTheSameOfEveryBody) {
  compare(20'000);
  EXPECT_GT(answered_all_, 12'000);
  EXPECT_GT(refused_, 8'000);
}

}  // namespace
}  // namespace mlops::serve::test
