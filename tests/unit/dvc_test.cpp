/// Reading DVC's files: configuration, `.dvc`, `dvc.lock`, and the lists of folders.
#include <mlops/base/error.hpp>
#include <mlops/dvc/config.hpp>
#include <mlops/dvc/project.hpp>

#include <gtest/gtest.h>

#include <fstream>

#include "error_of.hpp"
#include "src/folder_object.hpp"
#include "src/hasher.hpp"

namespace mlops::dvc {
namespace {

using Path = std::filesystem::path;
using test::error_of;

std::string hash(std::string_view bytes, bool dos) {
  Hasher hasher(dos);
  hasher.update(bytes);
  return hasher.finish();
}

/// The same, in pieces of this size.
std::string hash_in(std::size_t piece, std::string_view bytes) {
  Hasher hasher(true);
  for (std::size_t at = 0; at < bytes.size(); at += piece) hasher.update(bytes.substr(at, piece));
  EXPECT_EQ(hasher.size(), bytes.size());
  return hasher.finish();
}

std::vector<Listed> listed(const std::string& text) {
  const Path file = Path(testing::TempDir()) / "dvc_test.dir";
  std::ofstream(file, std::ios::binary) << text;
  FolderReader reader(file);
  std::vector<Listed> out;
  for (Listed one; reader.next(one);) out.push_back(one);
  Listed none;
  EXPECT_FALSE(reader.next(none));
  return out;
}

const std::string md5(32, 'a');

std::string entry(const std::string& path) {
  return R"({"md5": ")" + md5 + R"(", "relpath": ")" + path + "\"}";
}

TEST(DvcHasher, TakesATextForWhatItIsWithLinesOfLf) {
  EXPECT_EQ(hash("a\r\nb\r\n", true), hash("a\nb\n", false));
  EXPECT_EQ(hash("a\rb\r\r\n\r", true), hash("a\rb\r\n\r", false));
  EXPECT_EQ(hash("", true), "d41d8cd98f00b204e9800998ecf8427e");
}

TEST(DvcHasher, LooksAtTheFirst512Bytes) {
  const std::string late = std::string(512, '\n') + '\0' + "\r\n";
  EXPECT_EQ(hash(late, true), hash(std::string(512, '\n') + '\0' + "\n", false));
  const std::string early = std::string(511, '\n') + '\0' + "\r\n";
  EXPECT_EQ(hash(early, true), hash(early, false));
}

TEST(DvcHasher, DoesNotDependOnThePiecesThatItIsGiven) {
  std::string text;
  for (int i = 0; i < 300'000; ++i) text += i % 7 == 0 ? "\r\n" : i % 11 == 0 ? "\r" : "word ";
  for (const std::size_t piece : {1U, 2U, 511U, 512U, 513U, 65536U}) {
    EXPECT_EQ(hash_in(piece, text), hash(text, true)) << piece;
  }
}

TEST(DvcHasher, LeavesACrAndItsLfInTwoMebibytes) {
  const std::string before(1048575, 'a');
  EXPECT_EQ(hash(before + "\r\n\r\n", true), hash(before + "\r\n\n", false));
}

TEST(DvcFolder, ReadsTextsAsPythonWritesThem) {
  const auto files =
      listed("[" + entry(R"(a\"b\\c\/\b\f\n\r\t)") + ", " + entry(R"(\u00e4\ud83d\ude00\udcff)") + "]");
  ASSERT_EQ(files.size(), 2);
  EXPECT_EQ(files[0].path, "a\"b\\c/\b\f\n\r\t");
  EXPECT_EQ(files[1].path, "\xC3\xA4\xF0\x9F\x98\x80\xFF");
  EXPECT_EQ(files[1].md5, md5);
  EXPECT_TRUE(listed("[]").empty());
  EXPECT_TRUE(listed(" [ ] \n").empty());
}

TEST(DvcFolder, SkipsWhatItDoesNotKnow) {
  const auto files = listed(R"([{"isexec": true, "md5": ")" + md5 +
                            R"(", "relpath": "a", "size": 12, "x": null, "y": "z"}])");
  ASSERT_EQ(files.size(), 1);
  EXPECT_TRUE(files[0].executable);
}

TEST(DvcFolder, RefusesWhatIsNoList) {
  const std::vector<std::string> texts = {"",
                                          "{}",
                                          "[",
                                          "[{}]",
                                          "[1]",
                                          "[" + entry("a"),
                                          "[" + entry("a") + "]x",
                                          "[" + entry("a") + entry("b") + "]",
                                          "[" + entry("a") + ",]",
                                          "[" + entry("") + "]",
                                          "[" + entry(R"(\ud800)") + "]",
                                          "[" + entry(R"(\x)") + "]",
                                          "[" + entry(R"(\udc00)") + "]",
                                          "[" + entry(R"(\u00)") + "]",
                                          "[" + entry("a\nb") + "]",
                                          R"([{"md5": "12", "relpath": "a"}])",
                                          R"([{"md5": [], "relpath": "a"}])"};
  for (const std::string& text : texts)
    EXPECT_EQ(error_of([&] { listed(text); }).code(), Code::corrupt) << text;
}

