#include "src/online.hpp"

#include <mlops/base/error.hpp>

namespace mlops::serve {
namespace {

bool is_of_the_store(const Error& fault) {
  return fault.id() == "features.not_online" || fault.id() == "features.changed";
}

/// Who reads it at night knows the model, not what is beneath it.
Error told(const Error& fault, const model::Version& version, const score::ModelView& view) {
  return Error(fault)
      .with_message("{} looks up features of '{}': {}", version.address(), view.view.name, fault.message())
      .with_hint(
          "`mlops features materialize {}` brings them online; `--no-lookup` serves without them to "
          "requests that have all features",
          version.name);
}

void require_moment(const model::Version& version, const score::ModelView& view,
                    const feature::LiveView& live, Time now) {
  const Time since{live.complete_from()};
  if (now >= since) return;
  throw error(Code::usage, "{} looks up features of '{}', which are kept since {}, and it is to be {}",
              version.address(), view.view.name, since.text(), now.text())
      .with_id("features.forgotten")
      .with_hint(
          "`mlops features materialize {} --as-of {}` brings the past from there on back; else `--as-of` "
          "wants "
          "a time from {} on",
          version.address(), now.text(), since.text());
}

}  // namespace

void Online::refresh() {
  if (image_ == nullptr) return;
  const auto now = stamp();
  const bool same = now && opened_ && now->device == opened_->device && now->inode == opened_->inode;
  if (file_ && !same)
    throw error(Code::conflict, "'{}' is another file than at the start, or gone; start again to read it",
                file_->native());
  image_->refresh();
}

std::shared_ptr<const feature::LiveView> Online::view(const score::ModelView& wanted) {
  if (image_ == nullptr) {
    opened_ = stamp();
    image_ = std::make_shared<feature::OnlineImage>(*file_);
  }
  return image_->view(wanted.view, wanted.columns);
}

std::vector<std::shared_ptr<const feature::LiveView>> Online::views(const model::Version& version,
                                                                    const score::ModelFeatures& features,
                                                                    Time now) {
  std::vector<std::shared_ptr<const feature::LiveView>> out;
  for (const score::ModelView& wanted : features.views) {
    try {
      out.push_back(view(wanted));
    } catch (const Error& fault) {
      if (!is_of_the_store(fault)) throw;
      throw told(fault, version, wanted);
    }
    require_moment(version, wanted, *out.back(), now);
  }
  return out;
}

}  // namespace mlops::serve
