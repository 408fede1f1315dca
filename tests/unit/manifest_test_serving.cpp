#include "manifest_test_faults.hpp"

namespace mlops::manifest {
namespace {

std::string served(const std::string& entry) { return "mlops: 1\nserve:\n  delay: " + entry + "\n"; }

TEST(Serving, IsReadAsItStands) {
  const Manifest all =
      parse(served("{port: 9000, host: 0.0.0.0, threads: 4, log: 12.5%, keep: [400d, 2GB]}\n  "
                   "churn:\n  x: {log: off}"),
            "f");
  ASSERT_EQ(all.serve.size(), 3u);
  const ServeSpec wanted = {.name = "delay",
                            .port = 9000,
                            .host = "0.0.0.0",
                            .threads = 4,
                            .log = 0.125,
                            .keep_us = std::int64_t{400} * 86'400 * 1'000'000,
                            .keep_bytes = 2'000'000'000};
  EXPECT_EQ(all.serve[0], wanted);
  EXPECT_EQ(all.serve[1], (ServeSpec{.name = "churn"}));
  EXPECT_EQ(all.serve[2].log, 0.0);
  EXPECT_EQ(all.find_serve("delay"), &all.serve[0]);
  EXPECT_EQ(all.find_serve("nobody"), nullptr);
  EXPECT_EQ(parse(served("{keep: 30d}"), "f").serve[0].keep_bytes, std::nullopt);
}

TEST(Serving, FaultsAreShownWhereTheyStand) {
  expect_faults({
      {served("{prt: 1}"), "f:3:11: unknown key 'prt'", "`port`"},
      {served("{port: 65536}"), "f:3:17: 'port' is '65536', a whole number from 0 to 65535 is wanted", ""},
      {served("{threads: 0}"), "f:3:20: 'threads' is '0', a whole number from 1 to 1024 is wanted", ""},
      {served("{log: 101%}"), "f:3:16: 'log' is '101%', a share of the requests is wanted", "`off`"},
      {served("{log: 0.5}"), "f:3:16: 'log' is '0.5', a share of the requests is wanted", "`100%`"},
      {served("{keep: 400}"), "f:3:17: 'keep' is '400', a time or a size is wanted", "`[30d, 10GB]`"},
      {served("{keep: 10kB}"), "f:3:17: 'keep' is '10kB', a time or a size is wanted", "1MB"},
      {served("{keep: [30d, 40d]}"), "f:3:23: 'keep' says twice how long", ""},
      {served("{answer: {champion: 95%}}"), "f:3:11: unknown key 'answer'", "the keys here are"},
      {served("8080"), "f:3:10: serve 'delay' is a text, a map is wanted", "{port: 8080, log: 100%}"},
  });
}

TEST(Serving, IsReadWhateverIsWrongElsewhere) {
  const std::string text = served("{port: 1}") + "sources: {a: {fro: x}}\n";
  EXPECT_EQ(parse_serve(text, "f").at(0).port, 1);
  EXPECT_TRUE(parse_serve("mlops: 1\n", "f").empty());
  EXPECT_EQ(test::error_of([] { parse_serve(served("{port: x}"), "f"); }).code(), Code::usage);
}

}  // namespace
}  // namespace mlops::manifest
