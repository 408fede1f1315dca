#include <gtest/gtest.h>
#include <mlops/base/error.hpp>
#include <mlops/http/download.hpp>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "error_of.hpp"
#include "http_scripted.hpp"

namespace mlops::http {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using test::error_of;

class HttpDownload : public testing::Test {
 protected:
  HttpDownload() : file(fs::temp_directory_path() / fmt::format("mlops-download-{}-{}", getpid(), name())) {}
  ~HttpDownload() override { fs::remove(file); }

  static std::string name() { return testing::UnitTest::GetInstance()->current_test_info()->name(); }

  Download request(const std::string& url) const {
    Download out{.url = url, .file = file};
    out.limits.first_pause = milliseconds(1);
    return out;
  }
  Downloaded get(const Download& what) { return download(engines, what, progress); }
  Downloaded get(const std::string& url) { return get(request(url)); }
  std::string content() const {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  Engines engines{{ENGINES_DIR}};
  NoProgress progress;
  fs::path file;
};

bool asks(const std::string& request, const std::string& line) {
  return request.find("\r\n" + line + "\r\n") != std::string::npos;
}

TEST_F(HttpDownload, TheBodyIsInTheFileAndItsValidatorsAreKnown) {
  Scripted server([](auto, const auto&, const auto& say) {
    say(answer("200 OK", "a,b\n1,2\n",
               "ETag: \"v1\"\r\nLast-Modified: Mon, 02 Nov 2026 10:00:00 GMT\r\nContent-Type: text/csv\r\n"));
  });
  const Downloaded got = get(server.url("/x/data.csv?key=secret"));
  EXPECT_EQ(content(), "a,b\n1,2\n");
  EXPECT_EQ(got.bytes, 8u);
  EXPECT_EQ(got.seen, (Seen{"\"v1\"", "Mon, 02 Nov 2026 10:00:00 GMT"}));
  EXPECT_EQ(got.content_type, "text/csv");
  EXPECT_FALSE(got.unchanged);
  EXPECT_TRUE(server.requests()[0].starts_with("GET /x/data.csv?key=secret HTTP/1.1\r\n"));
  EXPECT_TRUE(asks(server.requests()[0], "Accept-Encoding: identity"));
}

TEST_F(HttpDownload, AnEmptyBodyIsAnEmptyFile) {
  Scripted server([](auto, const auto&, const auto& say) { say(answer("200 OK", "")); });
  EXPECT_EQ(get(server.url()).bytes, 0u);
  EXPECT_TRUE(fs::exists(file));
}

TEST_F(HttpDownload, WhatIsStillAsItWasIsNotSent) {
  Scripted server([](auto, const auto&, const auto& say) {
    say("HTTP/1.1 304 Not Modified\r\nETag: \"v1\"\r\nConnection: close\r\n\r\n");
  });
  Download what = request(server.url());
  what.seen = {"\"v1\"", "Mon, 02 Nov 2026 10:00:00 GMT"};
  const Downloaded got = get(what);
  EXPECT_TRUE(got.unchanged);
  EXPECT_EQ(got.seen.etag, "\"v1\"");
  EXPECT_TRUE(asks(server.requests()[0], "If-None-Match: \"v1\""));
  EXPECT_TRUE(asks(server.requests()[0], "If-Modified-Since: Mon, 02 Nov 2026 10:00:00 GMT"));
}

TEST_F(HttpDownload, AnUnaskedNotModifiedIsAFault) {
  Scripted server([](auto, const auto&, const auto& say) { say("HTTP/1.1 304 Not Modified\r\n\r\n"); });
  EXPECT_EQ(error_of([&] { get(server.url()); }).code(), Code::failed);
}

TEST_F(HttpDownload, ACutBodyGoesOnWhereItWasCut) {
  const std::string body(200'000, 'x');
  Scripted server([&](std::size_t n, const auto&, const auto& say) {
    if (n == 0) {
      const std::string whole = answer("200 OK", body, "ETag: \"v1\"\r\n");
      say(whole.substr(0, whole.size() - 150'000));
    } else {
      say(answer("206 Partial Content", body.substr(50'000),
                 "ETag: \"v1\"\r\nContent-Range: bytes 50000-199999/200000\r\n"));
    }
  });
  const Downloaded got = get(server.url());
  EXPECT_EQ(content(), body);
  EXPECT_EQ(got.bytes, body.size());
  EXPECT_EQ(got.attempts, 2u);
  ASSERT_EQ(server.requests().size(), 2u);
  EXPECT_TRUE(asks(server.requests()[1], "Range: bytes=50000-"));
  EXPECT_TRUE(asks(server.requests()[1], "If-Range: \"v1\""));
}

TEST_F(HttpDownload, WhatChangedMeanwhileBeginsAnew) {
  Scripted server([](std::size_t n, const auto&, const auto& say) {
    const std::string old = answer("200 OK", "old,old\n1,1\n", "ETag: \"v1\"\r\n");
    if (n == 0) say(old.substr(0, old.size() - 4));
    else say(answer("200 OK", "new\n2\n", "ETag: \"v2\"\r\n"));
  });
  const Downloaded got = get(server.url());
  EXPECT_EQ(content(), "new\n2\n");
  EXPECT_EQ(got.seen.etag, "\"v2\"");
}

TEST_F(HttpDownload, ARangeThatDoesNotFitIsNotTaken) {
  Scripted server([](std::size_t n, const auto&, const auto& say) {
    const std::string whole = answer("200 OK", "0123456789", "ETag: \"v1\"\r\n");
    if (n == 0) say(whole.substr(0, whole.size() - 5));
    else if (n == 1) say(answer("206 Partial Content", "3456789", "Content-Range: bytes 3-9/10\r\n"));
    else say(whole);
  });
  get(server.url());
  EXPECT_EQ(content(), "0123456789");
  ASSERT_EQ(server.requests().size(), 3u);
  EXPECT_EQ(server.requests()[2].find("Range"), std::string::npos);
}

TEST_F(HttpDownload, AWeakValidatorIsNoReasonToResume) {
  Scripted server([](std::size_t n, const auto&, const auto& say) {
    const std::string whole = answer("200 OK", "0123456789", "ETag: W/\"v1\"\r\n");
    say(n == 0 ? whole.substr(0, whole.size() - 5) : whole);
  });
  get(server.url());
  EXPECT_EQ(content(), "0123456789");
  EXPECT_EQ(server.requests()[1].find("Range"), std::string::npos);
}

TEST_F(HttpDownload, AServerThatFailsTwiceIsAskedAThirdTime) {
  Scripted server([](std::size_t n, const auto&, const auto& say) {
    say(n < 2 ? answer("500 Oops", "no") : answer("200 OK", "yes"));
  });
  EXPECT_EQ(get(server.url()).attempts, 3u);
  EXPECT_EQ(content(), "yes");
}

TEST_F(HttpDownload, AServerThatGoesOnFailingIsToBeTriedLater) {
  Scripted server([](auto, const auto&, const auto& say) { say(answer("503 Busy", "no")); });
  const Error e = error_of([&] { get(server.url("/a?token=abc")); });
  EXPECT_EQ(e.code(), Code::busy);
  EXPECT_EQ(e.message(),
            fmt::format("the server of '{}?...' fails: 503 Service Unavailable", server.url("/a")));
  EXPECT_EQ(server.requests().size(), 5u);
}

TEST_F(HttpDownload, RetryAfterIsWaitedFor) {
  Scripted server([](std::size_t n, const auto&, const auto& say) {
    say(n == 0 ? answer("429 Slow down", "", "Retry-After: 1\r\n") : answer("200 OK", "yes"));
  });
  const auto start = std::chrono::steady_clock::now();
  get(server.url());
  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::seconds(1));
  EXPECT_EQ(content(), "yes");
}

TEST_F(HttpDownload, ALongRetryAfterEndsIt) {
  Scripted server(
      [](auto, const auto&, const auto& say) { say(answer("429 Slow down", "", "Retry-After: 3600\r\n")); });
  const Error e = error_of([&] { get(server.url()); });
  EXPECT_EQ(e.code(), Code::busy);
  EXPECT_NE(e.hint().find("3600 s"), std::string::npos) << e.hint();
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST_F(HttpDownload, StatusesHaveTheirCodes) {
  const std::pair<std::string, Code> cases[] = {
      {"404 Not Found", Code::not_found}, {"410 Gone", Code::not_found},
      {"401 Unauthorized", Code::failed}, {"403 Forbidden", Code::failed},
      {"400 Bad Request", Code::failed},  {"501 Not Implemented", Code::busy},
      {"204 No Content", Code::failed}};
  for (const auto& [status, code] : cases) {
    const std::string text = status;
    Scripted server([&](auto, const auto&, const auto& say) {
      say("HTTP/1.1 " + text + "\r\nConnection: close\r\n\r\n");
    });
    EXPECT_EQ(error_of([&] { get(server.url()); }).code(), code) << status;
    EXPECT_EQ(server.requests().size(), 1u) << status << " is not asked again";
  }
}

TEST_F(HttpDownload, RedirectsAreFollowedToAnEnd) {
  Scripted server([](std::size_t n, const auto&, const auto& say) {
    if (n < 3) say(answer("302 Found", "moved", fmt::format("Location: /hop{}\r\n", n)));
    else say(answer("200 OK", "there"));
  });
  EXPECT_EQ(get(server.url()).url, server.url("/hop2"));
  EXPECT_EQ(content(), "there");
}

TEST_F(HttpDownload, RedirectsThatGoInACircleEnd) {
  Scripted server(
      [](auto, const auto&, const auto& say) { say(answer("302 Found", "", "Location: /again\r\n")); });
  const Error e = error_of([&] { get(server.url()); });
  EXPECT_EQ(e.code(), Code::failed);
  EXPECT_EQ(server.requests().size(), 11u);
}

TEST_F(HttpDownload, ARedirectToAFileIsRefused) {
  Scripted server([](auto, const auto&, const auto& say) {
    say(answer("302 Found", "", "Location: file:///etc/passwd\r\n"));
  });
  const Error e = error_of([&] { get(server.url()); });
  EXPECT_EQ(e.code(), Code::failed);
  EXPECT_NE(e.message().find("'file:///etc/passwd', which is neither http nor https"), std::string::npos)
      << e.message();
}

TEST_F(HttpDownload, AnEndlessBodyEndsAtTheLimit) {
  Scripted server([](auto, const auto&, const auto& say) {
    say("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
    while (say(std::string(65536, 'x'))) {
    }
  });
  Download what = request(server.url());
  what.limits.body_bytes = 3'000'000;
  const Error e = error_of([&] { get(what); });
  EXPECT_EQ(e.id(), "http.too_large");
  EXPECT_LE(fs::file_size(file), 3'000'000u);
}

TEST_F(HttpDownload, ALengthBeyondTheLimitIsNotWaitedFor) {
  Scripted server([](auto, const auto&, const auto& say) {
    say("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nxxxx");
    while (say("x")) std::this_thread::sleep_for(milliseconds(20));
  });
  Download what = request(server.url());
  what.limits.body_bytes = 3'000'000;
  EXPECT_EQ(error_of([&] { get(what); }).id(), "http.too_large");
}

TEST_F(HttpDownload, ADripIsCut) {
  Scripted server([](auto, const auto&, const auto& say) {
    say("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
    while (say("x")) std::this_thread::sleep_for(milliseconds(100));
  });
  Download what = request(server.url());
  what.limits.stall_time = std::chrono::seconds(1);
  what.limits.attempts = 1;
  const Error e = error_of([&] { get(what); });
  EXPECT_EQ(e.code(), Code::busy);
  EXPECT_EQ(e.id(), "http.too_slow");
}

TEST_F(HttpDownload, ALengthThatIsNeverReachedIsAFault) {
  Scripted server([](auto, const auto&, const auto& say) {
    say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\nonly this");
  });
  const Error e = error_of([&] { get(server.url()); });
  EXPECT_EQ(e.code(), Code::busy);
  EXPECT_EQ(e.id(), "http.cut");
}

TEST_F(HttpDownload, AnUnreadableCodingIsRefusedAndGzipIsKeptAsItCame) {
  Scripted server([](std::size_t n, const auto&, const auto& say) {
    say(answer("200 OK", "bytes", n == 0 ? "Content-Encoding: br\r\n" : "Content-Encoding: gzip\r\n"));
  });
  EXPECT_EQ(error_of([&] { get(server.url()); }).code(), Code::failed);
  get(server.url());
  EXPECT_EQ(content(), "bytes");
}

TEST_F(HttpDownload, NobodyListens) {
  std::string url;
  {
    url = Scripted([](auto, const auto&, const auto&) {}).url();
  }
  EXPECT_EQ(error_of([&] { get(url); }).code(), Code::busy);
}

TEST_F(HttpDownload, CancelIsHeardWithinASecond) {
  Scripted server([](auto, const auto&, const auto& say) {
    say("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nx");
    while (say("")) std::this_thread::sleep_for(milliseconds(20));
  });
  Cancel cancel;
  std::thread soon([&] {
    while (server.requests().empty()) std::this_thread::sleep_for(milliseconds(5));
    cancel.set();
  });
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(error_of([&] { download(engines, request(server.url()), progress, &cancel); }).code(),
            Code::interrupted);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
  soon.join();
}

TEST_F(HttpDownload, APlaceThatCannotBeWrittenIsNamed) {
  Scripted server(
      [](auto, const auto&, const auto& say) { say(answer("200 OK", std::string(100'000, 'x'))); });
  Download what = request(server.url());
  what.file = "/dev/full";
  const Error e = error_of([&] { get(what); });
  EXPECT_EQ(e.code(), Code::busy);
  EXPECT_NE(e.message().find("'/dev/full'"), std::string::npos);
}

TEST_F(HttpDownload, TheProxyOfTheMapIsAskedAndNoOther) {
  Scripted proxy([](auto, const auto&, const auto& say) { say(answer("200 OK", "by proxy")); });
  Download what = request("http://nowhere.invalid/x.csv");
  what.network = network_of({{"http_proxy", proxy.url("")}});
  get(what);
  EXPECT_EQ(content(), "by proxy");
  EXPECT_TRUE(proxy.requests()[0].starts_with("GET http://nowhere.invalid/x.csv HTTP/1.1\r\n"));
  what.network = network_of({{"http_proxy", proxy.url("")}, {"no_proxy", "nowhere.invalid"}});
  EXPECT_THROW(get(what), Error);
  EXPECT_EQ(proxy.requests().size(), 1u);
}

TEST_F(HttpDownload, ProxiesOfTheProcessAreNotRead) {
  Scripted proxy([](auto, const auto&, const auto& say) { say(answer("200 OK", "by proxy")); });
  Scripted server([](auto, const auto&, const auto& say) { say(answer("200 OK", "straight")); });
  setenv("http_proxy", proxy.url("").c_str(), 1);
  get(server.url());
  unsetenv("http_proxy");
  EXPECT_EQ(content(), "straight");
}

TEST_F(HttpDownload, PasswordsComeFromNetrc) {
  Scripted server([](auto, const auto&, const auto& say) { say(answer("200 OK", "yes")); });
  const fs::path netrc = file.string() + ".netrc";
  std::ofstream(netrc) << "machine 127.0.0.1 login ana password s3cret\n";
  Download what = request(server.url());
  what.network.netrc = netrc;
  get(what);
  EXPECT_TRUE(asks(server.requests()[0], "Authorization: Basic YW5hOnMzY3JldA=="));
  fs::remove(netrc);
}

TEST(HttpNetwork, CredentialsInAUrlAreRefusedAndNotShown) {
  const Error e = error_of([] { require_fetchable("https://ana:s3cret@example.org/x.csv?key=abc"); });
  EXPECT_EQ(e.code(), Code::usage);
  EXPECT_EQ(e.message(), "the URL 'https://example.org/x.csv?...' carries a name or a password");
  EXPECT_EQ(e.hint(), "put them into ~/.netrc: `machine example.org login NAME password SECRET`");
}

TEST(HttpNetwork, WhatIsNoUrlOfHttpIsRefused) {
  for (const char* url :
       {"", "file:///etc/passwd", "ftp://a/b", "http://", "http:///x", "https://a/b c", "https://a/\n"})
    EXPECT_THROW(require_fetchable(url), Error) << url;
  EXPECT_NO_THROW(require_fetchable("HTTPS://example.org:8443/x@y"));
  EXPECT_EQ(host_of("http://[::1]:80/x"), "::1");
  EXPECT_EQ(host_of("https://example.org/x:y"), "example.org");
}

TEST(HttpNetwork, TheEnvironmentIsReadAsCurlDoes) {
  const Network network = network_of({{"HTTP_PROXY", "http://evil"},
                                      {"HTTPS_PROXY", "http://b"},
                                      {"all_proxy", "http://a"},
                                      {"NO_PROXY", "x"},
                                      {"SSL_CERT_FILE", "/ca.pem"},
                                      {"NETRC", "/n"}});
  EXPECT_EQ(network.http_proxy, "http://a");
  EXPECT_EQ(network.https_proxy, "http://b");
  EXPECT_EQ(network.no_proxy, "x");
  EXPECT_EQ(network.ca_file, "/ca.pem");
  EXPECT_EQ(network.netrc, "/n");
}

}  // namespace
}  // namespace mlops::http
