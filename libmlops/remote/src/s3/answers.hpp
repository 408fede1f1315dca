#pragma once
/// What S3 says in XML, as values. The readers throw Error(corrupt) for what is no such answer.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::remote::s3 {

/// <Error>: of an answer that is none, such as a proxy's page, all is empty.
struct Fault {
  std::string code = {};
  std::string message = {};
  std::string region = {};  ///< The bucket's, where that is what is wrong.

  bool operator==(const Fault&) const = default;
};

Fault read_fault(std::string_view xml);

struct Listed {
  std::string key;
  std::uint64_t size = 0;

  bool operator==(const Listed&) const = default;
};

/// ListObjectsV2.
struct Page {
  std::vector<Listed> items = {};
  bool more = false;
  std::string next = {};  ///< The token of the next page.
};

Page read_page(std::string_view xml);

/// InitiateMultipartUpload.
std::string read_upload_id(std::string_view xml);

/// ListMultipartUploads: the newest upload of that very key; empty when there is none.
std::string read_newest_upload(std::string_view xml, std::string_view key);

struct Part {
  std::uint64_t size = 0;
  std::string etag;  ///< Without quotes.

  bool operator==(const Part&) const = default;
};

/// ListParts.
struct Parts {
  std::map<unsigned, Part> parts = {};  ///< By number, from 1.
  bool more = false;
  std::string next = {};
};

Parts read_parts(std::string_view xml);

/// The body of CompleteMultipartUpload.
std::string completion(const std::map<unsigned, Part>& parts);

/// Without quotes and without W/.
std::string bare_etag(std::string_view etag);

}  // namespace mlops::remote::s3
