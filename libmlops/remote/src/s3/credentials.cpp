#include "src/s3/credentials.hpp"

#include <mlops/base/error.hpp>
#include <mlops/json/value.hpp>
#include <mlops/proc/process.hpp>

#include <algorithm>

namespace mlops::remote::s3 {
namespace {

constexpr int program_timeout_ms = 60'000;
constexpr std::int64_t renewed_before_us = std::int64_t{5} * 60 * 1'000'000;

/// Nothing when neither key is there; `places` names both, for messages.
std::optional<Credentials> pair_of(const std::string& id, const std::string& secret, const std::string& token,
                                   std::string_view places) {
  if (id.empty() && secret.empty()) return std::nullopt;
  if (id.empty() || secret.empty()) {
    throw error(Code::usage, "the {} key of S3 is missing beside the other one",
                id.empty() ? "access" : "secret")
        .with_id("remote.credentials")
        .with_hint("both are wanted: {}", places);
  }
  return Credentials{.key_id = id, .secret = secret, .token = token};
}

Error nothing_found(const Profile& profile) {
  std::string files;
  for (const auto& file : profile.read) files += fmt::format(" in '{}' (no keys there),", file.native());
  for (const auto& file : profile.missing) files += fmt::format(" in '{}' (not there),", file.native());
  if (files.empty()) files = " nowhere, as HOME is not set,";
  files.pop_back();
  return error(Code::not_found, "there are no keys for S3")
      .with_id("remote.no_credentials")
      .with_hint("looked at AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and for the profile '{}'{}",
                 profile.name, files);
}

/// At three quarters of a short life, five minutes before the end of a long one.
Time renewal_of(Time now, Time expires) {
  return {std::max(expires.us - renewed_before_us, now.us + (expires.us - now.us) / 4 * 3)};
}

}  // namespace

Keys::Keys(const Environment& environment, const Profile& profile, const Clock& clock)
    : environment_(environment), program_(profile.value("credential_process")), clock_(clock) {
  known_ = pair_of(variable(environment, "AWS_ACCESS_KEY_ID"), variable(environment, "AWS_SECRET_ACCESS_KEY"),
                   variable(environment, "AWS_SESSION_TOKEN"), "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
  if (known_) return;
  known_ = pair_of(profile.value("aws_access_key_id"), profile.value("aws_secret_access_key"),
                   profile.value("aws_session_token"),
                   "aws_access_key_id and aws_secret_access_key of the profile");
  if (!known_ && program_.empty()) throw nothing_found(profile);
}

Credentials Keys::get() {
  const std::lock_guard guard(mutex_);
  if (!known_ || (known_->renew_from && clock_.now() >= *known_->renew_from)) known_ = ask_program();
  return *known_;
}

Credentials Keys::ask_program() const {
  const std::vector<std::string> words = words_of(program_);
  const auto fail = [&](std::string_view why) {
    return error(Code::failed, "'{}' gives no keys: {}", words.empty() ? "" : words.front(), why)
        .with_id("remote.credentials")
        .with_hint("it is the credential_process of the profile; run it by hand and look at what it says");
  };
  if (words.empty()) throw fail("there is no command");
  const auto text = proc::answer_of({.command = words, .environment = environment_}, program_timeout_ms);
  if (!text) throw fail("it is not there, failed, or took longer than a minute");
  json::Value said;
  try {
    said = json::parse(*text);
  } catch (const Error&) {  // whose message would show what was said
    throw fail("its answer is no JSON");
  }
  if (said["Version"].int_or(0) != 1) throw fail("its answer is not of Version 1");
  Credentials out{.key_id = said["AccessKeyId"].text_or(""),
                  .secret = said["SecretAccessKey"].text_or(""),
                  .token = said["SessionToken"].text_or("")};
  if (out.key_id.empty() || out.secret.empty())
    throw fail("its answer has no AccessKeyId or no SecretAccessKey");
  if (said["Expiration"].is_null()) return out;
  out.expires = Time::parse(said["Expiration"].text_or(""));
  if (!out.expires) throw fail("its Expiration is no time");
  if (*out.expires <= clock_.now()) throw fail("its keys have expired");
  out.renew_from = renewal_of(clock_.now(), *out.expires);
  return out;
}

std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> words;
  char quote = 0;
  bool inside = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    char c = line[i];
    if (quote == 0 && (c == ' ' || c == '\t')) {
      inside = false;
      continue;
    }
    if (!inside) words.emplace_back();
    inside = true;
    if (c == quote) {
      quote = 0;
    } else if (quote == 0 && (c == '"' || c == '\'')) {
      quote = c;
    } else {
      if (c == '\\' && quote != '\'' && i + 1 < line.size()) c = line[++i];
      words.back() += c;
    }
  }
  return words;
}

}  // namespace mlops::remote::s3
