/// S3 over servers and networks that fail, lie, and forget.
#include <gtest/gtest.h>
#include <mlops/fs/file.hpp>
#include <mlops/fs/temporary.hpp>

#include <fstream>

#include "error_of.hpp"
#include "remote_fake_bucket.hpp"
#include "src/s3/open.hpp"

namespace mlops::remote {
namespace {

namespace files = std::filesystem;
using test::error_of;

class S3Misbehaving : public testing::Test {
 protected:
  std::unique_ptr<Space> open(const FakeBucket& bucket, bool one_writer = false) {
    Manner manner;
    manner.first_pause = std::chrono::milliseconds(1);
    manner.longest_pause = std::chrono::milliseconds(4);
    manner.several_parts_from = 1000;
    manner.part_bytes = 400;
    manner.most_parts = 8;
    return open_s3({.url = "s3://b", .endpoint = bucket.server.url(""), .one_writer = one_writer},
                   {.environment = {{"AWS_ACCESS_KEY_ID", "id"}, {"AWS_SECRET_ACCESS_KEY", "top-secret"}},
                    .engines = &engines,
                    .cancel = &cancel},
                   manner);
  }

  files::path file_of(const std::string& bytes) {
    std::ofstream(scratch.path() / "file", std::ios::binary) << bytes;
    return scratch.path() / "file";
  }

  static std::string got(Space& space, const std::string& key, std::uint64_t offset, std::uint64_t size) {
    std::string out;
    space.get(key, offset, size, [&](std::string_view piece) { out += piece; });
    return out;
  }

