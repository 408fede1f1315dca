#pragma once
/// A remote in one file, to carry where no network goes: a tar archive whose members are the files of a
/// remote. It is written once, by a push, and read like any other.

#include <mlops/remote/space.hpp>

#include <filesystem>
#include <memory>

namespace mlops::remote {

/// Takes what a push gives it. The file has its name when finish() returned; before it is not there.
class BundleWriter {
 public:
  /// Throws Error(conflict) when the file is there.
  explicit BundleWriter(std::filesystem::path file);
  ~BundleWriter();
  BundleWriter(const BundleWriter&) = delete;
  BundleWriter& operator=(const BundleWriter&) = delete;

  /// To be used while this lives.
  std::unique_ptr<Space> space();
  /// Durable when it returns; its bytes.
  std::uint64_t finish();

  struct Impl;  ///< This module's own.

 private:
  std::shared_ptr<Impl> impl_;
};

/// For reading. Throws Error: not_found, corrupt (it is no bundle).
std::unique_ptr<Space> open_bundle(const std::filesystem::path& file);

}  // namespace mlops::remote
