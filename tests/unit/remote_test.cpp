/// Addresses of remotes: what is one, and what is said of what is none.
#include <gtest/gtest.h>
#include <mlops/remote/address.hpp>

#include "error_of.hpp"
#include "src/s3/bucket.hpp"

namespace mlops::remote {
namespace {

using test::error_of;

TEST(RemoteAddress, FoldersAndBucketsAreAddresses) {
  for (const char* url :
       {"/mnt/share", "../share", "file:///mnt/share", "s3://bucket", "s3://my.Bucket_1/a/b"})
    require_address({.url = url});
  require_address(
      {.url = "s3://b", .endpoint = "http://127.0.0.1:9000", .region = "eu-west-1", .style = "virtual"});
}

TEST(RemoteAddress, WhatIsNoneIsRefusedByName) {
  for (const char* url :
       {"", "s3://", "s3:///x", "s3://key@bucket/x", "s3://b u/x", "s3://b/x?y", "ftp://host/x"}) {
    const Error fault = error_of([&] { require_address({.url = url}); });
    EXPECT_EQ(fault.code(), Code::usage) << url;
    EXPECT_EQ(fault.id(), "remote.address") << url;
  }
  EXPECT_EQ(error_of([] { require_address({.url = "/x", .region = "eu"}); }).id(), "remote.address");
  EXPECT_EQ(error_of([] { require_address({.url = "s3://b", .endpoint = "minio:9000"}); }).code(),
            Code::usage);
  EXPECT_EQ(error_of([] { require_address({.url = "s3://b", .style = "odd"}); }).code(), Code::usage);
}

s3::Bucket bucket(const Address& address, const s3::Environment& environment = {}) {
  return s3::bucket_of(address, environment, {.name = "default", .values = {{"region", "eu-north-1"}}});
}

TEST(S3Bucket, IsAPartOfAmazonsHostWhereItCanBe) {
  const s3::Bucket plain = bucket({.url = "s3://ml-store/churn/"});
  EXPECT_EQ(plain.origin(), "https://ml-store.s3.eu-north-1.amazonaws.com");
  EXPECT_EQ(plain.prefix, "churn/");
  EXPECT_EQ(plain.path_of("churn/a b"), "/churn/a%20b");
  EXPECT_EQ(plain.path_of(""), "/");
  const s3::Bucket dotted = bucket({.url = "s3://ml.store", .region = "cn-north-1"});
  EXPECT_EQ(dotted.origin(), "https://s3.cn-north-1.amazonaws.com.cn");
  EXPECT_EQ(dotted.path_of("a"), "/ml.store/a");
  EXPECT_EQ(dotted.path_of(""), "/ml.store");
}

TEST(S3Bucket, IsAPartOfThePathElsewhere) {
  const s3::Environment set = {{"AWS_ENDPOINT_URL", "http://other"},
                               {"AWS_ENDPOINT_URL_S3", "https://Host:443/s3/"}};
  const s3::Bucket own = bucket({.url = "s3://b"}, set);
  EXPECT_EQ(own.origin(), "https://host");
  EXPECT_EQ(own.path_of("k"), "/s3/b/k");
  const s3::Bucket written =
      bucket({.url = "s3://b", .endpoint = "http://localhost:80", .style = "virtual"}, set);
  EXPECT_EQ(written.origin(), "http://b.localhost");
  EXPECT_EQ(written.path_of("k"), "/k");
}

TEST(S3Bucket, ARegionThatCouldBeAHostIsNone) {
  EXPECT_EQ(error_of([] { bucket({.url = "s3://b", .region = "evil.org/"}); }).code(), Code::usage);
  EXPECT_EQ(bucket({.url = "s3://b"}, {{"AWS_DEFAULT_REGION", "us-west-2"}}).region, "us-west-2");
}

}  // namespace
}  // namespace mlops::remote
