#pragma once
/// A bucket named `b` in memory that speaks S3 as far as a Space asks for it, and misbehaves where a test
/// says so.

#include <mlops/crypto/md5.hpp>
#include <mlops/crypto/sha256.hpp>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "http_scripted.hpp"
#include "src/s3/uri.hpp"
#include "src/s3/xml.hpp"

namespace mlops::remote {

/// A request, taken apart.
struct Heard {
  explicit Heard(const std::string& request) {
    const std::size_t end = request.find("\r\n\r\n");
    head = request.substr(0, end + 2);
    body = request.substr(end + 4);
    method = head.substr(0, head.find(' '));
    std::string target =
        head.substr(method.size() + 1, head.find(' ', method.size() + 1) - method.size() - 1);
    query = target.find('?') == std::string::npos ? "" : target.substr(target.find('?'));
    target.resize(target.size() - query.size());
    key = target.starts_with("/b/") ? s3::decoded(target.substr(3)) : "";
  }

  std::string field(const std::string& name) const {
    const std::size_t at = head.find("\r\n" + name + ": ");
    if (at == std::string::npos) return "";
    const std::size_t begin = at + name.size() + 4;
    return head.substr(begin, head.find("\r\n", begin) - begin);
  }
  bool has(const std::string& name) const {
    return query.find("?" + name + "=") != std::string::npos ||
           query.find("&" + name + "=") != std::string::npos;
  }
  std::string value(const std::string& name) const {
    const std::size_t at = std::min(query.find("?" + name + "="), query.find("&" + name + "="));
    if (at == std::string::npos) return "";
    const std::size_t begin = at + name.size() + 2;
    return s3::decoded(query.substr(begin, query.find('&', begin) - begin));
  }

  std::string head;
  std::string body;
  std::string method;
  std::string query;
  std::string key;
};

inline std::string fault(const std::string& status, const std::string& code, const std::string& fields = "") {
  return http::answer(status, fmt::format("<Error><Code>{}</Code><Message>m</Message></Error>", code),
                      fields);
}

class FakeBucket {
 public:
  /// What becomes of the n-th request: what is sent instead of `good`, which is made when it is asked for; an
  /// empty text is a connection that ends.
  using Good = std::function<std::string()>;
  using Manners = std::function<std::string(std::size_t n, const Heard& heard, const Good& good)>;

  explicit FakeBucket(Manners manners = nullptr)
      : manners_(std::move(manners)),
        server([this](std::size_t n, const std::string& request, const http::Scripted::Say& say) {
          const Heard heard(request);
          const Good good = [&] { return answer_to(heard); };
          say(manners_ ? manners_(n, heard, good) : good());
        }) {}

  /// How many requests there were of that method, with that word in their query.
  std::size_t asked(const std::string& method, const std::string& word = "") {
    std::size_t count = 0;
    for (const std::string& request : server.requests()) {
      const Heard heard(request);
      if (heard.method == method && (word.empty() || heard.has(word))) ++count;
    }
    return count;
  }

  std::map<std::string, std::string> items;
  std::map<std::string, std::map<unsigned, std::string>> uploads;  ///< Parts by id.

 private:
  static std::string etag(const std::string& bytes) {
    crypto::Md5 hash;
    hash.update(bytes);
    return "\"" + hash.finish().value_or("") + "\"";
  }

  std::string answer_to(const Heard& heard) {
    if (!heard.field("authorization").starts_with("AWS4-HMAC-SHA256 "))
      return fault("403 No", "AccessDenied");
    if (crypto::sha256(heard.body).hex() != heard.field("x-amz-content-sha256"))
      return fault("400 No", "XAmzContentSHA256Mismatch");
    if (heard.has("uploads") || heard.has("uploadId")) return upload(heard);
    if (heard.method == "PUT") return put(heard);
    if (heard.method == "DELETE") return items.erase(heard.key), "HTTP/1.1 204 Gone\r\n\r\n";
    if (heard.has("list-type")) return list(heard);
    return get(heard);
  }

  std::string put(const Heard& heard) {
    if (!heard.field("if-none-match").empty() && items.contains(heard.key))
      return fault("412 No", "PreconditionFailed");
    items[heard.key] = heard.body;
    return http::answer("200 OK", "", "ETag: " + etag(heard.body) + "\r\n");
  }

