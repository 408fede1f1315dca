#include "src/writer.hpp"

#include <mlops/base/error.hpp>
#include <mlops/fs/atomic.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace mlops::monitor {
namespace {

constexpr std::int64_t segment_us = 3'600'000'000;
constexpr unsigned permissions = 0640;
constexpr std::size_t kept_lines = 1'000'000;

/// "20261121T111810Z"
std::string compact(Time time) {
  std::string out = Time{time.us / 1'000'000 * 1'000'000}.text();
  std::erase_if(out, [](char c) { return c == '-' || c == ':'; });
  return out;
}

}  // namespace

Writer::Writer(const LogOptions& options, std::string model, std::string process, WriterClocks clocks,
               Written& written)
    : options_(options),
      model_(std::move(model)),
      process_(std::move(process)),
      clocks_(clocks),
      written_(written),
      keep_(options.models.at(model_).keep),
      segment_bytes_(std::min(options.segment_bytes, keep_.bytes / 4)) {}

void Writer::flush() {
  if (lines_.empty()) return;
  if (!fault_.empty() && Steady::now() < retry_) return give_back();
  try {
    write();
  } catch (const Error& e) {
    fail(e.message());
  } catch (const std::exception& e) {
    fail(e.what());
  }
}

void Writer::write() {
  if (!goes_on()) begin();
  file_->write(lines_);
  size_ += lines_.size();
  written_.rows += rows_;
  written_.bytes += lines_.size();
  rows_ = 0;
  fault_.clear();
  give_back();
}

/// Not where somebody took the file or its folder away: lines would go nowhere.
bool Writer::goes_on() const {
  if (!file_ || size_ >= segment_bytes_ || clocks_.answers.now().us / segment_us != hour_) return false;
  const auto now = fs::find_stamp(file_->path());
  return now && now->inode == begun_.inode && now->device == begun_.device;
}

void Writer::begin() {
  file_.reset();
  const std::filesystem::path folder = options_.folder / model_;
  fs::make_folders(folder);
  forgot_ = {};
  forget_old();
  const Time now = clocks_.answers.now();
  const std::string name = fmt::format("{}-{}-{:04}.jsonl", compact(now), process_, ++number_);
  file_.emplace(folder / name, fs::File::Mode::create_new, permissions);
  begun_ = file_->stamp();
  hour_ = now.us / segment_us;
  size_ = 0;
}

/// What was written of these lines goes: no reader is to see a part of one.
void Writer::fail(const std::string& why) {
  fault_ = why;
  retry_ = Steady::now() + options_.retry;
  try {
    if (file_) file_->truncate(size_);
  } catch (const Error&) {  // a torn line, which readers know
  }
  file_.reset();
  give_back();
}

/// Rows that are still there were not written.
void Writer::give_back() {
  written_.dropped += std::exchange(rows_, 0);
  lines_.clear();
  if (lines_.capacity() > kept_lines) lines_.shrink_to_fit();
}

void Writer::forget_old() {
  if (forgot_ != Steady::time_point() && Steady::now() - forgot_ < std::chrono::hours(1)) return;
  forgot_ = Steady::now();
  try {
    const Time now = std::min(clocks_.answers.now(), clocks_.machine.now());
    forget(options_.folder, model_, keep_, now, segment_bytes_);
  } catch (const Error&) {  // tried again in an hour
  }
}

}  // namespace mlops::monitor
