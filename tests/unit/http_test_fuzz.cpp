// Random changes to good requests.
#include "http_client.hpp"

#include <atomic>
#include <random>

namespace mlops::http {
namespace {

using HttpFuzz = Http;

class Mutator {
 public:
  explicit Mutator(unsigned seed) : random_(seed) {}

  std::string next() {
    std::string bytes = seeds()[below(seeds().size())];
    for (std::size_t i = 0, changes = 1 + below(4); i < changes; ++i) change(bytes);
    return bytes;
  }

 private:
  static const std::vector<std::string>& seeds() {
    static const std::string chunked = "Host: a\r\nTransfer-Encoding: chunked\r\n";
    static const std::vector<std::string> all = {
        get("/a/b?c=d"),
        get("http://h:1/%41?x"),
        post("/p", "body of 15 bytes"),
        "POST /c HTTP/1.1\r\n" + chunked + "\r\n4\r\nabcd\r\n3;e=\"q\"\r\nxyz\r\n0\r\nT: v\r\n\r\n",
        "POST /e HTTP/1.1\r\nExpect: 100-continue\r\n" + chunked + "\r\n1\r\nz\r\n0\r\n\r\n",
        get("/1") + post("/2", "22") + get("/3", "Connection: close\r\n"),
        "GET / HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n",
        "HEAD / HTTP/1.1\r\nHost: a\r\nX-A: 1\r\nX-B:\t2 \r\n\r\n",
    };
    return all;
  }
  static const std::vector<std::string>& words() {
    static const std::vector<std::string> all = {"\r\n",
                                                 "\n",
                                                 "\r",
                                                 "\r\n\r\n",
                                                 " ",
                                                 "\t",
                                                 ":",
                                                 ";",
                                                 ",",
                                                 "%",
                                                 "0",
                                                 "5",
                                                 "ffffffffffffffff",
                                                 "Content-Length: 3\r\n",
                                                 "Transfer-Encoding: chunked\r\n",
                                                 "Transfer-Encoding: gzip\r\n",
                                                 "Host: b\r\n",
                                                 "HTTP/1.1",
                                                 "GET ",
                                                 "Connection: close\r\n",
                                                 std::string(1, '\0'),
                                                 "\x7f",
                                                 "\xff",
                                                 "0\r\n\r\n",
                                                 "Expect: 100-continue\r\n",
                                                 " folded\r\n",
                                                 std::string(300, 'a')};
    return all;
  }
  std::size_t below(std::size_t limit) { return random_() % limit; }
  void change(std::string& bytes) {
    const std::size_t at = below(bytes.size() + 1);
    const std::size_t some = below(std::min<std::size_t>(bytes.size() - at, 12) + 1);
    switch (below(5)) {
      case 0:
        bytes.insert(at, words()[below(words().size())]);
        break;
      case 1:
        bytes.erase(at, some);
        break;
      case 2:
        bytes.insert(at, bytes.substr(at, some));
        break;
      case 3:
        if (at < bytes.size()) bytes[at] = static_cast<char>(below(256));
        break;
      default:
        bytes.replace(at, some, words()[below(words().size())]);
    }
  }

  std::mt19937 random_;
};

/// All the bytes of an answer stream, until the server closes; nothing when it does not.
std::optional<std::vector<Answer>> answers_until_closed(Client& one, std::string_view method) {
  std::vector<Answer> answers;
  for (;;) {
    Answer answer = one.receive(method);
    if (answer.status == 0) break;
    answers.push_back(std::move(answer));
  }
  if (!one.ended()) return std::nullopt;
  return answers;
}

TEST_F(HttpFuzz, TwentyThousandDamagedRequestsNeitherCrashNorHangNorLeak) {
  std::atomic<int> malformed_seen = 0;
  serve(options([&](const Request& request, Response& response) {
    if (request.path.empty() || request.path[0] != '/') ++malformed_seen;
    if (request.method.empty() || request.body.size() > 1000) ++malformed_seen;
    for (const Field& field : request.fields) malformed_seen += field.name.empty() ? 1 : 0;
    response.body = "ok";
  }));
  Mutator mutator(20'261);
  int answered = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string bytes = mutator.next();
    Client one = client();
    ASSERT_TRUE(one.connected()) << i;
    const std::size_t half = i % 3 == 0 ? bytes.size() / 2 : bytes.size();
    one.send(std::string_view(bytes).substr(0, half));
    one.send(std::string_view(bytes).substr(half));
    one.end_of_requests();
    const auto answers = answers_until_closed(one, bytes.substr(0, 4));
    ASSERT_TRUE(answers) << i << " hangs:\n" << bytes;
    for (const Answer& answer : *answers) {
      ASSERT_TRUE(answer.status == 100 || answer.status == 200 ||
                  (answer.status >= 400 && answer.status <= 505))
          << answer.head << bytes;
      ASSERT_NE(answer.status, 500);
      answered += answer.status == 200 ? 1 : 0;
    }
  }
  EXPECT_GT(answered, 2'000) << "the changes are not all fatal";
  EXPECT_EQ(malformed_seen, 0);
  EXPECT_EQ(ask(get("/")).status, 200);
  EXPECT_TRUE(comes_true([&] { return server_->traffic().open == 0; }));
  EXPECT_EQ(faults_.texts(), std::vector<std::string>());
}

}  // namespace
}  // namespace mlops::http
