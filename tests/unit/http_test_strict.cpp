// What is not quite HTTP, and what is too much of it.
#include "http_client.hpp"

#include <random>
#include <thread>

namespace mlops::http {
namespace {

class HttpStrict : public Http {
 protected:
  /// The answer to `bytes`, which has to close the connection.
  Answer refused(const std::string& bytes) {
    Client one = client();
    one.send(bytes);
    const Answer answer = one.receive();
    EXPECT_TRUE(one.is_closed()) << bytes.substr(0, 200);
    EXPECT_EQ(answer.field("Connection"), "close");
    EXPECT_EQ(answer.field("Content-Type"), "application/json");
    EXPECT_EQ(answer.body.substr(0, 10), R"({"error":")") << answer.body;
    return answer;
  }
  int status_of(const std::string& bytes) { return refused(bytes).status; }
};

TEST_F(HttpStrict, AChunkedBodyIsPutTogether) {
  serve();
  Client one = client();
  const std::string head = "POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(one.ask(head + "5\r\nhello\r\n7;ext=\"1\"\r\n, world\r\n0\r\n\r\n" + get("/next")).body,
            "POST /c [] hello, world");
  EXPECT_EQ(one.receive().body, "GET /next [] ");
  EXPECT_EQ(one.ask(head + "0\r\n\r\n").body, "POST /c [] ");
  EXPECT_EQ(one.ask(head + "1\r\nx\r\n0\r\nTrailer: ignored\r\n\r\n").body, "POST /c [] x");
  for (const char c : head + "0\r\n\r\n") {
    one.send({&c, 1});
    usleep(200);
  }
  EXPECT_EQ(one.receive().body, "POST /c [] ");
  for (const char c : head + "3\r\nabc\r\n00A\r\n0123456789\r\n0\r\nT: t\r\n\r\n") {
    one.send({&c, 1});
    usleep(200);
  }
  EXPECT_EQ(one.receive().body, "POST /c [] abc0123456789");
}

