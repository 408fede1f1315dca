#include "src/s3/answers.hpp"

#include <mlops/base/error.hpp>

#include <fmt/format.h>

#include <charconv>

#include "src/s3/uri.hpp"
#include "src/s3/xml.hpp"

namespace mlops::remote::s3 {
namespace {

template <typename Number>
Number number_of(const Element& element, std::string_view child) {
  const std::string text = element.text_of(child);
  Number value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size() || text.empty())
    throw error(Code::corrupt, "the server's answer has no number in '{}'", child);
  return value;
}

Element root_of(std::string_view xml, std::string_view name) {
  Element root = read_xml(xml);
  if (root.name != name)
    throw error(Code::corrupt, "the server's answer is '{}' instead of '{}'", root.name, name);
  return root;
}

std::string needed(const Element& element, std::string_view child) {
  std::string text = element.text_of(child);
  if (text.empty()) throw error(Code::corrupt, "the server's answer has no '{}'", child);
  return text;
}

/// A key as it is: encoded where the answer says so.
std::string key_of(const Element& root, const Element& item) {
  std::string key = needed(item, "Key");
  return root.text_of("EncodingType") == "url" ? decoded(key) : key;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') out += "&amp;";
    else if (c == '<') out += "&lt;";
    else out += c;
  }
  return out;
}

}  // namespace

Fault read_fault(std::string_view xml) {
  try {
    const Element root = root_of(xml, "Error");
    return {root.text_of("Code"), root.text_of("Message"), root.text_of("Region")};
  } catch (const Error&) {
    return {};
  }
}

Page read_page(std::string_view xml) {
  const Element root = root_of(xml, "ListBucketResult");
  Page page;
  page.more = root.text_of("IsTruncated") == "true";
  page.next = root.text_of("NextContinuationToken");
  for (const Element& item : root.children) {
    if (item.name == "Contents")
      page.items.push_back({key_of(root, item), number_of<std::uint64_t>(item, "Size")});
  }
  return page;
}

std::string read_upload_id(std::string_view xml) {
  return needed(root_of(xml, "InitiateMultipartUploadResult"), "UploadId");
}

std::string read_newest_upload(std::string_view xml, std::string_view key) {
  const Element root = root_of(xml, "ListMultipartUploadsResult");
  std::string newest;
  std::string id;
  for (const Element& item : root.children) {
    if (item.name != "Upload" || key_of(root, item) != key) continue;
    const std::string began = item.text_of("Initiated");  // RFC 3339: sorts as it stands
    if (!id.empty() && began < newest) continue;
    newest = began;
    id = needed(item, "UploadId");
  }
  return id;
}

Parts read_parts(std::string_view xml) {
  const Element root = root_of(xml, "ListPartsResult");
  Parts out;
  out.more = root.text_of("IsTruncated") == "true";
  out.next = root.text_of("NextPartNumberMarker");
  for (const Element& item : root.children) {
    if (item.name != "Part") continue;
    out.parts[number_of<unsigned>(item, "PartNumber")] = {number_of<std::uint64_t>(item, "Size"),
                                                          bare_etag(item.text_of("ETag"))};
  }
  return out;
}

std::string completion(const std::map<unsigned, Part>& parts) {
  std::string out = R"(<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">)";
  for (const auto& [number, part] : parts)
    out += fmt::format("<Part><PartNumber>{}</PartNumber><ETag>\"{}\"</ETag></Part>", number,
                       escaped(part.etag));
  return out + "</CompleteMultipartUpload>";
}

std::string bare_etag(std::string_view etag) {
  if (etag.starts_with("W/")) etag.remove_prefix(2);
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') etag = etag.substr(1, etag.size() - 2);
  return std::string(etag);
}

}  // namespace mlops::remote::s3
