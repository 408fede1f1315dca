/// What a server of S3 answers in XML, and the date that it says.
#include "fuzz.hpp"
#include "src/s3/answers.hpp"
#include "src/s3/date.hpp"
#include "src/s3/uri.hpp"
#include "src/s3/xml.hpp"

using namespace mlops;
using namespace mlops::remote;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Input input(data, size);
  const std::string_view text = input.rest();
  s3::read_fault(text);
  s3::http_date(text);
  fuzz::require(s3::decoded(s3::encoded(text)) == text, "what was encoded is decoded");
  fuzz::taken({Code::corrupt}, [&] { s3::read_page(text); });
  fuzz::taken({Code::corrupt}, [&] { s3::read_upload_id(text); });
  fuzz::taken({Code::corrupt}, [&] { s3::read_newest_upload(text, "a/b"); });
  s3::Parts parts;
  if (!fuzz::taken({Code::corrupt}, [&] { parts = s3::read_parts(text); })) return 0;
  const s3::Element sent = s3::read_xml(s3::completion(parts.parts));
  fuzz::require(sent.children.size() == parts.parts.size(), "each part is named");
  auto part = parts.parts.begin();
  for (const s3::Element& child : sent.children) {
    fuzz::require(child.text_of("PartNumber") == std::to_string(part->first), "by its number");
    fuzz::require(child.text_of("ETag") == "\"" + part++->second.etag + "\"", "and by its ETag");
  }
  return 0;
}
