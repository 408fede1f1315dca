/// What servers say in XML, as they say it, and what is no XML.
#include <gtest/gtest.h>

#include "error_of.hpp"
#include "src/s3/answers.hpp"
#include "src/s3/xml.hpp"

namespace mlops::remote::s3 {
namespace {

using test::error_of;

TEST(S3Xml, ReadsElementsTextAndEntities) {
  const Element root = read_xml(
      " <?xml version=\"1.0\"?>\n  <!-- x --><s3:A xmlns='u'  b = \"c>d\"><B>1 "
      "&lt;&#x41;&#233;&amp;<![CDATA[<&]]></B>"
      "<C/><B>2</B></s3:A> \n");
  EXPECT_EQ(root.name, "A");
  EXPECT_EQ(root.text_of("B"), "1 <A\xc3\xa9&<&");
  EXPECT_NE(root.find("C"), nullptr);
  EXPECT_EQ(root.text_of("D"), "");
  EXPECT_EQ(root.children.size(), 3u);
}

TEST(S3Xml, RefusesWhatIsNone) {
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "<a>";
  for (const std::string& text :
       {std::string(), std::string("x"), std::string("<a>"), std::string("<a></b>"),
        std::string("<a>&x;</a>"), std::string("<a>&#0;</a>"), std::string("<a>&amp</a>"),
        std::string("<a b></a>"), std::string("<a b=c></a>"), std::string("<a></a><b/>"),
        std::string("<!DOCTYPE a><a/>"), std::string("<a></a"), std::string("<a><!--</a>"),
        std::string("< a/>"), std::string("<a>&#x110000;</a>"), deep})
    EXPECT_EQ(error_of([&] { read_xml(text); }).code(), Code::corrupt) << text;
}

TEST(S3Answers, FaultsAreRead) {
  EXPECT_EQ(
      read_fault("<?xml version=\"1.0\"?><Error><Code>AuthorizationHeaderMalformed</Code><Message>m</Message>"
                 "<Region>eu-west-1</Region></Error>"),
      (Fault{"AuthorizationHeaderMalformed", "m", "eu-west-1"}));
  EXPECT_EQ(read_fault("<html><body>Bad gateway</body>"), Fault());
  EXPECT_EQ(read_fault(""), Fault());
}

TEST(S3Answers, PagesAreRead) {
  const Page page = read_page(
      "<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>"
      "<NextContinuationToken>t&amp;1</NextContinuationToken>"
      "<Contents><Key>a%2Bb/c</Key><Size>12</Size></Contents><Contents><Key>d</Key><Size>0</Size></Contents>"
      "</ListBucketResult>");
  EXPECT_TRUE(page.more);
  EXPECT_EQ(page.next, "t&1");
  EXPECT_EQ(page.items, (std::vector<Listed>{{"a+b/c", 12}, {"d", 0}}));
  // Who does not encode does not decode.
  EXPECT_EQ(
      read_page("<ListBucketResult><Contents><Key>%41</Key><Size>1</Size></Contents></ListBucketResult>")
          .items[0]
          .key,
      "%41");
}

TEST(S3Answers, OtherAnswersAreRefused) {
  for (const char* text :
       {"<Other/>", "<ListBucketResult><Contents><Key>a</Key></Contents></ListBucketResult>",
        "<ListBucketResult><Contents><Size>1</Size></Contents></ListBucketResult>",
        "<ListBucketResult><Contents><Key>a</Key><Size>-1</Size></Contents></ListBucketResult>"})
    EXPECT_EQ(error_of([&] { read_page(text); }).code(), Code::corrupt) << text;
}

TEST(S3Answers, UploadsAndPartsAreRead) {
  EXPECT_EQ(read_upload_id(
                "<InitiateMultipartUploadResult><UploadId>u/1</UploadId></InitiateMultipartUploadResult>"),
            "u/1");
  const auto upload = [](const char* key, const char* id, const char* at) {
    return fmt::format("<Upload><Key>{}</Key><UploadId>{}</UploadId><Initiated>{}</Initiated></Upload>", key,
                       id, at);
  };
  const std::string uploads = "<ListMultipartUploadsResult>" + upload("k", "1", "2026-01-01T00:00:00.000Z") +
                              upload("k", "2", "2026-01-03T00:00:00.000Z") +
                              upload("k2", "3", "2026-01-04T00:00:00Z") +
                              upload("k", "4", "2026-01-02T00:00:00.000Z") + "</ListMultipartUploadsResult>";
  EXPECT_EQ(read_newest_upload(uploads, "k"), "2");
  EXPECT_EQ(read_newest_upload(uploads, "q"), "");
  const Parts parts = read_parts(
      "<ListPartsResult><IsTruncated>true</IsTruncated><NextPartNumberMarker>2</NextPartNumberMarker>"
      "<Part><PartNumber>2</PartNumber><Size>5</Size><ETag>&quot;ab&quot;</ETag></Part></ListPartsResult>");
  EXPECT_EQ(parts.parts, (std::map<unsigned, Part>{{2, {5, "ab"}}}));
  EXPECT_TRUE(parts.more);
  EXPECT_EQ(parts.next, "2");
}

TEST(S3Answers, ACompletionNamesThePartsInOrder) {
  const Element root = read_xml(completion({{2, {1, "b<&"}}, {1, {1, "a"}}}));
  EXPECT_EQ(root.name, "CompleteMultipartUpload");
  ASSERT_EQ(root.children.size(), 2u);
  EXPECT_EQ(root.children[0].text_of("PartNumber"), "1");
  EXPECT_EQ(root.children[1].text_of("ETag"), "\"b<&\"");
}

TEST(S3Answers, ETagsAreComparedWithoutTheirDress) {
  EXPECT_EQ(bare_etag("\"a-1\""), "a-1");
  EXPECT_EQ(bare_etag("W/\"a\""), "a");
  EXPECT_EQ(bare_etag("a"), "a");
  EXPECT_EQ(bare_etag(""), "");
}

}  // namespace
}  // namespace mlops::remote::s3
