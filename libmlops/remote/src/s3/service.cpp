#include "src/s3/service.hpp"

#include <mlops/base/text.hpp>
#include <mlops/crypto/sha256.hpp>

#include <utility>

#include "src/s3/date.hpp"
#include "src/s3/patience.hpp"
#include "src/s3/refusal.hpp"
#include "src/s3/signature.hpp"

namespace mlops::remote::s3 {
namespace {

/// So much brought by an attempt that was cut says that the next may bring the rest.
constexpr std::uint64_t progress_bytes = 1 << 20;

/// A server may take its time to put parts together, and says nothing meanwhile, or a blank now and then.
constexpr http::ClientLimits limits = {.stall_time = std::chrono::seconds(60), .stall_bytes = 1};

/// How often a server may send us to another region or time.
constexpr int most_changes = 3;

http::Network network_for(const Environment& environment) {
  http::Network out = http::network_of(environment);
  const std::string authorities = variable(environment, "AWS_CA_BUNDLE");
  if (!authorities.empty()) out.ca_file = authorities;
  return out;
}

Told told_by(http::Answer answer, const Ask& ask) {
  Told out{.answer = std::move(answer)};
  if (out.status() >= 300 || (out.status() == 200 && ask.fault_behind_200))
    out.fault = read_fault(out.answer.body);
  // By the code alone it is known what the status would have been; 500 is what there is no code for.
  if (out.good() && !out.fault.code.empty())
    out.answer.status = out.fault.code == "InternalError" ? 500 : 400;
  return out;
}

}  // namespace

/// One request and how far it came.
class Service::Attempt {
 public:
  explicit Attempt(Ask& ask) : ask_(ask) {
    guard(ask_.begun);
    guard(ask_.sent);
    if (!ask_.take) return;
    ask_.take = [this, take = std::move(ask_.take)](std::string_view bytes) {
      brought_ += bytes.size();
      take(bytes);
    };
    guard(ask_.take);
  }

  /// What was thrown was thrown by who asked, and is no fault of the connection.
  bool is_own_fault() const { return own_fault_; }
  bool got_on() { return std::exchange(brought_, 0) >= progress_bytes; }

 private:
  template <typename... Args>
  void guard(std::function<void(Args...)>& call) {
    if (!call) return;
    call = [this, inner = std::move(call)](Args... args) {
      own_fault_ = true;
      inner(args...);
      own_fault_ = false;
    };
  }

  Ask& ask_;
  bool own_fault_ = false;
  std::uint64_t brought_ = 0;
};

Service::Service(const Address& address, const Surroundings& surroundings, const Manner& manner)
    : bucket_(bucket_of(address, surroundings.environment, read_profile(surroundings.environment))),
      manner_(manner),
      engines_(*surroundings.engines),
      cancel_(surroundings.cancel),
      network_(network_for(surroundings.environment)),
      keys_(surroundings.environment, read_profile(surroundings.environment), clock_) {}

Told Service::send(Ask ask) {
  if (ask.payload.empty()) ask.payload = crypto::sha256(ask.body).hex();
  Attempt attempt(ask);
  Patience patience(manner_, cancel_);
  int changes = 0;
  for (unsigned attempts = 1;; ++attempts) {
    if (attempts > 1 && ask.again) ask.again(ask);
    const Bucket bucket = bucket_now();
    std::string retry_after;
    try {
      Told told = told_by(exchange(ask, bucket), ask);
      told.attempts = attempts;
      if (told.good()) return told;
      if (changes < most_changes && adapt(told, bucket)) {
        ++changes;
        continue;
      }
      if (!may_pass(told)) return told;
      retry_after = told.answer.field("retry-after");
      if (!patience.again(retry_after)) throw refusal(told, ask.key);
    } catch (const Error& fault) {
      if (fault.code() != Code::busy || fault.id() == "remote.busy" || attempt.is_own_fault()) throw;
      if (attempt.got_on()) patience.renew();
      if (!patience.again(retry_after)) throw;
    }
  }
}

Told Service::need(const Ask& ask) {
  Told told = send(ask);
  if (!told.good()) throw refusal(told, ask.key);
  return told;
}

std::string Service::place_of(const std::string& key) const {
  return fmt::format("s3://{}{}{}", bucket_.name, key.empty() ? "" : "/", key);
}

Error Service::refusal(const Told& told, const std::string& key) {
  return refusal_of(told, place_of(key), bucket_now());
}

/// True when the same request, signed anew, may be answered otherwise.
bool Service::adapt(const Told& told, const Bucket& used) {
  if (told.fault.code == "RequestTimeTooSkewed") {
    const auto theirs = http_date(told.answer.field("date"));
    if (!theirs) return false;
    ahead_us_ = theirs->us - clock_.now().us;
    return true;
  }
  if (told.status() != 301 && told.status() != 307 && told.status() != 400) return false;
  std::string region = told.answer.field("x-amz-bucket-region");
  if (region.empty() && told.fault.code == "AuthorizationHeaderMalformed") region = told.fault.region;
  if (!is_region(region) || region == used.region) return false;
  const std::lock_guard guard(mutex_);
  bucket_.region = region;
  return true;
}

Bucket Service::bucket_now() {
  const std::lock_guard guard(mutex_);
  return bucket_;
}

http::Call Service::signed_call(const Ask& ask, const Bucket& bucket) {
  const Credentials credentials = keys_.get();
  const Scope scope{.stamp = stamp_of({clock_.now().us + ahead_us_}), .region = bucket.region};
  Signable request{.method = ask.method,
                   .path = bucket.path_of(ask.key),
                   .query = ask.query,
                   .fields = ask.fields,
                   .payload = ask.payload};
  request.fields["host"] = bucket.authority();
  request.fields["x-amz-date"] = scope.stamp;
  request.fields["x-amz-content-sha256"] = ask.payload;
  if (!credentials.token.empty()) request.fields["x-amz-security-token"] = credentials.token;

  http::Call call{.method = ask.method,
                  .url = bucket.origin() + request.path,
                  .body = ask.body,
                  .file = ask.file,
                  .offset = ask.offset,
                  .size = ask.size,
                  .begun = ask.begun,
                  .take = ask.take,
                  .sent = ask.sent};
  if (!ask.query.empty()) call.url += "?" + query_text(ask.query);
  call.fields.assign(request.fields.begin(), request.fields.end());
  call.fields.emplace_back("authorization",
                           authorization(request, scope, credentials.key_id, credentials.secret));
  return call;
}

http::Answer Service::exchange(const Ask& ask, const Bucket& bucket) {
  std::unique_ptr<http::Client> client = borrow();
  http::Answer answer = client->perform(signed_call(ask, bucket));
  give_back(std::move(client));
  return answer;
}

std::unique_ptr<http::Client> Service::borrow() {
  {
    const std::lock_guard guard(mutex_);
    if (!idle_.empty()) {
      std::unique_ptr<http::Client> client = std::move(idle_.back());
      idle_.pop_back();
      return client;
    }
  }
  return http::make_client(engines_, network_, limits, cancel_);
}

void Service::give_back(std::unique_ptr<http::Client> client) {
  const std::lock_guard guard(mutex_);
  idle_.push_back(std::move(client));
}

}  // namespace mlops::remote::s3
