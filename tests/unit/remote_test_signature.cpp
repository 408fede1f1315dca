/// Amazon's signature against the signatures that Amazon has published: the examples of "Signature
/// Calculations for the Authorization Header: Transferring Payload in a Single Chunk" in the API reference of
/// S3 (docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html), and cases of the test suite
/// aws-sig-v4-test-suite (github.com/awslabs/aws-c-auth, tests/aws-signing-test-suite/v4).
#include <gtest/gtest.h>
#include <mlops/crypto/sha256.hpp>

#include "src/s3/date.hpp"
#include "src/s3/signature.hpp"

namespace mlops::remote::s3 {
namespace {

const std::string empty_payload = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// Signed as the documentation's examples are.
std::string documented(Signable request) {
  request.fields["host"] = "examplebucket.s3.amazonaws.com";
  request.fields["x-amz-date"] = "20130524T000000Z";
  request.fields["x-amz-content-sha256"] = request.payload;
  return authorization(request, {.stamp = "20130524T000000Z", .region = "us-east-1"}, "AKIAIOSFODNN7EXAMPLE",
                       "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
}

TEST(S3Signature, GetsARangeAsDocumented) {
  EXPECT_EQ(documented({.method = "GET",
                        .path = "/test.txt",
                        .fields = {{"range", "bytes=0-9"}},
                        .payload = empty_payload}),
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
            "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
            "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST(S3Signature, PutsAsDocumented) {
  EXPECT_EQ(documented({.method = "PUT",
                        .path = "/" + encoded_path("test$file.text"),
                        .fields = {{"date", "Fri, 24 May 2013 00:00:00 GMT"},
                                   {"x-amz-storage-class", "REDUCED_REDUNDANCY"}},
                        .payload = crypto::sha256("Welcome to Amazon S3.").hex()}),
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
            "SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class,"
            "Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
}

std::string signature_of(const std::string& authorization) {
  return authorization.substr(authorization.find("Signature=") + 10);
}

TEST(S3Signature, SignsQueriesAsDocumented) {
  EXPECT_EQ(signature_of(documented({.method = "GET",
                                     .path = "/",
                                     .query = {{"lifecycle", ""}},
                                     .fields = {},
                                     .payload = empty_payload})),
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
  EXPECT_EQ(signature_of(documented({.method = "GET",
                                     .path = "/",
                                     .query = {{"prefix", "J"}, {"max-keys", "2"}},
                                     .fields = {},
                                     .payload = empty_payload})),
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

TEST(S3Signature, TheStepsAreThoseOfTheDocumentation) {
  const Signable request{.method = "GET",
                         .path = "/test.txt",
                         .fields = {{"host", "examplebucket.s3.amazonaws.com"},
                                    {"range", "bytes=0-9"},
                                    {"x-amz-content-sha256", empty_payload},
                                    {"x-amz-date", "20130524T000000Z"}},
                         .payload = empty_payload};
  EXPECT_EQ(canonical_request(request),
            "GET\n/test.txt\n\nhost:examplebucket.s3.amazonaws.com\nrange:bytes=0-9\nx-amz-content-sha256:" +
                empty_payload +
                "\nx-amz-date:20130524T000000Z\n\nhost;range;x-amz-content-sha256;x-amz-date\n" +
                empty_payload);
  EXPECT_EQ(string_to_sign(request, {.stamp = "20130524T000000Z", .region = "us-east-1"}),
            "AWS4-HMAC-SHA256\n20130524T000000Z\n20130524/us-east-1/s3/aws4_request\n"
            "7344ae5b7ee6c3e7e6b0fe0640412a37625d1fbfff95c48bbb2dc43964946972");
}

struct Case {
  const char* name;
  Signable request;
  const char* signature;
};

/// Those that S3's way of encoding paths does not make another case of.
const std::vector<Case> suite = {
    {"get-vanilla",
     {.method = "GET", .path = "/", .fields = {}, .payload = empty_payload},
     "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
    {"post-vanilla",
     {.method = "POST", .path = "/", .fields = {}, .payload = empty_payload},
     "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
    {"get-vanilla-query-order-key-case",
     {.method = "GET",
      .path = "/",
      .query = {{"Param2", "value2"}, {"Param1", "value1"}},
      .fields = {},
      .payload = empty_payload},
     "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
    {"get-vanilla-query-order-key",
     {.method = "GET",
      .path = "/",
      .query = {{"Param1", "value2"}, {"Param1", "Value1"}},
      .fields = {},
      .payload = empty_payload},
     "eedbc4e291e521cf13422ffca22be7d2eb8146eecf653089df300a15b2382bd1"},
    {"get-vanilla-query-order-encoded",
     {.method = "GET",
      .path = "/",
      .query = {{"Param-3", "Value3"}, {"Param", "Value2"}, {"\xe1\x88\xb4", "Value1"}},
      .fields = {},
      .payload = empty_payload},
     "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac"},
    {"get-space-normalized",
     {.method = "GET", .path = encoded_path("/example space/"), .fields = {}, .payload = empty_payload},
     "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"},
    {"post-header-value-case",
     {.method = "POST", .path = "/", .fields = {{"my-header1", "VALUE1"}}, .payload = empty_payload},
     "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d"},
};

TEST(S3Signature, AgreesWithAmazonsTestSuite) {
  for (const Case& one : suite) {
    Signable request = one.request;
    request.fields["host"] = "example.amazonaws.com";
    request.fields["x-amz-date"] = "20150830T123600Z";
    const Scope scope{.stamp = "20150830T123600Z", .region = "us-east-1", .service = "service"};
    const std::string got =
        authorization(request, scope, "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    EXPECT_EQ(signature_of(got), one.signature) << one.name << "\n" << canonical_request(request);
  }
}

TEST(S3Signature, BlanksOfAFieldCountOnce) {
  const Signable request{.method = "GET", .path = "/", .fields = {{"a", "  b   c "}}, .payload = "p"};
  EXPECT_EQ(canonical_request(request), "GET\n/\n\na:b c\n\na\np");
}

TEST(S3Signature, TimesAreStampsAndDatesOfHttpAreTimes) {
  const Time time = *Time::parse("2013-05-24T01:02:03.5Z");
  EXPECT_EQ(stamp_of(time), "20130524T010203Z");
  EXPECT_EQ(http_date("Sun, 06 Nov 1994 08:49:37 GMT"), Time::parse("1994-11-06T08:49:37Z"));
  for (const char* text : {"", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 CET",
                           "Sun, 06 Nux 1994 08:49:37 GMT", "Sun, 66 Nov 1994 08:49:37 GMT"})
    EXPECT_EQ(http_date(text), std::nullopt) << text;
}

TEST(S3Uri, EncodesAndDecodes) {
  EXPECT_EQ(encoded("a/b c~\xc3\xa9"), "a%2Fb%20c~%C3%A9");
  EXPECT_EQ(encoded_path("a/b+c"), "a/b%2Bc");
  EXPECT_EQ(decoded("a%2Fb+%C3%A9%"), "a/b+\xc3\xa9%");
  EXPECT_EQ(decoded("%zz%4"), "%zz%4");
}

}  // namespace
}  // namespace mlops::remote::s3
