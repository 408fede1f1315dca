/// `remotes:`.
#include "src/internal.hpp"

#include <mlops/base/text.hpp>

#include <algorithm>

namespace mlops::manifest {
namespace {

constexpr std::string_view s3 = "s3://";
constexpr std::string_view local = "file://";
constexpr std::string_view hint_of_url =
    "a remote is a folder, as in `/mnt/share/churn`, or a bucket, as in `s3://ml-store/churn`";

RemoteSpec read_remote(const yaml::Entry& entry, std::vector<yaml::Fault>& faults) {
  RemoteSpec remote;
  remote.name = entry.key.text;
  Reader reader(faults);
  bool named = false;
  if (entry.value.kind == yaml::Kind::sequence) {
    reader.fault(entry.value.at, fmt::format("remote '{}' is a list, a URL or a map is wanted", remote.name),
                 fmt::format("write `{}: s3://ml-store/churn`", remote.name));
    return remote;
  }
  if (entry.value.kind == yaml::Kind::scalar) {
    named = true;
    reader.begin("url", entry.value);
    reader.text(entry.value, remote.url);
  } else {
    const auto seen = reader.fields(entry.value, remote, remote_keys());
    named = std::find(seen.begin(), seen.end(), "url") != seen.end();
  }
  if (!named) {
    reader.missing(entry.key.at, fmt::format("remote '{}' has no 'url'", remote.name),
                   std::string(hint_of_url));
  }
  reader.add(problems(remote), entry.key.at);
  return remote;
}

bool is_odd(char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F; }

bool is_word_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/// "ml-store" of "s3://ml-store/churn", "example.org:9000" of "https://example.org:9000/x".
std::string_view authority_of(std::string_view url) {
  const std::size_t begin = url.find("://") + 3;
  return url.substr(begin, std::min(url.find_first_of("/?#", begin), url.size()) - begin);
}

/// Never shows what stands there.
Problem keys_in(std::string_view key) {
  return {key, 0, fmt::format("'{}' has a user, a key or a password in it", key), std::string(hint_of_keys)};
}

std::optional<Problem> problem_of_bucket(std::string_view url) {
  const std::string_view bucket = authority_of(url);
  if (bucket.find('@') != std::string_view::npos) return keys_in("url");
  if (bucket.empty())
    return Problem{"url", 0, fmt::format("'{}' names no bucket", url), "write `s3://BUCKET/PREFIX`"};
  if (!std::all_of(bucket.begin(), bucket.end(), [](char c) { return is_word_letter(c) || c == '.'; })) {
    return Problem{"url", 0, fmt::format("'{}' cannot be the name of a bucket", bucket),
                   "it is made of letters, digits, '.', '-' and '_'; a server is named in `endpoint:`"};
  }
  const auto odd =
      std::find_if(url.begin(), url.end(), [](char c) { return is_odd(c) || c == '?' || c == '#'; });
  if (odd == url.end()) return std::nullopt;
  return Problem{"url", 0, fmt::format("'{}' holds '{}'", url, *odd),
                 "a prefix has no blanks, no '?' and no '#'"};
}

std::optional<Problem> problem_of_folder(std::string_view url) {
  if (!url.starts_with(local) || url.substr(local.size()).starts_with('/')) return std::nullopt;
  return Problem{"url", 0, fmt::format("'{}' is no whole path", url),
                 "write `file:///mnt/share/churn`, or a path without `file://`"};
}

Problem unknown_scheme(std::string_view name) {
  const bool web = name == "http" || name == "https";
  return {"url", 0, fmt::format("'url' begins with `{}://`, where no remote can be", name),
          web ? "of a server that speaks S3 write `url: s3://BUCKET/PREFIX`, and its URL as `endpoint:`"
              : std::string(hint_of_url)};
}

/// `s3:ml-store` and `file:x` are no names of folders.
std::optional<Problem> half_scheme(std::string_view url) {
  for (const std::string_view whole : {s3, local}) {
    if (!url.starts_with(whole.substr(0, whole.size() - 2))) continue;
    return Problem{"url", 0, fmt::format("'{}' is neither a URL nor a path", url),
                   fmt::format("a URL begins with `{}`, such a path with `./`", whole)};
  }
  return std::nullopt;
}

std::optional<Problem> problem_of_url(std::string_view url) {
  if (url.empty()) return Problem{"url", 0, "'url' is empty", std::string(hint_of_url)};
  if (!is_utf8(url)) return Problem{"url", 0, "a URL or a path that is not UTF-8", std::string(hint_of_url)};
  if (url.starts_with(s3)) return problem_of_bucket(url);
  const std::string_view name = scheme(url);
  if (name.empty()) return half_scheme(url);
  return name == "file" ? problem_of_folder(url) : unknown_scheme(name);
}

void check_endpoint(std::vector<Problem>& out, const std::string& url) {
  const std::string_view name = scheme(url);
  const bool web = name == "http" || name == "https";
  const std::string_view host = web ? authority_of(url) : std::string_view{};
  if (host.find('@') != std::string_view::npos) return out.push_back(keys_in("endpoint"));
  if (!host.empty() && url.find_first_of("?#") == std::string::npos &&
      std::none_of(url.begin(), url.end(), is_odd))
    return;
  out.push_back({"endpoint", 0,
                 web ? fmt::format("'endpoint' is '{}', which is no URL of a server", url)
                     : "'endpoint' is no URL of http or https",
                 "it looks like `https://minio.example:9000`"});
}

void check_bucket(std::vector<Problem>& out, const RemoteSpec& remote) {
  if (!remote.endpoint.empty()) check_endpoint(out, remote.endpoint);
  if (!std::all_of(remote.region.begin(), remote.region.end(), is_word_letter)) {
    out.push_back({"region", 0, fmt::format("'region' is '{}', a name is wanted", remote.region),
                   "it looks like `eu-west-1`"});
  }
  if (!remote.style.empty()) check_word(out, "style", remote.style, {"path", "virtual"});
}

void check_no_bucket(std::vector<Problem>& out, const RemoteSpec& remote) {
  for (const auto& [key, value] :
       {std::pair{"endpoint", remote.endpoint}, {"region", remote.region}, {"style", remote.style}}) {
    if (value.empty()) continue;
    out.push_back({key, 0, fmt::format("'{}' is of `s3://`, and '{}' is a folder", key, remote.url),
                   fmt::format("remove `{}`, or name a bucket: `url: s3://BUCKET/PREFIX`", key)});
  }
}

}  // namespace

bool is_secret(std::string_view key) {
  std::string word(key);
  std::transform(word.begin(), word.end(), word.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  for (const std::string_view part : {"key", "secret", "token", "password", "credential", "user"}) {
    if (word.find(part) != std::string::npos) return true;
  }
  return false;
}

std::vector<Problem> problems(const RemoteSpec& remote) {
  std::vector<Problem> out;
  if (auto problem = problem_of_name(remote.name)) out.push_back(*std::move(problem));
  if (auto problem = problem_of_url(remote.url)) out.push_back(*std::move(problem));
  if (remote.url.starts_with(s3)) check_bucket(out, remote);
  else if (!remote.url.empty() && (scheme(remote.url).empty() || remote.url.starts_with(local)))
    check_no_bucket(out, remote);
  return out;
}

void read_remotes(Reader& reader, const yaml::Node& node, Manifest& manifest, std::vector<yaml::Fault>& out) {
  if (!is_section(reader, node, "origin: s3://ml-store/churn")) return;
  for (const yaml::Entry& entry : node.entries) manifest.remotes.push_back(read_remote(entry, out));
}

}  // namespace mlops::manifest