  fs::TemporaryFolder scratch{files::temp_directory_path()};
  Engines engines{{ENGINES_DIR}};
  Cancel cancel;
};

std::string thousands() {
  std::string out;
  for (int i = 0; out.size() < 2100; ++i) out += std::to_string(i);
  return out.substr(0, 2100);
}

TEST_F(S3Misbehaving, AServerThatFailsTwiceIsAskedAThirdTime) {
  FakeBucket bucket([](std::size_t n, const Heard&, const auto& good) {
    return n < 2 ? fault("500 Oops", "InternalError") : good();
  });
  open(bucket)->put("a", "x");
  EXPECT_EQ(bucket.items["a"], "x");
  EXPECT_EQ(bucket.asked("PUT"), 3u);
}

TEST_F(S3Misbehaving, WhoIsToldToSlowDownDoes) {
  FakeBucket bucket([](std::size_t n, const Heard&, const auto& good) {
    if (n == 0) return fault("503 Slow", "SlowDown");
    if (n == 1) return fault("400 Late", "RequestTimeout");
    if (n == 2) return fault("429 Many", "TooManyRequests", "Retry-After: 1\r\n");
    return good();
  });
  const auto begun = std::chrono::steady_clock::now();
  open(bucket)->put("a", "x");
  EXPECT_GE(std::chrono::steady_clock::now() - begun, std::chrono::seconds(1));
  EXPECT_EQ(bucket.asked("PUT"), 4u);
}

TEST_F(S3Misbehaving, AServerThatGoesOnFailingIsToBeTriedLater) {
  FakeBucket bucket(
      [](std::size_t, const Heard&, const auto&) { return fault("503 Busy", "ServiceUnavailable"); });
  const Error fault = error_of([&] { open(bucket)->put("a", "x"); });
  EXPECT_EQ(fault.code(), Code::busy);
  EXPECT_EQ(fault.id(), "remote.busy");
  EXPECT_EQ(fault.message(), "'s3://b/a' is not served now: 503 ServiceUnavailable");
  EXPECT_EQ(bucket.asked("PUT"), 8u);
}

TEST_F(S3Misbehaving, ConnectionsThatEndAreMadeAnew) {
  FakeBucket bucket([](std::size_t n, const Heard&, const auto& good) { return n < 3 ? "" : good(); });
  bucket.items["a"] = "x";
  EXPECT_EQ(open(bucket)->find("a"), "x");
  FakeBucket dead([](std::size_t, const Heard&, const auto&) { return ""; });
  EXPECT_EQ(error_of([&] { open(dead)->find("a"); }).code(), Code::busy);
  EXPECT_EQ(dead.asked("GET"), 8u);
}

TEST_F(S3Misbehaving, AnAnswerThatIsCutGoesOnBehindWhatCame) {
  FakeBucket bucket([](std::size_t n, const Heard&, const auto& good) {
    const std::string whole = good();
    return n < 2 ? whole.substr(0, whole.size() - 500) : whole;
  });
  bucket.items["a"] = thousands();
  EXPECT_EQ(got(*open(bucket), "a", 100, 1900), thousands().substr(100, 1900));
  const auto requests = bucket.server.requests();
  ASSERT_EQ(requests.size(), 3u);
  EXPECT_EQ(Heard(requests[0]).field("range"), "bytes=100-1999");
  EXPECT_EQ(Heard(requests[1]).field("range"), "bytes=1500-1999");
  EXPECT_EQ(Heard(requests[2]).field("range"), "bytes=1500-1999");
  // A whole item begins anew: it is given when it is there.
  FakeBucket again([](std::size_t n, const Heard&, const auto& good) {
    const std::string whole = good();
    return n < 2 ? whole.substr(0, whole.size() - 500) : whole;
  });
  again.items["a"] = thousands();
  EXPECT_EQ(open(again)->find("a"), thousands());
}

TEST_F(S3Misbehaving, WhatWasReplacedMeanwhileIsNotMixed) {
  FakeBucket* self = nullptr;
  FakeBucket bucket([&](std::size_t n, const Heard&, const auto& good) {
    const std::string whole = good();
    self->items["a"] = std::string(2100, 'x');
    return n == 0 ? whole.substr(0, whole.size() - 500) : whole;
  });
  self = &bucket;
  bucket.items["a"] = thousands();
  const Error fault = error_of([&] { got(*open(bucket), "a", 0, 2100); });
  EXPECT_EQ(fault.code(), Code::conflict);
  EXPECT_EQ(fault.id(), "remote.replaced");
}

TEST_F(S3Misbehaving, OtherBytesThanWereAskedForAreNotGiven) {
  FakeBucket other([](std::size_t, const Heard&, const auto&) {
    return http::answer("206 Partial Content", "xyz", "Content-Range: bytes 7-9/10\r\n");
  });
  EXPECT_EQ(error_of([&] { got(*open(other), "a", 5, 3); }).code(), Code::failed);
  FakeBucket whole(
      [](std::size_t, const Heard&, const auto&) { return http::answer("200 OK", "0123456789"); });
  EXPECT_EQ(got(*open(whole), "a", 5, 3), "567");
  FakeBucket shorter([](std::size_t, const Heard&, const auto&) {
    return http::answer("206 Partial Content", "", "Content-Range: bytes 5-5/10\r\n");
  });
  EXPECT_EQ(error_of([&] { got(*open(shorter), "a", 5, 3); }).id(), "remote.corrupt");
}

TEST_F(S3Misbehaving, AClockThatIsWrongIsSetByTheServers) {
  FakeBucket bucket([](std::size_t, const Heard& heard, const auto& good) {
    if (heard.field("x-amz-date").starts_with("20300102T")) return good();
    return fault("403 No", "RequestTimeTooSkewed", "Date: Wed, 02 Jan 2030 10:00:00 GMT\r\n");
  });
  const auto space = open(bucket);
  space->put("a", "x");
  space->put("b", "x");
  EXPECT_EQ(bucket.asked("PUT"), 3u);
  FakeBucket wrong([](std::size_t, const Heard&, const auto&) {
    return fault("403 No", "RequestTimeTooSkewed", "Date: Wed, 02 Jan 2030 10:00:00 GMT\r\n");
  });
  const Error refused = error_of([&] { open(wrong)->put("a", "x"); });
  EXPECT_EQ(refused.id(), "remote.refused");
  EXPECT_NE(refused.hint().find("clock"), std::string::npos);
}

TEST_F(S3Misbehaving, AnotherRegionIsTakenFromTheAnswer) {
  for (const std::string& redirect :
       {fault("301 Moved", "PermanentRedirect", "x-amz-bucket-region: eu-west-3\r\n"),
        http::answer("400 No",
                     "<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-3</Region></Error>")}) {
    FakeBucket bucket([&](std::size_t, const Heard& heard, const auto& good) {
      return heard.field("authorization").find("/eu-west-3/s3/") == std::string::npos ? redirect : good();
    });
    const auto space = open(bucket);
    space->put("a", "x");
    space->put("b", "x");
    EXPECT_EQ(bucket.asked("PUT"), 3u);
  }
  FakeBucket evil([](std::size_t, const Heard&, const auto&) {
    return fault("307 Moved", "TemporaryRedirect",
                 "Location: http://127.0.0.1:1/\r\nx-amz-bucket-region: e.org/\r\n");
  });
  EXPECT_EQ(error_of([&] { open(evil)->put("a", "x"); }).id(), "remote.elsewhere");
  EXPECT_EQ(evil.asked("PUT"), 1u);
}

TEST_F(S3Misbehaving, RefusalsSayWhatToLookAt) {
  const auto refused_with = [&](const std::string& status, const std::string& code) {
    FakeBucket bucket([&](std::size_t, const Heard&, const auto&) { return fault(status, code); });
    const Error fault = error_of([&] { open(bucket)->put("a", "x"); });
    EXPECT_EQ(bucket.asked("PUT"), 1u);
    EXPECT_EQ((fault.message() + fault.hint()).find("top-secret"), std::string::npos);
    return fault;
  };
  const Error denied = refused_with("403 No", "AccessDenied");
  EXPECT_EQ(denied.code(), Code::failed);
  EXPECT_EQ(denied.id(), "remote.refused");
  EXPECT_EQ(denied.message(), "'s3://b/a' is refused: 403 AccessDenied");
  EXPECT_NE(refused_with("403 No", "SignatureDoesNotMatch").hint().find("secret key"), std::string::npos);
  const Error bucket = refused_with("404 No", "NoSuchBucket");
  EXPECT_EQ(bucket.code(), Code::not_found);
  EXPECT_EQ(bucket.id(), "remote.no_bucket");
}

TEST_F(S3Misbehaving, ACreateWhoseAnswerIsLostIsOurs) {
  int lost = 0;
  FakeBucket bucket([&](std::size_t, const Heard& heard, const auto& good) {
    const std::string answer = good();
    return heard.key.starts_with("ref") && heard.method == "PUT" && lost++ == 0 ? "" : answer;
  });
  const auto space = open(bucket);
  EXPECT_TRUE(space->create("ref", "ours"));
  EXPECT_FALSE(space->create("ref", "ours"));
  EXPECT_EQ(bucket.items.size(), 1u) << "the probe has been removed";
}

TEST_F(S3Misbehaving, ACreateWhoseAnswerIsLostMayBeSomebodyElses) {
  int lost = 0;
  FakeBucket* self = nullptr;
  FakeBucket bucket([&](std::size_t, const Heard& heard, const auto& good) {
    if (heard.key != "ref" || heard.method != "PUT" || lost++ > 0) return good();
    self->items["ref"] = "theirs";
    return std::string();
  });
  self = &bucket;
  EXPECT_FALSE(open(bucket)->create("ref", "ours"));
  EXPECT_EQ(bucket.items["ref"], "theirs");
}

TEST_F(S3Misbehaving, ACreateThatMeetsAnotherIsTriedAgain) {
  FakeBucket bucket([](std::size_t n, const Heard&, const auto& good) {
    return n == 0 ? fault("409 Conflict", "ConditionalRequestConflict") : good();
  });
  EXPECT_TRUE(open(bucket)->create("ref", "ours"));
}

TEST_F(S3Misbehaving, WhereNobodyIsFirstCreateIsRefused) {
  FakeBucket ignoring([](std::size_t, const Heard& heard, const auto& good) {
    return heard.method == "PUT" ? http::answer("200 OK", "") : good();
  });
  const Error ignored = error_of([&] { open(ignoring)->create("ref", "x"); });
  EXPECT_EQ(ignored.code(), Code::failed);
  EXPECT_EQ(ignored.id(), "remote.no_compare_and_swap");
  EXPECT_NE(ignored.message().find("it ignores `If-None-Match: *`"), std::string::npos);
  EXPECT_NE(ignored.hint().find("one_writer"), std::string::npos);
  EXPECT_EQ(ignoring.asked("DELETE"), 1u);

  FakeBucket unable([](std::size_t, const Heard& heard, const auto& good) {
    return heard.field("if-none-match").empty() ? good() : fault("501 No", "NotImplemented");
  });
  const Error refused = error_of([&] { open(unable)->create("ref", "x"); });
  EXPECT_EQ(refused.id(), "remote.no_compare_and_swap");
  EXPECT_NE(refused.message().find("501 NotImplemented"), std::string::npos);
  const auto alone = open(unable, true);
  EXPECT_TRUE(alone->create("ref", "x"));
  EXPECT_FALSE(alone->create("ref", "y"));
  EXPECT_EQ(unable.items["ref"], "x");
}

TEST_F(S3Misbehaving, TheProbeIsMadeOnce) {
  FakeBucket bucket;
  const auto space = open(bucket);
  for (const char* key : {"a", "b", "c"}) EXPECT_TRUE(space->create(key, key));
  EXPECT_EQ(bucket.asked("PUT"), 5u);
  EXPECT_EQ(bucket.items.size(), 3u);
}

TEST_F(S3Misbehaving, APutWhoseBytesChangeOnTheWayIsNotKept) {
  FakeBucket bucket;
  EXPECT_EQ(error_of([&] { open(bucket)->put_file("a", file_of("bytes"), Digest{}, {}); }).code(),
            Code::failed);
  EXPECT_TRUE(bucket.items.empty());
}

TEST_F(S3Misbehaving, AnUploadGoesOnWhereItWasCut) {
  const auto file = file_of(thousands());
  int puts = 0;
  FakeBucket cut([&](std::size_t, const Heard& heard, const auto& good) {
    if (heard.method == "PUT" && ++puts > 3) return fault("403 No", "AccessDenied");
    return good();
  });
  EXPECT_EQ(error_of([&] { open(cut)->put_file("a", file, std::nullopt, {}); }).id(), "remote.refused");
  ASSERT_EQ(cut.uploads.size(), 1u);
  EXPECT_EQ(cut.uploads.begin()->second.size(), 3u);
  cut.uploads.begin()->second.begin()->second[0] = '!';  // as long, and another
  puts = -1000;
  const std::size_t before = cut.asked("PUT");
  std::uint64_t told = 0;
  open(cut)->put_file("a", file, std::nullopt, [&](std::uint64_t bytes) { told += bytes; });
  EXPECT_EQ(cut.items["a"], thousands());
  EXPECT_EQ(cut.asked("PUT") - before, 4u) << "three that were missing and one that was another";
  EXPECT_EQ(told, 2100u);
  EXPECT_TRUE(cut.uploads.empty());
}

TEST_F(S3Misbehaving, PartsGrowSoThatThereAreNotTooMany) {
  FakeBucket bucket;
  std::string bytes;
  for (int i = 0; i < 4; ++i) bytes += thousands();
  open(bucket)->put_file("a", file_of(bytes), std::nullopt, {});
  EXPECT_EQ(bucket.items["a"], bytes);
  EXPECT_EQ(bucket.asked("PUT"), 6u) << "8,400 bytes in parts of 1,600";
}

TEST_F(S3Misbehaving, AServerThatListsNoUploadsGetsANewOne) {
  FakeBucket bucket([](std::size_t, const Heard& heard, const auto& good) {
    return heard.method == "GET" && heard.has("uploads") ? fault("501 No", "NotImplemented") : good();
  });
  open(bucket)->put_file("a", file_of(thousands()), std::nullopt, {});
  EXPECT_EQ(bucket.items["a"], thousands());
}

TEST_F(S3Misbehaving, ACompletionThatFailsBehindItsStatusIsTriedAgain) {
  int completions = 0;
  FakeBucket bucket([&](std::size_t, const Heard& heard, const auto& good) {
    if (heard.method != "POST" || !heard.has("uploadId") || completions++ > 0) return good();
    return http::answer("200 OK", "<?xml version=\"1.0\"?>\n  \n<Error><Code>InternalError</Code></Error>");
  });
  open(bucket)->put_file("a", file_of(thousands()), std::nullopt, {});
  EXPECT_EQ(bucket.items["a"], thousands());
  EXPECT_EQ(completions, 2);
}

TEST_F(S3Misbehaving, ACompletionWhoseAnswerIsLostIsLookedFor) {
  int completions = 0;
  FakeBucket bucket([&](std::size_t, const Heard& heard, const auto& good) {
    const std::string answer = good();
    return heard.method == "POST" && heard.has("uploadId") && completions++ == 0 ? "" : answer;
  });
  open(bucket)->put_file("a", file_of(thousands()), std::nullopt, {});
  EXPECT_EQ(bucket.items["a"], thousands());
  EXPECT_EQ(bucket.asked("HEAD"), 1u);
  EXPECT_EQ(bucket.asked("POST", "uploads"), 1u);
}

TEST_F(S3Misbehaving, AnUploadThatWasTakenAwayIsBegunAnew) {
  int parts = 0;
  FakeBucket* self = nullptr;
  FakeBucket bucket([&](std::size_t, const Heard& heard, const auto& good) {
    if (heard.has("partNumber") && ++parts == 3) self->uploads.clear();
    return good();
  });
  self = &bucket;
  std::uint64_t told = 0;
  open(bucket)->put_file("a", file_of(thousands()), std::nullopt,
                         [&](std::uint64_t bytes) { told += bytes; });
  EXPECT_EQ(bucket.items["a"], thousands());
  EXPECT_EQ(bucket.asked("POST", "uploads"), 2u);
  EXPECT_EQ(told, 2100u);
}

TEST_F(S3Misbehaving, AnUploadThatSomebodyElseWritesToIsAbortedAndBegunAnew) {
  int completions = 0;
  FakeBucket* self = nullptr;
  FakeBucket bucket([&](std::size_t, const Heard& heard, const auto& good) {
    if (heard.method == "POST" && heard.has("uploadId") && completions++ == 0)
      self->uploads.begin()->second[2] = "theirs";
    return good();
  });
  self = &bucket;
  open(bucket)->put_file("a", file_of(thousands()), std::nullopt, {});
  EXPECT_EQ(bucket.items["a"], thousands());
  EXPECT_EQ(bucket.asked("DELETE", "uploadId"), 1u);
  EXPECT_TRUE(bucket.uploads.empty());
}

TEST_F(S3Misbehaving, AListThatIsOutOfOrderOrEndlessIsRefused) {
  const auto listed = [&](const std::string& content) {
    FakeBucket bucket([&](std::size_t, const Heard&, const auto&) {
      return http::answer("200 OK", "<ListBucketResult>" + content + "</ListBucketResult>");
    });
    return error_of([&] { open(bucket)->list("", "", [](const Item&) {}); });
  };
  EXPECT_EQ(
      listed("<Contents><Key>b</Key><Size>1</Size></Contents><Contents><Key>a</Key><Size>1</Size></Contents>")
          .code(),
      Code::failed);
  EXPECT_EQ(listed("<IsTruncated>true</IsTruncated>").code(), Code::failed);
  EXPECT_EQ(listed("<IsTruncated>").code(), Code::corrupt);
}

TEST_F(S3Misbehaving, AWaitCanBeCancelled) {
  FakeBucket bucket([&](std::size_t, const Heard&, const auto&) {
    cancel.set();
    return fault("503 Slow", "SlowDown", "Retry-After: 50\r\n");
  });
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(error_of([&] { open(bucket)->put("a", "x"); }).code(), Code::interrupted);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(5));
}

}  // namespace
}  // namespace mlops::remote
