#pragma once
/// What the tests of bodies share: models made by hand, and rows as texts.

#include <gtest/gtest.h>
#include <mlops/base/error.hpp>
#include <mlops/predict/spelling.hpp>
#include <mlops/serve/body.hpp>

#include <string>

namespace mlops::serve::test {

/// Answers with the shares of the classes whatever it is asked; only its signature matters here.
inline score::Scorer scorer_of(predict::Signature signature, Engines& engines, json::Object read = {}) {
  predict::Package package{.signature = std::move(signature), .algorithm = "prior", .loss = "logloss"};
  if (package.signature.task == predict::Task::regression) {
    package.algorithm = "mean";
    package.fitted = {{"mean", 1.5}};
  } else {
    const std::size_t classes = package.signature.classes.size();
    package.fitted = {{"shares", json::Array(classes, 1.0 / static_cast<double>(classes))}};
  }
  return score::Scorer(package, std::move(read), engines);
}

inline predict::Signature customers() {
  using predict::Encoding;
  return {
      .inputs = {{.name = "age", .type = "BIGINT"},
                 {.name = "income", .type = "DOUBLE"},
                 {.name = "city", .type = "VARCHAR", .encoding = Encoding::category, .categories = {"Rome"}},
                 {.name = "member", .type = "BOOLEAN", .encoding = Encoding::flag}},
      .label = "churned",
      .label_type = "BOOLEAN",
      .classes = {"false", "true"}};
}

inline predict::Signature one_number() {
  return {.task = predict::Task::regression,
          .inputs = {{.name = "x", .type = "DOUBLE"}},
          .label = "y",
          .label_type = "DOUBLE"};
}

/// "age BIGINT: 41, null | city VARCHAR: 'Rome', ''"
inline std::string text_of(const Columns& rows) {
  std::string out;
  for (std::size_t i = 0; i < rows.width(); ++i) {
    const Column column = rows.column(i);
    if (i != 0) out += " | ";
    out += rows.fields()[i].name + " " + rows.fields()[i].sql + ":";
    const std::string quote = column.type().kind == Kind::text ? "'" : "";
    for (std::size_t row = 0; row < column.size(); ++row) {
      out += row == 0 ? " " : ", ";
      if (!column.valid(row)) {
        out += "null";
        continue;
      }
      out += quote;
      predict::spell(column, row, out);
      out += quote;
    }
  }
  return out;
}

class BodyTest : public testing::Test {
 protected:
  template <typename Work>
  Error fault(Work work) {
    try {
      work();
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), Code::usage) << e.message();
      return e;
    }
    ADD_FAILURE() << "no error";
    return error(Code::internal, "none");
  }

  std::string rows(std::string_view body, std::string_view type = "application/json") {
    return text_of(reader_.invocations(type, body, scorer_));
  }
  /// "id: message (hint)"
  std::string refusal(std::string_view body, std::string_view type = "application/json") {
    return text_of(fault([&] { scorer_.answer(reader_.invocations(type, body, scorer_), answered_); }));
  }
  static std::string text_of(const Error& e) {
    return e.id() + ": " + e.message() + (e.hint().empty() ? "" : " (" + e.hint() + ")");
  }
  static std::string text_of(const Columns& columns) { return test::text_of(columns); }

  Engines engines_{{ENGINES_DIR}};
  score::Scorer scorer_ = scorer_of(customers(), engines_);
  Reader reader_{engines_};
  score::Answered answered_;
};

}  // namespace mlops::serve::test
