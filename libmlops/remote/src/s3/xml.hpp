#pragma once
/// The little of XML that S3 answers with: elements and text, no attributes that matter, no document types.

#include <string>
#include <string_view>
#include <vector>

namespace mlops::remote::s3 {

struct Element {
  std::string name;  ///< Without the prefix of its name space.
  std::string text = {};
  std::vector<Element> children = {};

  /// The first child of that name; nothing when there is none.
  const Element* find(std::string_view child) const;
  /// Its text; empty when there is none.
  std::string text_of(std::string_view child) const;
};

/// The root. Throws Error(corrupt) for anything else, and for more than 16 levels.
Element read_xml(std::string_view text);

}  // namespace mlops::remote::s3