TEST_F(HttpStrict, ALargeChunkedBodyArrivesWhole) {
  serve(options([](const Request& request, Response& response) { response.body = request.body; }));
  std::string body;
  for (int i = 0; body.size() < 3'000'000; ++i) body += fmt::format("{} ", i);
  std::string request = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  std::mt19937 random(3);
  for (std::size_t at = 0; at < body.size();) {
    const std::size_t bytes = std::min<std::size_t>(body.size() - at, 1 + random() % 50'000);
    request += fmt::format("{:x}\r\n{}\r\n", bytes, body.substr(at, bytes));
    at += bytes;
  }
  Client one = client();
  std::thread sender([&] { one.send(request + "0\r\n\r\n" + get("/")); });
  EXPECT_TRUE(one.receive().body == body);
  EXPECT_EQ(one.receive().status, 200);
  sender.join();
}

TEST_F(HttpStrict, ContinueIsSaidBeforeTheBodyIsRead) {
  serve();
  Client one = client();
  const std::string whole = post("/e", "body", "Expect: 100-continue\r\n");
  one.send(whole.substr(0, whole.size() - 4));
  EXPECT_EQ(one.receive().status, 100);
  EXPECT_TRUE(one.is_quiet());
  EXPECT_EQ(one.ask("body").body, "POST /e [] body");
  EXPECT_EQ(one.ask(whole).status, 200) << "not when the body is there already";
  one.send("POST /e HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nTransfer-Encoding: chunked\r\n\r\n");
  EXPECT_EQ(one.receive().status, 100);
  EXPECT_EQ(one.ask("1\r\nx\r\n0\r\n\r\n").body, "POST /e [] x");
  const std::string big(100'000, 'x');
  one.send(post("/e", big, "Expect: 100-continue\r\n").substr(0, 80));
  EXPECT_EQ(one.receive().status, 100);
  EXPECT_EQ(status_of(get("/", "Expect: a-miracle\r\n")), 417);
}

TEST_F(HttpStrict, TooLargeIsSaidAtOnceAndWithoutContinue) {
  ServerOptions how = options();
  how.limits.body_bytes = 100'000;
  serve(how);
  const Answer answer =
      refused("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 10000000000\r\n\r\n");
  EXPECT_EQ(answer.status, 413);
  EXPECT_EQ(answer.body, R"({"error":"the body is larger than 100.0 kB"})");
  EXPECT_EQ(status_of("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100001\r\n\r\n"), 413);
  EXPECT_EQ(ask(post("/", std::string(100'000, 'x'))).status, 200);
  const std::string chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(status_of(chunked + "186a1\r\n"), 413) << "before the chunk comes";
  EXPECT_EQ(status_of(chunked + "C350\r\n" + std::string(50'000, 'x') + "\r\nC351\r\n"), 413)
      << "by their sum";
  EXPECT_EQ(server_->traffic().too_large, 4u);
}

TEST_F(HttpStrict, AHeaderHasALimit) {
  serve();
  const std::string at_once = "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(200'000, 'a') + "\r\n\r\n";
  EXPECT_EQ(status_of(at_once), 431);
  EXPECT_EQ(status_of("GET /" + std::string(200'000, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n"), 431);
  std::string many = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (int i = 0; i < 200; ++i) many += fmt::format("X-{}: {}\r\n", i, std::string(100, 'v'));
  EXPECT_EQ(status_of(many + "\r\n"), 431) << "of many fields, each of them short";
  Client one = client();
  for (int i = 0; i < 200; ++i) {
    one.send(many.substr(static_cast<std::size_t>(i) * 100, 100));
    usleep(100);
  }
  EXPECT_EQ(one.receive().status, 431) << "however they come";
  std::string short_ones = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (int i = 0; i < 1000; ++i) short_ones += "a:\r\n";
  EXPECT_EQ(status_of(short_ones + "\r\n"), 431) << "by their number";
  EXPECT_EQ(ask(get("/", "X: " + std::string(16'000, 'a') + "\r\n")).status, 200);
}

TEST_F(HttpStrict, ChunkHeadersAndTrailersHaveALimitToo) {
  serve();
  const std::string chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(status_of(chunked + "1;" + std::string(100'000, 'e')), 431);
  EXPECT_EQ(status_of(chunked + "0\r\nT: " + std::string(100'000, 'e')), 431);
}

TEST_F(HttpStrict, NothingThatTwoServersCouldReadDifferentlyIsAnswered) {
  serve();
  const auto with = [](const std::string& fields) {
    return "POST / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\nabcde";
  };
  for (const auto* fields : {"Content-Length: 5\r\nContent-Length: 5\r\n",
                             "Content-Length: 5\r\nContent-Length: 6\r\n",
                             "Content-Length: 5, 5\r\n",
                             "Content-Length: +5\r\n",
                             "Content-Length: -5\r\n",
                             "Content-Length: 0x5\r\n",
                             "Content-Length: 5 5\r\n",
                             "Content-Length:\r\n",
                             "Content-Length: five\r\n",
                             "Content-Length: 99999999999999999999999\r\n",
                             "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                             "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
                             "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                             "Transfer-Encoding : chunked\r\n",
                             "Content-Length : 5\r\n",
                             "Content-Length: 5\r\n folded\r\n",
                             "X: a\r\n\tContent-Length: 5\r\n",
                             "X:\r\n folded\r\n",
                             "X: a\r\n \r\n",
                             "X:\r\n \r\n",
                             "X\r\n",
                             ": x\r\n",
                             "X: a\nY: b\r\n",
                             "X: a\rY: b\r\n",
                             "X: \x01\r\n",
                             "X: \x7f\r\n",
                             "X Y: z\r\n",
                             "X\x80: z\r\n"}) {
    EXPECT_EQ(status_of(with(fields)), 400) << fields;
  }
  EXPECT_EQ(status_of(with(std::string("X: \0\r\n", 6))), 400);
  for (const auto* coding :
       {"gzip", "gzip, chunked", "chunked, gzip", "xchunked", "identity", "chunked, chunked", ""}) {
    const int status = status_of(with(fmt::format("Transfer-Encoding: {}\r\n", coding)));
    EXPECT_TRUE(status == 501 || status == 400) << coding << ": " << status;
  }
  EXPECT_EQ(status_of("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400);
}

TEST_F(HttpStrict, AHostIsNamedOnce) {
  serve();
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: a b\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"), 400);
  EXPECT_EQ(ask("GET / HTTP/1.1\r\nHost:\r\n\r\n").status, 200);
  EXPECT_EQ(ask("GET / HTTP/1.1\r\nhOST: [::1]:80\r\n\r\n").status, 200);
}

TEST_F(HttpStrict, GarbageIsRefusedWithoutWaitingForMore) {
  serve();
  for (const auto* bytes :
       {"GARBAGE\r\n\r\n", "\x16\x03\x01\x02", "GET\r\n", "GET  / HTTP/1.1\r\n\r\n", "GET / HTTP/2.0\r\n",
        "GET / HTTP/1.1 \r\n", "GET / HTTP/1.1\n\n", "GET / http/1.1\r\n", "GET /\x01 HTTP/1.1\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "{\"inputs\": 1}", " GET / HTTP/1.1\r\n"}) {
    EXPECT_EQ(status_of(bytes), 400) << bytes;
  }
  EXPECT_EQ(refused("\x16\x03\x01").body,
            R"({"error":"not HTTP: the method is not a word followed by a space"})");
  EXPECT_EQ(server_->traffic().malformed, 13u);
}

TEST_F(HttpStrict, MalformedChunksAreRefused) {
  serve();
  const std::string chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const auto* bytes :
       {"x\r\n\r\n", "5\r\nhelloX\r\n0\r\n\r\n", "5\nhello\r\n", "-1\r\n\r\n", "5;\x01\r\nhello\r\n",
        "fffffffffffffffff\r\n", "1\r\nxx\r\n0\r\n\r\n", "0\r\nContent-Length: 5\r\n\r\n",
        "0\r\nbad trailer\r\n\r\n", "0x5\r\nhello\r\n0\r\n\r\n"}) {
    EXPECT_EQ(status_of(chunked + bytes), 400) << bytes;
  }
}

TEST_F(HttpStrict, GoodRequestsBeforeABadOneAreAnswered) {
  serve();
  Client one = client();
  one.send(get("/1") + get("/2") + "nonsense\r\n\r\n" + get("/3"));
  EXPECT_EQ(one.receive().body, "GET /1 [] ");
  EXPECT_EQ(one.receive().body, "GET /2 [] ");
  EXPECT_EQ(one.receive().status, 400);
  EXPECT_TRUE(one.is_closed());
}

/// Whatever stands between them: when a request has two ways to say where it ends, nothing of it and nothing
/// behind it is answered with 200.
TEST_F(HttpStrict, ASmuggledRequestIsNeverAnswered) {
  serve(options([](const Request& request, Response& response) {
    response.status = request.path == "/smuggled" ? 299 : 200;
  }));
  const std::vector<std::string> lengths = {"Content-Length: 4\r\n", "content-length:4\r\n",
                                            "Content-Length: 04\r\n", "Content-Length:\t4\r\n"};
  const std::vector<std::string> encodings = {
      "Transfer-Encoding: chunked\r\n",     "transfer-encoding:CHUNKED\r\n",
      "Transfer-Encoding: chunked \r\n",    "Transfer-Encoding:\tchunked\r\n",
      "Transfer-Encoding: x, chunked\r\n",  "Transfer-Encoding: \"chunked\"\r\n",
      "Transfer-Encoding: chunked;q=1\r\n", "Content-Length: 40\r\n",
      "Transfer-Encoding:\r\n chunked\r\n"};
  const std::string body = "0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
  for (const auto& length : lengths) {
    for (const auto& encoding : encodings) {
      for (const bool swapped : {false, true}) {
        Client one = client();
        one.send("POST / HTTP/1.1\r\nHost: a\r\n" + (swapped ? encoding + length : length + encoding) +
                 "\r\n" + body);
        const int status = one.receive().status;
        EXPECT_TRUE(status == 400 || status == 501) << length << encoding << status;
        EXPECT_TRUE(one.is_closed());
      }
    }
  }
}

}  // namespace
}  // namespace mlops::http