  std::string get(const Heard& heard) {
    const auto found = items.find(heard.key);
    if (found == items.end()) return fault("404 No", "NoSuchKey");
    const std::string fields = "ETag: " + etag(found->second) + "\r\n";
    if (heard.method == "HEAD")
      return fmt::format("HTTP/1.1 200 OK\r\n{}Content-Length: {}\r\n\r\n", fields, found->second.size());
    if (heard.field("range").empty()) return http::answer("200 OK", found->second, fields);
    const std::string range = heard.field("range").substr(6);
    const std::size_t from = std::stoul(range);
    const std::size_t last =
        std::min(std::stoul(range.substr(range.find('-') + 1)), found->second.size() - 1);
    if (from >= found->second.size()) return fault("416 No", "InvalidRange");
    return http::answer(
        "206 Partial Content", found->second.substr(from, last - from + 1),
        fmt::format("{}Content-Range: bytes {}-{}/{}\r\n", fields, from, last, found->second.size()));
  }

  std::string list(const Heard& heard) {
    std::string out;
    for (const auto& [key, bytes] : items) {
      if (key.starts_with(heard.value("prefix")) && key > heard.value("start-after"))
        out += fmt::format("<Contents><Key>{}</Key><Size>{}</Size></Contents>", key, bytes.size());
    }
    return http::answer("200 OK", "<ListBucketResult>" + out + "</ListBucketResult>");
  }

  std::string upload(const Heard& heard) {
    const std::string id = heard.value("uploadId");
    if (heard.method == "GET" && id.empty()) return unfinished();
    if (heard.method == "POST" && id.empty()) {
      const std::string fresh = fmt::format("u{}", ++ids_);
      uploads[fresh];
      key_of_upload_[fresh] = heard.key;
      return http::answer("200 OK", "<InitiateMultipartUploadResult><UploadId>" + fresh +
                                        "</UploadId></InitiateMultipartUploadResult>");
    }
    const auto found = uploads.find(id);
    if (found == uploads.end()) return fault("404 No", "NoSuchUpload");
    if (heard.method == "DELETE") return uploads.erase(found), "HTTP/1.1 204 Gone\r\n\r\n";
    if (heard.method == "PUT") {
      found->second[static_cast<unsigned>(std::stoul(heard.value("partNumber")))] = heard.body;
      return http::answer("200 OK", "", "ETag: " + etag(heard.body) + "\r\n");
    }
    return heard.method == "GET" ? parts(found->second) : complete(heard, found);
  }

  std::string unfinished() {
    std::string out;
    for (const auto& [id, parts] : uploads)
      out += fmt::format("<Upload><Key>{}</Key><UploadId>{}</UploadId></Upload>", key_of_upload_[id], id);
    return http::answer("200 OK", "<ListMultipartUploadsResult>" + out + "</ListMultipartUploadsResult>");
  }

  static std::string parts(const std::map<unsigned, std::string>& parts) {
    std::string out;
    for (const auto& [number, bytes] : parts)
      out += fmt::format("<Part><PartNumber>{}</PartNumber><Size>{}</Size><ETag>{}</ETag></Part>", number,
                         bytes.size(), etag(bytes));
    return http::answer("200 OK", "<ListPartsResult>" + out + "</ListPartsResult>");
  }

  std::string complete(const Heard& heard,
                       std::map<std::string, std::map<unsigned, std::string>>::iterator upload) {
    std::string whole;
    for (const s3::Element& part : s3::read_xml(heard.body).children) {
      const std::string& bytes =
          upload->second[static_cast<unsigned>(std::stoul(part.text_of("PartNumber")))];
      if (etag(bytes) != part.text_of("ETag")) return fault("400 No", "InvalidPart");
      whole += bytes;
    }
    items[heard.key] = whole;
    uploads.erase(upload);
    return http::answer("200 OK", "<CompleteMultipartUploadResult/>");
  }

  Manners manners_;
  int ids_ = 0;
  std::map<std::string, std::string> key_of_upload_;

 public:
  http::Scripted server;  ///< Begins when all else is there.
};

}  // namespace mlops::remote
