#include "score_test.hpp"

namespace mlops::score {
namespace {

TEST(Score, Nothing) {}

}  // namespace
}  // namespace mlops::score
