/// `remotes:`, and what adds and removes its entries.
#include "manifest_test_faults.hpp"

namespace mlops::manifest {
namespace {

const RemoteSpec origin = {.name = "origin", .url = "s3://ml-store/churn"};
const RemoteSpec minio = {.name = "minio",
                          .url = "s3://ml/churn",
                          .endpoint = "https://minio.example:9000",
                          .region = "eu-west-1",
                          .style = "path",
                          .one_writer = true};

std::string kept(const std::string& entry) { return "mlops: 1\nremotes:\n  origin: " + entry + "\n"; }

/// A line of `remotes:` as flow map.
std::string bucket(const std::string& keys) { return kept("{url: s3://ml, " + keys + "}"); }

TEST(Remotes, AreReadAsTheyStand) {
  const Manifest all = parse(
      "mlops: 1\nremotes:\n  origin: s3://ml-store/churn\n  backup: /mnt/share/churn\n  near: {url: "
      "../share}\n"
      "  minio:\n    url: s3://ml/churn\n    endpoint: https://minio.example:9000\n    region: "
      "eu-west-1\n"
      "    style: path\n    one_writer: true\n  año: file:///mnt/share\n",
      "f");
  ASSERT_EQ(all.remotes.size(), 5U);
  EXPECT_EQ(all.remotes[0], origin);
  EXPECT_EQ(all.remotes[1], (RemoteSpec{.name = "backup", .url = "/mnt/share/churn"}));
  EXPECT_EQ(all.remotes[2], (RemoteSpec{.name = "near", .url = "../share"}));
  EXPECT_EQ(all.remotes[3], minio);
  EXPECT_EQ(all.remotes[4], (RemoteSpec{.name = "año", .url = "file:///mnt/share"}));
  EXPECT_EQ(all.find_remote("minio"), &all.remotes[3]);
  EXPECT_EQ(all.find_remote("nobody"), nullptr);
  EXPECT_EQ(parse("mlops: 1\nremotes: {origin: s3://ml-store/churn}\n", "f").remotes,
            std::vector<RemoteSpec>{origin});
  EXPECT_TRUE(parse("mlops: 1\nremotes:\n", "f").remotes.empty());
}

TEST(Remotes, WhatIsNoRemoteIsTold) {
  for (const std::string good : {"s3://b", "s3://b/", "s3://b.c/d/e=f", "s3://My_Bucket/x", "a/b", "..",
                                 "a:b", "/mnt/a b", "file:///", "{url: /x, one_writer: true}"})
    EXPECT_EQ(parse(kept(good), "f").remotes.size(), 1U) << good;
  for (const std::string good :
       {"endpoint: http://localhost:9000", "endpoint: 'http://[::1]:9000'",
        "endpoint: https://example.org/s3", "style: virtual", "region: ru_1", "one_writer: false"})
    EXPECT_EQ(parse(bucket(good), "f").remotes.size(), 1U) << good;
  const std::string folder = "a remote is a folder, as in `/mnt/share/churn`, or a bucket";
  expect_faults({
      {"mlops: 1\nremotes: s3://ml/churn\n", "f:2:10: 'remotes' takes a map of names", "`origin: s3://"},
      {"mlops: 1\nremote: {origin: s3://ml}\n", "f:2:1: unknown key 'remote'", "`remotes`"},
      {"mlops: 1\nremotes:\n  a b: s3://ml\n", "f:3:3: the name 'a b' holds ' '", "letters"},
      {"mlops: 1\nremotes: {last: s3://ml}\n", "f:2:11: the name 'last' has a meaning of its own", ""},
      {kept("[s3://ml]"), "f:3:11: remote 'origin' is a list, a URL or a map is wanted", "`origin: s3://"},
      {kept(""), "f:3:3: remote 'origin' has no 'url'", folder},
      {kept("~"), "f:3:3: remote 'origin' has no 'url'", folder},
      {kept("{}"), "f:3:3: remote 'origin' has no 'url'", folder},
      {kept("{region: eu-west-1}"), "f:3:3: remote 'origin' has no 'url'", folder},
      {kept("''"), "f:3:11: 'url' is empty", ""},
      {kept("{url: }"), "f:3:12: 'url' has no value", ""},
      {kept("{url: [s3://ml]}"), "f:3:17: 'url' takes one text, this is a list", ""},
      {kept("gs://ml/churn"), "f:3:11: 'url' begins with `gs://`, where no remote can be", folder},
      {kept("{url: S3://ml}"), "f:3:17: 'url' begins with `S3://`, where no remote can be", folder},
      {kept("https://minio.example/ml"), "f:3:11: 'url' begins with `https://`, where no remote can be",
       "as `endpoint:`"},
      {kept("s3://"), "f:3:11: 's3://' names no bucket", "`s3://BUCKET/PREFIX`"},
      {kept("s3:///churn"), "f:3:11: 's3:///churn' names no bucket", "`s3://BUCKET/PREFIX`"},
      {kept("s3://localhost:9000/ml"), "f:3:11: 'localhost:9000' cannot be the name of a bucket",
       "`endpoint:`"},
      {kept("s3://ml/a b"), "f:3:11: 's3://ml/a b' holds ' '", "no blanks"},
      {kept("s3://ml/a?b"), "f:3:11: 's3://ml/a?b' holds '?'", "no '?'"},
      {kept("s3:ml/churn"), "f:3:11: 's3:ml/churn' is neither a URL nor a path", "`s3://`"},
      {kept("file:/mnt/x"), "f:3:11: 'file:/mnt/x' is neither a URL nor a path", "`file://`"},
      {kept("file://share/x"), "f:3:11: 'file://share/x' is no whole path", "`file:///mnt/share/churn`"},
      {kept("file://"), "f:3:11: 'file://' is no whole path", "`file:///mnt/share/churn`"},
      {kept("{ulr: s3://ml, url: s3://ml}"), "f:3:12: unknown key 'ulr'", "`url`"},
      {bucket("endpoint: minio.example"), "f:3:36: 'endpoint' is no URL of http or https", "`https://minio"},
      {bucket("endpoint: ftp://minio"), "f:3:36: 'endpoint' is no URL of http or https", "`https://minio"},
      {bucket("endpoint: 'https://'"), "f:3:36: 'endpoint' is 'https://', which is no URL of a server", ""},
      {bucket("endpoint: 'http://a b'"), "f:3:36: 'endpoint' is 'http://a b', which is no URL of a server",
       ""},
      {bucket("endpoint: 'http://a?b'"), "f:3:36: 'endpoint' is 'http://a?b', which is no URL of a server",
       ""},
      {bucket("region: eu west"), "f:3:34: 'region' is 'eu west', a name is wanted", "`eu-west-1`"},
      {bucket("region: ''"), "f:3:34: 'region' is empty", ""},
      {bucket("style: paht"), "f:3:33: 'style' cannot be 'paht'", "`path`"},
      {bucket("style: dns"), "f:3:33: 'style' cannot be 'dns'", "`path` or `virtual`"},
      {bucket("one_writer: yes"), "f:3:38: 'one_writer' is 'yes', `true` or `false` is wanted", ""},
      {kept("{url: /mnt/x, region: eu-west-1}"), "f:3:33: 'region' is of `s3://`, and '/mnt/x' is a folder",
       "remove `region`"},
  });
}

TEST(Remotes, FaultsAreToldTogether) {
  const Error seen = test::error_of([] {
    parse(
        "mlops: 1\nremotes:\n  a b: gs://x\n  c: {url: ../x, endpoint: 'https://e', region: r, style: path}\n"
        "  d: {url: s3://x, endpoint: e, style: s, token: t}\n  e:\n",
        "f");
  });
  EXPECT_EQ(seen.message(), "9 faults in 'f'");
  for (const char* const place : {"f:3:3: ", "f:3:8: ", "f:4:28: ", "f:4:49: ", "f:4:59: ", "f:5:30: ",
                                  "f:5:40: ", "f:5:43: ", "f:6:3: "})
    EXPECT_NE(seen.detail().find(place), std::string::npos) << place << "\n" << seen.detail();
}

TEST(Remotes, KeysDoNotBelongIntoTheFile) {
  const std::string where =
      "keys do not belong into a project's file: they come from the environment or ~/.aws/credentials";
  expect_faults({
      {kept("s3://AKIA:SECRET@ml/churn"), "f:3:11: 'url' has a user, a key or a password in it", where},
      {kept("{url: s3://AKIA@ml}"), "f:3:17: 'url' has a user, a key or a password in it", where},
      {bucket("endpoint: https://me:pw@minio"), "f:3:36: 'endpoint' has a user, a key or a password in it",
       where},
      {bucket("access_key: x"), "f:3:26: unknown key 'access_key'", where},
      {bucket("secret_key: x"), "f:3:26: unknown key 'secret_key'", where},
      {bucket("aws_secret_access_key: x"), "f:3:26: unknown key 'aws_secret_access_key'", where},
      {bucket("sessionToken: x"), "f:3:26: unknown key 'sessionToken'", where},
      {bucket("Password: x"), "f:3:26: unknown key 'Password'", where},
      {bucket("credentials: x"), "f:3:26: unknown key 'credentials'", where},
      {bucket("username: x"), "f:3:26: unknown key 'username'", where},
  });
  EXPECT_EQ(parse(kept("s3://ml/a@b"), "f").remotes.size(), 1U);
  RemoteSpec secret = {.name = "origin", .url = "s3://AKIA:SECRET@ml"};
  for (const char* const url : {"s3://AKIA:SECRET@ml", "https://AKIA:SECRET@ml", "s3://AKIA:SECRET@ml?"}) {
    secret.url = url;
    const Error seen = test::error_of([&] { with_remote("mlops: 1\n", "f", secret); });
    EXPECT_EQ((seen.message() + seen.detail() + seen.hint()).find("SECRET"), std::string::npos) << url;
  }
}

struct Shape {
  std::string before;
  std::string after;
};

/// `after` is `before` with `origin`, and `before` is `after` without it.
const std::vector<Shape>& shapes() {
  static const std::vector<Shape> all = {
      {"mlops: 1\nproject: x\n", "mlops: 1\nproject: x\nremotes:\n  origin: s3://ml-store/churn\n"},
      {"  mlops: 1\n", "  mlops: 1\n  remotes:\n    origin: s3://ml-store/churn\n"},
      {"mlops: 1  # first\n# last comment\n",
       "mlops: 1  # first\n# last comment\nremotes:\n  origin: s3://ml-store/churn\n"},
      {"mlops: 1\nremotes:\n  a: x  # one\n",
       "mlops: 1\nremotes:\n  a: x  # one\n  origin: s3://ml-store/churn\n"},
      {"mlops: 1\nremotes:\n    a:\n        url: x\n        # deep\nproject: p\n",
       "mlops: 1\nremotes:\n    a:\n        url: x\n        # deep\n    origin: "
       "s3://ml-store/churn\nproject: p\n"},
      {"mlops: 1\nremotes:\n  a: x\n  # b: y\n\n# the name\nproject: p\n",
       "mlops: 1\nremotes:\n  a: x\n  # b: y\n  origin: s3://ml-store/churn\n\n# the name\nproject: p\n"},
      {"mlops: 1\nremotes:\n  a: x\nsettings:\n  threads: 4\n",
       "mlops: 1\nremotes:\n  a: x\n  origin: s3://ml-store/churn\nsettings:\n  threads: 4\n"},
      {"mlops: 1\nremotes: {a: x}  # c }\n",
       "mlops: 1\nremotes: {a: x, origin: s3://ml-store/churn}  # c }\n"},
      {"mlops: 1\nremotes: {a: {url: x}}\n",
       "mlops: 1\nremotes: {a: {url: x}, origin: s3://ml-store/churn}\n"},
      {"mlops: 1\nremotes: {'a': 'it''s, }', b: \"}\\\"\"}\n",
       "mlops: 1\nremotes: {'a': 'it''s, }', b: \"}\\\"\", origin: s3://ml-store/churn}\n"},
      {"mlops: 1\nremotes: {\n  a: x,  # first }\n  b: y  # second\n}\n",
       "mlops: 1\nremotes: {\n  a: x,  # first }\n  b: y, origin: s3://ml-store/churn  # second\n}\n"},
      {"mlops: 1\r\nremotes:\r\n  a: x\r\n\r\n# c\r\nproject: p\r\n",
       "mlops: 1\r\nremotes:\r\n  a: x\r\n  origin: s3://ml-store/churn\r\n\r\n# c\r\nproject: p\r\n"},
      {"mlops: 1\r\nproject: p\r\n",
       "mlops: 1\r\nproject: p\r\nremotes:\r\n  origin: s3://ml-store/churn\r\n"},
      {"\xEF\xBB\xBFmlops: 1\n", "\xEF\xBB\xBFmlops: 1\nremotes:\n  origin: s3://ml-store/churn\n"},
      {"---\nmlops: 1\n...\n", "---\nmlops: 1\nremotes:\n  origin: s3://ml-store/churn\n...\n"},
      {"{mlops: 1, project: x}\n", "{mlops: 1, project: x, remotes: {origin: s3://ml-store/churn}}\n"},
      {"{mlops: 1, remotes: {a: x}}\n", "{mlops: 1, remotes: {a: x, origin: s3://ml-store/churn}}\n"},
  };
  return all;
}

TEST(WithRemote, AddsTheEntryAndLeavesTheRest) {
  for (const Shape& shape : shapes()) EXPECT_EQ(with_remote(shape.before, "f", origin), shape.after);
  EXPECT_EQ(with_remote("mlops: 1\nremotes: {}\n", "f", minio),
            "mlops: 1\nremotes:\n  minio:\n    url: s3://ml/churn\n    endpoint: https://minio.example:9000\n"
            "    region: eu-west-1\n    style: path\n    one_writer: true\n");
  EXPECT_EQ(with_remote("mlops: 1\nremotes: {a: x}\n", "f", minio),
            "mlops: 1\nremotes: {a: x, minio: {url: s3://ml/churn, endpoint: https://minio.example:9000, "
            "region: eu-west-1, style: path, one_writer: true}}\n");
}

TEST(WithRemote, LinesOfSettingsMayMove) {
  const std::string settings = "settings:\n  threads: 4\n";
  EXPECT_EQ(with_remote("mlops: 1\nremotes:\n" + settings, "f", origin),
            "mlops: 1\nremotes:\n  origin: s3://ml-store/churn\n" + settings);
  SourceSpec source;
  source.name = "a";
  source.from = {"a.csv"};
  EXPECT_EQ(with_source("mlops: 1\nsources: {}\n" + settings, "f", source),
            "mlops: 1\nsources:\n  a:\n    from: a.csv\n" + settings);
}

TEST(WithRemote, DifficultPathsAreReadBack) {
  for (const char* const path :
       {"a, b", "{x}", "it's", "#x", "a: b", "yes", "1", "~", " ", "a\nb", "é", "*"}) {
    const RemoteSpec remote = {.name = "1", .url = path, .one_writer = path[0] == 'a'};
    for (const char* const text : {"mlops: 1\n", "mlops: 1\nremotes: {a: x}\n"}) {
      const std::string after = with_remote(text, "f", remote);
      EXPECT_EQ(parse(after, "f").remotes.back(), remote) << after;
      EXPECT_EQ(without_remote(after, "f", "1"), text);
    }
  }
}

TEST(WithRemote, TheSameChangesNothingAndAnotherIsAConflict) {
  for (const std::string text :
       {"mlops: 1\nremotes: {origin: {url: 's3://ml-store/churn', one_writer: false}}\n",
        "mlops: 1\nremotes:\n  origin:   s3://ml-store/churn  # ours\n"}) {
    EXPECT_EQ(with_remote(text, "f", origin), text);
    RemoteSpec other = origin;
    other.region = "eu-west-1";
    const Error seen = test::error_of([&] { with_remote(text, "mlops.yaml", other); });
    EXPECT_EQ(seen.code(), Code::conflict);
    EXPECT_EQ(seen.message(), "'mlops.yaml' has a remote 'origin' already, with other values");
    EXPECT_EQ(seen.detail(), "remotes:\n  origin: s3://ml-store/churn");
  }
}

TEST(WithRemote, RefusesWhatItCannotProve) {
  const Error seen = test::error_of([] { with_remote("{mlops: 1, remotes: }\n", "mlops.yaml", origin); });
  EXPECT_EQ(seen.code(), Code::usage);
  EXPECT_EQ(seen.detail(), "remotes:\n  origin: s3://ml-store/churn");
  EXPECT_EQ(seen.hint(), "add these lines by hand");
  const auto refused = [](const RemoteSpec& remote) {
    return test::error_of([&] { with_remote("mlops: 1\n", "f", remote); }).message();
  };
  EXPECT_EQ(refused({.name = "a b", .url = "x"}), "the name 'a b' holds ' '");
  EXPECT_EQ(refused({.name = "a", .url = ""}), "'url' is empty");
  EXPECT_EQ(refused({.name = "a", .url = "a\xFF"}), "a URL or a path that is not UTF-8");
  EXPECT_EQ(refused({.name = "a", .url = "x", .style = "path"}),
            "'style' is of `s3://`, and 'x' is a folder");
}

TEST(WithoutRemote, TakesBackWhatWasAdded) {
  for (const Shape& shape : shapes()) {
    EXPECT_EQ(without_remote(shape.after, "f", "origin"), shape.before) << shape.after;
    const std::string both = with_remote(shape.after, "f", minio);
    EXPECT_EQ(without_remote(both, "f", "minio"), shape.after) << both;
    const Manifest left = parse(without_remote(both, "f", "origin"), "f");
    EXPECT_EQ(left.find_remote("origin"), nullptr);
    EXPECT_EQ(*left.find_remote("minio"), minio);
    EXPECT_EQ(left.remotes.size(), parse(both, "f").remotes.size() - 1) << both;
  }
}

TEST(WithoutRemote, LeavesTheRest) {
  const std::vector<Shape> all = {
      // of several
      {"mlops: 1\nremotes:\n  # ours\n  origin:  # main\n    url: s3://x\n    # deep\n    style: path\n  # "
       "b\n  b: y\n",
       "mlops: 1\nremotes:\n  # ours\n  # b\n  b: y\n"},
      {"mlops: 1\nremotes:\n  a: x\n\n  origin: y\n\n  b: z\n", "mlops: 1\nremotes:\n  a: x\n\n  b: z\n"},
      {"mlops: 1\nremotes: {origin: x, b: y}\n", "mlops: 1\nremotes: {b: y}\n"},
      {"mlops: 1\nremotes: {a: x, 'origin': {url: 'y, }'}, b: z}\n", "mlops: 1\nremotes: {a: x, b: z}\n"},
      {"mlops: 1\nremotes: {a: x, origin: y, }\n", "mlops: 1\nremotes: {a: x, }\n"},
      {"mlops: 1\nremotes: {\n  origin: x,  # first\n  # second\n  b: y\n}\n",
       "mlops: 1\nremotes: {\n  # second\n  b: y\n}\n"},
      {"mlops: 1\nremotes: {\n  a: x,  # first\n  origin: y  # second\n}\n",
       "mlops: 1\nremotes: {\n  a: x,  # first\n}\n"},
      {"mlops: 1\nremotes: {a: x,  # first\n  origin: y}\n", "mlops: 1\nremotes: {a: x,  # first\n  }\n"},
      {"mlops: 1\r\nremotes: {\r\n  origin: x,\r\n  b: y\r\n}\r\n",
       "mlops: 1\r\nremotes: {\r\n  b: y\r\n}\r\n"},
      // the last one
      {"mlops: 1\nremotes:  # where\n  origin: x", "mlops: 1\n"},
      {"mlops: 1\nremotes:\n  # ours\n  origin: x\n  # backup: y\n\n# the name\nproject: p\n",
       "mlops: 1\n  # ours\n  # backup: y\n\n# the name\nproject: p\n"},
      {"mlops: 1\n\nremotes:\n  origin: x\n\nproject: p\n", "mlops: 1\n\nproject: p\n"},
      {"mlops: 1\n\n# where\nremotes: {origin: {url: x}}  # c\n\nproject: p\n",
       "mlops: 1\n\n# where\n\nproject: p\n"},
      {"mlops: 1\nproject: p\n\nremotes:\n  origin: x\n", "mlops: 1\nproject: p\n"},
      {"remotes:\n  origin: x\n\nmlops: 1\n", "\nmlops: 1\n"},
      {"mlops: 1\nremotes: {\n  origin: x\n}\nproject: p\n", "mlops: 1\nproject: p\n"},
      {"{remotes: {origin: x}, mlops: 1}\n", "{mlops: 1}\n"},
      {"{\n  mlops: 1,\n  \"remotes\": {\"origin\": \"x\"}\n}\n", "{\n  mlops: 1,\n}\n"},
      {"mlops: 1\nremotes:\n  origin: x\nsettings:\n  threads: 4\n", "mlops: 1\nsettings:\n  threads: 4\n"},
  };
  for (const Shape& shape : all)
    EXPECT_EQ(without_remote(shape.before, "f", "origin"), shape.after) << shape.before;
}

TEST(WithoutRemote, NamesWhatIsSimilar) {
  const auto refused = [](const std::string& text) {
    return test::error_of([&] { without_remote(text, "mlops.yaml", "orgin"); });
  };
  const Error seen = refused("mlops: 1\nremotes: {origin: x, b: y}\n");
  EXPECT_EQ(seen.code(), Code::not_found);
  EXPECT_EQ(seen.message(), "no remote 'orgin' in 'mlops.yaml'");
  EXPECT_EQ(seen.hint(), "similar remote exists: `origin`");
  EXPECT_EQ(refused("mlops: 1\nremotes: {zzz: x}\n").hint(), "it is one of `zzz`");
  EXPECT_EQ(refused("mlops: 1\n").hint(), "the file has no remote");
  EXPECT_EQ(refused("mlops: 1\nremots: {}\n").code(), Code::usage);
}

TEST(WithoutRemote, RefusesWhatItCannotProve) {
  const std::string text =
      "mlops: 1\nsources:\n  a:\n    from: x\n    party: |+\n      b\n\nremotes:\n  origin: x\n";
  const Error seen = test::error_of([&] { without_remote(text, "mlops.yaml", "origin"); });
  EXPECT_EQ(seen.code(), Code::usage);
  EXPECT_EQ(
      seen.message(),
      "cannot remove remote 'origin' from 'mlops.yaml': its layout is not one that can be edited safely");
  EXPECT_EQ(seen.hint(), "remove its lines by hand");
}

}  // namespace
}  // namespace mlops::manifest
