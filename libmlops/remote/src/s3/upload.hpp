#pragma once
/// A file on its way into a bucket: in one request, or in parts that are sent side by side. What the parts of
/// an upload that was cut hold is known to the server, and is not sent again.

#include <mlops/base/digest.hpp>
#include <mlops/fs/file.hpp>

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "src/s3/meter.hpp"
#include "src/s3/service.hpp"

namespace mlops::remote::s3 {

class Upload {
 public:
  /// `key` is whole; all must outlive it.
  Upload(Service& service, const std::string& key, const std::filesystem::path& file, const Moved& moved);

  void run(const std::optional<Digest>& digest);

 private:
  struct Range {
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
  };

  void send_whole(const std::optional<Digest>& digest);
  void send_in_parts();
  bool attempt(const std::string& id, const std::map<unsigned, Part>& there);
  Part send_part(const std::string& id, unsigned number, const Part* there);
  http::Answer put(Ask ask, const Range& range, const std::string& payload);
  bool complete(const std::string& id, const std::map<unsigned, Part>& parts);
  void drop(const std::string& id);
  std::string find_unfinished();
  std::map<unsigned, Part> parts_of(const std::string& id);
  bool is_there();
  Range range_of(unsigned number) const;

  Service& service_;
  const std::string& key_;
  const fs::File file_;
  const std::uint64_t size_;
  Meter meter_;
  std::uint64_t part_bytes_ = 0;
  unsigned count_ = 0;
};

}  // namespace mlops::remote::s3
