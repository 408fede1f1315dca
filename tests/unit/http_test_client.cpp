#include <gtest/gtest.h>
#include <mlops/base/error.hpp>
#include <mlops/http/client.hpp>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "error_of.hpp"
#include "http_scripted.hpp"

namespace mlops::http {
namespace {

namespace fs = std::filesystem;
using test::error_of;

class HttpClient : public testing::Test {
 protected:
  HttpClient() : client(make_client(engines, {})) {}

  Engines engines{{ENGINES_DIR}};
  std::unique_ptr<Client> client;
};

std::string body_of(const std::string& request) { return request.substr(request.find("\r\n\r\n") + 4); }

bool asks(const std::string& request, const std::string& line) {
  return request.find("\r\n" + line + "\r\n") != std::string::npos;
}

TEST_F(HttpClient, AnAnswerIsStatusFieldsAndBody) {
  Scripted server(
      [](auto, const auto&, const auto& say) { say(answer("404 Gone", "no", "X-Odd:  a b \r\n")); });
  const Answer got = client->perform({.url = server.url("/a/../b?x=%2F"), .fields = {{"x-mine", "1"}}});
  EXPECT_EQ(got.status, 404);
  EXPECT_EQ(got.body, "no");
  EXPECT_EQ(got.field("x-odd"), "a b");
  EXPECT_EQ(got.field("absent"), "");
  EXPECT_TRUE(server.requests()[0].starts_with("GET /a/../b?x=%2F HTTP/1.1\r\n"));
  EXPECT_TRUE(asks(server.requests()[0], "x-mine: 1"));
}

TEST_F(HttpClient, BytesAndRangesOfFilesAreSent) {
  Scripted server([](auto, const auto&, const auto& say) { say(answer("200 OK", "")); });
  const fs::path file = fs::temp_directory_path() / fmt::format("mlops-client-{}", getpid());
  std::ofstream(file) << std::string(100'000, 'x') << "0123456789";
  std::uint64_t sent = 0;
  client->perform({.method = "PUT", .url = server.url(), .body = "bytes"});
  client->perform({.method = "PUT",
                   .url = server.url(),
                   .file = file,
                   .offset = 99'998,
                   .size = 8,
                   .sent = [&](std::uint64_t bytes) { sent += bytes; }});
  client->perform({.method = "POST", .url = server.url()});
  client->perform({.method = "DELETE", .url = server.url()});
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 4u);
  EXPECT_EQ(body_of(requests[0]), "bytes");
  EXPECT_EQ(body_of(requests[1]), "xx012345");
  EXPECT_EQ(sent, 8u);
  EXPECT_TRUE(requests[2].starts_with("POST "));
  EXPECT_TRUE(asks(requests[2], "Content-Length: 0"));
  EXPECT_TRUE(requests[3].starts_with("DELETE "));
  for (const std::string& request : requests) EXPECT_EQ(request.find("Expect:"), std::string::npos);
  const Error fault = error_of(
      [&] { client->perform({.method = "PUT", .url = server.url(), .file = file, .size = 200'000}); });
  EXPECT_EQ(fault.code(), Code::failed);
  EXPECT_NE(fault.message().find("is shorter than it was"), std::string::npos);
  fs::remove(file);
  EXPECT_EQ(error_of([&] { client->perform({.method = "PUT", .url = server.url(), .file = file}); }).code(),
            Code::not_found);
}

TEST_F(HttpClient, ABodyIsGivenInPiecesOnceItsHeadIsSeen) {
  Scripted server([](std::size_t n, const auto&, const auto& say) {
    say(answer(n == 0 ? "206 Partial Content" : "500 Oops", "body", "ETag: \"e\"\r\n"));
  });
  std::string taken;
  Call call{.url = server.url(),
            .begun = [&](const Answer& head) { taken += head.field("etag"); },
            .take = [&](std::string_view bytes) { taken += bytes; }};
  EXPECT_EQ(client->perform(call).body, "");
  EXPECT_EQ(taken, "\"e\"body");
  EXPECT_EQ(client->perform(call).body, "body");
  EXPECT_EQ(taken, "\"e\"body");
}

TEST_F(HttpClient, WhatIsThrownMeanwhileEndsTheCall) {
  Scripted server([](auto, const auto&, const auto& say) { say(answer("200 OK", "body")); });
  const auto refuse = [] { throw error(Code::conflict, "enough"); };
  EXPECT_EQ(error_of([&] {
              client->perform({.url = server.url(), .take = [&](std::string_view) { refuse(); }});
            }).message(),
            "enough");
  EXPECT_EQ(error_of([&] {
              client->perform({.url = server.url(), .begun = [&](const Answer&) { refuse(); }});
            }).message(),
            "enough");
  EXPECT_EQ(client->perform({.url = server.url()}).body, "body");
}

TEST_F(HttpClient, AHeadHasNoBodyAndARedirectIsAnAnswer) {
  Scripted server([](auto, const auto& request, const auto& say) {
    if (request.starts_with("HEAD ")) say("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n");
    else say("HTTP/1.1 307 Elsewhere\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n");
  });
  EXPECT_EQ(client->perform({.method = "HEAD", .url = server.url()}).field("content-length"), "7");
  EXPECT_EQ(client->perform({.url = server.url()}).status, 307);
}

TEST_F(HttpClient, CutRefusedAndEndlessAnswersAreTold) {
  Scripted server([](std::size_t n, const auto&, const auto& say) {
    if (n == 0) say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
    if (n != 2) return;
    say("HTTP/1.1 200 OK\r\n\r\n");
    const std::string block(1 << 20, 'x');
    while (say(block)) {
    }
  });
  EXPECT_EQ(error_of([&] { client->perform({.url = server.url()}); }).code(), Code::busy);
  EXPECT_EQ(error_of([&] { client->perform({.url = server.url()}); }).code(), Code::busy);
  EXPECT_EQ(error_of([&] { client->perform({.url = server.url()}); }).code(), Code::failed);
  EXPECT_EQ(error_of([&] { client->perform({.url = "http://127.0.0.1:1/"}); }).code(), Code::busy);
  EXPECT_EQ(error_of([&] { client->perform({.url = "ftp://127.0.0.1/"}); }).code(), Code::usage);
}

TEST_F(HttpClient, ACancelledCallEndsSoon) {
  Cancel cancel;
  Scripted server([&](auto, const auto&, const auto& say) {
    cancel.set();
    say("HTTP/1.1 200 OK\r\n\r\n");
    while (say("")) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  });
  const auto begun = std::chrono::steady_clock::now();
  const auto own = make_client(engines, {}, {}, &cancel);
  EXPECT_EQ(error_of([&] { own->perform({.url = server.url()}); }).code(), Code::interrupted);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(5));
}

TEST_F(HttpClient, ASlowServerIsCut) {
  Scripted server([&](auto, const auto&, const auto& say) {
    say("HTTP/1.1 200 OK\r\n\r\n");
    while (say("x")) std::this_thread::sleep_for(std::chrono::milliseconds(200));
  });
  const auto own = make_client(engines, {}, {.stall_time = std::chrono::seconds(1)});
  const Error fault = error_of([&] { own->perform({.url = server.url()}); });
  EXPECT_EQ(fault.code(), Code::busy);
  EXPECT_EQ(fault.id(), "http.too_slow");
}

}  // namespace
}  // namespace mlops::http
