#pragma once
/// What the parts of score_test share: a scratch folder, engines, and models made by hand.

#include "error_of.hpp"

#include <gtest/gtest.h>
#include <mlops/base/error.hpp>
#include <mlops/predict/linear.hpp>
#include <mlops/score/batch.hpp>
#include <mlops/table/engine.hpp>

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace mlops::score {

class ScoreTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "score_test.XXXXXX").string();
    dir_ = ::mkdtemp(name.data());
  }
  void TearDown() override { std::filesystem::remove_all(dir_); }

  std::unique_ptr<table::Engine> engine() { return table::open(engines_, {.threads = 2}); }

  std::filesystem::path write(const std::string& name, const std::string& bytes) {
    std::ofstream(dir_ / name, std::ios::binary) << bytes;
    return dir_ / name;
  }
  std::string read(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::vector<std::string> left_over() {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(dir_))
      names.push_back(entry.path().filename().string());
    return names;
  }

  std::filesystem::path dir_;
  Engines engines_{{ENGINES_DIR}};
};

}  // namespace mlops::score
