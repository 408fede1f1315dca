/// The table of keys, of `remotes:`.
#include "src/internal.hpp"

#include <array>

namespace mlops::manifest {
namespace {

using Node = yaml::Node;

constexpr std::string_view remote = "remotes.NAME";

constexpr std::array of_remote = {
    KeyOf<RemoteSpec>{
        {remote, "url", "text",
         "Where objects are kept: `s3://BUCKET/PREFIX`, or a folder, `/mnt/share/churn`, `../share` "
         "or `file:///mnt/share/churn`; must be there"},
        [](Reader& r, const Node& n, RemoteSpec& s) { r.text(n, s.url); }},
    KeyOf<RemoteSpec>{
        {remote, "endpoint", "text",
         "Of `s3://`: the URL of a server that is not AWS, `https://minio.example:9000`; default: "
         "`AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL`, else AWS"},
        [](Reader& r, const Node& n, RemoteSpec& s) { r.text(n, s.endpoint); }},
    KeyOf<RemoteSpec>{{remote, "region", "text",
                       "Of `s3://`: that of the bucket; default: `AWS_REGION`, `AWS_DEFAULT_REGION`, that of "
                       "the profile, else "
                       "`us-east-1`"},
                      [](Reader& r, const Node& n, RemoteSpec& s) { r.text(n, s.region); }},
    KeyOf<RemoteSpec>{
        {remote, "style", "word",
         "Of `s3://`: how requests name the bucket, `path` (in the path) or `virtual` (in the name of "
         "the host); default: `virtual` at AWS, `path` elsewhere"},
        [](Reader& r, const Node& n, RemoteSpec& s) { r.text(n, s.style); }},
    KeyOf<RemoteSpec>{
        {remote, "one_writer", "true or false",
         "Whether nobody else pushes at the same time: needed where an object store has no conditional "
         "writes; default: `false`"},
        [](Reader& r, const Node& n, RemoteSpec& s) { s.one_writer = r.flag(n).value_or(false); }},
};

}  // namespace

std::span<const KeyOf<RemoteSpec>> remote_keys() { return of_remote; }

}  // namespace mlops::manifest