TEST(DvcConfig, ReadsSectionsAndValuesInEitherQuotes) {
  const Sections sections = parse_config(
      "# c\n[core]\nremote = \"store\" # x\n['remote \"Store\"']\nurl = 's3://b/p'\n  "
      "key=a=b#c\n[cache]\ndir=../c\n",
      "config", "/p/.dvc");
  EXPECT_EQ(sections.at("core").at("remote"), "store");
  EXPECT_EQ(sections.at("remote \"store\"").at("url"), "s3://b/p");
  EXPECT_EQ(sections.at("remote \"store\"").at("key"), "a=b#c");
  EXPECT_EQ(sections.at("cache").at("dir"), "/p/c");
}

TEST(DvcConfig, NamesTheLineThatIsNone) {
  for (const char* text : {"a = b\n", "[core\n", "[core]\nx\n", "[core]\n= y\n"})
    EXPECT_EQ(error_of([&] { parse_config(text, "config", "/p"); }).code(), Code::usage) << text;
  EXPECT_EQ(error_of([&] { parse_config("\n[core]\nx\n", "config", "/p"); }).message(),
            "config:3: neither a section nor a value");
}

TEST(DvcConfig, FollowsARemoteBelowAnother) {
  const Config config(
      parse_config("[remote \"a\"]\nurl=s3://b/p\nregion=r\n[remote \"c\"]\nurl=remote://a/q\nregion=own\n"
                   "[remote \"loop\"]\nurl=remote://loop/x\n",
                   "config", "/p"));
  const Remote remote = config.remote("c", "/p");
  EXPECT_EQ(remote.url, "s3://b/p/q");
  EXPECT_EQ(remote.option("region"), "own");
  EXPECT_EQ(error_of([&] { config.remote("loop", "/p"); }).code(), Code::not_found);
  EXPECT_EQ(config.remote("../x", "/p/q").folder(), "/p/x");
}

TEST(DvcOuts, AreNamedFromTheRoot) {
  const auto outs = read_dvc_file(
      "wdir: ../data\nouts:\n- {path: ./x/, md5: " + md5 + ".dir, size: 5, nfiles: 2}\n", "meta/x.dvc");
  ASSERT_EQ(outs.size(), 1);
  EXPECT_EQ(outs[0].path, "data/x");
  EXPECT_TRUE(outs[0].name.folder());
  EXPECT_TRUE(outs[0].name.dos);
  EXPECT_EQ(outs[0].bytes, 5);
  EXPECT_EQ(outs[0].files, 2);
}

TEST(DvcOuts, OfAStageAreThoseThatDvcYamlHas) {
  const std::string lock =
      "schema: '2.0'\nstages:\n  s@1:\n    cmd: x\n    outs:\n    - {path: a1.csv, hash: md5, md5: " + md5 +
      "}\n    - {path: b, hash: md5, md5: " + md5 + "}\n    - {path: m.json, hash: md5, md5: " + md5 + "}\n";
  const auto outs = read_lock(lock,
                              "stages:\n  s:\n    foreach: [1]\n    do:\n      cmd: x\n      outs: "
                              "['a${item}.csv']\n      metrics:\n      - m.json: {cache: false}\n",
                              "d/dvc.lock");
  ASSERT_EQ(outs.size(), 3);
  EXPECT_EQ(outs[0].kind, Out::Kind::ours);
  EXPECT_FALSE(outs[0].name.dos);
  EXPECT_EQ(outs[1].why, "'d/dvc.yaml' has it no more, in the stage 's@1'");
  EXPECT_EQ(outs[2].why, "git has it (cache: false)");
}

TEST(DvcOuts, FaultsHaveTheirPlace) {
  const Error e = error_of([] { read_dvc_file("outs:\n- path: a\n  md5: x\n", "a.dvc"); });
  EXPECT_EQ(e.code(), Code::usage);
  EXPECT_TRUE(e.message().starts_with("a.dvc:3:")) << e.message();
  EXPECT_EQ(error_of([] { read_dvc_file("outs: 5\n", "a.dvc"); }).code(), Code::usage);
  EXPECT_TRUE(read_dvc_file("", "a.dvc").empty());
}

}  // namespace
}  // namespace mlops::dvc
